"""An application in which phototag can be used, and how it starts phototag."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final, Self

import attrs

from phototag.errors import PackageMissing
from phototag.integrations.placing import Piece, Standing
from phototag.version import __version__

__all__ = ["Application", "Command", "Standing"]

_START_SECONDS: Final = 60  # a cold disk
#: What a desktop does not set for the programs that it starts.
_NOT_INHERITED: Final = frozenset({"PYTHONHOME", "PYTHONPATH", "PYTHONSTARTUP"})


@attrs.frozen
class Command:
    """How an application starts phototag.

    Attributes:
        program: the absolute path of a program.
        arguments: its arguments, which those of phototag follow.
    """

    program: str
    arguments: tuple[str, ...] = ()

    @classmethod
    def own(cls) -> Self:
        """The command of the phototag that is running.

        It names the interpreter, which an installation by pip, pipx or uv has at a fixed place. ``-P``: no module is
        loaded from the folder in which an application starts it, which may be one of photos.
        """
        return cls(str(Path(sys.executable).absolute()), ("-P", "-m", "phototag"))

    def check(self) -> None:
        """Start it as an application does, without the settings of this terminal.

        Raises:
            PackageMissing: another phototag, or none, has answered.
        """
        kept = {name: value for name, value in os.environ.items() if name not in _NOT_INHERITED}
        found = ""
        try:
            done = subprocess.run(
                self.words("--version"), capture_output=True, text=True, timeout=_START_SECONDS, check=False,
                env=kept, cwd=Path(self.program).anchor, stdin=subprocess.DEVNULL,
            )  # fmt: skip
            found = done.stdout
        except (OSError, subprocess.SubprocessError) as error:
            found = str(error)
        if found.split()[-1:] != [__version__]:
            raise PackageMissing(
                "phototag",
                f"applications could not start this version by {shlex.join(self.words())}",
                "install it, such as with pipx, and run the command of that installation",
            )

    def words(self, *more: str) -> tuple[str, ...]:
        """The command with more arguments, one after the other."""
        return (self.program, *self.arguments, *more)

    def shell(self, *more: str) -> str:
        """The same for a POSIX shell."""
        return shlex.join(self.words(*more))


@attrs.frozen(kw_only=True)
class Application:
    """A program in which phototag can be used.

    Attributes:
        name: as ``phototag integrate`` takes it.
        title: as it calls itself.
        version: finds out which one is installed; None: none. Starts no window, and has a time limit.
        pieces: what it loads. Paths are absolute, and follow the XDG variables and the home folder.
        steps: what the user does next in it, in one or two sentences.
        pieces_in: the same in a folder that the user has chosen; None: its place is fixed.
    """

    name: str
    title: str
    version: Callable[[], str | None]
    pieces: Callable[[Command], tuple[Piece, ...]]
    steps: str
    pieces_in: Callable[[Command, str], tuple[Piece, ...]] | None = None

    def wanted(self, command: Command, folder: str | None) -> tuple[Piece, ...]:
        """What it loads, in the folder that the user has chosen, if any."""
        if folder is None or self.pieces_in is None:
            return self.pieces(command)
        return self.pieces_in(command, folder)
