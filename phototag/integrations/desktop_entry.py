"""Desktop entries: what file managers and menus on Linux read (Desktop Entry Specification 1.5)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from phototag.files.formats import FORMATS
from phototag.integrations.application import Command

FOLDERS: Final = "inode/directory"
_RESERVED: Final = re.compile(r"""[\s"'\\><~|&;$*?#()`]|^$""")
# The specification forbids "=" in the path of a program, and GLib finds none with "%".
_NOT_IN_PROGRAM: Final = frozenset("=%")
_BY_SHELL: Final = ("/bin/sh", "-c", 'exec "$0" "$@"')
_ESCAPED_IN_QUOTES: Final = re.compile(r'(["`$\\])')
_ESCAPES: Final = {"\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def photo_types() -> tuple[str, ...]:
    """The MIME types of the photos that phototag reads."""
    return tuple(dict.fromkeys(name for form in FORMATS for name in form.mime_types))


def entry(groups: Iterable[tuple[str, dict[str, str]]]) -> bytes:
    """A desktop entry.

    Args:
        groups: the name of each, with its keys and values.
    """
    lines = []
    for name, values in groups:
        lines.append(f"[{name}]")
        lines += [f"{key}={_escaped(value)}" for key, value in values.items()]
        lines.append("")
    return "\n".join(lines).encode(errors="surrogateescape")


def several(values: Iterable[str]) -> str:
    """Several values of one key."""
    return "".join(f"{value};" for value in values)


def execution(command: Command, *arguments: str) -> str:
    """The value of ``Exec``: the command, its arguments, and the files that are chosen, as URIs."""
    words = command.words(*arguments)
    if _NOT_IN_PROGRAM & set(command.program):
        words = (*_BY_SHELL, *words)
    return " ".join([*map(_quoted, words), "%U"])


def _quoted(word: str) -> str:
    """A word of a command; quoted if it has a reserved character."""
    text = word.replace("%", "%%")
    if not _RESERVED.search(text):
        return text
    return '"' + _ESCAPED_IN_QUOTES.sub(r"\\\1", text) + '"'


def _escaped(value: str) -> str:
    """A value as a string of the file, in which a backslash is an escape once more."""
    return "".join(_ESCAPES.get(character, character) for character in value)
