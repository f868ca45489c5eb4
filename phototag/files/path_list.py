"""Reads paths from a file: each is followed by a null byte, the only one that no path contains."""

from __future__ import annotations

import os
import sys
from typing import Final

from phototag.errors import BadValue

STANDARD_INPUT: Final = "-"
_REMEDY: Final = "`find -print0` and `phototag list --format paths` write it so"


def read(name: str) -> tuple[str, ...]:
    """The paths in a file, in its order; the last one may lack its null byte, and empty ones are left out.

    Args:
        name: path of the file; ``-`` for standard input.

    Raises:
        BadValue: the file cannot be read, or it holds one path per line.
    """
    content = _content(name)
    if b"\0" not in content and b"\n" in content:
        raise BadValue("paths_from", "each path must be followed by a null byte", _REMEDY)
    return tuple(os.fsdecode(path) for path in content.split(b"\0") if path)


def _content(name: str) -> bytes:
    try:
        if name == STANDARD_INPUT:
            if sys.stdin is None:
                raise BadValue("paths_from", "there is no standard input", "name a file")
            return sys.stdin.buffer.read()
        with open(name, "rb") as file:
            return file.read()
    except OSError as error:
        problem = f"the file cannot be read ({error.strerror or error})"
        raise BadValue("paths_from", problem, "check its path and its permissions") from error
