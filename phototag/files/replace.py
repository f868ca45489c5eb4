"""Replaces a file's content in one step, or not at all.

The new content is written to a file without a name. Only the finished file gets one: a temporary name, which is then
exchanged with that of the photo. What was in the photo's place now lies under the temporary name, whoever put it there:
its bytes are compared with those that were read before it is deleted, and if they differ, the names are exchanged back.
At any moment each program's version has a name; ``temporary`` says how the next run tells them apart after a kill.

Where names cannot be exchanged, the bytes are compared immediately before the renaming.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
from collections.abc import Iterator
from typing import Final

import attrs

from phototag.errors import (
    REPORT,
    ChangedMeanwhile,
    NotMade,
    PhototagError,
    WriteRefused,
    WriteUncertain,
)
from phototag.files import attributes, temporary
from phototag.files.attributes import FileTime
from phototag.files.content import Content
from phototag.files.opening import FileState
from phototag.files.original import (
    Original,
    changed_meanwhile,
    created_meanwhile,
    is_as_read,
    refuse_if_changed,
    refuse_unless_replaceable,
)
from phototag.files.rename_exchange import exchange, move
from phototag.files.unfinished import Unfinished, unfinished

_REASONS: Final = {
    errno.ENOSPC: ("the disk is full", "free some space"),
    errno.EDQUOT: ("the disk quota is used up", "free some space"),
    errno.EROFS: ("the disk is read-only", "copy the photo elsewhere"),
    errno.EACCES: ("its folder is not writable", "change the folder's permissions"),
    errno.EPERM: ("its folder is not writable", "change the folder's permissions"),
    errno.EFBIG: ("it would exceed the largest file size of the disk", ""),
}


@attrs.frozen
class Replaced:
    """What became of a file.

    Attributes:
        state: the state of the new file; None if it was deleted.
        not_kept: what the old file had and the new one has not: ``owner``, ``group``, ``access list``, or an
            extended attribute.
    """

    state: FileState | None
    not_kept: tuple[str, ...] = ()


def replace(
    original: Original,
    new: Content | None,
    *,
    allow_hard_links: bool = False,
    allow_new_owner: bool = False,
    allow_empty: bool = False,
    time: FileTime = FileTime.NOW,
) -> Replaced:
    """Replace a file that was opened before by new content.

    Args:
        original: the file as it was opened.
        new: the new content; None to delete the file.
        allow_hard_links: replace a file that has several names; the others keep the old content.
        allow_new_owner: replace a file whose owner, group, access list or attributes cannot be kept.
        allow_empty: the new content may have no bytes, as no photo has.
        time: the modification time of the new file; a file that was not there before gets the present.

    Raises:
        WriteRefused: the file was not replaced; nothing has changed on disk.
        WriteUncertain: the file was replaced, but the disk did not confirm it.
    """
    refuse_unless_replaceable(original, allow_hard_links=allow_hard_links)
    with _refused_on_errors(original):
        # A sidecar may have been empty before phototag.
        may_be_empty = allow_empty or original.path.lower().endswith(".xmp")
        if new is None:
            _delete(original)
            done = Replaced(None)
        elif not new.size and not may_be_empty:
            raise WriteRefused(original.photo, "its new content would be empty", REPORT)
        else:
            with unfinished(original.folder) as made:
                new.write_to(made.handle)
                lost = _take_over(original, made, time)
                if lost and not allow_new_owner:
                    raise WriteRefused(
                        original.photo,
                        f"its {' and '.join(lost)} cannot be kept",
                        "run phototag as its owner or as root, or use --allow-new-owner (allow_new_owner=True)",
                    )
                os.fsync(made.handle)
                before = os.fstat(made.handle)
                if original.missing:
                    _put_new(made, original)
                else:
                    _put_in_place(made, original, new)
                # Naming it has changed its ctime. Whatever else has changed was done by another program, and is to
                # be seen by the next run.
                state = FileState.of(before)
                with contextlib.suppress(OSError):  # else the next run reads it again
                    ctime = made.status(original.name).st_ctime_ns
                    state = attrs.evolve(state, ctime_ns=ctime)
                done = Replaced(state, lost)
    _sync(original)
    return done


# --------------------------------------------------------------------------- names


def _put_in_place(made: Unfinished, original: Original, new: Content) -> None:
    """Give the finished file the name of the one it replaces, if that is still the one that was read."""
    folder = original.folder
    assert original.before is not None
    status = os.fstat(made.handle)
    _refuse_if_swapped(made, original)
    name = temporary.exchange_name(status, original.before.digest(), original.name)
    made.name_it(name)
    refuse_if_changed(original)
    _refuse_if_swapped(made, original)
    try:
        # In this order: GLib tells programs of two renamings, and Nautilus showed an empty folder when the photo's
        # name was told last.
        done = exchange(folder, original.name, name)
        if not done:
            if not is_as_read(original, original.name):
                raise changed_meanwhile(original)
            folder.put_over(name, original.name)
            return
    except FileNotFoundError as error:
        _refuse_if_swapped(made, original)
        raise ChangedMeanwhile(
            original.photo, "it was deleted in the meantime", "try again"
        ) from error
    try:
        in_place = made.is_at(original.name)
    except OSError:  # a disk that does not say what has happened
        _put_back(made, original, name, new)
        raise
    if not in_place:
        # Somebody has replaced the new file already, and may have known the version before it.
        raise _told_where(
            name, original, "another program has replaced it at the same time, the version before"
        )
    if not is_as_read(original, name):
        _put_back(made, original, name, new)
        raise changed_meanwhile(original)
    with contextlib.suppress(OSError):  # the new file is in place; the next run deletes the old one
        folder.unlink(name)


def _put_back(made: Unfinished, original: Original, name: str, new: Content) -> None:
    """Give the photo's name back to the file that another program has put there or written into."""
    what = "the version that another program wrote at the same time"
    try:
        exchange(original.folder, name, original.name)
    except OSError as error:
        raise _told_where(name, original, what) from error
    if not made.is_at(name) or not _is_as_written(made, new):
        # Yet another version had replaced the new file meanwhile, or was written into it.
        raise _told_where(name, original, what)


def _is_as_written(made: Unfinished, new: Content) -> bool:
    """Whether nobody has written into the new file; False if that cannot be determined."""
    try:
        return Content(handle=made.handle).digest() == new.digest()
    except OSError:
        return False


def _told_where(name: str, original: Original, what: str) -> WriteUncertain:
    """Give somebody's version a name that applications show; the error that says where it is."""
    kept = f"{original.name}.kept-{secrets.token_hex(4)}"
    try:
        move(original.folder, name, kept)
    except OSError:
        kept = name
    return WriteUncertain(
        original.photo,
        f"{what} is in {original.folder.path_of(kept)}",
        "compare the two, and keep the better one",
    )


def _put_new(made: Unfinished, original: Original) -> None:
    """Give the finished file its name, unless another file has taken that name meanwhile."""
    _refuse_if_swapped(made, original)
    try:
        made.name_it(original.name)
    except FileExistsError as error:
        raise created_meanwhile(original) from error
    _refuse_if_swapped(made, original)


def _delete(original: Original) -> None:
    """Delete the file that was read, and no version that another program puts in its place."""
    folder = original.folder
    assert original.before is not None
    name = temporary.exchange_name(None, original.before.digest(), original.name)
    try:
        move(folder, original.name, name)
    except FileNotFoundError as error:
        raise ChangedMeanwhile(
            original.photo, "it was deleted in the meantime", "try again"
        ) from error
    failure: Exception = changed_meanwhile(original)
    if is_as_read(original, name):
        try:
            folder.unlink(name)
        except OSError as error:
            failure = error
        else:
            return
    try:
        move(folder, name, original.name)
    except OSError as error:  # a newer one has taken its name
        what = "the version that another program wrote at the same time"
        raise _told_where(name, original, what) from error
    raise failure


def _refuse_if_swapped(made: Unfinished, original: Original) -> None:
    """Check the temporary name: anybody with write access to the folder may have given it to another file."""
    if made.is_lost:
        raise WriteRefused(
            original.photo,
            "another program removed the temporary file that holds its new content",
            "check which other programs write to this folder, then try again",
        )


# --------------------------------------------------------------------------- attributes


def _take_over(original: Original, made: Unfinished, time: FileTime) -> tuple[str, ...]:
    """Give the new file what belongs to the old one; return what cannot be kept."""
    handle = original.content.handle
    if original.missing:
        attributes.copy_access(handle, original.state, made.handle, made.path)
        return ()
    if handle is not None:
        return attributes.copy(handle, made.handle, made.path, time=time)
    with _descriptor_of(original) as source:
        return attributes.copy(source, made.handle, made.path, time=time)


@contextlib.contextmanager
def _descriptor_of(original: Original) -> Iterator[int]:
    """A descriptor of the file that was read, and not of another that now has its name."""
    refuse_if_changed(original)
    handle = original.folder.open(original.name, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    try:
        refuse_if_changed(original)
        if not os.path.samestat(os.fstat(handle), original.state):
            raise changed_meanwhile(original)
        yield handle
    finally:
        os.close(handle)


# --------------------------------------------------------------------------- errors


@contextlib.contextmanager
def _refused_on_errors(original: Original) -> Iterator[None]:
    try:
        yield
    except PhototagError:
        raise
    except OSError as error:
        usual = (f"it could not be written: {error.strerror or error}", "")
        problem, remedy = _REASONS.get(error.errno or 0, usual)
        error_class = NotMade if original.missing else WriteRefused
        raise error_class(original.photo, problem, remedy) from error


def _sync(original: Original) -> None:
    """Make the new name durable."""
    try:
        original.folder.sync()
    except OSError as error:
        raise WriteUncertain(
            original.photo,
            f"it was replaced, but the disk did not confirm this: {error.strerror or error}",
            "check the disk, then try again",
        ) from error
