"""Copies a file's attributes, other than content and owner, from descriptor to descriptor.

A name may meanwhile lead elsewhere: anybody with write access to the folder can replace it by a link, and
root would then change the file behind the link. The order, and the errors that are ignored, are those of
``shutil.copystat``.
"""

from __future__ import annotations

import errno
import os
import stat
from typing import Final

# Errors of a file system without such attributes, or one that does not allow access to them.
_WITHOUT: Final = {errno.ENOTSUP, errno.ENODATA, errno.EINVAL}
_NOT_OURS: Final = _WITHOUT | {errno.EPERM, errno.EACCES}


def copy(source: int, target: int, name: str) -> None:
    """Copy times, extended attributes (including access control lists), mode and flags to another file.

    Args:
        source: descriptor of the file with the attributes.
        target: descriptor of the other file.
        name: path of the other file, for systems that cannot do this by descriptor.

    Raises:
        OSError: a disk error.
    """
    status = os.fstat(source)
    set_times(target, name, (status.st_atime_ns, status.st_mtime_ns))
    _copy_extended(source, target)  # before the mode, which may forbid writing
    set_mode(target, name, stat.S_IMODE(status.st_mode))
    _set_flags(name, getattr(status, "st_flags", 0))


def set_times(handle: int, name: str, times: tuple[int, int] | None) -> None:
    """Set a file's access and modification times, ns since 1970; None = now."""
    file = handle if os.utime in os.supports_fd else name  # by name only on Windows
    if times is None:
        os.utime(file)
    else:
        os.utime(file, ns=times)


def set_mode(handle: int, name: str, mode: int) -> None:
    """Set the permissions of a file."""
    if os.chmod in os.supports_fd:
        os.chmod(handle, mode)
    else:  # Windows has only a read-only flag
        os.chmod(name, mode)


def _copy_extended(source: int, target: int) -> None:
    if not hasattr(os, "listxattr"):  # Python has it only on Linux
        return
    try:
        names = os.listxattr(source)
    except OSError as error:
        if error.errno not in _WITHOUT:
            raise
        return
    for name in names:
        try:
            os.setxattr(target, name, os.getxattr(source, name))
        except OSError as error:
            if error.errno not in _NOT_OURS:
                raise


def _set_flags(name: str, flags: int) -> None:
    """Set flags of macOS and BSD, for which Python accepts no descriptor; links are not followed."""
    set_flags = getattr(os, "lchflags", None)
    if not flags or set_flags is None:
        return
    try:
        set_flags(name, flags)
    except OSError as error:
        if error.errno not in {errno.EOPNOTSUPP, errno.ENOTSUP}:
            raise
