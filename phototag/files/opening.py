"""Checks paths, opens files, and detects whether a file has changed since."""

from __future__ import annotations

import contextlib
import os
import re
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import attrs

from phototag import errors
from phototag.files import attributes, folder
from phototag.files.content import SENDS_HANDLES, Content
from phototag.files.folder import Folder, Place
from phototag.files.snapshot import Snapshot

# Limits of any system.
LONGEST_PATH: Final = 32767 if os.name == "nt" else 4096  # bytes
LONGEST_NAME: Final = 255  # characters between two separators

# Non-blocking: it may meanwhile be a FIFO.
_READ: Final = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_BINARY", 0)
)

_DATA_URL: Final = re.compile(r"\s*data:[^,]{0,300},", re.IGNORECASE)
# JPEG, PNG, GIF, WebP, TIFF and related formats in base64: the parts between slashes are as short as names.
_BASE64: Final = re.compile(r"(/9j/|iVBORw0K|R0lGOD|UklGR|SUkq|TU0AK)[A-Za-z0-9+/_\s-]{100,}=*\s*")
_CONTENT: Final = "pass the bytes to analyze(); all other functions take a path"


@attrs.frozen
class FileState:
    """A file's size and times, of which one at least changes with every write.

    Device and inode number are no part of it: they may change when a disk is mounted again.

    Attributes:
        size: bytes.
        mtime_ns: modification time, ns since 1970; programs may set it to any value.
        ctime_ns: time of the last change of content, name, owner or permissions, which only the system sets
            (on Windows, of its creation).
    """

    size: int
    mtime_ns: int
    ctime_ns: int

    @classmethod
    def of(cls, status: os.stat_result) -> FileState:
        """The state in a result of ``os.stat``."""
        return cls(status.st_size, status.st_mtime_ns, status.st_ctime_ns)

    def __str__(self) -> str:
        return f"{self.size}:{self.mtime_ns}:{self.ctime_ns}"


def path_of(given: Any) -> str:
    """The path that a caller has passed, as text; bytes that are not text are escaped.

    A picture's content passed as a path is refused under a placeholder: neither the error nor a log shows any
    byte of a photo.

    Args:
        given: a path, or what was passed as one.

    Raises:
        BadInput: it is not a path.
    """
    try:
        path = os.fspath(given)
    except TypeError:
        kind = type(given).__name__
        remedy = (
            _CONTENT if isinstance(given, (bytearray, memoryview)) else "pass the path of a file"
        )
        raise errors.BadInput(f"<{kind}>", "this is not a path", remedy) from None
    name = os.fsdecode(path)
    if not name:
        raise errors.BadInput("<empty path>", "this is not a path", "pass the path of a file")
    if _may_be_a_path(path) or os.path.lexists(path):
        return name
    if isinstance(path, bytes):
        raise errors.BadInput("<bytes>", "this is not a path", _CONTENT)
    if _DATA_URL.match(name):
        remedy = "decode it and pass the bytes to analyze(); all other functions take a path"
        raise errors.BadInput("<data URL>", "this is not a path", remedy)
    stand_in = f"<text of {len(name)} characters>"
    raise errors.BadInput(stand_in, "this is not a path", _CONTENT)


def names_of(given: Any) -> list[str]:
    """The paths that a caller has passed, one or several, with ``~`` expanded.

    Args:
        given: a path, or an iterable of paths.

    Raises:
        BadInput: one of them is not a path.
    """
    several = isinstance(given, (list, tuple, set, frozenset, dict, Iterator))
    return [os.path.expanduser(path_of(path)) for path in (given if several else [given])]


def absolute(path: str) -> str:
    """The absolute path, without ``~`` and ``..``; links in it are not followed."""
    return os.path.abspath(os.path.expanduser(path))


def is_folder(path: str) -> bool:
    """Whether a path leads to a folder; also False if the system denies access."""
    return os.path.isdir(path)


def _may_be_a_path(path: str | bytes) -> bool:
    """Whether a file could have this name; for bytes, only a check on the disk can tell."""
    if isinstance(path, bytes) or "\0" in path or len(path) > LONGEST_PATH:
        return False
    try:
        long = len(os.fsencode(path)) > LONGEST_PATH
    except UnicodeEncodeError:  # a lone surrogate, which no file system accepts
        return False
    if long:
        return False
    longest = max(map(len, Path(path).parts), default=0)
    return longest <= LONGEST_NAME and not _DATA_URL.match(path) and not _BASE64.fullmatch(path)


def opened(
    path: str, name: str, beside: Folder | None = None
) -> tuple[Place, Content, os.stat_result]:
    """Open a regular file; the caller closes the folder in the place, and the content.

    Args:
        path: path of the file; bytes that are not text are escaped. Links in it are followed.
        name: the path as given by the user, for errors.
        beside: the folder that a relative path begins in.

    Returns:
        Where the file is, its content, and its status at that time.

    Raises:
        PhotoNotFound: there is no such file.
        PhotoNotReadable: a folder or anything else that is not a regular file, no permission, a disk error,
            or a link of another user to a third one's file.
    """
    with _named_errors(name):
        place = folder.locate(path, beside)
        try:
            content, status = _opened(place, name)
        except BaseException:
            place.folder.close()
            raise
        return place, content, status


def snapshot(content: Content, name: str) -> Snapshot:
    """What is in an open file; the caller closes it.

    Args:
        content: the open file.
        name: the path as given by the user, for errors.

    Raises:
        PhotoNotReadable: a disk error.
    """
    with _named_errors(name):
        return Snapshot(content)


def attributes_of(content: Content, name: str) -> dict[str, bytes | None] | None:
    """The extended attributes of an open file; None where it is not open by a descriptor.

    Args:
        content: the open file.
        name: the path as given by the user, for errors.

    Raises:
        PhotoNotReadable: a disk error.
    """
    if content.handle is None:
        return None
    with _named_errors(name):
        return attributes.extended(content.handle)


def _opened(place: Place, name: str) -> tuple[Content, os.stat_result]:
    # To open a device may do something.
    mode = place.folder.stat(place.name).st_mode
    if stat.S_ISDIR(mode):
        raise _is_a_folder(place, name)
    _refuse_unless_regular(mode, name)
    handle = place.folder.open(place.name, _READ)
    try:
        status = os.fstat(handle)
        _refuse_unless_regular(status.st_mode, name)  # it may be another file by now
        _refuse_links_of_others(place, status, name)
        if SENDS_HANDLES:
            return Content(handle=handle), status
        with os.fdopen(os.dup(handle), "rb") as file:
            data = file.read()
    except BaseException:
        os.close(handle)
        raise
    os.close(handle)  # Windows does not replace a file that is open
    return Content(data), status


def _refuse_links_of_others(place: Place, status: os.stat_result, name: str) -> None:
    if not place.trusts(status.st_uid):
        raise errors.PhotoNotReadable(
            name,
            "a link of another user leads to it, and it is not that user's",
            "give the path of the photo itself",
        )


def not_there(name: str) -> errors.PhotoNotFound:
    """The error for a path that leads to nothing.

    Args:
        name: the path as given by the user.
    """
    return errors.PhotoNotFound(name, "this file does not exist", "check the path")


def unseen(name: str) -> errors.PhotoNotReadable | errors.PhotoNotFound | None:
    """Why nothing can be seen at a path, in the words of whoever opens it; None if something is there.

    Args:
        name: the path as given by the user.
    """
    try:
        with _named_errors(name):
            os.lstat(name)
    except (errors.PhotoNotReadable, errors.PhotoNotFound) as error:
        return error
    return None


def missing(paths: Iterable[str]) -> list[errors.PhotoNotFound]:
    """The errors for those of some paths that lead to nothing; ``~`` is expanded."""
    found = []
    for path in paths:
        try:
            os.stat(os.path.expanduser(path))
        except (FileNotFoundError, NotADirectoryError):
            found.append(not_there(path))
        except (OSError, ValueError):  # whatever opens it says what is wrong
            pass
    return found


def folder_not_readable(name: str, error: OSError) -> errors.PhotoNotReadable:
    """The error for a folder whose photos cannot be found.

    Args:
        name: its path as given by the user.
        error: that of the system.
    """
    problem = f"this folder cannot be read ({error.strerror})"
    return errors.PhotoNotReadable(name, problem, "change its permissions")


def _is_a_folder(place: Place, name: str) -> errors.PhotoNotReadable:
    """The error for a folder in place of a photo; a search returns those that it cannot look into."""
    try:
        os.scandir(place.folder.path_of(place.name)).close()
    except OSError as error:
        return folder_not_readable(name, error)
    return errors.PhotoNotReadable(name, "this is a folder", "give the photos in it")


def _refuse_unless_regular(mode: int, name: str) -> None:
    if not stat.S_ISREG(mode):
        raise errors.PhotoNotReadable(name, "this is not a regular file", "give a photo")


@contextlib.contextmanager
def _named_errors(name: str) -> Iterator[None]:
    """Turn errors of the system into those of phototag."""
    try:
        yield
    except errors.PhototagError:
        raise
    except (FileNotFoundError, NotADirectoryError) as error:
        raise not_there(name) from error
    except PermissionError as error:
        raise errors.PhotoNotReadable(
            name, "no permission to read it", "change its permissions"
        ) from error
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        problem = f"it cannot be read ({reason})"
        raise errors.PhotoNotReadable(name, problem, errors.CHECK_DISK) from error
