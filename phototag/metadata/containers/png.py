"""PNG: chunks, each with a checksum.  XMP is an international text chunk with a fixed keyword.

Source: PNG specification (third edition), 11.3.3.4 and 11.3.4; XMP specification part 3, 1.1.5.
IPTC has no standard place in PNG and is not written.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from typing import Final

import attrs

from phototag.metadata import photoshop
from phototag.metadata.containers import shape as shapes
from phototag.metadata.containers.container import Container, Rest
from phototag.metadata.refusals import Unclear

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_XMP: Final = b"XML:com.adobe.xmp\0"
# Profiles in ImageMagick's text form.
_RAW: Final = b"Raw profile type "
_RAW_EXIF: Final = (_RAW + b"exif\0", _RAW + b"APP1\0")
_RAW_XMP: Final = _RAW + b"xmp\0"
_RAW_IPTC: Final = _RAW + b"iptc\0"
_TEXTS: Final = {b"tEXt", b"zTXt"}
_IN_A_PROFILE: Final = "raw profile "  # ``Png.shape``: XMP in a text chunk of this kind
_CHUNK: Final = "chunk"  # ``Png.shape``: the whole chunk
_FRAME: Final = 12  # bytes of a chunk around its content
_LINE: Final = 72  # digits
_LARGEST_TEXT: Final = 64 * 2**20


@attrs.frozen
class Chunk:
    """A chunk; ``crc`` as stored in the file."""

    kind: bytes
    content: bytes
    crc: bytes

    @property
    def is_xmp(self) -> bool:
        """Whether it contains the XMP packet, at the standard place or where ImageMagick puts it."""
        return self.is_standard or self.is_profile(_RAW_XMP)

    @property
    def is_standard(self) -> bool:
        """Whether it is the standard place of the XMP packet."""
        return self.kind == b"iTXt" and self.content.startswith(_XMP)

    def is_profile(self, *names: bytes) -> bool:
        """Whether it contains a profile with one of these names in ImageMagick's text form."""
        return self.kind in _TEXTS and self.content.startswith(names)

    def __bytes__(self) -> bytes:
        return struct.pack(">I", len(self.content)) + self.kind + self.content + self.crc


class Png(Container):
    """A PNG file.

    Raises:
        ValueError: the file ends before its last chunk.
        Unclear: there are two XMP packets, or a packet cannot be read.
    """

    format = "PNG"

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self._chunks: list[Chunk] = []
        position = len(SIGNATURE)
        while not self._chunks or self._chunks[-1].kind != b"IEND":
            self._chunks.append(_chunk_at(data, position))
            position += len(self._chunks[-1].content) + _FRAME
        self._trailer = data[position:]
        places = [chunk for chunk in self._chunks if chunk.is_xmp]
        packets = [chunk for chunk in places if not shapes.is_blank(_packet(chunk))]
        standard = [chunk for chunk in packets if chunk.is_standard]
        if len(standard) > 1 or len(packets) - len(standard) > 1:
            raise Unclear("it contains two XMP packets, and programs differ in which one they read")
        # exiv2, and therefore digiKam and darktable, use the first one.
        self._place = next(iter(packets or places), None)
        self._hidden = packets[1] if len(packets) > 1 else None
        self._xmp = _packet(packets[0]) if packets else None

    @property
    def xmp(self) -> bytes | None:
        """The XMP packet."""
        return self._xmp

    @property
    def exif(self) -> bytes | None:
        """The Exif data as a TIFF structure."""
        for chunk in self._chunks:
            if chunk.kind == b"eXIf":
                return chunk.content
            if chunk.is_profile(*_RAW_EXIF):
                try:
                    return _raw_profile(chunk).removeprefix(b"Exif\0\0")
                except ValueError:  # phototag neither writes nor needs Exif
                    return None
        return None

    @property
    def foreign_iptc(self) -> bytes | None:
        """The IPTC-IIM block in a profile, as ImageMagick stores it.

        Raises:
            ValueError: the profile is damaged.
        """
        for chunk in self._chunks:
            if chunk.is_profile(_RAW_IPTC):
                profile = _raw_profile(chunk)
                wrapped = profile.startswith(b"8BIM")
                return photoshop.iptc_of(photoshop.parse(profile)) if wrapped else profile
        return None

    @property
    def signed(self) -> bool:
        """Whether it contains a C2PA manifest (C2PA specification 2.1, A.3.2)."""
        return any(chunk.kind == b"caBX" for chunk in self._chunks)

    @property
    def shape(self) -> str:
        """The chunk of the packet, if phototag would write the packet in another form, or if it is blank."""
        if self._place is None:
            return ""
        found: dict[str, str] = {}
        if not self._place.is_standard:
            found[_IN_A_PROFILE + self._place.kind.decode("ascii")] = ""
        if self._xmp is None or self._place != _xmp_chunk(self._xmp, ""):
            found[_CHUNK] = shapes.packed(bytes(self._place))
        return shapes.joined(found)

    @property
    def behind(self) -> Png | None:
        """The file without the first of two packets, which hides the second from most programs."""
        if self._hidden is None:
            return None
        return Png(self._join([chunk for chunk in self._chunks if chunk is not self._place]))

    def replaced(self, xmp: bytes | None, iptc: bytes | None, shape: str = "") -> bytes:
        """Return the file with these blocks in place of its own; see ``Container``."""
        del iptc
        before = shapes.parts(shape)
        if xmp == self._xmp and before.keys() <= shapes.parts(self.shape).keys():
            return self._join(self._chunks)
        new = _restored(before, xmp)
        if new is None and xmp is not None:
            kind = next((name for name in before if name.startswith(_IN_A_PROFILE)), "")
            new = _xmp_chunk(xmp, kind)
        # Before the picture data, so that readers that stop there still find it.
        place = next((i for i, chunk in enumerate(self._chunks) if chunk is self._place), None)
        start, end = (1, 1) if place is None else (place, place + 1)
        made = [] if new is None else [new]
        return self._join([*self._chunks[:start], *made, *self._chunks[end:]])

    def _join(self, chunks: list[Chunk]) -> bytes:
        return SIGNATURE + b"".join(map(bytes, chunks)) + self._trailer

    def picture(self) -> Rest:
        """The critical chunks, whose names begin with an upper-case letter, and the transparency."""
        return tuple(
            chunk.content
            for chunk in self._chunks
            if chunk.kind[:1].isupper() or chunk.kind == b"tRNS"
        )

    def rest(self) -> Rest:
        """Everything except the XMP packet and the IPTC block."""
        others = (bytes(chunk) for chunk in self._chunks if chunk is not self._place)
        return (*others, self._trailer)


def _chunk(kind: bytes, content: bytes) -> Chunk:
    return Chunk(kind, content, struct.pack(">I", zlib.crc32(kind + content)))


def _restored(before: Mapping[str, str], xmp: bytes | None) -> Chunk | None:
    """The chunk that was there before phototag's first write, if it holds the packet that is to be written."""
    data = shapes.unpacked(before.get(_CHUNK))
    try:
        chunk = None if data is None else _chunk_at(data, 0)
        if chunk is None or data is None or not chunk.is_xmp or bytes(chunk) != data:
            return None
        packet = _packet(chunk)
    except ValueError:
        return None
    return chunk if packet == xmp or (xmp is None and shapes.is_blank(packet)) else None


def _chunk_at(data: bytes, position: int) -> Chunk:
    """The chunk at a position.

    Raises:
        ValueError: the data end inside it.
    """
    if position + _FRAME > len(data):
        message = "the PNG ends without its end chunk"
        raise ValueError(message)
    size, kind = struct.unpack_from(">I4s", data, position)
    start, end = position + 8, position + 8 + size
    if end + 4 > len(data):
        message = f"the PNG ends inside a chunk at byte {position}"
        raise ValueError(message)
    return Chunk(kind, data[start:end], data[end : end + 4])


def _xmp_chunk(xmp: bytes, shape: str) -> Chunk:
    """The packet at its standard place, or at the place given by ``Png.shape``."""
    if not shape:
        # Never compressed, so that other programs can find the packet by searching for its begin and end
        # marks.
        return _chunk(b"iTXt", _XMP + bytes(4) + xmp)
    digits = xmp.hex()
    lines = [digits[at : at + _LINE] for at in range(0, len(digits), _LINE)]
    text = "\n".join(["", "xmp", f"{len(xmp):8}", *lines, ""]).encode("ascii")
    if shape == _IN_A_PROFILE + "zTXt":
        return _chunk(b"zTXt", _RAW_XMP + b"\0" + zlib.compress(text))
    return _chunk(b"tEXt", _RAW_XMP + text)


def _packet(chunk: Chunk) -> bytes:
    return _text(chunk.content) if chunk.is_standard else _raw_profile(chunk)


def _text(content: bytes) -> bytes:
    """The text of an international text chunk, decompressed."""
    compressed = content[len(_XMP) : len(_XMP) + 1] == b"\1"
    _language, _, rest = content[len(_XMP) + 2 :].partition(b"\0")
    _translated, _, text = rest.partition(b"\0")
    return _inflate(text) if compressed else text


def _raw_profile(chunk: Chunk) -> bytes:
    """The bytes of a profile in ImageMagick's text form: name, length, hexadecimal digits."""
    text = chunk.content.partition(b"\0")[2]
    if chunk.kind == b"zTXt":
        text = _inflate(text[1:])
    fields = text.split()
    try:
        return bytes.fromhex(b"".join(fields[2:]).decode("ascii"))
    except ValueError as error:
        raise Unclear("a profile in it is not hexadecimal") from error


def _inflate(data: bytes) -> bytes:
    engine = zlib.decompressobj()
    try:
        text = engine.decompress(data, _LARGEST_TEXT)
    except zlib.error as error:
        raise Unclear("a compressed text in it is damaged") from error
    if engine.unconsumed_tail:
        raise Unclear("a compressed text in it is larger than 64 MiB")
    return text
