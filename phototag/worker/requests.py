"""The requests to the sealed process: one class per request, which names the type of its answer.

``Request[Scene]`` is answered with a ``Scene``; the type checker verifies this for the caller and for the
handler in the sealed process.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Generic, Self, TypeAlias, TypeVar, get_args

import attrs

from phototag.analysis.shapes import Bar, Shape
from phototag.metadata.change import Change
from phototag.metadata.record import Record, WriteOrder
from phototag.options import WriteOptions
from phototag.outcome import Expected, PhotoState, Written
from phototag.scene.geometry import Box
from phototag.scene.measures import Scene
from phototag.worker.source import PhotoFile, PictureData, Source

A = TypeVar("A")
R_contra = TypeVar("R_contra", contravariant=True)
S = TypeVar("S")


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Request(Generic[A]):
    """A task for the sealed process; ``A`` is the type of the answer."""

    @property
    def name(self) -> str:
        """The caller's name for the photo, for errors."""
        raise NotImplementedError

    @property
    def path(self) -> str | None:
        """The photo's path in the sealed process; None if there is no file."""
        return None

    @property
    def payload(self) -> bytes:
        """Bytes that are sent unchanged after the rest."""
        return b""

    def with_payload(self, data: bytes) -> Self:
        """The same request with these bytes."""
        assert not data, f"{type(self).__name__} takes no bytes"
        return self

    @classmethod
    def answer_type(cls) -> Any:
        """``A``, as given in the class statement."""
        (answer,) = get_args(cls.__dict__["__orig_bases__"][0])
        return answer

    @classmethod
    def handled_by(cls, handler: Callable[[Self], A]) -> Handlers[Self]:
        """Make an entry of the table of handlers."""
        return Handlers({cls: handler})


class Handlers(Generic[R_contra]):
    """The functions that handle requests, by the request's class; tables are joined with ``|``.

    The type parameter is the union of the requests handled: if a table for all requests is expected, the type
    checker reports one that lacks a handler.
    """

    def __init__(self, table: Mapping[type[Request[Any]], Callable[[Any], object]]) -> None:
        self._table = dict(table)

    def __or__(self, other: Handlers[S]) -> Handlers[R_contra | S]:
        return Handlers({**self._table, **other._table})

    def named(self, name: str) -> type[Request[Any]]:
        """The class with this name; raises KeyError if there is none."""
        return {cls.__name__: cls for cls in self._table}[name]

    def answer(self, request: R_contra) -> object:
        """Call the request's handler; its exceptions are passed on."""
        return self._table[type(request)](request)  # type: ignore[index]  # R_contra is bound to a Request


@attrs.frozen(kw_only=True, eq=False, repr=False)
class PhotoRequest(Request[A]):
    """A task for a photo's file."""

    photo: PhotoFile

    @property
    def name(self) -> str:
        """See ``Request``."""
        return self.photo.name

    @property
    def path(self) -> str | None:
        """See ``Request``."""
        return self.photo.path


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Detect(Request[Scene]):
    """Detect what is in a picture.

    Attributes:
        source: a file, a file's bytes, or an array.
        max_pixels: larger pictures are refused before they are decoded.
    """

    source: Source
    max_pixels: int

    @property
    def name(self) -> str:
        """See ``Request``."""
        return self.source.name

    @property
    def path(self) -> str | None:
        """See ``Request``."""
        return self.source.path if isinstance(self.source, PhotoFile) else None

    @property
    def payload(self) -> bytes:
        """See ``Request``."""
        return self.source.data if isinstance(self.source, PictureData) else b""

    def with_payload(self, data: bytes) -> Self:
        """See ``Request``."""
        if not isinstance(self.source, PictureData):
            return super().with_payload(data)
        return attrs.evolve(self, source=attrs.evolve(self.source, data=data))


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Identify(PhotoRequest[PhotoState]):
    """Identify the picture in a file and, if requested, detect what is in it.

    Attributes:
        detect: whether the answer includes the scene.
        max_pixels: as for ``Detect``.
    """

    detect: bool = True
    max_pixels: int


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Preview(PhotoRequest[bytes]):
    """The upright picture as a WebP file.

    Attributes:
        side: long side, px; a smaller picture keeps its size.
        quality: 1..100.
        max_pixels: as for ``Detect``.
    """

    side: int
    quality: int
    max_pixels: int


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Draw(PhotoRequest[None]):
    """Write a picture of a photo with its verdict, in drawings and words, as a new PNG file.

    Attributes:
        verdict: the verdict in one sentence.
        shapes: the shapes drawn over the photo.
        bars: the starting point, the criteria, and their sum.
        words: the keywords in one line.
        target: absolute path of the new file.
        max_pixels: as for ``Detect``.
    """

    verdict: str
    shapes: tuple[Shape, ...]
    bars: tuple[Bar, ...]
    words: str
    target: str
    max_pixels: int


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Write(PhotoRequest[Written]):
    """Write into a photo, its sidecars, or both.

    Attributes:
        order: what to write.
        options: how to write.
        expected: the expected state of the photo, without which nothing is written; None = any state.
    """

    order: WriteOrder
    options: WriteOptions
    expected: Expected | None = None


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Read(PhotoRequest[Record | None]):
    """Read what phototag has written into a photo; None if nothing."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Remove(PhotoRequest[Change]):
    """Remove what phototag has written into a photo."""

    options: WriteOptions


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Cut(PhotoRequest[None]):
    """Write a crop as a new file.

    Attributes:
        box: of the crop, in fractions of the upright photo.
        pixels: width and height of the crop.
        target: absolute path of the new file; its suffix determines the format.
        quality: 1..100 for JPEG and WebP.
        lossless: cut a JPEG at its own block grid instead of encoding it again.
        lightroom: copy the whole photo, with a crop that Lightroom applies.
    """

    box: Box
    pixels: tuple[int, int]
    target: str
    quality: int
    lossless: bool = False
    lightroom: bool = False


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Versions(Request[dict[str, str]]):
    """Get the versions of the native libraries in the sealed process."""

    @property
    def name(self) -> str:
        """See ``Request``."""
        return "<versions>"


#: All requests; each needs a handler.
AnyRequest: TypeAlias = Detect | Identify | Preview | Draw | Write | Read | Remove | Cut | Versions
