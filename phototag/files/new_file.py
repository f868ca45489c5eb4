"""Writes files that a user asks for: whole or not at all, private, and never over somebody else's."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from typing import IO, TYPE_CHECKING, Final

from phototag.errors import OutputNotWritable, PhototagError
from phototag.files import attributes, private, temporary
from phototag.files.folder import Folder
from phototag.files.unfinished import unfinished

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOOKED_AT: Final = 1 << 16  # bytes of an existing file
_OR_OVERWRITE: Final = "choose another name, or use --overwrite (overwrite=True)"


@contextlib.contextmanager
def new_file(target: str, mark: bytes, *, overwrite: bool | None = None) -> Iterator[IO[bytes]]:
    """Write a file, which appears when the context ends without an error.

    It is readable by its owner alone; if it replaces an earlier one, it has the permissions of that.

    Args:
        target: its path.
        mark: what is near the start of such files: an existing one that has it may be replaced.
        overwrite: replace any other file, too, and a link instead of what it leads to; None = no, and what is called
            has no such option.

    Raises:
        OutputNotWritable: something else has this name, or the file cannot be written.
    """
    with _told(target):
        mode = check(target, mark, overwrite=overwrite)
        folder = Folder.of(os.path.dirname(target) or ".")
        try:
            with unfinished(folder) as made:
                with os.fdopen(os.dup(made.handle), "wb") as file:
                    yield file
                    file.flush()
                    os.fsync(file.fileno())
                name = temporary.name()
                if mode != private.FILE:
                    attributes.set_mode(made.handle, made.path, mode)
                check(target, mark, overwrite=overwrite)
                made.name_it(name)
                folder.put_over(name, os.path.basename(target))
        finally:
            folder.close()


def check(target: str, mark: bytes, *, overwrite: bool | None = None) -> int:
    """Check that a file may be written; return the permissions that it gets.

    Args:
        target: as for ``new_file``.
        mark: as for ``new_file``.
        overwrite: as for ``new_file``.

    Raises:
        OutputNotWritable: something else has this name.
    """
    with _told(target):
        try:
            status = os.lstat(target)
        except FileNotFoundError:
            return private.FILE
        if stat.S_ISDIR(status.st_mode):
            raise OutputNotWritable(target, "this is a folder", "choose another name")
        if not stat.S_ISREG(status.st_mode):
            if overwrite and stat.S_ISLNK(status.st_mode):
                return private.FILE
            raise OutputNotWritable(
                target, "this is a link or a special file", "choose another name"
            )
        if not overwrite and not _has(target, mark):
            raise OutputNotWritable(
                target,
                "this file exists already, and phototag did not write it",
                "choose another name" if overwrite is None else _OR_OVERWRITE,
            )
        return stat.S_IMODE(status.st_mode)


def check_folder(target: str) -> None:
    """Check, before long work, that a file can be made in the folder of this one; nothing is left there.

    Raises:
        OutputNotWritable: it cannot.
    """
    with _told(target):
        tempfile.TemporaryFile(dir=os.path.dirname(target) or ".").close()


def _has(target: str, mark: bytes) -> bool:
    with open(target, "rb") as file:
        return mark in file.read(_LOOKED_AT)


@contextlib.contextmanager
def _told(target: str) -> Iterator[None]:
    try:
        yield
    except PhototagError:
        raise
    except OSError as error:
        problem = f"it cannot be written ({error.strerror or error})"
        raise OutputNotWritable(target, problem, "choose another name or folder") from error
