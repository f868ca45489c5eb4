"""An XMP sidecar: a file that consists of the packet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from phototag.metadata.containers import shape as shapes
from phototag.metadata.containers.container import Container, Rest

#: ``shape`` of a sidecar that phototag creates: without phototag's words, it is not needed.
NEW: Final = "new"


class XmpFile(Container):
    """A sidecar, and what is needed of its photo to change it.

    Args:
        data: the packet.
        start: returns the initial content of a new sidecar of the photo.
        orientation: orientation of the photo's stored pixels.
        photo: the parsed photo; None for a format that phototag cannot parse.
        shape: ``NEW`` for a sidecar that does not exist yet.
    """

    format = "XMP sidecar"

    def __init__(
        self,
        data: bytes,
        start: Callable[[], bytes],
        orientation: int,
        photo: Container | None = None,
        shape: str = "",
    ) -> None:
        super().__init__(data)
        self.start = start
        self.photo = photo
        self._orientation, self._shape = orientation, shape

    @property
    def xmp(self) -> bytes | None:
        """The packet; None if the file is empty or blank."""
        return None if shapes.is_blank(self._data) else self._data

    @property
    def exif(self) -> bytes | None:
        """The photo's Exif: a sidecar has none."""
        return None if self.photo is None else self.photo.exif

    @property
    def orientation(self) -> int:
        """The photo's orientation."""
        return self._orientation

    @property
    def shape(self) -> str:
        """``NEW`` if the sidecar is new; the content of one that is blank."""
        if self._shape or self.xmp is not None:
            return self._shape
        return shapes.joined({shapes.BLANK: shapes.packed(self._data)})

    def replaced(self, xmp: bytes | None, iptc: bytes | None, shape: str = "") -> bytes:
        """Return the file with another packet."""
        del iptc
        return (shapes.blank(shapes.parts(shape)) or b"") if xmp is None else xmp

    def rest(self) -> Rest:
        """Nothing: a sidecar contains only the packet."""
        return ()
