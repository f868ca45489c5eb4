"""The command that writes crops as new files."""

from __future__ import annotations

import contextlib
import json
import os
from typing import TYPE_CHECKING

import attrs
import click

from phototag.cli.click_options import PrintOptions, paths_argument, takes_options
from phototag.cli.helping import command
from phototag.cli.report import Report, Tally, duration, stoppable
from phototag.errors import PhotoError, printable_name
from phototag.files.opening import absolute, is_folder
from phototag.options import CropOptions, Group, setting
from phototag.version import SCHEMA
from phototag.wording import counted

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Generator

    from phototag.catalogue.cropping import CropOutcome

THERE = "there already"


@attrs.frozen(kw_only=True, slots=False, eq=False, repr=False)
class _Crop(PrintOptions, CropOptions):
    """The options of ``phototag crop``."""

    verbose: bool = attrs.field(
        default=False,
        metadata=setting(
            "Also print crops that were there already, and photos of nobody.",
            group=Group.OUTPUT,
            short="-v",
        ),
    )


@command(
    ("Crop one photo for a casting page", "phototag crop jane.jpg --profile casting_8x10"),
    (
        "Make square pictures of the same size of everybody",
        "phototag crop ~/Pictures --profile web_square --size 400x400 \\\n  --people each -o ~/faces",
    ),
)
@paths_argument
@takes_options(_Crop)
def crop(paths: tuple[str, ...], options: _Crop) -> None:
    """Save crops of photos as new files.

    PATH is a photo, or a folder, which is searched with all folders in it. Folders are made again below OUT. Run the same command again to
    resume an interrupted run; crops that are done are skipped. No existing file is overwritten: one that is not the crop
    that would be made is a failure. A crop profile is a format with rules for where the head is; without --profile, the
    command names all.
    """
    if _is_one(paths, options):
        _crop_one(paths[0], options)
        return
    if options.out is None:
        raise click.UsageError("Several photos need a folder for their crops: -o FOLDER.")
    from phototag.catalogue.cropping import crop_trees  # noqa: PLC0415 - help starts without it

    links = options.follow_links
    report = _CropReport.over(paths, as_json=options.json, quiet=options.quiet, links=links)
    stopped = report.crop(
        lambda stop: crop_trees(paths, attrs.evolve(options, stop=stop)),
        out=options.out,
        verbose=options.verbose,
    )
    report.summarise(stopped=stopped)
    if stopped:
        report.say("Stopped; run the same command again to resume.")
    report.end(stopped=stopped)


def _is_one(paths: tuple[str, ...], options: _Crop) -> bool:
    """Whether one photo is to be cropped to one file, which ``--out`` may name."""
    path, *others = paths
    if others or is_folder(path) or options.people == "each" or options.name:
        return False
    out = options.out
    return out is None or not (is_folder(out) or out.endswith(("/", os.sep)))


def _crop_one(photo: str, options: _Crop) -> None:
    from phototag.catalogue.cropping import crop_photo  # noqa: PLC0415 - help starts without it

    report = Report(as_json=options.json, quiet=options.quiet, total=1)
    try:
        done = crop_photo(photo, options)
    except PhotoError as error:
        report.failed(photo, error)
    else:
        what = "whole photo with a crop setting of " if options.lightroom else ""
        said = _line(done.target, done.pixels, done.reason or THERE, what)
        report.print(json.dumps(_row(done)) if options.json else said)
    report.end()


def _line(target: str, pixels: tuple[int, int], reason: str, what: str = "") -> str:
    return f"{printable_name(target)}: {what}{pixels[0]} x {pixels[1]} px, {reason}"


class _Crops(Tally):
    """Counts of the crops so far."""

    def __init__(self) -> None:
        super().__init__()
        self.made: int = 0
        self.known: int = 0
        self.nobody: int = 0
        self._last: str | None = None

    def note(self, done: CropOutcome) -> None:
        """Count a crop."""
        folder = done.error is not None and is_folder(done.photo)
        self.folders += folder
        self.photos += done.photo != self._last and not folder
        self._last = done.photo
        if done.error is not None:
            self.failed += 1
        elif not done.target:
            self.nobody += 1
        elif done.made:
            self.made += 1
        else:
            self.known += 1

    @property
    def counts(self) -> str:
        """``12 crops made, 3 there already``."""
        parts = [f"{counted(self.made, 'crop')} made"]
        if self.known:
            parts.append(f"{self.known} there already")
        if self.nobody:
            parts.append(f"{counted(self.nobody, 'photo')} of nobody")
        if self.failed > self.folders:
            parts.append(f"{self.failed - self.folders} failed")
        if self.folders:
            parts.append(f"{counted(self.folders, 'folder')} not searched")
        return ", ".join(parts)


class _CropReport(Report):
    """Prints which crops were made."""

    def __init__(
        self, *, as_json: bool, quiet: bool, total: int | None, count: Callable[[], int]
    ) -> None:
        super().__init__(as_json=as_json, quiet=quiet, total=total, count=count)
        self.tally = self.crops = _Crops()

    def crop(
        self,
        stream: Callable[[threading.Event], Generator[CropOutcome]],
        *,
        out: str,
        verbose: bool,
    ) -> bool:
        """Print every outcome of a stream; returns whether it was stopped before its end.

        Args:
            stream: makes the crops.
            out: the folder of the new files as it was given.
            verbose: print crops that were there already, and photos of nobody, too.
        """
        with (
            stoppable() as stopped,
            self.progress() as show,
            contextlib.closing(stream(stopped)) as outcomes,
        ):
            for done in outcomes:
                self.crops.note(done)
                if done.error is not None:
                    self.failed(done.photo, done.error)
                elif self.as_json:
                    self.print(json.dumps(_row(done)))
                elif done.made or verbose:
                    self.print(_said(done, out))
                show()
        return stopped.is_set()

    def summarise(self, *, stopped: bool) -> None:
        """Print the counts."""
        crops = self.crops
        results = crops.photos + crops.folders
        if not results and not stopped:
            self.none_found()
        if results > 1:
            self.say(
                f"{counted(crops.photos, 'photo')} in {duration(crops.seconds)}: {crops.counts}."
            )


def _said(done: CropOutcome, out: str) -> str:
    if not done.target:
        return f"{printable_name(done.photo)}: {done.reason}"
    inside = os.path.relpath(done.target, os.path.realpath(absolute(out)))
    shown = os.path.join(out, inside)  # noqa: PTH118 - text as the user wrote it
    return _line(shown, done.pixels, done.reason or THERE)


def _row(done: CropOutcome) -> dict[str, object]:
    return {
        "schema": SCHEMA,
        "path": done.photo,
        "crop": done.target or None,
        "person": done.person,
        "pixels": done.pixels,
        "made": done.made,
        "reason": done.reason,
    }
