"""A second reader: exiv2 must read in the written file what it read before, and phototag's words.

phototag replaces whole blocks and edits the XMP with its own reader; that reader would not find its own
mistakes. digiKam, darktable, Gwenview and GIMP read metadata with exiv2. This is the only module that imports
pyexiv2. It must run in the sealed process: exiv2 can crash on a damaged file, and its log level, namespaces
and pending error are global to the process.
"""

from __future__ import annotations

import contextlib
import re
from typing import Any, Final

import attrs
import pyexiv2

from phototag.metadata.properties.table import PROPERTIES, WORD_BAGS
from phototag.metadata.xmp.names import PHOTOTAG

# Log level 2 (the default) prints to stdout; 4 treats damaged XMP as missing; 3 raises.
EXIV2_VERSION: Final[str] = pyexiv2.__exiv2_version__
_RAISE_ERRORS: Final = 3
_UNKNOWN_FORMAT: Final = "unknown image type"  # in the text of exiv2's error
_PACKET: Final = re.compile(rb"<x:xmpmeta.*?</x:xmpmeta>", re.DOTALL)
_HEAD: Final = b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>'
_TAIL: Final = b'<?xpacket end="w"?>'
_EMPTY_JPEG: Final = b"\xff\xd8\xff\xd9"
_OURS: Final = tuple(key for item in PROPERTIES for key in item.exiv2)
# In TIFF, the blocks are themselves Exif tags; they are compared as blocks.
_BLOCKS: Final = ("Exif.Image.XMLPacket", "Exif.Image.IPTCNAA", "Exif.Image.ImageResources")
# A converted block gets a character set marker, a new one a version.
_FRAME: Final = ("Iptc.Envelope.CharacterSet", "Iptc.Application2.RecordVersion")

pyexiv2.set_log_level(_RAISE_ERRORS)
pyexiv2.registerNs(PHOTOTAG, "phototag")


@attrs.frozen
class View:
    """What exiv2 reads in a photo.

    Attributes:
        foreign: the Exif, XMP and IPTC that phototag never changes, and the colour profile.
        ours: the words in the lists to which phototag adds words, by property.
        error: why exiv2 cannot read the photo; empty if it can.
    """

    foreign: dict[str, object] = attrs.Factory(dict)
    ours: dict[str, tuple[str, ...]] = attrs.Factory(dict)
    error: str = ""


def view(data: bytes) -> View:
    """Read a photo's metadata with exiv2."""
    try:
        with pyexiv2.ImageData(data) as image:
            xmp = image.read_xmp()
            exif = image.read_exif("latin-1")
            icc = image.read_icc()
            has_iptc = image.get_access_mode()["iptc"] is not None
            # Latin-1 maps every byte to a character: nothing is lost, whatever the encoding.
            iptc = image.read_iptc("latin-1") if has_iptc else {}
    except (RuntimeError, UnicodeDecodeError, ValueError) as error:
        _drain()
        return View(error=str(error))
    everything: dict[str, object] = {**xmp, **exif, **iptc, "icc": icc}
    foreign = {key: text for key, text in everything.items() if not _is_ours(key)}
    ours = {
        bag.label: tuple(value) if isinstance(value, list) else (value,)  # a text without a list
        for bag in WORD_BAGS
        if bag.store == "xmp"
        for value in (xmp.get(bag.exiv2[0], []),)
    }
    # Texts in IPTC change their bytes when the block is converted to UTF-8.
    texts = _decoded_all({k: text for k, text in foreign.items() if k.startswith("Iptc.")})
    return View(foreign | texts, ours)


@attrs.frozen
class Description:
    """The metadata in a photo, for a new sidecar of it.

    Attributes:
        packet: the XMP packet; empty without one.
        xmp: the properties in the packet.
        converted: the Exif and IPTC data as XMP properties.
        exif: the Exif tags.
    """

    packet: bytes = b""
    xmp: dict[str, Any] = attrs.Factory(dict)
    converted: dict[str, Any] = attrs.Factory(dict)
    exif: dict[str, Any] = attrs.Factory(dict)


def describe(data: bytes) -> Description:
    """Read the metadata that describe a picture; none if exiv2 does not know the format.

    Raises:
        ValueError: exiv2 knows the format but cannot read the metadata.
    """
    try:
        with pyexiv2.ImageData(data) as image:
            readable = image.get_access_mode()
            packet = image.read_raw_xmp().encode() if readable["xmp"] else b""
            xmp = image.read_xmp() if readable["xmp"] else {}
            exif = _decoded_all(image.read_exif("latin-1")) if readable["exif"] else {}
            iptc = _decoded_all(image.read_iptc("latin-1")) if readable["iptc"] else {}
        converted = {**pyexiv2.convert_exif_to_xmp(exif), **pyexiv2.convert_iptc_to_xmp(iptc)}
    except (RuntimeError, ValueError) as error:  # UnicodeDecodeError is a ValueError
        _drain()
        if _UNKNOWN_FORMAT in str(error):
            return Description()
        raise ValueError(f"its metadata cannot be read: {error}") from error
    if not packet and (hidden := _PACKET.search(data)):
        # exiv2 misses items that other programs have added to a HEIC file; they are stored there as plain
        # text.
        inside = describe(_HEAD + hidden.group() + _TAIL)
        return attrs.evolve(inside, converted=converted, exif=exif)
    return Description(packet=packet, xmp=xmp, converted=converted, exif=exif)


def with_properties(packet: bytes, properties: dict[str, Any]) -> bytes:
    """Add properties to an XMP packet.

    Raises:
        ValueError: exiv2 cannot read or write it.
    """
    try:
        with pyexiv2.ImageData(packet) as image:
            image.modify_xmp(properties)
            changed: bytes = image.get_bytes()
    except RuntimeError as error:
        _drain()
        raise ValueError(str(error)) from error
    return changed


def _decoded_all(texts: dict[str, Any]) -> dict[str, Any]:
    return {key: _decoded(text) for key, text in texts.items()}


def _is_ours(key: str) -> bool:
    return key in {*_BLOCKS, *_FRAME} or key.startswith(_OURS)


def _decoded(value: object) -> object:
    if isinstance(value, list):
        return [_decoded(item) for item in value]
    if isinstance(value, str):
        with contextlib.suppress(UnicodeError):
            return value.encode("latin-1").decode()
    return value


def _drain() -> None:
    """Clear the error text that pyexiv2 would otherwise raise for the next photo."""
    with contextlib.suppress(RuntimeError):
        pyexiv2.ImageData(_EMPTY_JPEG).close()
