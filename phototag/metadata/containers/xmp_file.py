"""An XMP sidecar: a file that consists of the packet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from phototag.metadata.containers.container import Container, Rest

# : ``shape`` of a sidecar that phototag creates: without phototag's words, it is not needed.
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
    def xmp(self) -> bytes:
        """The packet."""
        return self._data

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
        """``NEW`` if the sidecar is new."""
        return self._shape

    def replaced(self, xmp: bytes | None, iptc: bytes | None, shape: str = "") -> bytes:
        """Return the file with another packet."""
        del iptc, shape
        return xmp or b""

    def rest(self) -> Rest:
        """Nothing: a sidecar contains only the packet."""
        return ()
