"""Commands that analyse or read photos and do not change them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import click

from phototag.analyzer import QUALITY, Analyzer
from phototag.catalogue.walk import count_photos
from phototag.cli.click_options import JsonOptions, paths_argument, photos_argument, takes_options
from phototag.cli.lines import analysis_lines, record_dict, record_text
from phototag.cli.report import Report
from phototag.cli.running import close, total
from phototag.errors import PhotoError, PhototagError, printable_name
from phototag.options import (
    CalibrationOptions,
    GalleryOptions,
    ProfileOptions,
    ThresholdOptions,
    WorkOptions,
    setting,
)

if TYPE_CHECKING:
    from phototag.outcome import Outcome


@attrs.frozen(kw_only=True, slots=False, eq=False, repr=False)
class _Analyze(ThresholdOptions, ProfileOptions, CalibrationOptions, WorkOptions, JsonOptions):
    """The options of ``phototag analyze``."""

    picture: str | None = attrs.field(
        default=None,
        metadata=setting(
            "Draw one PHOTO with its faces, crop and reasons. Does not overwrite a file.",
            kind="new file",
            metavar="OUT.png",
        ),
    )


@click.command()
@photos_argument
@takes_options(_Analyze)
def analyze(photos: tuple[str, ...], options: _Analyze) -> None:
    """Print the verdict on each PHOTO, with its reasons."""
    picture = options.picture
    if picture and len(photos) > 1:
        raise click.UsageError("--picture takes only one PHOTO")
    report = Report(as_json=options.json, total=len(photos))

    def lines(done: Outcome) -> list[str]:
        if picture and done.analysis is not None:
            analyzer.draw(done.photo, done.analysis, picture)
        return analysis_lines(done, as_json=options.json, least=options.min_confidence)

    with Analyzer(
        options.workers,
        limits=options.limits,
        profiles=options.profiles,
        calibration=options.calibration,
    ) as analyzer:
        stopped = report.run(lambda stop: analyzer.analyze_many(photos, stop=stop), lines)
    close(report, stopped=stopped, goes_on=False, commands=[])


@click.command()
@photos_argument
@takes_options(JsonOptions)
def show(photos: tuple[str, ...], options: JsonOptions) -> None:
    """Print what phototag wrote into each PHOTO.  Nothing is analysed."""
    report = Report(as_json=options.json, total=len(photos))
    with Analyzer() as analyzer:
        for photo in photos:
            try:
                record = analyzer.read(photo)
            except PhototagError as error:
                report.failed(photo, error)
                continue
            dump = record_dict if options.json else record_text
            report.print(dump(photo, record))
    report.end()


@click.command()
@paths_argument
@takes_options(GalleryOptions)
def gallery(paths: tuple[str, ...], options: GalleryOptions) -> None:
    """Write an HTML page for reviewing the verdicts on each PATH."""
    from phototag.gallery import stream  # noqa: PLC0415 - only this command needs it

    report = Report(as_json=False, total=total(paths), count=lambda: count_photos(paths))
    stopped = report.run(
        lambda stop: stream(paths, attrs.evolve(options, stop=stop)),
        lambda _: [],
    )
    count = report.tally.photos - report.tally.failed
    report.say(f"{printable_name(str(options.out))}: {count} photos")
    close(report, stopped=stopped, dry_run=False, commands=[])


@attrs.frozen(kw_only=True, slots=False, eq=False, repr=False)
class _Crop(ProfileOptions, CalibrationOptions):
    """The options of ``phototag crop``."""

    profile: str = attrs.field(
        metadata=setting("Crop profile, for example casting_8x10.", metavar="NAME")
    )
    out: str | None = attrs.field(
        default=None,
        metadata=setting(
            "The new file (default: NAME.PROFILE.jpg).", short="-o", kind="new file", metavar="OUT"
        ),
    )
    quality: int = attrs.field(
        default=QUALITY,
        metadata=setting("Quality of the new JPEG or WebP.", metavar="N", least=1, most=100),
    )
    lossless: bool = attrs.field(
        default=False,
        metadata=setting("Crop a JPEG at its block boundaries, without encoding it again."),
    )
    lightroom: bool = attrs.field(
        default=False,
        metadata=setting(
            "Copy the whole photo with a crop setting that Lightroom and darktable apply."
        ),
    )


@click.command()
@click.argument("photo", type=click.Path())
@takes_options(_Crop)
def crop(photo: str, options: _Crop) -> None:
    """Save a crop of PHOTO as a new file."""
    if options.lossless and options.lightroom:
        raise click.UsageError("--lossless and --lightroom cannot be combined")
    report = Report(as_json=False, total=1)
    with Analyzer(profiles=options.profiles, calibration=options.calibration) as analyzer:
        try:
            target, made = analyzer.crop(
                photo,
                options.profile,
                options.out,
                quality=options.quality,
                lossless=options.lossless,
                lightroom=options.lightroom,
            )
        except PhotoError as error:
            report.failed(photo, error)
        else:
            size = "whole photo with a crop setting of " if options.lightroom else ""
            wide, high = made.pixels
            report.print(f"{printable_name(target)}: {size}{wide} x {high} px, {made.reason}")
    report.end()
