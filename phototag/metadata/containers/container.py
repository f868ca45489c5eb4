"""What phototag needs of a file format: extract blocks of metadata, and replace them.

Every format is edited by replacing whole blocks. All other blocks stay the same byte for byte, unlike with a
general metadata library, which was measured to re-encode the Exif block of PNG and WebP on every write and to
move the picture data of TIFF.
"""

from __future__ import annotations

import abc
from typing import ClassVar, Final

from phototag.metadata.containers.ifd import orientation

# Everything in a file that phototag must not change, in a comparable form.
Rest = tuple[bytes | memoryview, ...]

_PIECE: Final = 1 << 16  # bytes; small enough for the processor's cache


def same(one: Rest, other: Rest) -> bool:
    """Whether two are equal.  Compared in pieces: whole copies are slower, and two views compare slowly."""
    return [len(part) for part in one] == [len(part) for part in other] and all(
        bytes(mine[at : at + _PIECE]).startswith(theirs[at : at + _PIECE])  # and they are as long
        for mine, theirs in zip(one, other, strict=True)
        for at in range(0, len(mine), _PIECE)
    )


class Container(abc.ABC):
    """One photo's bytes, parsed.

    Args:
        data: the whole file.

    Attributes:
        format: the format's readable name.
        holds_iptc: whether an IPTC block can be written; a single file may be an exception to its format.
        xmp_limit: size limit of the XMP packet in bytes; None for no limit.
    """

    format: ClassVar[str]
    holds_iptc: bool = False
    xmp_limit: ClassVar[int | None] = None

    def __init__(self, data: bytes) -> None:
        self._data = data

    @property
    @abc.abstractmethod
    def xmp(self) -> bytes | None:
        """The XMP packet; None without one, or if there is nothing in its place."""

    @property
    def iptc(self) -> bytes | None:
        """The IPTC-IIM block."""
        return None

    @property
    def foreign_iptc(self) -> bytes | None:
        """An IPTC-IIM block that is read but never written: it is not at the standard place, or ambiguous."""
        return None

    @property
    def iptc_digest(self) -> bytes | None:
        """Photoshop's digest of the IPTC block, with which programs tell whether the XMP is out of date."""
        return None

    @property
    def behind(self) -> Container | None:
        """The file with its second XMP packet as the only one; None without a second one."""
        return None

    @property
    def is_raw(self) -> bool:
        """Whether it contains a camera's sensor data, whatever the file's name."""
        return False

    @property
    def signed(self) -> bool:
        """Whether it contains a C2PA manifest, whose signature any change makes invalid."""
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
        """What the first write may change and the removal must restore; see ``containers.shape``."""
        return ""

    def picture(self) -> Rest:
        """The data from which the pixels are decoded, without metadata."""
        return self.rest()

    @abc.abstractmethod
    def replaced(self, xmp: bytes | None, iptc: bytes | None, shape: str = "") -> bytes:
        """Return the file with these blocks in place of its own; None for no block.

        Args:
            xmp: the XMP packet.
            iptc: the IPTC-IIM block.
            shape: the structure to restore, as given by ``shape`` before; only if it may be restored.
        """

    def front(self) -> bytes:
        """The part of the file that readers of metadata need."""
        return self._data

    @abc.abstractmethod
    def rest(self) -> Rest:
        """Everything except the XMP packet and the IPTC block, including picture data."""
