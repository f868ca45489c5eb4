"""Landlock, a part of the Linux kernel: a process gives up its access to files, and cannot get it back.

The numbers are those of ``linux/landlock.h``; kernels of all architectures share them.
"""

from __future__ import annotations

import ctypes
import os
import stat
import struct
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # system calls
_VERSION_FLAG, _PATH_BENEATH = 1, 1
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
# Rights over files and folders that each version of Landlock knows: reading, writing, starting, making, removing
# (1), linking and renaming into other folders (2), truncating (3), commands to devices (5).
_RIGHTS: Final = {1: (1 << 13) - 1, 2: 1 << 13, 3: 1 << 14, 5: 1 << 15}
_TCP: Final = (4, 0b11)  # from this version on: to bind a port, and to connect to one
_SCOPES: Final = (6, 0b11)  # from this version on: abstract Unix sockets, and signals to others

READ: Final = _READ_FILE | _READ_DIR
READ_AND_WRITE: Final = _READ_FILE | _WRITE_FILE
KEEP_FILES: Final = (
    READ_AND_WRITE | _READ_DIR | 1 << 5 | 1 << 8 | 1 << 14
)  # removed, made, truncated
START: Final = _READ_FILE | _EXECUTE


def version() -> int:
    """The version of Landlock; 0 if the kernel has none, or does not allow it."""
    found: int = _libc().syscall(_CREATE_RULESET, None, 0, _VERSION_FLAG)
    return max(0, found)


def restrict(rules: Iterable[tuple[str, int]]) -> None:
    """Give up all access to files, but for these paths and what is below them, for this thread and its children.

    Args:
        rules: paths, and what may be done there: ``READ``, ``START``. A path that is not there is left out.

    Raises:
        OSError: it is not possible.
    """
    known = version()
    if not known:
        raise OSError("this kernel has no Landlock")
    rights = sum(bits for since, bits in _RIGHTS.items() if since <= known)
    tcp, scopes = (bits if since <= known else 0 for since, bits in (_TCP, _SCOPES))
    attributes = struct.pack("=QQQ", rights, tcp, scopes)
    attributes = attributes[: 8 if known < _TCP[0] else 16 if known < _SCOPES[0] else 24]
    ruleset = _called(_CREATE_RULESET, attributes, len(attributes), 0)
    try:
        for path, wanted in rules:
            _allow(ruleset, path, wanted & rights)
        _called(_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: str, wanted: int) -> None:
    try:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:  # what is not there needs no rule
        return
    try:
        if not stat.S_ISDIR(os.fstat(handle).st_mode):
            wanted &= READ_AND_WRITE | _EXECUTE
        rule = struct.pack("=Qi", wanted, handle)
        _called(_ADD_RULE, ruleset, _PATH_BENEATH, rule, 0)
    finally:
        os.close(handle)


def _called(number: int, *arguments: int | bytes) -> int:
    """Make a system call for which libc has no function."""
    given = [ctypes.c_long(one) if isinstance(one, int) else one for one in arguments]
    result: int = _libc().syscall(ctypes.c_long(number), *given)
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
