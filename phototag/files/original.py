"""A file that may be replaced, as it was opened, and what must not be replaced."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from typing import Final

import attrs

from phototag.errors import ChangedMeanwhile, NotMade, WriteRefused
from phototag.files import attributes, opening
from phototag.files import folder as folders
from phototag.files.content import Content
from phototag.files.folder import Folder
from phototag.files.open_elsewhere import is_being_written
from phototag.files.opening import FileState
from phototag.files.snapshot import Snapshot

_WRITE_BITS: Final = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH
_READ: Final = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_TOO_LONG: Final = "its name would be longer than the disk allows"


@attrs.frozen(eq=False)
class Original:
    """A file as it was opened.

    Attributes:
        photo: the path as given, for errors.
        path: the path with all links resolved, at that time.
        folder: the open folder: from here on, the file is only looked up there.
        name: its name in the folder.
        content: the content; for a file that does not exist yet, that of its photo.
        state: status of the file at that time; for a file that does not exist yet, that of its photo.
        before: its bytes before they were used; None if it was not opened for writing.
        attributes: its extended attributes at that time; None if it was not opened for writing.
        missing: whether the file does not exist yet.
    """

    photo: str
    path: str
    folder: Folder
    name: str
    content: Content
    state: os.stat_result
    before: Snapshot | None = None
    attributes: dict[str, bytes | None] | None = None
    missing: bool = False

    @property
    def seen(self) -> FileState | None:
        """The file's size and times; None if it is missing."""
        return None if self.missing else FileState.of(self.state)

    def beside(self, name: str) -> Original:
        """A file to be made in the same folder, for those who can read this one."""
        path = self.folder.path_of(name)
        return attrs.evolve(self, photo=path, path=path, name=name, before=None, missing=True)


@contextlib.contextmanager
def open_original(
    path: str | os.PathLike[str], *, beside: Folder | None = None, write: bool = False
) -> Iterator[Original]:
    """Open a file for as long as the context lasts.

    Args:
        path: the file.
        beside: the folder that a relative path begins in; by default the working folder.
        write: whether the file may be replaced.

    Raises:
        PhotoNotFound: there is no such file.
        PhotoNotReadable: a folder, no permission, a disk error.
    """
    photo = os.fsdecode(path)  # a name may have bytes that are not text; they are escaped, not lost
    shown = photo if beside is None else beside.path_of(photo)
    place, content, state = opening.opened(photo, shown, beside)
    real = place.folder.path_of(place.name)
    before = None
    try:
        # Before anybody reads the file to change it: an edit between the two readings is a difference, too.
        before = opening.snapshot(content, shown) if write else None
        labels = opening.attributes_of(content, shown) if write else None
        yield Original(shown, real, place.folder, place.name, content, state, before, labels)
    finally:
        if before is None:
            content.close()
        else:
            before.close()
            content.close_aside()
        place.folder.close()


@contextlib.contextmanager
def new_original(path: str, like: Original) -> Iterator[Original]:
    """A file to be made anywhere, for those who can read another one.

    Raises:
        NotMade: its folder does not exist or cannot be entered, or a link of another user leads to it.
    """
    try:
        place = folders.locate(path)
        trusted = place.trusts(place.folder.owner)
    except OSError as error:
        problem = f"it could not be written: {error.strerror or error}"
        remedy = "choose another folder"
        if error.errno == errno.ENAMETOOLONG:
            problem = _TOO_LONG
            remedy = "choose a shorter name: of one crop with -o FILE (out=), of many with --name (name=)"
        raise NotMade(path, problem, remedy) from error
    try:
        if not trusted:
            problem = "a link of another user leads to its folder, which is not that user's"
            raise NotMade(path, problem, "give the path of the folder itself")
        real = place.folder.path_of(place.name)
        yield attrs.evolve(
            like,
            photo=path,
            path=real,
            folder=place.folder,
            name=place.name,
            before=None,
            missing=True,
        )
    finally:
        place.folder.close()


def refuse_unless_replaceable(original: Original, *, allow_hard_links: bool = False) -> None:
    """Refuse files that must not be replaced.

    Raises:
        WriteRefused: it is read-only, has several names, or has changed since it was read.
    """
    if original.missing:
        try:
            there = original.folder.has(original.name)
        except OSError as error:
            problem = f"it is not known whether it exists ({error.strerror or error})"
            remedy = "try again"
            if error.errno == errno.ENAMETOOLONG:
                problem = _TOO_LONG
                remedy = "give the photo a shorter name"
            raise NotMade(original.photo, problem, remedy) from error
        if there:
            raise created_meanwhile(original)
        return
    # A read-only file could still be replaced, and for root every access check succeeds.
    if not original.state.st_mode & _WRITE_BITS:
        raise WriteRefused(original.photo, "it is read-only", "make it writable first")
    refuse_if_changed(original)
    if not original.folder.is_writable(original.name):
        raise WriteRefused(
            original.photo, "it is not writable by this user", "change its permissions"
        )
    if original.state.st_nlink > 1 and not allow_hard_links:
        raise WriteRefused(
            original.photo,
            "it has several names (hard links), and replacing it would separate them",
            "use --allow-hard-links (allow_hard_links=True), or break the link first",
        )


def refuse_if_changed(original: Original) -> None:
    """Refuse a file that has changed since it was read, as far as its status tells."""
    try:
        now = original.folder.stat(original.name)
    except OSError as error:
        raise ChangedMeanwhile(
            original.photo, "it was deleted in the meantime", "try again"
        ) from error
    if not _is_same(now, original.state) or now.st_ctime_ns != original.state.st_ctime_ns:
        raise changed_meanwhile(original)


def is_as_read(original: Original, name: str) -> bool:
    """Whether a file is the one that was read, byte for byte; False if that cannot be determined.

    Renaming has changed its ctime. Other times may have been set back by the program that has written into it,
    or the disk may keep them in whole seconds: nothing but the bytes is certain. A file that another program has
    open for writing is not as it was read: that program may go on.

    Args:
        original: the file as it was opened.
        name: a name in its folder.
    """
    try:
        handle = original.folder.open(name, _READ)
        try:
            if not _is_same(os.fstat(handle), original.state) or is_being_written(handle):
                return False
            if (
                original.attributes is not None
                and attributes.extended(handle) != original.attributes
            ):
                return False
            return original.before is not None and original.before.is_in(handle)
        finally:
            os.close(handle)
    except OSError:
        return False


def _is_same(now: os.stat_result, before: os.stat_result) -> bool:
    """Whether this is the same file with the same size, time, owner and permissions."""
    return _fingerprint(now) == _fingerprint(before)


def _fingerprint(state: os.stat_result) -> tuple[int, ...]:
    rights = state.st_mode, state.st_uid, state.st_gid
    return state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns, *rights


def changed_meanwhile(original: Original) -> ChangedMeanwhile:
    """The error for a file that is not the one that was read."""
    problem = "another program changed it in the meantime"
    return ChangedMeanwhile(original.photo, problem, "try again")


def created_meanwhile(original: Original) -> ChangedMeanwhile:
    """The error for a file that was to be made and is there."""
    problem = "another program created it in the meantime"
    return ChangedMeanwhile(original.photo, problem, "try again")
