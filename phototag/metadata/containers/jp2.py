"""JPEG 2000: boxes.  XMP is a UUID box at the top level.

Source: ISO/IEC 15444-1, annex I; XMP specification part 3, 1.1.4.
"""

from __future__ import annotations

import struct
from typing import Final

import attrs

from phototag.metadata.containers import shape as shapes
from phototag.metadata.containers.container import Container, Rest
from phototag.metadata.refusals import Unclear, Unsupported

SIGNATURE: Final = b"\0\0\0\x0cjP  \r\n\x87\n"
_XMP: Final = bytes.fromhex("BE7ACFCB97A942E89C71999491E3AFAC")
_EXIF: Final = b"JpgTiffExif->JP2"
_IPTC: Final = bytes.fromhex("33C7A4D2B81D4723A0BAF1A3E097AD38")
_UUID_BYTES: Final = 16
_HEADER, _LONG_HEADER = 8, 16
# Boxes with offsets from the start of the file: a change would make all of them wrong.
_WITH_PLACES: Final = {b"ftbl", b"cref"}
_PICTURE: Final = {b"jp2h", b"jp2c"}
_OTHER_HEADER: Final = "header"  # in ``Jp2.shape``


@attrs.frozen
class Part:
    """A box with its header as stored in the file."""

    kind: bytes
    header: bytes
    content: bytes

    def is_uuid(self, identifier: bytes) -> bool:
        """Whether it is the UUID box with this identifier."""
        return self.kind == b"uuid" and self.content.startswith(identifier)

    def __bytes__(self) -> bytes:
        return self.header + self.content


class Jp2(Container):
    """A JP2 file.

    Raises:
        ValueError: the file ends inside a box.
        Unsupported: the boxes contain file offsets.
        Unclear: there are two XMP packets.
    """

    format = "JPEG 2000"

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self._parts: list[Part] = []
        position = 0
        while position + _HEADER <= len(data):
            part = _part(data, position)
            self._parts.append(part)
            position += len(part.header) + len(part.content)
        self._trailer = data[position:]
        if self._trailer and not any(part.kind == b"jp2c" for part in self._parts):
            message = f"the JPEG 2000 file ends inside a box at byte {position}"
            raise ValueError(message)
        if any(part.kind in _WITH_PLACES for part in self._parts):
            message = "it contains file offsets that a change would make wrong"
            raise Unsupported(message)
        places = [i for i, part in enumerate(self._parts) if part.is_uuid(_XMP)]
        packets = [i for i in places if not shapes.is_blank(self._content(i))]
        if len(packets) > 1:
            raise Unclear("it contains two XMP packets, and programs differ in which one they read")
        self._place = next(iter(packets or places), None)
        self._xmp = self._content(packets[0]) if packets else None

    def _content(self, place: int) -> bytes:
        return self._parts[place].content[_UUID_BYTES:]

    @property
    def xmp(self) -> bytes | None:
        """The XMP packet."""
        return self._xmp

    @property
    def orientation(self) -> int:
        """Upright: no decoder turns a JPEG 2000 picture according to its Exif."""
        return 1

    @property
    def exif(self) -> bytes | None:
        """The Exif data as a TIFF structure."""
        found = (part.content[_UUID_BYTES:] for part in self._parts if part.is_uuid(_EXIF))
        return next(found, None)

    @property
    def foreign_iptc(self) -> bytes | None:
        """The IPTC-IIM block that some programs store in a box of their own."""
        found = (part.content[_UUID_BYTES:] for part in self._parts if part.is_uuid(_IPTC))
        return next(found, None)

    @property
    def shape(self) -> str:
        """The box of the packet, if it is blank or its header is not the usual one."""
        if self._place is None:
            return ""
        found: dict[str, str] = {}
        content, header = self._content(self._place), self._parts[self._place].header
        if self._xmp is None:
            found[shapes.BLANK] = shapes.packed(content)
        if header != _xmp_header(len(content)):
            found[_OTHER_HEADER] = header.hex()
        return shapes.joined(found)

    def replaced(self, xmp: bytes | None, iptc: bytes | None, shape: str = "") -> bytes:
        """Return the file with these blocks in place of its own; see ``Container``."""
        del iptc
        if xmp == self._xmp:
            return self._data
        before = shapes.parts(shape)
        content = shapes.blank(before) if xmp is None else xmp
        new = []
        if content is not None:
            header = _xmp_header(len(content))
            other = shapes.from_hex(before.get(_OTHER_HEADER, ""))
            if _fits(other, len(content)):
                header = other
            new = [Part(b"uuid", header, _XMP + content)]
        if self._place is not None:
            start, end = self._place, self._place + 1
        else:
            kinds = [part.kind for part in self._parts]
            # Before the code stream, which may have no length and extend to the end of the file.
            start = end = kinds.index(b"jp2c") if b"jp2c" in kinds else len(kinds)
        parts = [*self._parts[:start], *new, *self._parts[end:]]
        return b"".join(map(bytes, parts)) + self._trailer

    def picture(self) -> Rest:
        """Image header and code stream."""
        return tuple(bytes(part) for part in self._parts if part.kind in _PICTURE)

    def rest(self) -> Rest:
        """Everything except the XMP packet."""
        others = (bytes(part) for i, part in enumerate(self._parts) if i != self._place)
        return (*others, self._trailer)


def _xmp_header(size: int) -> bytes:
    """The usual header of a box with so many bytes of XMP."""
    return struct.pack(">I4s", _HEADER + _UUID_BYTES + size, b"uuid")


def _fits(header: bytes, size: int) -> bool:
    """Whether this is another valid header for a box with so many bytes of XMP: with a long size."""
    return header == struct.pack(">I4sQ", 1, b"uuid", _LONG_HEADER + _UUID_BYTES + size)


def _part(data: bytes, position: int) -> Part:
    """The box at a position; one of size 0 extends to the end of the file."""
    size, kind = struct.unpack_from(">I4s", data, position)
    header = _HEADER
    if size == 1 and position + _LONG_HEADER <= len(data):
        header = _LONG_HEADER
        (size,) = struct.unpack_from(">Q", data, position + _HEADER)
    end = len(data) if size == 0 else position + size
    if size not in {0, 1} and (size < header or end > len(data)):
        message = f"the JPEG 2000 file ends inside a box at byte {position}"
        raise ValueError(message)
    start = position + header
    return Part(kind, data[position:start], data[start:end])
