"""Commands that look at photos and change none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from phototag.analyzer import QUALITY, Analyzer
from phototag.catalogue import walk
from phototag.cli.lines import analysis_lines, record_dict, record_text
from phototag.cli.options import (
    json_lines,
    limits_of_a_photo,
    own_profiles,
    paths_argument,
    photos_argument,
    state_file,
    workers_number,
)
from phototag.cli.report import Report
from phototag.cli.running import close, go_through, total
from phototag.crops import Profile
from phototag.errors import PhototagError, shown
from phototag.limits import Limits

if TYPE_CHECKING:
    from phototag.outcome import Outcome


@click.command()
@photos_argument
@json_lines
@workers_number
@limits_of_a_photo
@own_profiles
@click.option(
    "--picture",
    type=click.Path(dir_okay=False),
    metavar="OUT.png",
    help="Draw faces, crop and reasons of one PHOTO as a picture; never over a file that is there.",
)
def analyze(
    photos: tuple[str, ...],
    *,
    as_json: bool,
    workers: int,
    limits: Limits,
    profiles: tuple[Profile, ...] | None,
    picture: str | None,
) -> None:
    """Print the verdict on each PHOTO and the reasons for it."""
    if picture and len(photos) > 1:
        raise click.UsageError("--picture takes one photo")
    report = Report(as_json=as_json, total=len(photos))

    def lines(done: Outcome) -> list[str]:
        if picture and done.analysis is not None:
            analyzer.draw(done.photo, done.analysis, picture)
        return analysis_lines(done, as_json=as_json)

    with Analyzer(workers, limits=limits, profiles=profiles) as analyzer:
        stopped = go_through(report, lambda stop: analyzer.analyze_many(photos, stop=stop), lines)
    close(report, stopped=stopped, goes_on=False, commands=[])


@click.command()
@photos_argument
@json_lines
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
            report.print(record_dict(photo, record) if as_json else record_text(photo, record))
    report.end()


@click.command()
@paths_argument
@click.option(
    "-o", "--out", type=click.Path(), required=True, metavar="OUT.html", help="The page to write."
)
@click.option("--title", default="phototag", show_default=True, help="Of the page.")
@workers_number
@limits_of_a_photo
@own_profiles
@state_file
def gallery(
    paths: tuple[str, ...],
    *,
    out: str,
    title: str,
    workers: int,
    limits: Limits,
    profiles: tuple[Profile, ...] | None,
    state: str | None,
) -> None:
    """Write a page to look through the verdicts of each PATH: one file, for any browser."""
    from phototag.gallery import stream  # noqa: PLC0415 - only this command needs it

    report = Report(as_json=False, total=total(paths), count=lambda: sum(1 for _ in walk(paths)))
    stopped = go_through(
        report,
        lambda stop: stream(
            *paths,
            out=out,
            title=title,
            workers=workers,
            limits=limits,
            profiles=profiles,
            state=state,
            stop=stop,
        ),
        lambda _: [],
    )
    report.say(f"{shown(out)}: {report.tally.photos - report.tally.failed} photos")
    close(report, stopped=stopped, dry_run=False, commands=[])


@click.command()
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
@own_profiles
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
    report.end()
