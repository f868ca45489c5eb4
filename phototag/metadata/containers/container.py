"""What phototag needs of a file format: take blocks of metadata out, put others in their place.

Every format is edited by moving whole blocks. What is no block of ours stays byte for byte:
measured against a general metadata library, which re-encodes the Exif block of PNG and WebP on
every write and moves the picture data of TIFF.
"""

from __future__ import annotations

import abc
from typing import ClassVar, Final

from phototag.metadata.containers.ifd import orientation

# Everything in a file that phototag must not change, in a form that compares.
Rest = tuple[bytes | memoryview, ...]

_PIECE: Final = 1 << 16  # bytes; small enough to stay in the processor's cache


def same(one: Rest, other: Rest) -> bool:
    """Whether two are equal. In pieces: whole copies cost more than that, and views compare slowly."""
    return [len(part) for part in one] == [len(part) for part in other] and all(
        bytes(mine[at : at + _PIECE]) == bytes(theirs[at : at + _PIECE])
        for mine, theirs in zip(one, other, strict=True)
        for at in range(0, len(mine), _PIECE)
    )


class Container(abc.ABC):
    """One photo's bytes, taken apart.

    Args:
        data: the whole file.

    Attributes:
        format: the format's name for people.
        holds_iptc: whether an IPTC block can be written into it.
        xmp_limit: the largest XMP packet in bytes, None for no limit.
    """

    format: ClassVar[str]
    holds_iptc: ClassVar[bool] = False
    xmp_limit: ClassVar[int | None] = None

    def __init__(self, data: bytes) -> None:
        self._data = data

    @property
    @abc.abstractmethod
    def xmp(self) -> bytes | None:
        """The XMP packet."""

    @property
    def iptc(self) -> bytes | None:
        """The IPTC-IIM block."""
        return None

    @property
    def foreign_iptc(self) -> bytes | None:
        """An IPTC-IIM block where the format has no standard place for one: read, never written."""
        return None

    @property
    def behind(self) -> Container | None:
        """The file with a second XMP packet as its only one; None where there is no second."""
        return None

    @property
    def is_raw(self) -> bool:
        """Whether it holds what a camera's sensor has measured, whatever the file is called."""
        return False

    @property
    @abc.abstractmethod
    def exif(self) -> bytes | None:
        """The Exif data as a TIFF structure."""

    @property
    def orientation(self) -> int:
        """The Exif orientation of the stored pixels, 1..8."""
        return orientation(self.exif)

    @property
    def shape(self) -> str:
        """What of the file's structure changes with the first XMP and must be undone with it."""
        return ""

    def picture(self) -> Rest:
        """What the pixels are decoded from, and no metadata."""
        return self.rest()

    @abc.abstractmethod
    def replaced(self, xmp: bytes | None, iptc: bytes | None, shape: str = "") -> bytes:
        """The file with these blocks instead, None for none.

        Args:
            xmp: the XMP packet.
            iptc: the IPTC-IIM block.
            shape: the structure to go back to, as given by ``shape`` before; only where it may
                be undone.
        """

    def front(self) -> bytes:
        """As much of the file as any reader of metadata looks at."""
        return self._data

    @abc.abstractmethod
    def rest(self) -> Rest:
        """Everything but the XMP packet and the IPTC block, picture data included."""
