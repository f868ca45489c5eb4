"""Replaces a file's content in one step, or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import tempfile
from collections.abc import Iterator
from typing import Final

import attrs

from phototag.errors import ChangedMeanwhile, PhototagError, WriteRefused, WriteUncertain
from phototag.files import attributes, opening, temporary
from phototag.files.content import Content
from phototag.files.opening import FileState
from phototag.files.rename_exchange import exchange

_WRITE_BITS: Final = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH
_REASONS: Final = {
    errno.ENOSPC: ("the disk is full", "free some space"),
    errno.EDQUOT: ("the disk quota is used up", "free some space"),
    errno.EROFS: ("the disk is read-only", "copy the photo elsewhere"),
    errno.EACCES: ("its folder is not writable", "change the folder's permissions"),
    errno.EPERM: ("its folder is not writable", "change the folder's permissions"),
    errno.EFBIG: ("it would exceed the largest file size of the disk", ""),
}


@attrs.frozen
class Original:
    """A file as it was opened.

    Attributes:
        photo: the path as given, for errors.
        path: the path with all links resolved.
        content: the content; empty for a file that does not exist yet.
        state: status of the file at that time; for a file that does not exist yet, that of its photo.
        missing: whether the file does not exist yet.
    """

    photo: str
    path: str
    content: Content
    state: os.stat_result
    missing: bool = False

    @property
    def seen(self) -> FileState | None:
        """The file's size and time; None if it is missing."""
        return None if self.missing else FileState.of(self.state)


@contextlib.contextmanager
def open_original(path: str | os.PathLike[str]) -> Iterator[Original]:
    """Open a file for as long as the context lasts.

    Raises:
        PhotoNotFound: there is no such file.
        PhotoNotReadable: a folder, no permission, a disk error.
    """
    photo = os.fsdecode(path)  # a name may have bytes that are not text; they are escaped, not lost
    real = os.path.realpath(photo)
    content, state = opening.opened(real, photo)
    try:
        yield Original(photo, real, content, state)
    finally:
        content.close()


def refuse_unless_replaceable(original: Original, *, allow_hard_links: bool = False) -> None:
    """Refuse files that must not be replaced.

    Raises:
        WriteRefused: it is read-only, has several names, or has changed since it was read.
    """
    if original.missing:
        if os.path.lexists(original.path):
            raise ChangedMeanwhile(
                original.photo, "another program created it in the meantime", "try again"
            )
        return
    # A read-only file could still be replaced, and for root every access check succeeds.
    if not original.state.st_mode & _WRITE_BITS:
        raise WriteRefused(original.photo, "it is read-only", "make it writable first")
    if not os.access(original.path, os.W_OK):
        raise WriteRefused(
            original.photo, "it is not writable by this user", "change its permissions"
        )
    if original.state.st_nlink > 1 and not allow_hard_links:
        raise WriteRefused(
            original.photo,
            "it has several names (hard links), and replacing it would separate them",
            "use --allow-hard-links (allow_hard_links=True), or break the link first",
        )
    _refuse_if_changed(original)


def _refuse_if_changed(original: Original) -> None:
    try:
        now = os.stat(original.path)
    except OSError as error:
        raise ChangedMeanwhile(
            original.photo, "it was deleted in the meantime", "try again"
        ) from error
    if _fingerprint(now) != _fingerprint(original.state):
        raise ChangedMeanwhile(
            original.photo, "another program changed it in the meantime", "try again"
        )


def _fingerprint(state: os.stat_result) -> tuple[int, int, int, int]:
    return state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns


def replace(
    original: Original,
    new: Content | None,
    *,
    allow_hard_links: bool = False,
    keep_mtime: bool = False,
) -> FileState | None:
    """Replace a file that was opened before by new content.

    Args:
        original: the file as it was opened.
        new: the new content; None to delete the file.
        allow_hard_links: replace a file that has several names; the others keep the old content.
        keep_mtime: keep the file's modification time.

    Returns:
        The state of the new file.

    Raises:
        WriteRefused: the file was not replaced; nothing has changed on disk.
        WriteUncertain: the file was replaced, but the disk did not confirm it.
    """
    refuse_unless_replaceable(original, allow_hard_links=allow_hard_links)
    folder = os.path.dirname(original.path) or "."
    with _refused_on_errors(original.photo):
        if new is not None and not new.size:
            raise WriteRefused(original.photo, "its new content would be empty")
    if new is None:
        with _refused_on_errors(original.photo):
            os.unlink(original.path)
        _sync_folder(folder, original.photo)
        return None
    with _refused_on_errors(original.photo):
        handle, name = temporary.make(folder)
        made = os.fstat(handle)
        try:
            try:
                new.write_to(handle)
                _take_over(original, handle, name, keep_mtime=keep_mtime)
                os.fsync(handle)
                state = FileState.of(os.fstat(handle))
            finally:
                os.close(handle)
            if original.missing:
                _put_new(name, made, original)
            else:
                _put_in_place(name, made, original)
        except WriteUncertain:
            raise
        except BaseException:
            with contextlib.suppress(OSError):
                if os.path.samestat(os.lstat(name), made):  # not another's file
                    os.unlink(name)
            raise
    _sync_folder(folder, original.photo)
    return state


def _refuse_if_swapped(name: str, made: os.stat_result, original: Original) -> None:
    """Check the temporary file: anybody with write access to the folder may have replaced it."""
    try:
        same = os.path.samestat(os.lstat(name), made)
    except FileNotFoundError:
        same = False
    if not same:
        raise WriteRefused(
            original.photo,
            "another program removed the temporary file that holds its new content",
            "check which other programs write to this folder, then try again",
        )


def _put_in_place(name: str, made: os.stat_result, original: Original) -> None:
    """Give the finished file the name of the one it replaces, if that is still the one that was read.

    Another program may replace the file between the check and the renaming. If names can be exchanged, the
    check is made after the exchange, on the file that was replaced: no change by others is lost.
    """
    _refuse_if_changed(original)
    _refuse_if_swapped(name, made, original)
    if not exchange(name, original.path):
        os.replace(name, original.path)
        return
    if not _is(name, original):
        try:
            os.replace(name, original.path)
        except OSError as error:
            with contextlib.suppress(OSError):  # else the next run deletes it
                folder, own = os.path.split(original.path)
                handle, kept = tempfile.mkstemp(prefix=f"{own}.kept-", dir=folder)
                os.close(handle)
                os.rename(name, kept)
                name = kept
            raise WriteUncertain(
                original.photo,
                f"the version that another program wrote at the same time is in {name}",
            ) from error
        raise ChangedMeanwhile(
            original.photo, "another program changed it in the meantime", "try again"
        )
    with contextlib.suppress(OSError):  # the new file is in place; the next run deletes the old one
        os.unlink(name)


def _is(name: str, original: Original) -> bool:
    """Whether a file is the one that was read; False if that cannot be determined."""
    try:
        return _fingerprint(os.lstat(name)) == _fingerprint(original.state)
    except OSError:
        return False


def _put_new(name: str, made: os.stat_result, original: Original) -> None:
    """Give the finished file its name, unless another file has taken that name meanwhile."""
    _refuse_if_swapped(name, made, original)
    try:
        os.link(name, original.path)
    except FileExistsError as error:
        raise ChangedMeanwhile(
            original.photo, "another program created it in the meantime", "try again"
        ) from error
    except OSError:  # a disk without hard links
        refuse_unless_replaceable(original)
        os.rename(name, original.path)
    else:
        # The file is in place; a leftover that cannot be deleted now is deleted by the next run.
        with contextlib.suppress(OSError):
            os.unlink(name)


def _take_over(original: Original, handle: int, name: str, *, keep_mtime: bool) -> None:
    """Copy owner, mode, extended attributes and, on request, times of the file to be replaced."""
    if hasattr(os, "fchown"):
        # Only root may change the owner, and a group of which the user is not a member cannot be kept.
        with contextlib.suppress(PermissionError):
            os.fchown(handle, original.state.st_uid, original.state.st_gid)
    if original.missing:
        # Readable for everybody who can read the photo.
        attributes.set_mode(handle, name, stat.S_IMODE(original.state.st_mode) | stat.S_IWUSR)
        return
    with _descriptor_of(original) as source:
        attributes.copy(source, handle, name)
    if not keep_mtime:
        # Applications read a photo again only if its time has changed.
        attributes.set_times(handle, name, None)


@contextlib.contextmanager
def _descriptor_of(original: Original) -> Iterator[int]:
    """A descriptor of the file that was read, and not of another that now has its name."""
    if original.content.handle is not None:
        yield original.content.handle
        return
    try:
        # Non-blocking: it may meanwhile be a FIFO.
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        handle = os.open(original.path, flags)
    except OSError as error:
        if error.errno not in {errno.ELOOP, errno.ENOENT, errno.EMLINK, errno.ENXIO}:
            raise
        _refuse_if_changed(original)
        raise ChangedMeanwhile(
            original.photo, "it was replaced by a link in the meantime", "try again"
        ) from error
    try:
        # An inode number may be reused at once: compare size and time, too.
        if _fingerprint(os.fstat(handle)) != _fingerprint(original.state):
            raise ChangedMeanwhile(
                original.photo, "another program changed it in the meantime", "try again"
            )
        yield handle
    finally:
        os.close(handle)


@contextlib.contextmanager
def _refused_on_errors(photo: str) -> Iterator[None]:
    try:
        yield
    except PhototagError:
        raise
    except OSError as error:
        usual = (f"it could not be written: {error.strerror or error}", "")
        problem, remedy = _REASONS.get(error.errno or 0, usual)
        raise WriteRefused(photo, problem, remedy) from error


def _sync_folder(folder: str, photo: str) -> None:
    """Make the new name durable; Windows has no such operation and does not need it."""
    if os.name != "posix":
        return
    try:
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        raise WriteUncertain(
            photo,
            f"it was replaced, but the disk did not confirm this: {error.strerror or error}",
            "check the disk, then try again",
        ) from error
