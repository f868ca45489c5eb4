"""What the menus of other programs start: a command whose user sees no terminal."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import webbrowser
from pathlib import Path
from typing import Final

import attrs
import click

from phototag.analysis.keywords.vocabulary import Vocabulary
from phototag.analyzer import Analyzer
from phototag.catalogue.tagging import tag_trees
from phototag.catalogue.walk import count_photos, walk
from phototag.cli.exit_codes import ExitCode, code_of
from phototag.cli.helping import Helpful
from phototag.cli.lines import change_lines, record_text
from phototag.cli.report import NO_PHOTOS, Tally, stoppable
from phototag.cli.running import summary
from phototag.cli.terminal import echo
from phototag.errors import PhototagError, printable_name
from phototag.files.opening import is_folder
from phototag.integrations import chosen
from phototag.integrations.application import Command
from phototag.integrations.dialogs import Dialogs, terminal
from phototag.integrations.digikam import reread
from phototag.options import CatalogueOptions, ReviewOptions

_MOST: Final = 20  # photos whose verdicts are shown at once
_WAKE_SECONDS: Final = 0.2
_TERMINAL_SECONDS: Final = 24 * 3600
_NO_WINDOW: Final = (
    "Error: a review from a menu lasts as long as its window, and there is none: install zenity or kdialog, or run "
    "phototag review in a terminal"
)
_REVIEWING: Final = "The review is open in the browser. What you decide there is saved at once."


@click.command(cls=Helpful, hidden=True)
@click.argument("action", type=click.Choice(["tag", "show", "review"], case_sensitive=False))
@click.argument("files", nargs=-1, type=click.Path())
@click.option("--nautilus", is_flag=True, help="Take what is selected in Nautilus.")
@click.option("--vocabulary", metavar="NAME|FILE", help="Tag with these keywords.")
@click.option("--pause", is_flag=True, help="Wait for the Enter key at the end.")
def desktop(
    action: str, files: tuple[str, ...], *, nautilus: bool, vocabulary: str | None, pause: bool
) -> None:
    """Do what a menu entry says with FILES, paths or URIs, and show the result in a window.

    Without a program that shows windows (kdialog, zenity) a terminal is opened, or the result is a notification.
    The menu entries that `phototag integrate` writes start this command.
    """
    command = attrs.evolve(Command.own(), vocabulary=vocabulary)
    names = [*files, *(chosen.by_nautilus(os.environ) if nautilus else ())]
    if not names:
        raise click.UsageError("Choose photos or folders first.")
    if sys.stdout is not None and sys.stdout.isatty():
        code = _in_terminal(action, names, command)
        if pause:
            echo("Press Enter to close this window.")
            with contextlib.suppress(OSError, EOFError, KeyboardInterrupt):
                sys.stdin.readline()
        sys.exit(code)
    dialogs = Dialogs.found()
    opened = None if dialogs.program else terminal()
    if opened is not None:
        sys.exit(
            _run(
                *opened,
                *command.words("desktop", action, *command.tagging(), "--pause", "--", *names),
            )
        )
    try:
        done = _in_windows(action, _paths(names, action), dialogs, command)
    except PhototagError as error:
        done = _Done(f"Error: {error}", code_of(error), to_be_read=True)
    if not done.text:
        sys.exit(done.code)
    shown = dialogs.show(done.text) if done.to_be_read else dialogs.tell(done.text)
    if not shown:
        echo(done.text, err=True)
    sys.exit(done.code)


@attrs.frozen
class _Done:
    """What has come of an action.

    Attributes:
        text: what to show; may be empty.
        code: with which the command ends.
        to_be_read: whether a notification, which vanishes by itself, is too little.
    """

    text: str
    code: int = ExitCode.ALL_WELL
    to_be_read: bool = attrs.field(default=False, kw_only=True)


def _paths(names: list[str], action: str) -> list[str]:
    """The paths of what was chosen; of a photo that is to be reviewed, its folder."""
    found = chosen.paths(names)
    if action != "review":
        return found
    return list(dict.fromkeys(one if is_folder(one) else str(Path(one).parent) for one in found))


def _in_terminal(action: str, names: list[str], command: Command) -> int:
    try:
        paths = _paths(names, action)
        if action != "show":
            code = _run(*command.words(action, *command.tagging(), "--", *paths))
            if action == "tag" and (note := reread.ask()):
                echo(note)
            return code
        done = _verdicts(paths)
    except PhototagError as error:
        done = _Done(f"Error: {error}", code_of(error))
    echo(done.text)
    return done.code


def _run(*command: str) -> int:
    try:
        return subprocess.run(command, check=False, timeout=_TERMINAL_SECONDS).returncode
    except (OSError, subprocess.SubprocessError) as error:
        echo(f"Error: {printable_name(command[0])} cannot be run ({error})", err=True)
        return ExitCode.SETUP
    except KeyboardInterrupt:  # the command was told, too
        return ExitCode.INTERRUPTED


def _in_windows(action: str, paths: list[str], dialogs: Dialogs, command: Command) -> _Done:
    if action == "show":
        return _verdicts(paths)
    name = command.vocabulary
    words = Vocabulary() if name is None else Vocabulary.named(name)
    act = _tagged if action == "tag" else _reviewed
    return act(paths, dialogs, words)


# ---------------------------------------------------------------------------------------- actions


def _tagged(paths: list[str], dialogs: Dialogs, words: Vocabulary) -> _Done:
    """Tag photos, and tell how many of which kind."""
    tally, lines = Tally(), []
    warned = False
    total = count_photos(paths) if any(map(is_folder, paths)) else len(paths)
    with stoppable() as stopped, dialogs.counting("Tagging ...") as window:
        outcomes = tag_trees(tuple(paths), CatalogueOptions(stop=stopped, vocabulary=words))
        with contextlib.closing(outcomes):
            for outcome in outcomes:
                if outcome.warning:
                    lines.append(f"{printable_name(outcome.photo)}: {outcome.warning}")
                    warned = True
                    continue
                tally.add(outcome)
                if total == 1 and outcome.error is None:
                    lines += change_lines(outcome, as_json=False)
                if window is not None:
                    window.count(tally.photos, total)
                    if window.is_cancelled and tally.photos < total:
                        stopped.set()
    if not total:
        lines = [NO_PHOTOS, *lines]
    elif total != 1 or tally.failed:
        lines = [*summary(tally, dry_run=False), *tally.alike.lines(remedy=False), *lines]
    if tally.changed and (note := reread.ask()):
        lines.append(note)
    if stopped.is_set():
        return _Done("\n".join(["Stopped. The same action goes on.", *lines]), ExitCode.INTERRUPTED)
    code = ExitCode.SOME_FAILED if tally.failed else ExitCode.ALL_WELL
    return _Done("\n".join(lines), code, to_be_read=warned or tally.failed > 0)


def _verdicts(paths: list[str]) -> _Done:
    """What is written in photos, and the reasons for the verdict as it would be now."""
    parts: list[str] = []
    code = ExitCode.ALL_WELL
    with Analyzer() as analyzer:
        for photo in walk(paths):
            if len(parts) == _MOST:
                parts.append(f"Only the first {_MOST} photos are shown.")
                break
            try:
                written = record_text(photo, analyzer.read(photo))
                reasons = analyzer.analyze(photo).explain().splitlines()
                parts.append("\n".join([written, *(f"  {line}" for line in reasons)]))
            except PhototagError as error:
                parts.append(f"{printable_name(photo)}\n  {error.message}")
                code = ExitCode.SOME_FAILED
    return _Done("\n\n".join(parts) or NO_PHOTOS, code, to_be_read=True)


def _reviewed(paths: list[str], dialogs: Dialogs, words: Vocabulary) -> _Done:
    """Serve a review until its window is closed."""
    from phototag.gallery.review.server import serving  # noqa: PLC0415 - only this action needs it

    options = ReviewOptions(vocabulary=words)
    with (
        stoppable() as stopped,
        serving(paths, options) as reviewed,
        dialogs.shown(_REVIEWING, "End the review") as window,
    ):
        if window is None:
            return _Done(_NO_WINDOW, ExitCode.SETUP, to_be_read=True)
        with contextlib.suppress(webbrowser.Error, OSError):
            webbrowser.open(reviewed.address_once)
        while not (window.is_closed or window.has_failed or stopped.wait(_WAKE_SECONDS)):
            pass
        lost = window.has_failed
    ended = reviewed.session.ended()
    if lost and not ended.problems:
        return _Done(_NO_WINDOW, ExitCode.SETUP, to_be_read=True)
    code = ExitCode.SOME_FAILED if ended.problems else ExitCode.ALL_WELL
    return _Done("\n".join(ended.lines(dry_run=False)), code, to_be_read=bool(ended.problems))
