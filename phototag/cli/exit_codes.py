"""How commands end: one exit code for each family of errors.

The table in the documentation and the end of ``phototag --help`` are generated from this enum.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Self

from phototag.errors import BadArgument, SetupError

if TYPE_CHECKING:
    from phototag.errors import PhototagError


class ExitCode(enum.IntEnum):
    """The exit code of a command; ``meaning`` says when a command ends with it."""

    meaning: str

    ALL_WELL = 0, "success"
    SOME_FAILED = (
        1,
        "at least one photo failed, `check` found a problem, or `integrate` left a changed file; all were processed",
    )
    USAGE = 2, "wrong usage; nothing was done"
    SETUP = (
        3,
        "setup problem: the installation, a configuration file, another run, or output that is not writable",
    )
    INTERRUPTED = 130, "stopped early by Ctrl-C, TERM or HUP"

    def __new__(cls, number: int, meaning: str) -> Self:
        """A number and its meaning."""
        code = int.__new__(cls, number)
        code._value_ = number
        code.meaning = meaning
        return code


def code_of(error: PhototagError) -> ExitCode:
    """The exit code of a command that ends because of an error."""
    if isinstance(error, BadArgument):
        return ExitCode.USAGE
    return ExitCode.SETUP if isinstance(error, SetupError) else ExitCode.SOME_FAILED


def listed() -> str:
    """All codes, one per line."""
    return "\n".join(f"{code:>3}  {code.meaning}" for code in ExitCode)
