"""A second reader. exiv2 must see in the written file what it saw before, and our words.

phototag moves whole blocks and edits the XMP with a reader of its own; a mistake in that reader
could hide from that reader. exiv2 is what digiKam, darktable, Gwenview and GIMP read with.

The only module that imports pyexiv2. It belongs into the sealed process: exiv2 can crash on a
damaged file, and its log level, namespaces and pending error are global to the process.
"""

from __future__ import annotations

import contextlib
import re
from typing import Any, Final

import attrs
import pyexiv2

from phototag.metadata.properties.table import PROPERTIES, WORD_BAGS
from phototag.metadata.xmp.names import PHOTOTAG

# 2 (the default) prints to stdout; 4 reads damaged XMP as no XMP; 3 raises.
EXIV2_VERSION: Final[str] = pyexiv2.__exiv2_version__
_RAISE_ERRORS: Final = 3
_UNKNOWN_FORMAT: Final = "unknown image type"  # in the text of exiv2's error
_PACKET: Final = re.compile(rb"<x:xmpmeta.*?</x:xmpmeta>", re.DOTALL)
_HEAD: Final = b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>'
_TAIL: Final = b'<?xpacket end="w"?>'
_EMPTY_JPEG: Final = b"\xff\xd8\xff\xd9"
_OURS: Final = tuple(key for item in PROPERTIES for key in item.exiv2)
# In TIFF the blocks themselves are Exif tags; they are compared as what they are.
_BLOCKS: Final = ("Exif.Image.XMLPacket", "Exif.Image.IPTCNAA", "Exif.Image.ImageResources")
# A converted block gets a character set mark, a new one a version.
_FRAME: Final = ("Iptc.Envelope.CharacterSet", "Iptc.Application2.RecordVersion")

pyexiv2.set_log_level(_RAISE_ERRORS)
pyexiv2.registerNs(PHOTOTAG, "phototag")


@attrs.frozen
class View:
    """What exiv2 reads in a photo.

    Attributes:
        foreign: Exif, XMP and IPTC that phototag never changes, and the colour profile.
        ours: the words in the lists that phototag adds words to, by property.
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
            # Latin-1 gives every byte a character: nothing is lost, whatever it means.
            iptc = image.read_iptc("latin-1") if has_iptc else {}
    except (RuntimeError, UnicodeDecodeError, ValueError) as error:
        _drain()
        return View(error=str(error))
    everything: dict[str, object] = {**xmp, **exif, **iptc, "icc": icc}
    foreign = {key: text for key, text in everything.items() if not _is_ours(key)}
    ours = {
        bag.label: tuple(value) if isinstance(value, list) else ()
        for bag in WORD_BAGS
        if bag.store == "xmp"
        for value in (xmp.get(bag.exiv2[0], []),)
    }
    # Texts in IPTC change their bytes when the block becomes UTF-8.
    texts = _decoded_all({k: text for k, text in foreign.items() if k.startswith("Iptc.")})
    return View(foreign | texts, ours)


@attrs.frozen
class Description:
    """What stands in a photo, for a new sidecar of it.

    Attributes:
        packet: its XMP packet; empty without one.
        xmp: the properties in it.
        converted: those of its Exif and IPTC, as XMP properties.
        exif: its Exif tags.
    """

    packet: bytes = b""
    xmp: dict[str, Any] = attrs.Factory(dict)
    converted: dict[str, Any] = attrs.Factory(dict)
    exif: dict[str, Any] = attrs.Factory(dict)


def describe(data: bytes) -> Description:
    """Read what describes a picture; nothing where exiv2 does not know the format.

    Raises:
        ValueError: it is a format that exiv2 knows, but what stands in there cannot be read.
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
        # exiv2 overlooks items that other programs have added to a HEIC; they stand there in clear.
        inside = describe(_HEAD + hidden.group() + _TAIL)
        return attrs.evolve(inside, converted=converted, exif=exif)
    return Description(packet=packet, xmp=xmp, converted=converted, exif=exif)


def with_properties(packet: bytes, properties: dict[str, Any]) -> bytes:
    """An XMP packet with more properties.

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
    """Fetch the error text that pyexiv2 would otherwise raise on the next photo."""
    with contextlib.suppress(RuntimeError):
        pyexiv2.ImageData(_EMPTY_JPEG).close()
