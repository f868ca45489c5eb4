"""What is known of a command before its module is imported: heading, summary, examples."""

from __future__ import annotations

import enum
from typing import Final

import attrs

Rows = list[tuple[str, str]]

HELP_OPTIONS: Final = ("-h", "--help")  # of the program and of each command


class Section(enum.StrEnum):
    """A heading in the list of commands, in the order in which it is shown."""

    TAG = "Tag photos"
    LOOK = "Look at verdicts, and correct them"
    CROP = "Make crops"
    APPLICATIONS = "Use other programs"
    SELF = "About phototag itself"


@attrs.frozen
class Entry:
    """What is known of a command before it is imported.

    Attributes:
        home: where it is defined: a module of this package and a name in it.
        section: the heading below which it is listed; None = it is not listed.
        summary: what it does, in one line; the first sentence of its help.
    """

    home: str
    section: Section | None
    summary: str = ""


@attrs.frozen
class Example:
    """A command that a user may type.

    Attributes:
        does: what it is good for, as the beginning of a sentence, without a full stop.
        line: the command line; where it is long, it goes on in the next line after a backslash.
    """

    does: str
    line: str
