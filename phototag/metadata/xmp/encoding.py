"""The encoding of a packet: UTF-8 nearly always; the XMP specification also allows UTF-16 and UTF-32.

Source: XMP specification part 1, 7.3; the packet's first characters tell the encoding, with or without a byte
order mark.
"""

from __future__ import annotations

import codecs
from typing import Final

#: The one that the parser reads.
UTF8: Final = "utf-8"
# The longer marks first: those of UTF-32 begin like those of UTF-16.
_STARTS: Final = (
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    ("<".encode("utf-32-be"), "utf-32-be"),
    ("<".encode("utf-32-le"), "utf-32-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    ("<".encode("utf-16-be"), "utf-16-be"),
    ("<".encode("utf-16-le"), "utf-16-le"),
)


def of(packet: bytes) -> str:
    """The encoding of a packet."""
    return next((name for start, name in _STARTS if packet.startswith(start)), UTF8)


def recoded(packet: bytes, source: str, target: str) -> bytes:
    """A packet in another encoding.

    Raises:
        ValueError: it has bytes that are no text in its encoding.
    """
    return packet if source == target else packet.decode(source).encode(target)
