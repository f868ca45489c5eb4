"""Commands that show what is in photos, or what phototag has written into them."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import attrs
import click

from phototag.analyzer import Analyzer
from phototag.catalogue.walk import walk
from phototag.cli.click_options import PrintOptions, QuietOptions, paths_argument, takes_options
from phototag.cli.helping import command
from phototag.cli.lines import analysis_lines, record_json, record_text
from phototag.cli.report import Report, stoppable
from phototag.cli.running import close
from phototag.errors import PhototagError, printable_name
from phototag.files.opening import is_folder
from phototag.options import (
    GalleryOptions,
    Group,
    LinkOptions,
    RecallOptions,
    WordOptions,
    setting,
)
from phototag.wording import counted
from phototag.worker.pool import Pool

if TYPE_CHECKING:
    from collections.abc import Generator
    from threading import Event

    from phototag.outcome import AnyOutcome, Outcome


@attrs.frozen(kw_only=True, slots=False, eq=False, repr=False)
class _Analyze(WordOptions, RecallOptions, PrintOptions):
    """The options of ``phototag analyze``."""

    picture: str | None = attrs.field(
        default=None,
        metadata=setting(
            "Draw the photo with its faces, crop and reasons into a new file; for one photo only.",
            group=Group.OUTPUT,
            kind="new file",
            metavar="OUT.png",
        ),
    )


@command(
    ("Explain the verdict on a photo", "phototag analyze jane.jpg"),
    ("Draw it", "phototag analyze jane.jpg --picture verdict.png"),
    ("Print all that was found, for a program", "phototag analyze --json ~/Pictures"),
)
@paths_argument
@takes_options(_Analyze)
def analyze(paths: tuple[str, ...], options: _Analyze) -> None:
    """Print the verdict on photos, with its reasons.

    PATH is a photo, or a folder, which is searched with all folders in it. No photo is changed.
    """
    picture, links = options.picture, options.follow_links
    path, *others = paths
    if picture and (others or is_folder(path)):
        raise click.UsageError("--picture takes one photo: name no folder, and no second photo.")
    report = Report.over(paths, as_json=options.json, quiet=options.quiet, links=links)

    def lines(done: AnyOutcome) -> list[str]:
        if picture and done.analysis is not None:
            analyzer.draw(done.photo, done.analysis, picture)
        return [] if options.quiet else analysis_lines(done, as_json=options.json, words=options)

    def outcomes(stop: Event) -> Generator[Outcome]:
        if options.recall:
            return _recalled(paths, attrs.evolve(options, stop=stop))
        return analyzer.analyze_many(walk(paths, links=links), stop=stop)

    with Analyzer(
        options.workers,
        limits=options.limits,
        profiles=options.profiles,
        calibration=options.calibration,
    ) as analyzer:
        stopped = report.run(outcomes, lines)
    close(report, stopped=stopped, writes=False, goes_on=False, commands=[])


def _recalled(paths: tuple[str, ...], options: RecallOptions) -> Generator[Outcome]:
    """The analyses of photos as ``phototag tag`` would take them."""
    from phototag.catalogue.analyze import analyzed_photos  # noqa: PLC0415 - help starts without it

    with Pool(options.workers, options.limits) as pool:
        looked = analyzed_photos(
            paths, pool, then=lambda seen: (seen, None), options=options, read=True
        )
        with closing(looked):
            for seen, _ in looked:
                yield seen.outcome


@attrs.frozen(kw_only=True, slots=False, eq=False, repr=False)
class _Show(LinkOptions, PrintOptions):
    """The options of ``phototag show``."""


@command(("Show the verdict and keywords in a photo", "phototag show jane.jpg"))
@paths_argument
@takes_options(_Show)
def show(paths: tuple[str, ...], options: _Show) -> None:
    """Print what phototag wrote into photos.

    PATH is a photo, or a folder, which is searched with all folders in it. Nothing is analysed anew, and no photo is changed.
    """
    report = Report(as_json=options.json, quiet=options.quiet)
    dump = record_json if options.json else record_text
    there = early = False
    with stoppable() as stopped, Analyzer() as analyzer:
        for photo in walk(paths, links=options.follow_links):
            if stopped.is_set():
                early = True
                break
            there = True
            try:
                record = analyzer.read(photo)
            except PhototagError as error:
                report.failed(photo, error)
            else:
                report.print(dump(photo, record))
    if not (there or early):
        report.none_found()
    report.end(stopped=early)


@attrs.frozen(kw_only=True, slots=False, eq=False, repr=False)
class _Gallery(GalleryOptions, QuietOptions):
    """The options of ``phototag gallery``."""


@command(
    ("Make a page, and open it in a browser", "phototag gallery ~/Pictures -o gallery.html"),
    (
        "Then apply the corrections that you saved from it",
        "phototag tag --corrections corrections.json ~/Pictures",
    ),
)
@paths_argument
@takes_options(_Gallery)
def gallery(paths: tuple[str, ...], options: _Gallery) -> None:
    """Write one HTML page for reviewing verdicts.

    PATH is a photo, or a folder, which is searched with all folders in it. The page holds reduced copies of the photos, needs no server, and
    can be sent to somebody. Corrections that are made on it are saved to a file. `phototag review` does the same without a
    file.
    """
    from phototag.gallery import stream  # noqa: PLC0415 - only this command needs it

    report = Report.over(paths, quiet=options.quiet)
    stopped = report.run(
        lambda stop: stream(paths, attrs.evolve(options, stop=stop)),
        lambda _: [],
    )
    count = report.tally.photos - report.tally.failed
    made = counted(count, "photo") if count else "not written, since there is no photo to show"
    report.say(f"{printable_name(str(options.out))}: {made}")
    close(report, stopped=stopped, writes=False, commands=[])
