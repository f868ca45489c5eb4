"""Two files change names in one step, where the system can do that."""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from typing import Final

_HERE: Final = -100  # AT_FDCWD of Linux: paths count from the working folder
_EXCHANGE: Final = 2  # RENAME_EXCHANGE of Linux
# What old systems and network disks answer that have no such step.
_UNKNOWN: Final = {errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM}


def exchange(one: str, other: str) -> bool:
    """Let two files change names; False where this cannot be done, and nothing is.

    Raises:
        OSError: it could be done, and failed.
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
