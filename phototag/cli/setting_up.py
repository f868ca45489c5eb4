"""Commands that need no photos."""

from __future__ import annotations

import sys

import attrs
import click

from phototag.analyzer import Analyzer
from phototag.cli.click_options import takes_options
from phototag.cli.exit_codes import ExitCode
from phototag.cli.lines import analysis_lines, change_lines
from phototag.cli.report import Report
from phototag.cli.terminal import echo, echo_as_is
from phototag.errors import PhototagError, printable_name
from phototag.keywords import applications
from phototag.keywords.claims import Level, level
from phototag.keywords.vocabulary import lightroom_keywords
from phototag.options import VocabularyOptions, setting


@click.command()
@click.argument("folder", type=click.Path(), default="phototag-demo")
def demo(folder: str) -> None:
    """Tag two sample photos in a new FOLDER."""
    from phototag.cli.sample_photos import make_photos  # noqa: PLC0415 - only this command needs it

    photos = make_photos(folder)
    report = Report(as_json=False, total=len(photos))
    with Analyzer() as analyzer:
        for photo in photos:
            try:
                outcome = analyzer.tag(photo)
            except PhototagError as error:
                report.failed(photo, error)
                continue
            report.print("\n".join(analysis_lines(outcome, as_json=False)))
            report.print("\n".join(change_lines(outcome, as_json=False, verbose=True)[1:]))
            report.print("")
    report.print(
        f"The photos are in {printable_name(folder)}. Next: phototag show {printable_name(photos[0])}, "
        "or phototag tag YOUR_FOLDER"
    )
    report.end()


@click.command()
def doctor() -> None:
    """Check this installation, and print versions and models."""
    from phototag.cli.examination import examine  # noqa: PLC0415 - only this command needs it

    healthy = True
    for line in examine():
        healthy = healthy and line.fine
        echo(f"{'ok' if line.fine else '!!'}  {line.text}", colour=None if line.fine else "red")
    sys.exit(ExitCode.ALL_WELL if healthy else ExitCode.SETUP)


@attrs.frozen(kw_only=True, slots=False, eq=False, repr=False)
class _Keywords(VocabularyOptions):
    """The options of ``phototag keywords``."""

    keywords: Level = attrs.field(
        default=Level.FULL, converter=level, metadata=setting("Which keywords to list.")
    )


@click.command()
@takes_options(_Keywords)
def keywords(options: _Keywords) -> None:
    """Print phototag's keywords as a file for Lightroom Classic."""
    echo_as_is(lightroom_keywords(options.vocabulary, options.keywords), newline=False)


@attrs.frozen(kw_only=True, slots=False, eq=False, repr=False)
class _ReadyMade(VocabularyOptions):
    """The options of ``phototag lightroom`` and ``phototag digikam``."""

    overwrite: bool = attrs.field(
        default=False,
        metadata=setting("Replace files of these names that phototag did not write, too."),
    )


@click.command()
@click.argument("folder", type=click.Path(file_okay=False))
@takes_options(_ReadyMade)
def lightroom(folder: str, options: _ReadyMade) -> None:
    """Write smart collections for Lightroom Classic into FOLDER."""
    for file in applications.lightroom(folder, options.vocabulary, overwrite=options.overwrite):
        echo(printable_name(str(file)))


@click.command()
@click.argument("folder", type=click.Path(file_okay=False))
@takes_options(_ReadyMade)
def digikam(folder: str, options: _ReadyMade) -> None:
    """Write steps for using the keywords in digiKam into FOLDER."""
    for file in applications.digikam(folder, options.vocabulary, overwrite=options.overwrite):
        echo(printable_name(str(file)))
