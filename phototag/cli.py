"""The command line: options in, a library call, outcomes out."""

from __future__ import annotations

import contextlib
import json
import signal
import sys
import threading
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from phototag import serial
from phototag.analysis import SCHEMA
from phototag.analyzer import QUALITY, Analyzer, Outcome, Tagging
from phototag.catalogue import walk
from phototag.crops import Profile, load
from phototag.errors import PhototagError, shown
from phototag.keywords import Level, Vocabulary, thresholds
from phototag.metadata.options import Options
from phototag.version import __version__
from phototag.vocabulary import lightroom_keywords
from phototag.wording import sure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from phototag.metadata.options import Change
    from phototag.metadata.record import Record


SOME_FAILED = 1  # exit status; click uses 2 for wrong usage


# --------------------------------------------------------------------------- shared options


class Threshold(click.ParamType):  # type: ignore[type-arg] # older releases take none
    """``0.9``, a threshold of the verdict, or ``cropping=0.8``, one of a criterion."""

    name = "P|NAME=P"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, float]:
        """A name and a number."""
        if isinstance(value, tuple):
            return value
        name, _, number = value.rpartition("=")
        try:
            ((found, least),) = thresholds({name or "kind": float(number)}).items()
        except ValueError as error:
            self.fail(str(error), param, ctx)
        return found, least


class OwnProfiles(click.ParamType):  # type: ignore[type-arg] # older releases take none
    """A TOML file with crop profiles."""

    name = "FILE"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[Profile, ...]:
        """The profiles in the file."""
        try:
            return value if isinstance(value, tuple) else load(value)
        except PhototagError as error:
            self.fail(str(error), param, ctx)


_profiles = click.option(
    "--profiles",
    type=OwnProfiles(),
    default=None,
    help="Own crop profiles instead of phototag's, in a TOML file.",
)


class OwnWords(click.ParamType):  # type: ignore[type-arg] # older releases take none
    """A TOML file with own words."""

    name = "FILE"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Vocabulary:
        """The vocabulary in the file."""
        try:
            return value if isinstance(value, Vocabulary) else Vocabulary.load(value)
        except PhototagError as error:
            self.fail(str(error), param, ctx)


_vocabulary = click.option(
    "--vocabulary",
    type=OwnWords(),
    default=Vocabulary(),
    show_default="phototag's own words",
    help="Own words for what is found, in a TOML file.",
)

_photos = click.argument("photos", nargs=-1, required=True, type=click.Path(), metavar="PHOTO...")
_paths = click.argument("paths", nargs=-1, required=True, type=click.Path(), metavar="PATH...")
_json = click.option(
    "--json", "as_json", is_flag=True, help="One JSON object a line, for machines."
)
_workers = click.option(
    "--workers",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    metavar="N",
    help="Photos under way at once; one for each processor core is right.",
)
_max_pixels = click.option(
    "--max-pixels",
    type=click.IntRange(1),
    metavar="N",
    help="Refuse pictures with more pixels than this (250 million unless said).",
)
_level = click.option(
    "--keywords",
    type=click.Choice([level.value for level in Level]),
    default=Level.MINIMAL.value,
    show_default=True,
    help="How many words are written.",
)
_dry_run = click.option("--dry-run", is_flag=True, help="Say what would change; change nothing.")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="phototag")
def main() -> None:
    """Tell headshots from portraits, and write what was found into the photos."""


@main.command()
@_photos
@_json
@_workers
@_max_pixels
@_profiles
def analyze(
    photos: tuple[str, ...],
    *,
    as_json: bool,
    workers: int,
    max_pixels: int | None,
    profiles: tuple[Profile, ...] | None,
) -> None:
    """Print the verdict on each PHOTO and the reasons for it."""
    report = Report(as_json=as_json, total=len(photos))
    with Analyzer(workers, max_pixels=max_pixels, profiles=profiles) as analyzer:
        report.run(analyzer.analyze_many, photos, lambda done: _analysis_lines(done, report))


@main.command()
@_paths
@_dry_run
@_workers
@_level
@click.option(
    "--iptc",
    type=click.Choice(["always", "auto", "never"]),
    default="always",
    show_default=True,
    help="IPTC keywords beside XMP: always, only where the photo has some, or never.",
)
@click.option(
    "--sidecar",
    type=click.Choice(["auto", "never", "always"]),
    default="auto",
    show_default=True,
    help="XMP files beside the photos: where the format needs one or one is there, never, always.",
)
@click.option(
    "--min-confidence",
    "least",
    type=Threshold(),
    multiple=True,
    help="Claim nothing below this confidence (0..1) of the verdict, or of one criterion: "
    "cropping=0.8. Earlier claims go away. May be given several times.",
)
@_vocabulary
@_profiles
@click.option(
    "--lightroom-crop",
    metavar="PROFILE",
    help="Make Lightroom show this crop; darktable does, too. Into sidecars only: beware, it changes "
    "how the photos look there.",
)
@click.option("--faces", is_flag=True, help="Mark faces as regions; applications list them.")
@click.option("--keep-mtime", is_flag=True, help="Keep the modification times of the files.")
@click.option("--force", is_flag=True, help="Write words again that you have deleted.")
@_max_pixels
@_json
def tag(
    paths: tuple[str, ...],
    *,
    dry_run: bool,
    workers: int,
    keywords: str,
    iptc: Any,
    sidecar: Any,
    least: tuple[tuple[str, float], ...],
    vocabulary: Vocabulary,
    profiles: tuple[Profile, ...] | None,
    lightroom_crop: str | None,
    faces: bool,
    keep_mtime: bool,
    force: bool,
    max_pixels: int | None,
    as_json: bool,
) -> None:
    """Analyse the photos of each PATH (a photo or a folder) and write the verdict into them."""
    tagging = Tagging(
        keywords=Level(keywords),
        vocabulary=vocabulary,
        min_confidence=dict(least),
        lightroom_crop=lightroom_crop,
        faces=faces,
        write=Options(
            iptc=iptc, sidecar=sidecar, force=force, dry_run=dry_run, keep_mtime=keep_mtime
        ),
    )
    photos = list(walk(paths))
    report = Report(as_json=as_json, total=len(photos))
    with Analyzer(workers, max_pixels=max_pixels, profiles=profiles) as analyzer:
        report.run(
            lambda names: analyzer.tag_many(names, tagging),
            photos,
            lambda done: _tag_lines(done, report, dry_run=dry_run),
        )


@main.command()
@_photos
@_json
def show(photos: tuple[str, ...], *, as_json: bool) -> None:
    """Print what phototag wrote in each PHOTO, without a second analysis."""
    report = Report(as_json=as_json, total=len(photos))
    with Analyzer() as analyzer:
        for photo in photos:
            try:
                record = analyzer.read(photo)
            except PhototagError as error:
                report.failed(error)
                continue
            report.print(_record_dict(photo, record) if as_json else _record_text(photo, record))
    report.close()


@main.command()
@_paths
@_dry_run
@_workers
@_json
def remove(paths: tuple[str, ...], *, dry_run: bool, workers: int, as_json: bool) -> None:
    """Take back everything phototag wrote in the photos of each PATH."""
    photos = list(walk(paths))
    report = Report(as_json=as_json, total=len(photos))
    with Analyzer(workers) as analyzer:
        report.run(
            lambda names: analyzer.remove_many(names, Options(dry_run=dry_run)),
            photos,
            lambda done: _tag_lines(done, report, dry_run=dry_run),
        )


@main.command()
@click.argument("photo", type=click.Path())
@click.option(
    "--profile", required=True, metavar="NAME", help="Name of the crop profile: casting_8x10 ..."
)
@click.option(
    "-o",
    "--out",
    type=click.Path(),
    metavar="OUT",
    help="The new file (NAME.PROFILE.jpg unless said).",
)
@click.option(
    "--quality",
    type=click.IntRange(1, 100),
    default=QUALITY,
    show_default=True,
    metavar="N",
    help="Of a JPEG or WebP that is encoded anew.",
)
@click.option(
    "--lossless", is_flag=True, help="Cut a JPEG at its own blocks instead of encoding it anew."
)
@click.option(
    "--lightroom",
    is_flag=True,
    help="Copy the whole photo with a crop setting that Lightroom applies. darktable does, too.",
)
@_profiles
def crop(
    photo: str,
    *,
    profile: str,
    out: str | None,
    quality: int,
    lossless: bool,
    lightroom: bool,
    profiles: tuple[Profile, ...] | None,
) -> None:
    """Write the crop of a profile out of PHOTO as a new file."""
    if lossless and lightroom:
        raise click.UsageError("--lossless and --lightroom exclude each other")
    report = Report(as_json=False, total=1)
    with Analyzer(profiles=profiles) as analyzer:
        try:
            target, made = analyzer.crop(
                photo, profile, out, quality=quality, lossless=lossless, lightroom=lightroom
            )
        except PhototagError as error:
            report.failed(error)
        else:
            size = "the whole photo, to be cropped to " if lightroom else ""
            wide, high = made.pixels
            report.print(f"{shown(target)}: {size}{wide} x {high} px, {made.reason}")
    report.close()


@main.command()
@click.option(
    "--keywords",
    type=click.Choice([level.value for level in Level]),
    default=Level.FULL.value,
    show_default=True,
    help="How many words are listed.",
)
@_vocabulary
def keywords(*, keywords: str, vocabulary: Vocabulary) -> None:
    """Print all words that phototag may write, as a keyword file for Lightroom Classic."""
    sys.stdout.write(lightroom_keywords(vocabulary, Level(keywords)))


@main.command()
def doctor() -> None:
    """Print versions and models, and what is wrong with this installation."""
    from phototag.doctor import examine  # noqa: PLC0415 - only this command needs it

    console = Console(highlight=False, soft_wrap=True)
    healthy = True
    for line in examine():
        healthy = healthy and line.fine
        console.print(f"{'ok' if line.fine else '[red]!![/]'}  {escape(line.text)}")
    sys.exit(0 if healthy else SOME_FAILED)


@main.command()
@click.argument("folder", type=click.Path(), default="phototag-demo")
def demo(folder: str) -> None:
    """Go the whole way on a public-domain photo, in a new FOLDER."""
    from phototag.demo import make_photos  # noqa: PLC0415 - only this command needs it

    try:
        photos = make_photos(folder)
    except PhototagError as error:
        raise click.ClickException(str(error)) from error
    report = Report(as_json=False, total=len(photos))
    with Analyzer() as analyzer:
        for photo in photos:
            outcome = analyzer.tag(photo)
            report.print("\n".join(_analysis_lines(outcome, report)))
            report.print("\n".join(_tag_lines(outcome, report, dry_run=False)[1:]))
            report.print("")
    report.print(
        f"The photos are in {shown(folder)}. Next: phototag show {shown(photos[0])}, "
        "or phototag tag YOUR_FOLDER"
    )
    report.close()


# --------------------------------------------------------------------------- printing


class Report:
    """Data to stdout, progress and errors to stderr, and the exit status."""

    def __init__(self, *, as_json: bool, total: int) -> None:
        self.as_json = as_json
        self._total = total
        self._failures = 0
        self._out = Console(highlight=False, markup=False, soft_wrap=True, emoji=False)
        self._err = Console(highlight=False, markup=False, soft_wrap=True, emoji=False, stderr=True)

    def run(
        self,
        stream: Callable[[Iterable[str]], Iterator[Outcome]],
        photos: Iterable[str],
        lines: Callable[[Outcome], list[str]],
    ) -> None:
        """Print every outcome of a stream.  Ctrl-C finishes the photos in hand; a second one ends."""
        done = 0
        with _stoppable() as stopped, self._progress() as progress:
            task = progress.add_task("photos", total=self._total)
            names = (photo for photo in photos if not stopped.is_set())
            for outcome in stream(names):
                done += 1
                progress.advance(task)
                if outcome.error is not None:
                    self.failed(outcome.error)
                else:
                    for line in lines(outcome):
                        self.print(line)
        if stopped.is_set() and done < self._total:
            self._err.print(
                f"Stopped after {done} of {self._total} photos; run the same command again to go on."
            )
            sys.exit(SOME_FAILED)
        self.close()

    def print(self, line: str) -> None:
        """One line of data."""
        if self.as_json:
            sys.stdout.write(line + "\n")
            sys.stdout.flush()
        else:
            self._out.print(line)

    def failed(self, error: PhototagError) -> None:
        """One photo that failed."""
        self._failures += 1
        if self.as_json:
            message = f"{error.problem}; {error.remedy}" if error.remedy else error.problem
            fault = {"type": type(error).__name__, "message": message}
            self.print(json.dumps({"schema": SCHEMA, "path": error.photo, "error": fault}))
        else:
            self._err.print(str(error), style="red")

    def close(self) -> None:
        """End with status 1 if any photo failed."""
        if self._failures:
            if not self.as_json and self._total > 1:
                self._err.print(f"{self._failures} of {self._total} photos failed.")
            sys.exit(SOME_FAILED)

    def _progress(self) -> Progress:
        return Progress(
            SpinnerColumn(),
            MofNCompleteColumn(),
            TextColumn("photos"),
            TimeElapsedColumn(),
            console=self._err,
            transient=True,
            disable=not self._err.is_terminal or self._total < 2,  # noqa: PLR2004
        )


@contextlib.contextmanager
def _stoppable() -> Iterator[threading.Event]:
    """Ctrl-C sets the event once; after that it does what it always does."""
    stopped = threading.Event()
    before = signal.getsignal(signal.SIGINT)

    def stop(_signal: int, _frame: object) -> None:
        stopped.set()
        signal.signal(signal.SIGINT, before)

    signal.signal(signal.SIGINT, stop)
    try:
        yield stopped
    finally:
        signal.signal(signal.SIGINT, before)


def _analysis_lines(outcome: Outcome, report: Report) -> list[str]:
    analysis = outcome.analysis
    assert analysis is not None
    if report.as_json:
        return [json.dumps(analysis.to_dict())]
    return [f"{shown(outcome.photo)}", *(f"  {line}" for line in analysis.explain().splitlines())]


def _tag_lines(outcome: Outcome, report: Report, *, dry_run: bool) -> list[str]:
    analysis, change = outcome.analysis, outcome.change
    assert change is not None
    if report.as_json:
        verdict = (
            {}
            if analysis is None
            else {"kind": analysis.kind, "confidence": analysis.confidence, "grade": analysis.grade}
        )
        row = {"schema": SCHEMA, "path": outcome.photo, **verdict, "dry_run": dry_run}
        return [json.dumps({**row, **serial.to_json(change)})]
    verdict_text = "" if analysis is None else f": {analysis.explain().splitlines()[0]}"
    return [f"{shown(outcome.photo)}{verdict_text}", *_change_lines(change, dry_run=dry_run)]


def _change_lines(change: Change, *, dry_run: bool) -> list[str]:
    if not change.changed:
        return ["  nothing to change", *_listed("stays deleted", change.declined)]
    would = "would be " if dry_run else ""
    beside = [shown(name) for name in change.files if name.lower().endswith(".xmp")]
    return [
        *([f"  {would}written to {', '.join(beside)}"] if beside else []),
        *_listed(f"{would}added to", change.added),
        *_listed(f"{would}removed from", change.removed),
        *_listed("stays deleted in", change.declined),
    ]


def _listed(what: str, values: dict[str, tuple[str, ...]]) -> list[str]:
    return [f"  {what} {name}: {', '.join(words)}" for name, words in values.items() if words]


def _record_dict(photo: str, record: Record | None) -> str:
    found = None if record is None else serial.to_json(record)
    return json.dumps({"schema": SCHEMA, "path": photo, "record": found})


def _record_text(photo: str, record: Record | None) -> str:
    if record is None:
        return f"{shown(photo)}\n  phototag wrote nothing here"
    grade = f", {record.grade}" if record.grade else ""
    lines = [
        shown(photo),
        f"  {record.kind}{grade}, {sure(record.confidence)}",
        f"  by phototag {record.software} (models {record.models}, rules {record.calibration})",
        f"  keywords: {', '.join(record.keywords.hierarchical) or 'none'}",
        f"  scene codes: {', '.join(record.keywords.scene) or 'none'}",
    ]
    for crop in record.crops:
        mark = " (recommended)" if crop.recommended else ""
        lines.append(
            f"  crop {crop.profile}, {crop.ratio}, {crop.pixels[0]} x {crop.pixels[1]} px{mark}"
        )
    return "\n".join(lines)
