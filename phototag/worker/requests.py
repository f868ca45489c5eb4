"""What the sealed process can be asked for: a class a request, which names the type of its answer.

``Request[Scene]`` is answered with a ``Scene``; the type checker holds whoever asks, and the handler
in the sealed process, to that.
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


@attrs.frozen(kw_only=True)
class Request(Generic[A]):
    """Something to be done; ``A`` is the type of the answer."""

    @property
    def name(self) -> str:
        """The photo as the caller calls it, for errors."""
        raise NotImplementedError

    @property
    def path(self) -> str | None:
        """The photo as the sealed process calls it; None where it has no file."""
        return None

    @property
    def payload(self) -> bytes:
        """Bytes that travel beside the rest, as they are."""
        return b""

    def with_payload(self, data: bytes) -> Self:
        """The same request with these bytes in it."""
        assert not data, f"{type(self).__name__} takes no bytes"
        return self

    @classmethod
    def answer_type(cls) -> Any:
        """``A``, as the class statement says it."""
        (answer,) = get_args(cls.__dict__["__orig_bases__"][0])
        return answer

    @classmethod
    def handled_by(cls, handler: Callable[[Self], A]) -> Handlers[Self]:
        """An entry of the table of handlers."""
        return Handlers({cls: handler})


class Handlers(Generic[R_contra]):
    """Which function handles a request, by its class; entries are joined with ``|``.

    The type parameter is the union of the requests that it handles: where a table for all of them is
    wanted, one without a handler for each is an error of the type checker.
    """

    def __init__(self, table: Mapping[type[Request[Any]], Callable[[Any], object]]) -> None:
        self._table = dict(table)

    def __or__(self, other: Handlers[S]) -> Handlers[R_contra | S]:
        return Handlers({**self._table, **other._table})

    def named(self, name: str) -> type[Request[Any]]:
        """The class of this name; raises KeyError if there is none."""
        return {cls.__name__: cls for cls in self._table}[name]

    def answer(self, request: R_contra) -> object:
        """Do what is asked for; whatever the handler raises is passed on."""
        return self._table[type(request)](request)  # type: ignore[index]  # R_contra is bound to a Request


@attrs.frozen(kw_only=True)
class PhotoRequest(Request[A]):
    """Something to be done with a photo's file."""

    photo: PhotoFile

    @property
    def name(self) -> str:
        """See ``Request``."""
        return self.photo.name

    @property
    def path(self) -> str | None:
        """See ``Request``."""
        return self.photo.path


@attrs.frozen(kw_only=True)
class Detect(Request[Scene]):
    """What is in a picture.

    Attributes:
        source: a file, or the bytes of one, or an array.
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


@attrs.frozen(kw_only=True)
class Identify(PhotoRequest[PhotoState]):
    """Which picture a file holds and, unless only that is asked, what is in it.

    Attributes:
        detect: answer with the scene as well.
        max_pixels: as for ``Detect``.
    """

    detect: bool = True
    max_pixels: int


@attrs.frozen(kw_only=True)
class Preview(PhotoRequest[bytes]):
    """The upright picture as a WebP file.

    Attributes:
        side: px, long side; a smaller picture keeps its size.
        quality: 1..100.
        max_pixels: as for ``Detect``.
    """

    side: int
    quality: int
    max_pixels: int


@attrs.frozen(kw_only=True)
class Draw(PhotoRequest[None]):
    """Write a picture of a photo with its verdict, drawn and in words, as a new PNG file.

    Attributes:
        verdict: one sentence.
        shapes: drawn over the photo.
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


@attrs.frozen(kw_only=True)
class Write(PhotoRequest[Written]):
    """Write what is ordered into a photo, its sidecars, or both.

    Attributes:
        order: what is to stand there.
        options: how to write.
        expected: nothing is written unless the photo is so; None = whatever it is.
    """

    order: WriteOrder
    options: WriteOptions
    expected: Expected | None = None


@attrs.frozen(kw_only=True)
class Read(PhotoRequest[Record | None]):
    """What phototag has written into a photo; None if nothing."""


@attrs.frozen(kw_only=True)
class Remove(PhotoRequest[Change]):
    """Take back what phototag has written into a photo."""

    options: WriteOptions


@attrs.frozen(kw_only=True)
class Cut(PhotoRequest[None]):
    """Write a crop as a new file.

    Attributes:
        box: of the crop, in fractions of the upright photo.
        pixels: width and height of the crop.
        target: absolute path of the new file; its suffix says the format.
        quality: 1..100 for JPEG and WebP.
        lossless: cut a JPEG at its own grid instead of encoding it anew.
        lightroom: copy the whole photo, with a crop that Lightroom applies.
    """

    box: Box
    pixels: tuple[int, int]
    target: str
    quality: int
    lossless: bool = False
    lightroom: bool = False


@attrs.frozen(kw_only=True)
class Versions(Request[dict[str, str]]):
    """Versions of the native libraries, as the sealed process has them."""

    @property
    def name(self) -> str:
        """See ``Request``."""
        return "<versions>"


#: All of them; each needs a handler.
AnyRequest: TypeAlias = Detect | Identify | Preview | Draw | Write | Read | Remove | Cut | Versions
