"""Names of temporary files, by which those of a process that was killed are known."""

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

# ``prefix()`` and the eight characters that ``mkstemp`` adds; other names are other people's.
_NAME: Final = re.compile(
    re.escape(PREFIX) + r"(?P<machine>[0-9a-f]{8})-(?P<process>[1-9][0-9]*)-[a-z0-9_]{8}"
)
_OLD_SECONDS: Final = 24 * 3600  # no write takes so long; the file of another machine is left over


def prefix() -> str:
    """``.phototag-<machine>-<process>-``."""
    return f"{PREFIX}{_machine()}-{os.getpid()}-"


def make(folder: str) -> tuple[int, str]:
    """A new, empty temporary file, open to be written, which only its owner may read; and its path.

    Raises:
        OSError: the folder takes no file.
    """
    return tempfile.mkstemp(prefix=prefix(), dir=folder)


def clean(path: str, name: str) -> bool:
    """Delete a temporary file of ours if nobody is at work on it any more; whether it was deleted.

    A file of another name, a link and a folder are not ours, whatever they are called.

    Args:
        path: of the file.
        name: its last part.
    """
    found = _NAME.fullmatch(name)
    if found is None:
        return False
    with contextlib.suppress(OSError):
        status = os.lstat(path)
        if not stat.S_ISREG(status.st_mode):
            return False
        # Windows has no harmless question: signal 0 is Ctrl-C there.
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
    except (OSError, OverflowError):  # somebody else's, or of a system with larger numbers
        return True
    return not _is_zombie(process)


def _is_zombie(process: int) -> bool:
    """Whether a process has ended and nobody has asked how: in containers it may stay so for long."""
    try:
        with open(f"/proc/{process}/stat", "rb") as file:
            return file.read().rpartition(b")")[2].split()[0] == b"Z"
    except (OSError, IndexError):  # no such file on this system
        return False
