"""The requests to the sealed process: one class per request, which names the type of its answer.

``Request[Scene]`` is answered with a ``Scene``; the type checker verifies this for the caller and for the
handler in the sealed process.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Final, Generic, Self, TypeAlias, TypeVar, get_args

import attrs

from phototag.analysis.shapes import Bar, Shape
from phototag.errors import CHECK_DISK, PhotoNotReadable
from phototag.files.content import Content
from phototag.metadata.record import Record, WriteOrder
from phototag.options import WriteOptions
from phototag.scene.geometry import Box
from phototag.scene.measures import Scene
from phototag.worker.answers import (
    Blocks,
    Carrier,
    Examination,
    Identified,
    Installed,
    Made,
    Prepared,
    Previewed,
)

A = TypeVar("A")
R_contra = TypeVar("R_contra", contravariant=True)
S = TypeVar("S")


@attrs.frozen
class GivenFile:
    """A file that the sealed process may read, and of which it knows neither path nor name.

    Attributes:
        label: what it is called in messages: ``photo.jpg``, ``sidecar 1.xmp``, ``<bytes>``.
        content: its content.
    """

    label: str
    content: Content

    def read(self) -> bytes:
        """All bytes.

        Raises:
            PhotoNotReadable: a disk error.
        """
        try:
            return self.content.read()
        except OSError as error:
            reason = error.strerror or str(error)
            problem = f"it cannot be read ({reason})"
            raise PhotoNotReadable(self.label, problem, CHECK_DISK) from error


class Part(enum.StrEnum):
    """What the sealed process loads before it can answer a request."""

    NONE = "none"
    VISION = "vision"  # decoders and nets
    PICTURES = "pictures"  # decoders
    METADATA = "metadata"  # exiv2
    CHECK = "check"  # decoders and exiv2


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Request(Carrier, Generic[A]):
    """A task for the sealed process; ``A`` is the type of the answer.

    Attributes:
        files: the photo; after it, its sidecars, if the task concerns them.
        part: what must be loaded for it.
        megabytes: memory that the decoding of the picture may take; if it needs more, it is postponed. None = any.
    """

    part: ClassVar[Part] = Part.NONE

    files: tuple[GivenFile, ...] = ()
    megabytes: float | None = None

    @property
    def name(self) -> str:
        """The label of the photo, for errors."""
        return self.photo.label if self.files else f"<{type(self).__name__.lower()}>"

    @property
    def photo(self) -> GivenFile:
        """The first file."""
        return self.files[0]

    @property
    def contents(self) -> list[Content]:
        """See ``Carrier``."""
        return [file.content for file in self.files]

    def with_contents(self, contents: Sequence[Content]) -> Self:
        """See ``Carrier``."""
        pairs = zip(self.files, contents, strict=True)
        return attrs.evolve(
            self, files=tuple(attrs.evolve(file, content=one) for file, one in pairs)
        )

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
class Detect(Request[Scene]):
    """Detect what is in a picture.

    Attributes:
        shape: shape of the uint8 array that the content is; None if it is that of a file.
        max_pixels: larger pictures are refused before they are decoded.
    """

    part = Part.VISION

    shape: tuple[int, ...] | None = None
    max_pixels: int


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Identify(Request[Identified]):
    """Identify the picture in a file and, if requested, detect what is in it.

    Attributes:
        detect: whether the answer includes the scene.
        max_pixels: as for ``Detect``.
    """

    part = Part.VISION

    detect: bool = True
    max_pixels: int


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Preview(Request[Previewed]):
    """The upright picture as a WebP file, and what the photo says about itself.

    Attributes:
        side: long side, px; a smaller picture keeps its size.
        quality: 1..100.
        max_pixels: as for ``Detect``.
    """

    part = Part.CHECK

    side: int
    quality: int
    max_pixels: int


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Draw(Request[Made]):
    """Draw a photo with its verdict, in drawings and words, as a PNG file.

    Attributes:
        title: the photo's name.
        verdict: the verdict in one sentence.
        shapes: the shapes drawn over the photo.
        bars: the starting point, the criteria, and their sum.
        words: the keywords in one line.
        max_pixels: as for ``Detect``.
    """

    part = Part.PICTURES

    title: str
    verdict: str
    shapes: tuple[Shape, ...]
    bars: tuple[Bar, ...]
    words: str
    max_pixels: int


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Write(Request[Prepared]):
    """Prepare to write into a photo, its sidecars, or both.

    Attributes:
        order: what to write.
        options: how to write.
        new_sidecars: how many sidecars would be made if it has none.
        etag: etag of the record that the photo must have, without which nothing is written; None = any.
        alone: take phototag's data out of the other files of the photo.
    """

    part = Part.METADATA

    order: WriteOrder
    options: WriteOptions
    new_sidecars: int = 0
    etag: str | None = None
    alone: bool = False


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Read(Request[Record | None]):
    """Read what phototag has written into a photo; None if nothing."""

    part = Part.METADATA


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Remove(Request[Prepared]):
    """Prepare to remove what phototag has written into a photo."""

    part = Part.METADATA

    options: WriteOptions


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Examine(Request[Examination]):
    """Examine a photo and its sidecars without changing them.

    Attributes:
        known: hashes of pictures that have been analysed: they need not be decoded.
        max_pixels: as for ``Detect``.
    """

    part = Part.CHECK

    known: tuple[str, ...] = ()
    max_pixels: int


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Cut(Request[Made]):
    """Make a crop.

    Attributes:
        box: of the crop, in fractions of the upright photo.
        pixels: width and height of the crop.
        suffix: of the new file, which determines its format.
        quality: 1..100 for JPEG and WebP.
        lightroom: copy the whole photo, with a crop that Lightroom applies.
        angle: degrees by which the photo is turned clockwise around its middle before it is cut; the box, which
            must be inside the turned photo, is then as in ``TurnedBox``.
        size: width and height to which the crop is then reduced or enlarged; None = its own.
    """

    part = Part.PICTURES

    box: Box
    pixels: tuple[int, int]
    suffix: str
    quality: int
    lightroom: bool = False
    angle: float = 0.0
    size: tuple[int, int] | None = None


#: Why a crop cannot be made without loss, and what to do.
ONLY_JPEG: Final = (
    "lossless cropping works only from a JPEG to a JPEG",
    "leave out --lossless",
)


@attrs.frozen(kw_only=True, eq=False, repr=False)
class MeasureBlocks(Request[Blocks]):
    """Find the blocks of a JPEG that make a crop.

    Attributes:
        box: as for ``Cut``.
    """

    part = Part.PICTURES

    box: Box


@attrs.frozen(kw_only=True, eq=False, repr=False)
class FinishBlocks(Request[Made]):
    """Give a part of a JPEG the metadata of the whole.

    Attributes:
        files: the photo, and the part that jpegtran has cut out.
        blocks: which part it is.
    """

    part = Part.PICTURES

    blocks: Blocks


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Load(Request[None]):
    """Load what later requests need; the time for a photo does not begin before.

    Attributes:
        load: what to load.
    """

    load: Part


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Versions(Request[Installed]):
    """Get the versions of the native libraries in the sealed process, and its seal."""

    part = Part.VISION


#: All requests; each needs a handler.
AnyRequest: TypeAlias = (
    Detect
    | Identify
    | Preview
    | Draw
    | Write
    | Read
    | Remove
    | Examine
    | Cut
    | MeasureBlocks
    | FinishBlocks
    | Load
    | Versions
)
