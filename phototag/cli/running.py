"""The end of a command: after a stream of outcomes, after an error, or by Ctrl-C."""

from __future__ import annotations

import sys
from typing import Any, NoReturn

import click

from phototag.cli.exit_codes import ExitCode, code_of
from phototag.cli.report import Report, command, summary
from phototag.cli.terminal import echo, is_of_click, not_written, prepare
from phototag.errors import PhototagError
from phototag.files.opening import is_folder


class Program(click.Group):
    """Commands that end with the exit code of their error."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run a command line."""
        prepare()
        try:
            return super().main(*args, **kwargs)
        except OSError as error:
            if not is_of_click(error):
                raise
            told = not_written(error)
            echo(f"Error: {told}", err=True)
            sys.exit(code_of(told))

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; an error, or a Ctrl-C that was not handled, is printed in one line."""
        try:
            return super().invoke(ctx)
        except PhototagError as error:
            echo(f"Error: {error}", err=True)
            sys.exit(code_of(error))
        except KeyboardInterrupt:
            echo("Stopped.", err=True)
            sys.exit(ExitCode.INTERRUPTED)


def total(paths: tuple[str, ...]) -> int | None:
    """The number of photos, if it is known without a search."""
    return None if any(map(is_folder, paths)) else len(paths)


def close(
    report: Report,
    *,
    stopped: bool,
    commands: list[tuple[str, list[str]]],
    dry_run: bool = False,
    goes_on: bool = True,
) -> NoReturn:
    """Print the results of a run and what can be done next, and end with its exit code.

    Args:
        report: has counted the results.
        stopped: the run was ended early.
        commands: what can be done next, each with its command.
        dry_run: nothing was changed.
        goes_on: the same command would skip the photos that are done.
    """
    if report.tally.photos > 1:
        for line in summary(report.tally, dry_run=dry_run):
            report.say(line)
        for what, words in commands:
            report.say(f"{what}: {command(words)}")
    if stopped:
        of = "" if report.total is None else f" of {report.total}"
        again = "; run the same command again to resume" if goes_on else ""
        report.say(f"Stopped after {report.tally.photos}{of} photos{again}.")
        sys.exit(ExitCode.INTERRUPTED)
    report.end()
    sys.exit(0)
