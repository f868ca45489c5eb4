"""Names of temporary files, by which those of a process that was killed are known."""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import time
from typing import Final

#: Hidden from applications, and from phototag's own walks.
PREFIX: Final = ".phototag-"

_OLD_SECONDS: Final = 24 * 3600  # no write takes so long; the file of another machine is left over


def prefix() -> str:
    """``.phototag-<machine>-<process>-``."""
    return f"{PREFIX}{_machine()}-{os.getpid()}-"


def clean(path: str, name: str) -> bool:
    """Delete a temporary file if nobody is at work on it any more; whether it was deleted.

    Args:
        path: of the file.
        name: its last part, which starts with ``PREFIX``.
    """
    machine, _, rest = name.removeprefix(PREFIX).partition("-")
    process = rest.partition("-")[0]
    with contextlib.suppress(OSError):
        # Windows has no harmless question: signal 0 is Ctrl-C there.
        here = os.name != "nt" and machine == _machine() and process.isdecimal()
        if here and _runs(int(process)):
            return False
        if not here and time.time() - os.stat(path).st_mtime < _OLD_SECONDS:  # noqa: PTH116
            return False
        os.unlink(path)  # noqa: PTH108
        return True
    return False


def _machine() -> str:
    return hashlib.blake2b(platform.node().encode(), digest_size=4).hexdigest()


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # somebody else's
        return True
    return not _is_zombie(process)


def _is_zombie(process: int) -> bool:
    """Whether a process has ended and nobody has asked how: in containers it may stay so for long."""
    try:
        with open(f"/proc/{process}/stat", "rb") as file:  # noqa: PTH123 - as everything here
            return file.read().rpartition(b")")[2].split()[0] == b"Z"
    except (OSError, IndexError):  # no such file on this system
        return False
