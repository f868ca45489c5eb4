"""Why a state file cannot be used, and what can be done about each cause; none of them is a reason to delete photos."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from typing import Final

from phototag import errors

ANOTHER: Final = "choose another file with --state"
#: What is lost with a state file that is damaged beyond repair.
AWAY: Final = (
    "rename it, or delete it, and run `phototag tag` again: it cannot be mended; the photos are not harmed, but decisions "
    "that no photo holds, confirmations and what `undo` needs are lost"
)
NOT_OURS: Final = "this is not a state file of phototag"

_HEADER: Final = b"SQLite format 3\0"
_LITTLE: Final = 1 << 16  # bytes: SQLite's shared memory alone takes half of it
_FULL: Final = {errno.ENOSPC, errno.EDQUOT}
_FORBIDDEN: Final = {errno.EACCES, errno.EPERM, errno.EROFS}
_NO_PATH: Final = {errno.ENOENT, errno.ENOTDIR, errno.EEXIST, errno.EISDIR, errno.ELOOP, errno.ENAMETOOLONG}  # fmt: skip
_DAMAGED: Final = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_FAILED: Final = {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}
#: Another process has the file at this moment.
_BUSY: Final = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL}


def is_busy(error: BaseException | None) -> bool:
    """Whether an error says that another process is using the file, so that waiting helps."""
    return _code(error) in _BUSY


def is_damage(error: BaseException | None) -> bool:
    """Whether an error says that the file is damaged."""
    return _code(error) in _DAMAGED


def is_full(error: OSError) -> bool:
    """Whether an error of the system says that there is no space."""
    return error.errno in _FULL


def is_something_else(path: str) -> bool:
    """Whether a file is certainly no SQLite file, such as a photo; False for one that is empty or cannot be read."""
    try:
        with open(path, "rb") as file:
            started = file.read(len(_HEADER))
    except OSError:
        return False
    return bool(started) and started != _HEADER


def not_ours(path: str) -> errors.StateUnusable:
    """The error for a file of something else."""
    return errors.StateUnusable(path, NOT_OURS, ANOTHER)


def unusable(path: str, error: Exception, default: str) -> errors.StateUnusable:
    """The error for a state file with which SQLite or the system has failed.

    Args:
        path: the state file.
        error: what was raised.
        default: the path of the state file that is used without ``--state``.
    """
    if is_something_else(path):
        return not_ours(path)
    cause, remedy = (
        _of_system(path, error) if isinstance(error, OSError) else _of_sqlite(path, error)
    )
    if is_damage(error):
        given = own_state(path, default)
        remedy = f"run `phototag check --repair{given} FOLDER`, with the folder of your photos"
    return errors.StateUnusable(path, f"the state file cannot be used ({cause})", remedy)


def own_state(path: str, default: str) -> str:
    """What a command in a remedy needs to find a state file: nothing for the default one; arguments as for ``unusable``."""
    return "" if path == default else f" --state {errors.as_typed(path)}"


def _of_system(path: str, error: OSError) -> tuple[str, str]:
    """Cause and remedy of an error of the system."""
    where = error.filename
    named = isinstance(where, str) and where != path
    cause = f"{error.strerror or error}{f': {errors.printable_name(where)}' if named else ''}"
    if is_full(error):
        return "the disk is full", _free(path)
    if error.errno in _FORBIDDEN:
        return (
            cause,
            f"change the permissions of {'that folder' if named else 'the file'}, or {ANOTHER}",
        )
    if error.errno in _NO_PATH:
        return cause, f"check its path, and make its folder, or {ANOTHER}"
    return cause, f"{errors.CHECK_DISK}, or {ANOTHER}"


def _of_sqlite(path: str, error: Exception) -> tuple[str, str]:
    """Cause and remedy of an error of SQLite."""
    code = _code(error)
    # Where no shared memory can be made, SQLite says no more than that reading or writing has failed.
    if code == sqlite3.SQLITE_FULL or (code in _FAILED and _is_full(path)):
        return "the disk is full", _free(path)
    if is_busy(error):
        return (
            f"another process is using it: {error}",
            "wait until that has ended, then run the same command again",
        )
    if code in {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN}:
        return str(error), f"change the permissions of the file and of its folder, or {ANOTHER}"
    return str(error), f"{errors.CHECK_DISK}, or {ANOTHER}"


def _free(path: str) -> str:
    folder = errors.printable_name(os.path.dirname(os.path.abspath(path)))
    return f"free some space on the disk of {folder}, or {ANOTHER}"


def _is_full(path: str) -> bool:
    try:
        return shutil.disk_usage(os.path.dirname(os.path.abspath(path))).free < _LITTLE
    except OSError:
        return False


def _code(error: BaseException | None) -> int | None:
    """SQLite's code of an error, without what it adds to it."""
    code = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF
