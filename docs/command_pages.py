"""The commands as a page of the documentation and as manual pages: from the definitions that also make ``--help``.

``python docs/command_pages.py`` writes the manual pages in ``docs/man`` anew; they are part of the wheel.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import attrs
import click

from pages import table
from phototag.cli import main
from phototag.cli.entries import Example, Rows
from phototag.cli.exit_codes import ExitCode
from phototag.cli.helping import option_groups
from phototag.version import __version__

MAN: Final = Path(__file__).with_name("man")
_WIDTH: Final = 72  # columns; with what is escaped, a line stays below 80
_PAGE: Final = re.compile(r"\bdocs/(\w+)\.md\b")
# An option, or a command with quotation marks that must stay as they are.
_TYPED: Final = re.compile(r"""pip install '[^']+'|eval "[^"]+"|--[a-z][\w-]*""")
_CALL: Final = re.compile(r"`([^`]+)`")


@attrs.frozen
class Page:
    """What there is to say about a command.

    Attributes:
        name: as it is typed: ``phototag tag``.
        arguments: what follows the name.
        summary: what it does, in one line.
        paragraphs: what else there is to know.
        options: its options by their headings.
        examples: what a user may type.
        commands: the commands below it by their headings.
    """

    name: str
    arguments: str
    summary: str
    paragraphs: tuple[str, ...]
    options: dict[str, Rows]
    examples: tuple[Example, ...]
    commands: dict[str, Rows] = attrs.field(factory=dict)

    @classmethod
    def of(cls, command: click.Command, name: str, commands: dict[str, Rows] | None = None) -> Page:
        """The page of a command."""
        context = click.Context(command, info_name=name, **main.context_settings)
        first, *others = (" ".join(part.split()) for part in (command.help or "").split("\n\n"))
        return cls(
            name,
            " ".join(command.collect_usage_pieces(context)),
            first,
            tuple(others),
            option_groups(command, context),
            getattr(command, "examples", ()),
            commands or {},
        )


def pages() -> list[Page]:
    """The program, then its commands in the order of their list."""
    listed = main.known.listed()
    found = [Page.of(main, "phototag", listed)]
    for rows in listed.values():
        for name, _ in rows:
            found.append(Page.of(main.commands[name], f"phototag {name}"))
    return found


# ------------------------------------------------------------------------------------- Markdown


def commands() -> str:
    """All commands with their options, for the documentation."""
    whole, *others = pages()
    of_name = {page.name: page for page in others}
    parts = [*_markdown(whole, 3)]
    for title, rows in whole.commands.items():
        parts.append(f"### {title}\n")
        for name, _ in rows:
            parts += _markdown(of_name[f"phototag {name}"], 4)
    return "\n".join(parts)


def exit_codes() -> str:
    """How commands end."""
    return table(("code", "meaning"), ((f"`{code}`", code.meaning) for code in ExitCode))


def _markdown(page: Page, level: int) -> Iterator[str]:
    yield f"{'#' * level} {page.name}\n"
    yield f"```text\n{page.name} {page.arguments}\n```\n"
    yield from (f"{linked(text)}\n" for text in (page.summary, *page.paragraphs))
    for one in page.examples:
        yield f"{one.does}:\n\n```sh\n{one.line}\n```\n"
    yield f"```{{program}} {page.name}\n```\n"
    for title, rows in page.options.items():
        yield f"**{title}**\n"
        yield from (f"````{{option}} {names}\n{linked(text)}\n````\n" for names, text in rows)


def linked(text: str, above: str = "") -> str:
    """Text in which the pages that it names are links, and what is typed keeps its dashes and quotation marks.

    Args:
        text: the text.
        above: the way from the page to the folder of those pages.
    """
    links = _PAGE.sub(rf"[\g<0>]({above}\1.md)", text)
    links = links.replace("SECURITY.md", f"[SECURITY.md]({above}security.md)")
    parts = links.split("`")  # every second one is a command
    parts[::2] = [_TYPED.sub(r"``\g<0>``", part) for part in parts[::2]]
    return "`".join(parts)


# --------------------------------------------------------------------------------- manual pages


def manual() -> dict[str, str]:
    """The manual pages by their file names."""
    found = pages()
    names = [page.name.replace(" ", "-") for page in found]
    return {
        f"{name}.1": "".join(
            f"{line}\n" for line in _roff(page, [one for one in names if one != name])
        )
        for name, page in zip(names, found, strict=True)
    }


def _roff(page: Page, others: list[str]) -> Iterator[str]:
    """The lines of a manual page, in the macros of man(7)."""
    name = page.name.replace(" ", "-")
    yield r".\" Made by docs/command_pages.py."
    yield f'.TH {name.upper()} 1 "" "phototag {__version__}" "phototag manual"'
    yield from (".SH NAME", rf"{_text(name)} \- {_text(page.summary.rstrip('.'))}")
    yield from (".SH SYNOPSIS", rf"\fB{_text(page.name)}\fR {_text(page.arguments)}")
    yield ".SH DESCRIPTION"
    yield from _joined(".PP", page.paragraphs or (page.summary,))
    for title, rows in page.commands.items():
        yield f".SS {_text(title)}"
        for command, text in rows:
            yield from (".TP", rf"\fBphototag\-{_text(command)}\fR(1)", *_filled(text))
    yield ".SH OPTIONS"
    for title, rows in page.options.items():
        yield f".SS {_text(title)}"
        for names, text in rows:
            yield from (".TP", _names(names), *_filled(text))
    if page.examples:
        yield ".SH EXAMPLES"
    for number, one in enumerate(page.examples):
        yield from ([".PP"] if number else [])
        yield f"{_text(one.does)}:"
        yield from (".PP", ".RS 4", ".EX", *map(_text, one.line.split("\n")), ".EE", ".RE")
    yield ".SH EXIT STATUS"
    for code in ExitCode:
        yield from (".TP", rf"\fB{code}\fR", *_filled(code.meaning))
    yield ".SH SEE ALSO"
    shown = others if page.commands else others[:1]
    yield from (rf".BR {_text(other)} (1){',' if other != shown[-1] else ''}" for other in shown)


def _joined(between: str, parts: tuple[str, ...]) -> Iterator[str]:
    for number, part in enumerate(parts):
        yield from ([between] if number else [])
        yield from _filled(part)


def _names(names: str) -> str:
    r"""The names of an option in bold, its placeholder in italics: ``\fB-o\fR, \fB--out\fR \fIOUT\fR``."""
    placed = re.fullmatch(r"(.*--[\w-]+)(?: (.+))?", names)
    assert placed is not None
    flags = ", ".join(rf"\fB{_text(flag)}\fR" for flag in placed[1].split(", "))
    return flags if placed[2] is None else rf"{flags} \fI{_text(placed[2])}\fR"


def _filled(text: str) -> list[str]:
    """A paragraph in lines of usual length; none of them begins like a request."""
    lines = textwrap.wrap(text, _WIDTH, break_on_hyphens=False, break_long_words=False)
    whole = _text("\n".join(lines))  # what stands between backquotes may go on in the next line
    return [rf"\&{line}" if line.startswith((".", "'")) else line for line in whole.split("\n")]


def _text(text: str) -> str:
    """Text as roff takes it, with hyphens that can be copied."""
    escaped = text.replace("\\", r"\e").replace("-", r"\-").replace("~", r"\(ti")
    return _CALL.sub(r"\\fB\1\\fR", escaped)


def write(folder: Path = MAN) -> None:
    """Write the manual pages, and remove those of commands that there are not any more."""
    folder.mkdir(exist_ok=True)
    found = manual()
    for file in folder.glob("*.1"):
        if file.name not in found:
            file.unlink()
    for name, text in found.items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
