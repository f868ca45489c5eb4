"""Whether a file is gone, or only out of reach: in a folder that cannot be read, or on a disk that is not connected."""

from __future__ import annotations

import os
from typing import Final

#: A ``ValueError`` is raised for what is no name of a file, such as one with a null character.
_NOT_THERE: Final = (FileNotFoundError, NotADirectoryError, ValueError)


def is_gone(path: str) -> bool:
    """Whether there is certainly no file or folder of this name; False where the folder above cannot be read."""
    try:
        os.lstat(path)
    except _NOT_THERE:
        return True
    except OSError:
        return False
    return False


def out_of_reach(path: str) -> str:
    """Why it is not known whether a file is there; empty if it is known."""
    try:
        os.lstat(path)
    except _NOT_THERE:
        return ""
    except OSError as error:
        return error.strerror or str(error)
    return ""


def is_empty(folder: str) -> bool:
    """Whether nothing at all is in a folder, as in one to which a disk or network share is not connected, or no folder is there."""
    try:
        with os.scandir(folder) as inside:
            return not any(True for _ in inside)
    except FileNotFoundError:
        return True
    except OSError:
        return False
