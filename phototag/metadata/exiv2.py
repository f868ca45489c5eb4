"""A second reader: exiv2 must read in the written file what it read before, and phototag's words.

phototag replaces whole blocks and edits the XMP with its own reader; that reader would not find its own
mistakes. digiKam, darktable, Gwenview and GIMP read metadata with exiv2. This is the only module that imports
pyexiv2. It must run in the sealed process: exiv2 can crash on a damaged file, and its log level, namespaces
and pending error are global to the process.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from typing import Any, Final

import attrs
import pyexiv2

from phototag.metadata.containers.shape import is_blank
from phototag.metadata.properties.table import PROPERTIES, WORD_BAGS
from phototag.metadata.xmp.names import PHOTOTAG

# Log level 2 (the default) prints to stdout; 3 raises, also where exiv2 has only left out a maker note or a damaged
# profile; 4 does not, but treats damaged XMP as missing.
EXIV2_VERSION: Final[str] = pyexiv2.__exiv2_version__
_RAISE_ERRORS, _MUTE = 3, 4
_UNKNOWN_FORMAT, _OF_XMP = "unknown image type", "XMP"  # in the text of exiv2's errors
_PACKET: Final = re.compile(rb"<x:xmpmeta.*?</x:xmpmeta>", re.DOTALL)
_HEAD: Final = b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>'
_TAIL: Final = b'<?xpacket end="w"?>'
_EMPTY_JPEG: Final = b"\xff\xd8\xff\xd9"
_OURS: Final = tuple(key for item in PROPERTIES for key in item.exiv2)
# In TIFF, the blocks are themselves Exif tags; they are compared as blocks.
_PACKET_TAG: Final = "Exif.Image.XMLPacket"
_BLOCKS: Final = (_PACKET_TAG, "Exif.Image.IPTCNAA", "Exif.Image.ImageResources")
# A converted block gets a character set marker, a new one a version; exiftool adds the envelope's.
_FRAME: Final = (
    "Iptc.Envelope.CharacterSet", "Iptc.Envelope.ModelVersion", "Iptc.Application2.RecordVersion",
)  # fmt: skip
_CHANGED: Final = frozenset({*_BLOCKS, *_FRAME})

pyexiv2.set_log_level(_RAISE_ERRORS)
pyexiv2.registerNs(PHOTOTAG, "phototag")


@attrs.frozen
class View:
    """What exiv2 reads in a photo.

    Attributes:
        foreign: the Exif, XMP and IPTC that phototag never changes, and the colour profile.
        ours: the words in the lists to which phototag adds words, by property.
        error: what exiv2 reports; it may still have read everything else. Empty without an error.
        has_xmp: whether it finds XMP.
    """

    foreign: dict[str, object] = attrs.Factory(dict)
    ours: dict[str, tuple[str, ...]] = attrs.Factory(dict)
    error: str = ""
    has_xmp: bool = False


@attrs.frozen
class _Found:
    """The metadata that exiv2 finds in a file.

    Texts are Latin-1, which maps every byte to a character: nothing is lost, whatever the encoding.

    Attributes:
        packet: the XMP as exiv2 writes it; empty unless it was asked for, since it takes a third of the time.
        xmp, exif, iptc: texts by key.
        icc: the colour profile.
    """

    packet: bytes
    xmp: dict[str, Any]
    exif: dict[str, Any]
    iptc: dict[str, Any]
    icc: bytes


def _found(data: bytes, *, packet: bool = False) -> _Found:
    """Read everything.  A RuntimeError may be no more than a complaint about a maker note or a colour profile."""
    with _opened(data) as image:
        readable = image.get_access_mode()
        return _Found(
            packet=image.read_raw_xmp().encode() if packet and readable["xmp"] else b"",
            xmp=image.read_xmp() if readable["xmp"] else {},
            exif=image.read_exif("latin-1") if readable["exif"] else {},
            iptc=image.read_iptc("latin-1") if readable["iptc"] else {},
            icc=image.read_icc(),
        )


@contextlib.contextmanager
def _opened(data: bytes) -> Iterator[pyexiv2.ImageData]:
    """A file in exiv2, until its memory is given back; ``close()`` would also replace all methods of the object."""
    image = pyexiv2.ImageData(data)
    try:
        yield image
    finally:
        image.buffer.destroy()


def _read(data: bytes, *, packet: bool = False) -> tuple[_Found | None, str]:
    """What exiv2 can read, and the error that it reports; nothing if it cannot open the file."""
    try:
        return _found(data, packet=packet), ""
    except (RuntimeError, ValueError) as error:  # UnicodeDecodeError is a ValueError
        _drain()
        reported = " ".join(str(error).split())
    pyexiv2.set_log_level(_MUTE)
    try:
        return _found(data, packet=packet), reported
    except (RuntimeError, ValueError):
        return None, reported
    finally:
        pyexiv2.set_log_level(_RAISE_ERRORS)
        _drain()


def view(data: bytes) -> View:
    """Read a photo's metadata with exiv2."""
    found, error = _read(data)
    if found is None:
        return View(error=error)
    everything: dict[str, object] = {**found.xmp, **found.exif, **found.iptc, "icc": found.icc}
    foreign = {key: text for key, text in everything.items() if not _is_ours(key)}
    ours = {
        bag.label: tuple(value) if isinstance(value, list) else (value,)  # a text without a list
        for bag in WORD_BAGS
        if bag.store == "xmp"
        for value in (found.xmp.get(bag.exiv2[0], []),)
    }
    # Texts in IPTC change their bytes when the block is converted to UTF-8.
    texts = _decoded_all({k: text for k, text in foreign.items() if k.startswith("Iptc.")})
    return View(foreign | texts, ours, error, has_xmp=bool(found.xmp))


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

    What exiv2 complains about without it being the XMP, such as a maker note, is left out.

    Raises:
        ValueError: exiv2 knows the format but cannot read the metadata.
    """
    found, error = _read(data, packet=True)
    if found is None:
        if _UNKNOWN_FORMAT in error:
            return Description()
        raise _unreadable(error)
    stored = found.packet or _in_tiff(found.exif)
    packet, xmp = b"" if is_blank(stored) else stored, found.xmp
    if _OF_XMP in error and not stored:
        raise _unreadable(error)
    if _OF_XMP in error and packet:
        xmp = _strict(packet, error)
    exif, iptc = _decoded_all(found.exif), _decoded_all(found.iptc)
    converted = _converted(exif, iptc)
    if not packet and data[4:8] == b"ftyp" and (hidden := _PACKET.search(data)):
        # exiv2 misses items that other programs have added to a HEIC file; they are stored there as plain
        # text.
        inside = describe(_HEAD + hidden.group() + _TAIL)
        return attrs.evolve(inside, converted=converted, exif=exif)
    return Description(packet=packet, xmp=xmp, converted=converted, exif=exif)


def _in_tiff(exif: dict[str, Any]) -> bytes:
    """The XMP packet of a TIFF, which exiv2 gives as a tag: as numbers, or as a text."""
    text = str(exif.get(_PACKET_TAG, ""))
    numbers = text.split()
    if all(number.isdecimal() and int(number) < 256 for number in numbers):  # noqa: PLR2004 - bytes
        return bytes(map(int, numbers))
    return text.encode("latin-1", "replace")


def _strict(packet: bytes, reported: str) -> dict[str, Any]:
    """The properties in a packet.

    Raises:
        ValueError: it is damaged: without this check, its properties would be taken for missing.
    """
    try:
        return _found(packet).xmp
    except (RuntimeError, ValueError) as error:
        _drain()
        raise _unreadable(reported) from error


def _converted(exif: dict[str, Any], iptc: dict[str, Any]) -> dict[str, Any]:
    """Exif and IPTC data as XMP properties.

    Raises:
        ValueError: exiv2 cannot convert them.
    """
    # Of a tag that occurs several times, the first is converted: exiv2 takes no lists.
    single = {key: value[0] if isinstance(value, list) else value for key, value in exif.items()}
    try:
        return {**pyexiv2.convert_exif_to_xmp(single), **pyexiv2.convert_iptc_to_xmp(iptc)}
    except (RuntimeError, ValueError) as error:
        _drain()
        raise _unreadable(str(error)) from error


def _unreadable(reported: str) -> ValueError:
    return ValueError(f"its metadata cannot be read (exiv2: {' '.join(reported.split())})")


def with_properties(packet: bytes, properties: dict[str, Any]) -> bytes:
    """Add properties to an XMP packet.

    Raises:
        ValueError: exiv2 cannot read or write it.
    """
    try:
        with _opened(packet) as image:
            image.modify_xmp(properties)
            changed: bytes = image.get_bytes()
    except RuntimeError as error:
        _drain()
        raise ValueError(str(error)) from error
    return changed


def _decoded_all(texts: dict[str, Any]) -> dict[str, Any]:
    return {key: _decoded(text) for key, text in texts.items()}


def _is_ours(key: str) -> bool:
    return key in _CHANGED or key.startswith(_OURS)


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
