"""Exchanges the names of two files in one step, if the system supports it."""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from typing import Final

_HERE: Final = -100  # AT_FDCWD of Linux: paths are relative to the working folder
_EXCHANGE: Final = 2  # RENAME_EXCHANGE of Linux
# Errors of old systems and network disks that do not support it.
_UNKNOWN: Final = {errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM}


def exchange(one: str, other: str) -> bool:
    """Exchange the names of two files; False if the system does not support it, and nothing has changed.

    Raises:
        OSError: it is supported but failed.
    """
    if sys.platform != "linux":
        return False
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)  # not in every libc
    if rename is None:
        return False
    if rename(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) == 0:
        return True
    code = ctypes.get_errno()
    if code in _UNKNOWN:
        return False
    raise OSError(code, os.strerror(code), one, None, other)
