"""What ``remove`` needs to restore a file byte for byte, as a text for the ledger: ``simple; blank=eJxT...``.

A container gives it as ``Container.shape`` and gets it back in ``Container.replaced``.
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Mapping
from typing import Final

from phototag.files.sizes import MOST_XMP

_BETWEEN: Final = "; "
#: Names of what several formats remember.
BLANK, DIGEST = "blank", "digest"

# White space, zeros, the mark of a packet's beginning and end, and an element with nothing in it.
_NOTHING: Final = re.compile(
    rb"(?:[\s\0]|\xef\xbb\xbf)*+(?:<\?xpacket[^>]*+>)?+[\s\0]*+"
    rb"(?:<x:xmpmeta(?:[^>/]|/(?!>))*+(?:/>|>[\s\0]*+</x:xmpmeta>))?+[\s\0]*+"
    rb"(?:<\?xpacket[^>]*+>)?+[\s\0]*+"
)


def is_blank(xmp: bytes) -> bool:
    """Whether this is a place for XMP with no XMP in it."""
    return _NOTHING.fullmatch(xmp) is not None


def parts(shape: str) -> dict[str, str]:
    """What the text holds, by name."""
    pairs = (part.partition("=") for part in shape.split(_BETWEEN) if part)
    return {name: value for name, _, value in pairs}


def joined(found: Mapping[str, str]) -> str:
    """The text that holds these."""
    return _BETWEEN.join(f"{name}={value}" if value else name for name, value in found.items())


def packed(data: bytes) -> str:
    """Bytes as a short text."""
    return base64.b64encode(zlib.compress(data, 9)).decode("ascii")


def unpacked(text: str | None) -> bytes | None:
    """The bytes again; None without a text, or if it is not one of ``packed``."""
    if text is None:
        return None
    engine = zlib.decompressobj()
    try:
        data = engine.decompress(base64.b64decode(text, validate=True), MOST_XMP)
    except (binascii.Error, ValueError, zlib.error):
        return None
    return data if engine.eof else None


def from_hex(text: str) -> bytes:
    """The bytes of hexadecimal digits; none from any other text."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""


def number(text: str) -> int:
    """The number in a text; 0 from any other text."""
    return int(text) if re.fullmatch(r"-?[0-9]{1,9}", text) else 0


def blank(found: Mapping[str, str]) -> bytes | None:
    """The content of the place for XMP before phototag's first write; None if it was not blank."""
    data = unpacked(found.get(BLANK))
    return data if data is not None and is_blank(data) else None
