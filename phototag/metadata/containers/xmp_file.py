"""An XMP sidecar: a file that is the packet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from phototag.metadata.containers.container import Container, Rest

#: ``shape`` of a sidecar that phototag makes: without our words it is nobody's.
NEW: Final = "new"


class XmpFile(Container):
    """A sidecar, and what a change of it must know of its photo.

    Args:
        data: the packet.
        start: gives what a new sidecar of the photo starts with.
        orientation: of the photo's stored pixels.
        photo: taken apart; None for a format that phototag does not know.
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
        self._orientation, self._photo, self._shape = orientation, photo, shape

    @property
    def xmp(self) -> bytes:
        """The packet."""
        return self._data

    @property
    def exif(self) -> bytes | None:
        """The photo's: a sidecar has none."""
        return None if self._photo is None else self._photo.exif

    @property
    def orientation(self) -> int:
        """The photo's."""
        return self._orientation

    @property
    def shape(self) -> str:
        """Whether it is new."""
        return self._shape

    def replaced(self, xmp: bytes | None, iptc: bytes | None, shape: str = "") -> bytes:
        """The file with another packet."""
        del iptc, shape
        return xmp or b""

    def rest(self) -> Rest:
        """There is nothing else in it."""
        return ()
