"""Whether another program has a file open for writing: Linux knows, and says so when it is asked for a lease."""

from __future__ import annotations

import contextlib
import errno
import signal
import sys


def is_being_written(handle: int) -> bool:
    """Whether any program has a file open for writing; False where the system or the disk does not say.

    A lease for reading is given only while nobody has the file open for writing. It is given back at once.

    Args:
        handle: a descriptor for reading.
    """
    if sys.platform != "linux":
        return False
    import fcntl  # noqa: PLC0415 - not on every system

    try:
        # Whoever opens the file meanwhile has this process told, by a signal that would end it: take one that is
        # ignored.
        fcntl.fcntl(handle, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except OSError as error:  # another user's file, or a network disk
        return error.errno == errno.EAGAIN
    with contextlib.suppress(OSError):
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    return False
