"""The program: its commands, each imported when it is called, and the exit code of an error."""

from __future__ import annotations

import collections
import importlib
import os
import sys
from collections.abc import Mapping, MutableMapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from phototag.cli.entries import Entry, Example, Rows, Section
from phototag.cli.exit_codes import ExitCode, code_of
from phototag.cli.terminal import echo, is_of_click, not_written, prepare
from phototag.errors import PhototagError, as_typed, printable_name

if TYPE_CHECKING:
    from phototag.cli.completing import Item


class Commands(collections.UserDict[str, Any]):
    """Commands by their names, each imported when it is looked up.

    Args:
        entries: what is known of each, in the order in which they are listed.
    """

    def __init__(self, entries: Mapping[str, Entry]) -> None:
        super().__init__(entries)

    @property
    def entries(self) -> Mapping[str, Entry]:
        """What is known of each command."""
        return self.data

    def __getitem__(self, key: str) -> click.Command:
        """The command with this name; raises ``KeyError``."""
        module, _, name = self.entries[key].home.partition(".")
        found: click.Command = getattr(importlib.import_module(f"phototag.cli.{module}"), name)
        return found

    def listed(self) -> dict[str, Rows]:
        """The names and summaries of all commands that are listed, by their headings."""
        rows = {
            section: [
                (name, one.summary) for name, one in self.entries.items() if one.section is section
            ]
            for section in Section
        }
        return {str(section): found for section, found in rows.items() if found}


class Program(click.Group):
    """Commands that end with the exit code of their error.

    Args:
        entries: the commands.
        examples: of the first things to type.
    """

    def __init__(
        self,
        *args: Any,
        entries: Mapping[str, Entry],
        examples: Sequence[Example] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.known: Commands = Commands(entries)
        self.commands: MutableMapping[str, click.Command] = self.known
        self.examples: tuple[Example, ...] = tuple(examples)

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

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; for one that there is not, the error says what may have been meant."""
        if args[0] not in self.known and not ctx.resilient_parsing:
            ctx.fail(_unknown(args[0], self.known))
        return super().resolve_command(ctx, args)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands and the options in their groups."""
        from phototag.cli.helping import option_groups, write_sections  # noqa: PLC0415 - only for help

        write_sections(formatter, [*self.known.listed().items(), *option_groups(self, ctx).items()])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        """Write the examples and the exit codes."""
        from phototag.cli.helping import write_examples  # noqa: PLC0415 - only for help

        write_examples(formatter, self.examples)
        with formatter.section("Exit codes"):
            formatter.write_dl([(f"{code:>3}", code.meaning) for code in ExitCode])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[Item]:
        """The commands, of which none is imported, and the options."""
        from click.shell_completion import CompletionItem  # noqa: PLC0415 - only for a shell

        return [
            *(
                CompletionItem(name, help=one.summary)
                for name, one in self.known.entries.items()
                if one.section is not None and name.startswith(incomplete)
            ),
            *click.Command.shell_complete(self, ctx, incomplete),
        ]


def _unknown(name: str, commands: Commands) -> str:
    """What is wrong with the name of a command that there is not, and what to do."""
    import difflib  # noqa: PLC0415 - only for an error

    told = f"there is no command {printable_name(name)!r}"
    known = [one for one, entry in commands.entries.items() if entry.section is not None]
    if near := difflib.get_close_matches(name, known, n=1):
        return f"{told}. Did you mean {near[0]}?"
    if os.path.lexists(os.path.expanduser(name)):  # noqa: PTH111 - text as the user wrote it
        return f"{told}. To tag photos, type: {as_typed('phototag', 'tag', name)}"
    return f"{told}. The commands are {', '.join(known)}."
