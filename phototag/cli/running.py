"""From a stream of outcomes to the end of a command."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NoReturn, TypeVar

import click

from phototag.cli.report import SOME_FAILED, Report, command, summary
from phototag.errors import PhototagError
from phototag.files.opening import is_folder

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator

    from phototag.outcome import Outcome

T = TypeVar("T")


def go_through(
    report: Report,
    stream: Callable[[threading.Event], Iterator[Outcome]],
    lines: Callable[[Outcome], list[str]],
) -> bool:
    """Run a stream; what keeps it from running at all ends the command."""
    return known(lambda: report.run(stream, lines))


def known(work: Callable[[], T]) -> T:
    """Do what may be refused as a whole; the refusal ends the command."""
    try:
        return work()
    except PhototagError as error:
        raise click.ClickException(str(error)) from error


def total(paths: tuple[str, ...]) -> int | None:
    """The number of photos, where it is known at once."""
    return None if any(map(is_folder, paths)) else len(paths)


def close(
    report: Report,
    *,
    stopped: bool,
    commands: list[tuple[str, list[str]]],
    dry_run: bool = False,
    goes_on: bool = True,
) -> NoReturn:
    """Say what became of a run, what can be done next, and end with its status.

    Args:
        report: has counted.
        stopped: it was ended early.
        commands: what can be done next, and how.
        dry_run: nothing was changed.
        goes_on: the same command passes over what is done.
    """
    if not report.as_json and report.tally.photos > 1:
        for line in summary(report.tally, dry_run=dry_run):
            report.say(line)
        for what, words in commands:
            report.say(f"{what}: {command(words)}")
    if stopped:
        of = "" if report.total is None else f" of {report.total}"
        again = "; run the same command again to go on" if goes_on else ""
        report.say(f"Stopped after {report.tally.photos}{of} photos{again}.")
        sys.exit(SOME_FAILED)
    report.end()
    sys.exit(0)
