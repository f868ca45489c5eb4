"""Copies what belongs to a file but is not its content: owner, permissions, access lists, attributes, times.

All of it goes from descriptor to descriptor: a name may meanwhile lead elsewhere, since anybody with write access to
the folder can replace it by a link, and root would then change the file behind the link.

Nobody may do more with the new file than with the old one, at no moment: it belongs to its maker alone until all else
is done, the permissions come last, and what cannot be kept takes rights away instead of adding any.
"""

from __future__ import annotations

import contextlib
import ctypes
import enum
import errno
import os
import stat
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

#: What ``copy`` calls what it could not keep.
OWNER: Final = "owner"
GROUP: Final = "group"
ACCESS_LIST: Final = "access list"

_POSIX_LIST: Final = "system.posix_acl_access"
_ACCESS_LISTS: Final = {_POSIX_LIST, "system.nfs4_acl", "system.richacl"}
# The kernel's own statements about the content, which is another now.
_OF_CONTENT: Final = {"security.ima", "security.evm"}
# Attributes that are somebody's; others describe how a disk stores the file.
_KEPT: Final = ("user.", "security.", "trusted.")
# Errors of a file system without such attributes, or one that does not allow access to them.
_WITHOUT: Final = {errno.ENOTSUP, errno.ENODATA, errno.EINVAL}
_NOT_OURS: Final = _WITHOUT | {errno.EPERM, errno.EACCES}
_SET_IDS: Final = stat.S_ISUID | stat.S_ISGID
_SECOND: Final = 10**9  # ns
_LATER: Final = (1, 2)  # s; FAT has only even seconds


class FileTime(enum.Enum):
    """The modification time that a changed file gets."""

    KEPT = "kept"  # that of the file before
    LATER = "later"  # a second later than that: enough to be noticed, and still its date
    NOW = "now"


def copy(source: int, target: int, path: str, *, time: FileTime) -> tuple[str, ...]:
    """Give a new file what belongs to an old one; return what could not be kept, in words.

    Args:
        source: descriptor of the old file.
        target: descriptor of the new one, which is its maker's alone.
        path: of the new one, for systems that cannot do this by descriptor.
        time: the modification time of the new file; unless it is the present, the access time is kept.

    Raises:
        OSError: a disk error.
    """
    status = os.fstat(source)
    lost = _copy_owner(status, target)
    lost += _copy_extended(source, target)  # before the mode, which may forbid writing
    _set_time(status, target, path, time)
    lost += _copy_access(source, status, target, path, lost)
    _set_flags(target, getattr(status, "st_flags", 0))
    return tuple(lost)


def copy_access(source: int | None, status: os.stat_result, target: int, path: str) -> None:
    """Make a new file readable for those who can read another one, or for fewer.

    Args:
        source: descriptor of the other file; None where its access list is unknown.
        status: of the other file.
        target: descriptor of the new one, which is its maker's alone.
        path: of the new one, for systems that cannot do this by descriptor.

    Raises:
        OSError: a disk error.
    """
    lost = _copy_owner(status, target)
    _copy_access(source, status, target, path, lost, more=stat.S_IWUSR)


def remove_inherited_access(handle: int) -> None:
    """Take away the access list that a new file has from its folder: it may give rights that the photo does not."""
    if hasattr(os, "removexattr"):
        with _ignored(_NOT_OURS):
            os.removexattr(handle, _POSIX_LIST)


def _set_time(before: os.stat_result, target: int, path: str, time: FileTime) -> None:
    if time is FileTime.NOW:
        set_times(target, path, None)
        return
    seconds = _LATER if time is FileTime.LATER else (0,)
    for second in seconds:
        set_times(target, path, (before.st_atime_ns, before.st_mtime_ns + second * _SECOND))
        if os.fstat(target).st_mtime_ns > before.st_mtime_ns:
            return


def set_times(handle: int, path: str, times: tuple[int, int] | None) -> None:
    """Set a file's access and modification times, ns since 1970; None = now."""
    file = handle if os.utime in os.supports_fd else path  # by name only on Windows
    if times is None:
        os.utime(file)
    else:
        os.utime(file, ns=times)


def set_mode(handle: int, path: str, mode: int) -> None:
    """Set the permissions of a file."""
    if os.chmod in os.supports_fd:
        os.chmod(handle, mode)
    else:  # Windows has only a read-only flag
        os.chmod(path, mode)


def extended(handle: int, wanted: set[str] | None = None) -> dict[str, bytes | None]:
    """The extended attributes of a file; None is one that may not be read. Python knows them on Linux alone.

    Args:
        handle: descriptor of the file.
        wanted: their names; all unless given.

    Raises:
        OSError: a disk error.
    """
    found: dict[str, bytes | None] = {}
    if not hasattr(os, "listxattr"):
        return found
    with _ignored(_WITHOUT):
        for name in os.listxattr(handle):
            if wanted is None or name in wanted:
                try:
                    found[name] = os.getxattr(handle, name)
                except OSError as error:
                    if error.errno not in _NOT_OURS:
                        raise
                    if error.errno not in _WITHOUT:  # else it has just been removed
                        found[name] = None
    return found


@contextlib.contextmanager
def _ignored(codes: set[int]) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in codes:
            raise


def _copy_owner(status: os.stat_result, target: int) -> list[str]:
    """Only root may change the owner, and a group of which the user is not a member cannot be kept."""
    if not hasattr(os, "fchown"):
        return []
    wanted = {OWNER: status.st_uid, GROUP: status.st_gid}
    for owner in (status.st_uid, -1):  # the group alone may be possible
        with _ignored(_NOT_OURS):
            os.fchown(target, owner, status.st_gid)
            break
    now = os.fstat(target)
    found = {OWNER: now.st_uid, GROUP: now.st_gid}
    return [name for name in wanted if wanted[name] != found[name]]


def _copy_extended(source: int, target: int) -> list[str]:
    """Copy extended attributes other than access lists."""
    lost = []
    there = extended(target)
    for name, value in extended(source).items():
        if name in _ACCESS_LISTS or (value is not None and there.get(name) == value):
            continue
        if value is not None and name not in _OF_CONTENT:
            with _ignored(_NOT_OURS):
                os.setxattr(target, name, value)
                continue
        if name.startswith(_KEPT) and not (name in _OF_CONTENT and name in there):
            lost.append(name)
    return lost


def _copy_access(
    source: int | None,
    status: os.stat_result,
    target: int,
    path: str,
    changed: list[str],
    *,
    more: int = 0,
) -> list[str]:
    """Set access list and mode; return the access list's name if it could not be kept."""
    lists = {} if source is None else extended(source, _ACCESS_LISTS)
    # An access list speaks of the file's group, too.
    kept = GROUP not in changed and None not in lists.values()
    if kept:
        try:
            for name, value in lists.items():
                os.setxattr(target, name, value or b"")
        except OSError as error:
            if error.errno not in _NOT_OURS:
                raise
            kept = False
    if lists and not kept:
        # The list may forbid as well as allow: without it, only the owner's rights are known.
        set_mode(target, path, (_mode(status, changed) & stat.S_IRWXU) | more)
        return [ACCESS_LIST]
    set_mode(target, path, _mode(status, changed) | more)
    return []


def _mode(status: os.stat_result, changed: list[str]) -> int:
    """The permissions of a file that may have another owner and group by now.

    Members of the new group had the rights of others, members of the old one get them: both get what both had.
    """
    mode = stat.S_IMODE(status.st_mode)
    if changed:
        mode &= ~_SET_IDS
    if GROUP in changed:
        both = (mode >> 3) & mode & stat.S_IRWXO
        mode = (mode & ~(stat.S_IRWXG | stat.S_IRWXO)) | both << 3 | both
    return mode


def _set_flags(handle: int, flags: int) -> None:
    """Set flags of macOS and BSD, for which Python accepts no descriptor."""
    if not flags or not hasattr(os, "chflags"):
        return
    library = ctypes.CDLL(None, use_errno=True)
    if library.fchflags(handle, ctypes.c_ulong(flags)):
        code = ctypes.get_errno()
        if code not in {errno.EOPNOTSUPP, errno.ENOTSUP}:
            raise OSError(code, os.strerror(code))
