"""How the help of a command is laid out: options in groups, examples, and where the exit codes are listed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

import click
from click.core import ParameterSource

from phototag.cli.entries import HELP_OPTIONS, Example, Rows
from phototag.errors import BadArgument, printable_name
from phototag.options.group import Group

if TYPE_CHECKING:
    from click.types import OptionHelpExtra

EXIT_CODES: Final = "`phototag --help` lists the exit codes."
_WIDEST: Final = 26  # columns for names; the text beside a longer one starts below it


class GroupedOption(click.Option):
    """An option that knows below which heading it stands.

    Args:
        group: that heading.
    """

    def __init__(self, *args: Any, group: Group | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.group: Group = group or Group.GENERAL

    def get_help_extra(self, ctx: click.Context) -> OptionHelpExtra:
        """Default and range, in words instead of as a formula."""
        extra = super().get_help_extra(ctx)
        if isinstance(self.show_default, str):
            extra["default"] = self.show_default  # click adds parentheses
        elif isinstance(self.default, float) and "default" in extra:
            extra["default"] = f"{self.default:g}"
        if isinstance(self.type, click.IntRange | click.FloatRange) and "range" in extra:
            least, most = self.type.min, self.type.max
            extra["range"] = f"at least {least}" if most is None else f"{least} to {most}"
        return extra


class Helpful(click.Command):
    """A command with examples, and with its options in groups.

    Args:
        examples: what a user may type, the most usual first.
    """

    def __init__(self, *args: Any, examples: Sequence[Example] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Not those of the program: click keeps the option of the context that asks first, and a command may be called by itself.
        self.context_settings["help_option_names"] = HELP_OPTIONS
        self.examples: tuple[Example, ...] = tuple(examples)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments; where a file whose name begins with a hyphen was taken for options, the error says so."""
        given = list(args)
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            files = [one for one in given if one.startswith("-") and os.path.lexists(one)]
            if files:
                told = error.format_message()
                shown = printable_name(f"{os.curdir}{os.sep}{files[0]}")
                meant = f"{told} If you mean the file of this name, type {shown}"
                raise click.UsageError(meant, ctx) from error
            raise

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a value that is refused is told as one that click refuses."""
        try:
            return super().invoke(ctx)
        except BadArgument as error:
            given = ctx.get_parameter_source(error.name) is ParameterSource.COMMANDLINE
            for param in self.params if given else ():
                if param.name == error.name:
                    raise click.BadParameter(
                        f"{error.problem}; {error.remedy}" if error.remedy else error.problem,
                        ctx,
                        param,
                    ) from error
            raise

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options in their groups."""
        write_sections(formatter, option_groups(self, ctx).items())

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        """Write the examples, and where the exit codes are."""
        write_examples(formatter, self.examples)
        formatter.write_paragraph()
        formatter.write_text(EXIT_CODES)


def command(
    *examples: tuple[str, str], name: str | None = None
) -> Callable[[Callable[..., Any]], Helpful]:
    """Make a command of a function.

    Args:
        examples: each with what it does and its line; see ``Example``.
        name: of the command; by default that of the function.
    """
    return click.command(name, cls=Helpful, examples=[Example(*one) for one in examples])


def option_groups(command: click.Command, ctx: click.Context) -> dict[str, Rows]:
    """The options of a command by their headings: names with placeholder, and help."""
    found: dict[str, Rows] = {group: [] for group in Group}
    for parameter in command.get_params(ctx):
        row = parameter.get_help_record(ctx) if isinstance(parameter, click.Option) else None
        if row is not None:
            found[getattr(parameter, "group", Group.GENERAL)].append(row)
    return {title: rows for title, rows in found.items() if rows}


def write_sections(formatter: click.HelpFormatter, sections: Iterable[tuple[str, Rows]]) -> None:
    """Write lists below their headings; the second columns of all begin in the same place."""
    sections = list(sections)
    names = [name for _, rows in sections for name, _ in rows]
    width = min(_WIDEST, max(map(len, names), default=0))
    for title, rows in sections:
        with formatter.section(title):
            formatter.write_dl([(name.ljust(width), text) for name, text in rows], width)


def write_examples(formatter: click.HelpFormatter, examples: Sequence[Example]) -> None:
    """Write what each example does, and below it the line to type."""
    if not examples:
        return
    with formatter.section("Examples" if len(examples) > 1 else "Example"):
        for one in examples:
            formatter.write_text(f"{one.does}:")
            indent = " " * (formatter.current_indent + 2)
            formatter.write("".join(f"{indent}{line}\n" for line in one.line.split("\n")))
