"""Names of temporary files, by which the next run tells leftovers of a killed process from anybody else's files.

There are two kinds of names, because a temporary file may hold two kinds of content:

- ``.phototag-<machine>-<process>-<random>``: only ever content that phototag is writing. A leftover is deleted.
- ``.phototag-<machine>-<process>-<new>-<old>-<photo>``: a file whose name is exchanged with that of the photo. Before
  the exchange it is phototag's, afterwards it is what was in the photo's place: the version that was read, or one that
  another program has saved at that moment. ``new`` identifies the new file (inode number, size and time), ``old`` the
  bytes that were read, ``photo`` the photo's name. Where a process was killed decides what lies there:

  ========================================  ============================  =======================================
  killed                                    under the temporary name      the next run
  ========================================  ============================  =======================================
  before the exchange                       the new file (``new``)        deletes it: the photo is as it was
  after it, before the bytes are compared   the old bytes (``old``)       deletes it: its successor is in place
  ..                                        another program's bytes       reports it: its only copy may be here
  after those have been put back            the new file (``new``)        deletes it
  ========================================  ============================  =======================================

  ``new`` is zeros where the photo's file is to be deleted: the old bytes are those that were to go.

Both proofs hold on a copy of the folder, too, or do not apply: then the file is reported. Nothing else is ever deleted.
"""

from __future__ import annotations

import contextlib
import enum
import hashlib
import os
import platform
import re
import secrets
import stat
import time
from typing import TYPE_CHECKING, Final

from phototag.files import private
from phototag.files.content import Content

if TYPE_CHECKING:
    from phototag.files.folder import Folder

#: Hidden from applications, and from phototag's own walks.
PREFIX: Final = ".phototag-"

_DIGITS: Final = 16  # of each hash in a name
_NOTHING: Final = "0" * _DIGITS
# ``prefix()`` and what the functions below add; files with other names are not phototag's.
_NAME: Final = re.compile(
    re.escape(PREFIX) + r"(?P<machine>[0-9a-f]{8})-(?P<process>[1-9][0-9]*)-"
    r"(?:[a-z0-9_]{8}|(?P<new>[0-9a-f]{16})-(?P<old>[0-9a-f]{32})-(?P<photo>[0-9a-f]{16}))"
)
_OLD_SECONDS: Final = 24 * 3600  # longer than any write: an older file is a leftover
_ATTEMPTS: Final = 100


class Use(enum.Enum):
    """Whose a file is whose name begins with ``PREFIX``."""

    LEFTOVER = (
        enum.auto()
    )  # the process that made it has ended, and only phototag's bytes are in it
    ANOTHERS = enum.auto()  # that process has ended, but the bytes may be another program's
    IN_USE = enum.auto()
    UNKNOWN = enum.auto()  # the process may be running on another computer
    FOREIGN = enum.auto()  # not one of phototag's temporary files


def prefix() -> str:
    """``.phototag-<machine>-<process>-``."""
    return f"{PREFIX}{_machine()}-{os.getpid()}-"


def name() -> str:
    """A new name for a file that holds only what phototag writes."""
    return f"{prefix()}{secrets.token_hex(4)}"


def exchange_name(new: os.stat_result | None, old: bytes, photo: str) -> str:
    """A name for a file that is to be exchanged with a photo.

    Args:
        new: status of the new file; None if the photo's file is to be deleted.
        old: digest of the bytes that were read.
        photo: the photo's name in its folder.
    """
    return f"{prefix()}{_NOTHING if new is None else _identity(new)}-{_old(old)}-{_photo(photo)}"


def make(folder: Folder) -> tuple[int, str]:
    """Create an empty temporary file, open for its owner alone; return its descriptor and name.

    Raises:
        OSError: no file can be created in the folder.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    for _ in range(_ATTEMPTS):
        made = name()
        with contextlib.suppress(FileExistsError):
            return folder.open(made, flags, private.FILE), made
    raise FileExistsError(f"{folder.path}: no temporary name is free")


def clean(folder: Folder, found: str) -> str | None:
    """Delete one of phototag's temporary files if no process uses it any more and nobody else's bytes are in it.

    A file with another kind of name, a link or a folder is never deleted.

    Args:
        folder: an open folder.
        found: a name in it.

    Returns:
        A sentence for the user if the file may be somebody else's, with what to do; None otherwise.
    """
    with contextlib.suppress(OSError):
        use = use_of(folder, found)
        if use is Use.ANOTHERS:
            return sentence(folder, found)
        if use is Use.LEFTOVER:
            folder.unlink(found)
    return None


def use_of(folder: Folder, found: str) -> Use:
    """Whose a file is, and whether a process uses it.

    Args:
        folder: an open folder.
        found: a name in it.

    Raises:
        OSError: the file is gone, or the disk does not say.
    """
    parts, status = _NAME.fullmatch(found), folder.stat(found)
    if parts is None or not stat.S_ISREG(status.st_mode):
        return Use.FOREIGN
    # Windows has no harmless way to ask: signal 0 is Ctrl-C there.
    here = os.name != "nt" and parts["machine"] == _machine()
    if here and _runs(int(parts["process"])):
        return Use.IN_USE
    if not here and time.time() - status.st_mtime < _OLD_SECONDS:
        return Use.UNKNOWN
    if parts["new"] is not None and not _is_known(folder, found, parts, status):
        return Use.ANOTHERS
    return Use.LEFTOVER


def _is_known(folder: Folder, found: str, parts: re.Match[str], status: os.stat_result) -> bool:
    """Whether a leftover is a new file of phototag's, or an old one whose successor is in place."""
    if _identity(status) == parts["new"]:
        return True
    if parts["new"] != _NOTHING and _photo_of(folder, parts["photo"]) is None:
        return False
    handle = folder.open(
        found, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    )
    try:
        same = os.path.samestat(os.fstat(handle), status)
        return same and _old(Content(handle=handle).digest()) == parts["old"]
    finally:
        os.close(handle)


def sentence(folder: Folder, found: str) -> str:
    """What to tell about a file that may be another program's, with what to do."""
    parts = _NAME.fullmatch(found)
    of = None if parts is None or parts["photo"] is None else _photo_of(folder, parts["photo"])
    what = "a photo in this folder" if of is None else of
    return (
        f"this may be another program's version of {what}, saved at the moment when phototag was ended; "
        "keep the better one of the two, and delete or rename this file"
    )


def _photo_of(folder: Folder, photo: str) -> str | None:
    """The name in a folder whose hash this is."""
    return next((name for name in folder.names() if _photo(name) == photo), None)


def _identity(new: os.stat_result) -> str:
    return _hash(f"{new.st_ino}:{new.st_size}:{new.st_mtime_ns}".encode())


def _old(digest: bytes) -> str:
    return digest.hex()[: 2 * _DIGITS]


def _photo(name: str) -> str:
    return _hash(os.fsencode(name))


def _hash(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=_DIGITS // 2).hexdigest()


def _machine() -> str:
    return hashlib.blake2b(platform.node().encode(), digest_size=4).hexdigest()


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):  # another user's, or too large a number
        return True
    return not _is_zombie(process)


def _is_zombie(process: int) -> bool:
    """Whether a process has ended but its parent has not waited for it: in containers this may last long."""
    try:
        with open(f"/proc/{process}/stat", "rb") as file:
            return file.read().rpartition(b")")[2].split()[0] == b"Z"
    except (OSError, IndexError):  # no such file on this system
        return False
