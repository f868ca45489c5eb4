"""Temporary files, whose names identify leftovers of a killed process."""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import re
import stat
import tempfile
import time
from typing import Final

#: Hidden from applications, and from phototag's own walks.
PREFIX: Final = ".phototag-"

# ``prefix()`` and the eight characters that ``mkstemp`` adds; files with other names are not phototag's.
_NAME: Final = re.compile(
    re.escape(PREFIX) + r"(?P<machine>[0-9a-f]{8})-(?P<process>[1-9][0-9]*)-[a-z0-9_]{8}"
)
_OLD_SECONDS: Final = 24 * 3600  # longer than any write: an older file is a leftover


def prefix() -> str:
    """``.phototag-<machine>-<process>-``."""
    return f"{PREFIX}{_machine()}-{os.getpid()}-"


def make(folder: str) -> tuple[int, str]:
    """Create an empty temporary file, open for writing and readable only by its owner; return it and its path.

    Raises:
        OSError: no file can be created in the folder.
    """
    return tempfile.mkstemp(prefix=prefix(), dir=folder)


def clean(path: str, name: str) -> bool:
    """Delete one of phototag's temporary files if no process uses it any more; return whether it was deleted.

    A file with another kind of name, a link or a folder is never deleted.

    Args:
        path: of the file.
        name: the last part of the path.
    """
    found = _NAME.fullmatch(name)
    if found is None:
        return False
    with contextlib.suppress(OSError):
        status = os.lstat(path)
        if not stat.S_ISREG(status.st_mode):
            return False
        # Windows has no harmless way to ask: signal 0 is Ctrl-C there.
        here = os.name != "nt" and found["machine"] == _machine()
        if here and _runs(int(found["process"])):
            return False
        if not here and time.time() - status.st_mtime < _OLD_SECONDS:
            return False
        os.unlink(path)
        return True
    return False


def _machine() -> str:
    return hashlib.blake2b(platform.node().encode(), digest_size=4).hexdigest()


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):  # another user's, or too large a number
        return True
    return not _is_zombie(process)


def _is_zombie(process: int) -> bool:
    """Whether a process has ended but its parent has not waited for it: in containers this may last long."""
    try:
        with open(f"/proc/{process}/stat", "rb") as file:
            return file.read().rpartition(b")")[2].split()[0] == b"Z"
    except (OSError, IndexError):  # no such file on this system
        return False
