"""The program: its commands, each imported when it is called, and the exit code of an error."""

from __future__ import annotations

import collections
import importlib
import sys
from typing import Any

import click

from phototag.cli.exit_codes import ExitCode, code_of
from phototag.cli.terminal import echo, is_of_click, not_written, prepare
from phototag.errors import PhototagError


class Commands(collections.UserDict[str, Any]):
    """Commands by their names, each imported when it is looked up.

    Args:
        homes: where each command is defined: a module of this package and a name in it.
    """

    def __getitem__(self, key: str) -> click.Command:
        """The command with this name; raises ``KeyError``."""
        module, _, name = super().__getitem__(key).partition(".")
        found: click.Command = getattr(importlib.import_module(f"phototag.cli.{module}"), name)
        return found


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
