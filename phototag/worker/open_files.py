"""The files of a photo, as they are opened for the sealed process."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, TypeVar

import attrs

from phototag.errors import PhotoError, printable_name
from phototag.files import formats, sidecar_names
from phototag.files.original import Original, open_original
from phototag.worker.requests import GivenFile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phototag.worker.protocol import Worker
    from phototag.worker.requests import Request
    from phototag.worker.source import PhotoFile

A = TypeVar("A")


@attrs.frozen(eq=False)
class OpenFiles:
    """The open files of a photo.

    Attributes:
        photo: the photo itself.
        sidecars: those that exist.
    """

    photo: Original
    sidecars: tuple[Original, ...]

    @property
    def all(self) -> tuple[Original, ...]:
        """The photo, and after it its sidecars."""
        return (self.photo, *self.sidecars)

    @property
    def given(self) -> tuple[GivenFile, ...]:
        """The same as the sealed process gets them: with labels instead of names."""
        return tuple(
            GivenFile(_label(number, one.path), one.content) for number, one in enumerate(self.all)
        )

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
    try:
        with contextlib.ExitStack() as stack:
            found = stack.enter_context(open_original(photo.path, write=write))
            original = attrs.evolve(found, photo=photo.name)
            folder = original.folder
            names = sidecar_names.existing(original.name, folder=folder) if sidecars else []
            beside = tuple(
                stack.enter_context(open_original(name, beside=folder, write=write))
                for name in names
            )
            yield OpenFiles(original, beside)
    except PhotoError as error:
        if error.photo == photo.name:
            raise
        problem = error.problem
        if error.photo != photo.path:
            problem = f"{printable_name(error.photo)}: {problem}"
        raise type(error)(photo.name, problem, error.remedy) from error
