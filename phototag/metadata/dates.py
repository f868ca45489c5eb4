"""Whether a photo holds the date on which it was taken; applications show the time of the file if it does not.

Sources: the code of digiKam, Immich and darktable; Adobe's help for Lightroom. All use ``DateTimeOriginal`` of Exif; all but
darktable then ``DateTimeDigitized`` (exiftool's ``CreateDate``). digiKam and Immich also read XMP and IPTC, where a date
without a time is none for them. Only digiKam takes the date of the last change, so it does not count here.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from typing import Final

from phototag.metadata import iim
from phototag.metadata.containers import Container
from phototag.metadata.containers.ifd import Tiff
from phototag.metadata.draft import Draft
from phototag.metadata.xmp.names import Name

_EXIF_DIRECTORY: Final = 0x8769
_EXIF: Final = (0x9003, 0x9004)  # DateTimeOriginal, DateTimeDigitized
_EXIF_IN_XMP: Final = "http://ns.adobe.com/exif/1.0/"
_XMP: Final = (
    Name(_EXIF_IN_XMP, "DateTimeOriginal"),
    Name(_EXIF_IN_XMP, "DateTimeDigitized"),
    Name.of("photoshop:DateCreated"),
    Name.of("xmp:CreateDate"),
)
_IPTC_DATE, _IPTC_TIME = (2, 55), (2, 60)  # of creation; the one is read only with the other
_LENGTH: Final = 64  # bytes; a date has 19 in Exif
# A year, whatever follows: cameras without a clock write zeros, or spaces.
_DATE: Final = re.compile(rb"\s*(?!0000)\d{4}")


def is_dated(container: Container, draft: Draft) -> bool:
    """Whether a file holds the date on which the photo was taken or made.

    Args:
        container: the file.
        draft: its metadata.
    """
    return any(map(_DATE.match, _dates(container, draft)))


def _dates(container: Container, draft: Draft) -> Iterator[bytes]:
    # What is damaged holds no date that applications can read.
    with contextlib.suppress(ValueError):
        yield from _in_exif(container.exif)
    yield from (draft.packet.text(name).encode() for name in _XMP)
    with contextlib.suppress(ValueError):
        block = container.foreign_iptc
        for one in (draft.block, None if block is None else iim.parse(block)):
            if one is not None:
                yield from _in_iptc(one)


def _in_iptc(block: iim.Iim) -> Iterator[bytes]:
    if any(item.number == _IPTC_TIME for item in block.datasets):
        yield from (item.value for item in block.datasets if item.number == _IPTC_DATE)


def _in_exif(exif: bytes | None) -> Iterator[bytes]:
    if exif is None:
        return
    tiff = Tiff(exif)
    directories = [tiff.first]
    with contextlib.suppress(ValueError):
        directories += map(tiff.directory, tiff.numbers(tiff.first.get(_EXIF_DIRECTORY)))
    for directory in directories:
        for tag in _EXIF:
            if (entry := directory.get(tag)) is not None and entry.whole:
                yield entry.value[:_LENGTH]
