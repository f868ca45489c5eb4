"""Commands that need no photos."""

from __future__ import annotations

import sys

import attrs
import click

from phototag.analysis.keywords.claims import Level, level
from phototag.analysis.keywords.vocabulary import lightroom_keywords
from phototag.analyzer import Analyzer
from phototag.cli.click_options import takes_options
from phototag.cli.completing import Folder, script
from phototag.cli.exit_codes import ExitCode
from phototag.cli.helping import command
from phototag.cli.lines import analysis_lines, change_lines
from phototag.cli.report import Report
from phototag.cli.terminal import echo, echo_as_is
from phototag.errors import PhototagError, printable_name
from phototag.integrations import ready_made
from phototag.options import Group, VocabularyOptions, setting


@command(
    ("Make them in the new folder phototag-demo", "phototag demo"),
    ("Make them in another new folder", "phototag demo ~/try-phototag"),
)
@click.argument("folder", type=Folder(), default="phototag-demo")
def demo(folder: str) -> None:
    """Make two sample photos, and tag them.

    FOLDER is a new folder, by default phototag-demo. The reasons for both verdicts are printed, and what was written. The
    photos need the extra `demo`; without it, the command says how to add it.
    """
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


@command(("Print what a report of a fault should contain", "phototag doctor"))
def doctor() -> None:
    """Check this installation, and print versions and models.

    A line that begins with !! says what is wrong, and how to repair it.
    """
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
        default=Level.FULL,
        converter=level,
        metadata=setting(
            "Those that `phototag tag` writes with the same option.", group=Group.WORDS
        ),
    )


@command(
    (
        "Save them for Lightroom's Metadata > Import Keywords",
        "phototag keywords > keywords.txt",
    ),
)
@takes_options(_Keywords)
def keywords(options: _Keywords) -> None:
    """Print phototag's keywords as a file for Lightroom Classic.

    Imported there, they stand in the list of keywords before a photo has one of them.
    """
    echo_as_is(lightroom_keywords(options.vocabulary, options.keywords), newline=False)


@attrs.frozen(kw_only=True, slots=False, eq=False, repr=False)
class _ReadyMade(VocabularyOptions):
    """The options of ``phototag lightroom`` and ``phototag digikam``."""

    overwrite: bool = attrs.field(
        default=False,
        metadata=setting(
            "Replace files of these names even if phototag did not write them.", group=Group.FILES
        ),
    )


@command(("Write them into a folder on the desktop", "phototag lightroom ~/Desktop/collections"))
@click.argument("folder", type=Folder("where the files go", file_okay=False))
@takes_options(_ReadyMade)
def lightroom(folder: str, options: _ReadyMade) -> None:
    """Write smart collections for Lightroom Classic.

    FOLDER is where the files go. In Lightroom, right-click in the Collections panel and choose Import Smart Collection Settings.
    """
    for file in ready_made.lightroom(folder, options.vocabulary, overwrite=options.overwrite):
        echo(printable_name(str(file)))


@command(("Write them into a folder", "phototag digikam ~/digikam-steps"))
@click.argument("folder", type=Folder("where the page goes", file_okay=False))
@takes_options(_ReadyMade)
def digikam(folder: str, options: _ReadyMade) -> None:
    """Write down the steps for using the keywords in digiKam.

    FOLDER is where the page goes. `phototag integrate digikam` sets up the searches by itself.
    """
    for file in ready_made.digikam(folder, options.vocabulary, overwrite=options.overwrite):
        echo(printable_name(str(file)))


@command(
    (
        "bash: complete from the next terminal on, if this folder exists",
        "phototag completion bash \\\n  > ~/.local/share/bash-completion/completions/phototag",
    ),
    (
        "zsh: the same, for a folder in $fpath",
        "phototag completion zsh > ~/.zfunc/_phototag",
    ),
    (
        "fish: the same",
        "phototag completion fish > ~/.config/fish/completions/phototag.fish",
    ),
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"], case_sensitive=False))
def completion(shell: str) -> None:
    """Print what completes commands in your shell with Tab.

    SHELL is bash (4.4 or newer), zsh or fish. Commands, options and their values, crop profiles and paths are completed. To
    try it in bash, without a file: eval "$(phototag completion bash)"
    """
    echo_as_is(script(shell), newline=False)
