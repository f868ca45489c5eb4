"""Two ways of renaming that the standard library lacks: exchanging two names, and never over another file."""

from __future__ import annotations

import ctypes
import errno
import functools
import os
import sys
from typing import Any, Final

from phototag.files.folder import Folder

_HERE: Final = -100  # AT_FDCWD of Linux: paths are relative to the working folder
_NO_REPLACE: Final = 1  # RENAME_NOREPLACE of Linux
_EXCHANGE: Final = 2  # RENAME_EXCHANGE of Linux
# Errors of old systems and network disks that do not support it.
_UNKNOWN: Final = {errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM}


def exchange(folder: Folder, one: str, other: str) -> bool:
    """Exchange the names of two files; False if the system does not support it, and nothing has changed.

    Raises:
        OSError: it is supported but failed.
    """
    return _renamed(folder, one, other, _EXCHANGE)


def move(folder: Folder, name: str, target: str) -> None:
    """Rename a file, if nothing has the new name.

    Raises:
        FileExistsError: something has it.
        OSError: it failed.
    """
    if _renamed(folder, name, target, _NO_REPLACE):
        return
    here = folder.handle
    try:
        os.link(folder.at(name), folder.at(target), src_dir_fd=here, dst_dir_fd=here)
    except FileExistsError:
        raise
    except OSError:  # a disk without hard links
        if folder.has(target):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), target) from None
        os.rename(folder.at(name), folder.at(target), src_dir_fd=here, dst_dir_fd=here)
    else:
        folder.unlink(name)


def _renamed(folder: Folder, one: str, other: str, flag: int) -> bool:
    rename = _renameat2()
    if rename is None:
        return False
    here = _HERE if folder.handle is None else folder.handle
    if rename(here, os.fsencode(folder.at(one)), here, os.fsencode(folder.at(other)), flag) == 0:
        return True
    code = ctypes.get_errno()
    if code in _UNKNOWN:
        return False
    raise OSError(code, os.strerror(code), one, None, other)


@functools.cache
def _renameat2() -> Any:
    """The function of the C library; None where there is none."""
    if sys.platform != "linux":
        return None
    return getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
