"""The files of a photo, as they are opened for the sealed process."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, TypeVar

import attrs

from phototag.errors import (
    CHECK_DISK,
    PhotoError,
    PhotoNotReadable,
    WriteRefused,
    printable_name,
)
from phototag.files import formats, sidecar_names
from phototag.files.content import Content
from phototag.files.original import Original, open_original
from phototag.worker.requests import GivenFile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from phototag.worker.protocol import Worker
    from phototag.worker.requests import Request
    from phototag.worker.source import PhotoFile

A = TypeVar("A")


@attrs.frozen(eq=False)
class OpenFiles:
    """The open files of a photo.

    Attributes:
        photo: the photo itself; of a sidecar without a photo, the sidecar.
        sidecars: those that exist.
        lost: whether the sidecar has no photo.
    """

    photo: Original
    sidecars: tuple[Original, ...]
    lost: bool = False

    @property
    def all(self) -> tuple[Original, ...]:
        """The photo, and after it its sidecars."""
        return (self.photo, *self.sidecars)

    @property
    def given(self) -> tuple[GivenFile, ...]:
        """The same as the sealed process gets them: with labels instead of names."""
        photo, *sidecars = (
            GivenFile(_label(number, one.path), one.content) for number, one in enumerate(self.all)
        )
        # To the sealed process, a photo that is gone is an empty one.
        return (GivenFile("photo", Content(b"")) if self.lost else photo, *sidecars)

    def ask(self, worker: Worker, request: Request[A]) -> A:
        """The answer to a request; an error gets the name of the file."""
        try:
            return worker.submit(request)
        except PhotoError as error:
            names = {file.label: one.photo for file, one in zip(self.given, self.all, strict=True)}
            name = names.get(error.photo, self.photo.photo)
            raise type(error)(name, error.problem, error.remedy) from error


def _label(number: int, path: str) -> str:
    """What the sealed process calls a file: its suffix tells the format of some raw files."""
    if number:
        return f"sidecar {number}.xmp"
    suffix = formats.suffix_of(path)
    return f"photo{suffix if suffix in formats.PHOTO_SUFFIXES else ''}"


@contextlib.contextmanager
def opened(photo: PhotoFile, *, sidecars: bool = False, write: bool = False) -> Iterator[OpenFiles]:
    """Open a photo; errors, also of what is done with it, get the photo's name.

    Args:
        photo: the photo.
        sidecars: open its sidecars, too.
        write: whether the files may be replaced.
    """
    with _named(photo), contextlib.ExitStack() as stack:
        found = stack.enter_context(open_original(photo.path, write=write))
        original = attrs.evolve(found, photo=photo.name)
        folder = original.folder
        names = sidecar_names.existing(original.name, folder=folder) if sidecars else []
        beside = tuple(
            stack.enter_context(open_original(name, beside=folder, write=write)) for name in names
        )
        yield OpenFiles(original, beside)


def opened_with_all(photo: PhotoFile, *, write: bool) -> AbstractContextManager[OpenFiles]:
    """Open a photo with its sidecars, or a sidecar without a photo; errors as for ``opened``.

    Args:
        photo: the photo, or the sidecar.
        write: whether the files may be replaced.

    Raises:
        WriteRefused: it is a sidecar that has a photo, or a link to one.
    """
    if sidecar_names.is_sidecar(photo.path):
        return _opened_alone(photo, write=write)
    return opened(photo, sidecars=True, write=write)


@contextlib.contextmanager
def _opened_alone(sidecar: PhotoFile, *, write: bool) -> Iterator[OpenFiles]:
    with _named(sidecar), open_original(sidecar.path, write=write) as found:
        original = attrs.evolve(found, photo=sidecar.name)
        _refuse_unless_alone(sidecar, original)
        yield OpenFiles(original, (original,), lost=True)


def _refuse_unless_alone(sidecar: PhotoFile, original: Original) -> None:
    folder = os.path.dirname(sidecar.path)
    try:
        is_link = os.path.islink(sidecar.path)
        photo = sidecar_names.Owners.of(folder, os.listdir(folder)).photo(sidecar.path)
    except OSError as error:
        problem = f"it is not known whether it has a photo ({error.strerror or error})"
        raise PhotoNotReadable(sidecar.name, problem, CHECK_DISK) from error
    if photo is not None:
        shown = printable_name(os.path.join(os.path.dirname(sidecar.name), photo))
        raise WriteRefused(
            sidecar.name,
            f"it is the sidecar of {printable_name(photo)}",
            f"name the photo itself: {shown}",
        )
    if is_link:
        shown = printable_name(original.path)
        raise WriteRefused(
            sidecar.name, f"it is a link to {shown}", f"name that file itself: {shown}"
        )


@contextlib.contextmanager
def _named(photo: PhotoFile) -> Iterator[None]:
    """Give errors the name of the photo."""
    try:
        yield
    except PhotoError as error:
        if error.photo == photo.name:
            raise
        problem = error.problem
        if error.photo != photo.path:
            problem = f"{printable_name(error.photo)}: {problem}"
        raise type(error)(photo.name, problem, error.remedy) from error
