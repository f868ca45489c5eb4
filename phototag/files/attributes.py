"""What belongs to a file beside its content and owner, copied from descriptor to descriptor.

A name may lead elsewhere by now: whoever may write in the folder can put a link in its place, and root
would change the file that it leads to.  Order and what is passed over are those of ``shutil.copystat``.
"""

from __future__ import annotations

import errno
import os
import stat
from typing import Final

# A file system without such attributes, or one that keeps them to itself.
_WITHOUT: Final = {errno.ENOTSUP, errno.ENODATA, errno.EINVAL}
_NOT_OURS: Final = _WITHOUT | {errno.EPERM, errno.EACCES}


def copy(source: int, target: int, name: str) -> None:
    """Give a file times, extended attributes (access lists among them), mode and flags of another.

    Args:
        source: descriptor of the file that has them.
        target: descriptor of the other.
        name: its path, for systems that cannot do this by descriptor.

    Raises:
        OSError: the disk fails.
    """
    status = os.fstat(source)
    set_times(target, name, (status.st_atime_ns, status.st_mtime_ns))
    _copy_extended(source, target)  # before the mode, which may forbid it
    set_mode(target, name, stat.S_IMODE(status.st_mode))
    _set_flags(name, getattr(status, "st_flags", 0))


def set_times(handle: int, name: str, times: tuple[int, int] | None) -> None:
    """Set when a file was read and changed, ns since 1970; None = now."""
    file = handle if os.utime in os.supports_fd else name  # by name on Windows alone
    if times is None:
        os.utime(file)
    else:
        os.utime(file, ns=times)


def set_mode(handle: int, name: str, mode: int) -> None:
    """Set the permissions of a file."""
    if os.chmod in os.supports_fd:
        os.chmod(handle, mode)
    else:  # Windows knows read-only and no more
        os.chmod(name, mode)


def _copy_extended(source: int, target: int) -> None:
    if not hasattr(os, "listxattr"):  # Linux alone has it in Python
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
    """Flags of macOS and BSD, for which Python takes no descriptor; a link is not followed."""
    set_flags = getattr(os, "lchflags", None)
    if not flags or set_flags is None:
        return
    try:
        set_flags(name, flags)
    except OSError as error:
        if error.errno not in {errno.EOPNOTSUPP, errno.ENOTSUP}:
            raise
