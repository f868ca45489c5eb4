"""Files and folders that only their owner may read, whatever the umask says: they tell of people's photos."""

from __future__ import annotations

import os
from typing import Final

FILE: Final = 0o600
_FOLDER: Final = 0o700


def make_folder(path: str | os.PathLike[str]) -> None:
    """Make a folder and those above it; the permissions of folders that exist stay."""
    above = os.path.dirname(os.fspath(path))
    if above and not os.path.isdir(above):
        make_folder(above)
    try:
        os.mkdir(path, _FOLDER)
    except FileExistsError:
        if not os.path.isdir(path):
            raise


def make_file(path: str | os.PathLike[str]) -> None:
    """Make an empty file, if there is none; the permissions of one that exists stay."""
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, FILE))
