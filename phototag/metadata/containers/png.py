"""PNG: chunks, each with a checksum. XMP is an international text chunk of a fixed keyword.

Source: PNG specification (third edition), 11.3.3.4 and 11.3.4; XMP specification part 3, 1.1.5.
IPTC has no standard place in PNG and is not written.
"""

from __future__ import annotations

import struct
import zlib
from typing import Final

import attrs

from phototag.metadata.containers.container import Container, Rest

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_XMP: Final = b"XML:com.adobe.xmp\0"
_RAW_EXIF: Final = (b"Raw profile type exif\0", b"Raw profile type APP1\0")
_LARGEST_TEXT: Final = 64 * 2**20


@attrs.frozen
class Chunk:
    """A chunk; ``crc`` as it stands in the file."""

    kind: bytes
    content: bytes
    crc: bytes

    @property
    def is_xmp(self) -> bool:
        """Whether it holds the XMP packet."""
        return self.kind == b"iTXt" and self.content.startswith(_XMP)

    def __bytes__(self) -> bytes:
        return struct.pack(">I", len(self.content)) + self.kind + self.content + self.crc


class Png(Container):
    """A PNG file.

    Raises:
        ValueError: the chunks cannot be followed to the end, or there are two XMP packets.
    """

    format = "PNG"

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self._chunks: list[Chunk] = []
        position = len(SIGNATURE)
        while not self._chunks or self._chunks[-1].kind != b"IEND":
            if position + 12 > len(data):
                message = "the PNG ends without its end chunk"
                raise ValueError(message)
            size, kind = struct.unpack_from(">I4s", data, position)
            start, end = position + 8, position + 8 + size
            if end + 4 > len(data):
                message = f"the PNG ends inside a chunk at byte {position}"
                raise ValueError(message)
            self._chunks.append(Chunk(kind, data[start:end], data[end : end + 4]))
            position = end + 4
        self._trailer = data[position:]
        packets = [chunk for chunk in self._chunks if chunk.is_xmp]
        if len(packets) > 1:
            message = "it holds two XMP packets"
            raise ValueError(message)
        self._xmp = _text(packets[0].content) if packets else None

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
            if chunk.kind in {b"tEXt", b"zTXt"} and chunk.content.startswith(_RAW_EXIF):
                return _raw_profile(chunk).removeprefix(b"Exif\0\0")
        return None

    def replaced(self, xmp: bytes | None, iptc: bytes | None, shape: str = "") -> bytes:
        """The file with these blocks instead; see ``Container``."""
        del iptc, shape
        if xmp == self._xmp:
            return self._join(self._chunks)
        # Never compressed: then other programs find the packet by looking for its marks.
        new = [] if xmp is None else [_chunk(b"iTXt", _XMP + bytes(4) + xmp)]
        # Before the picture data, where readers that stop there still see it.
        at = next((i for i, chunk in enumerate(self._chunks) if chunk.is_xmp), 1)
        kept = [chunk for chunk in self._chunks if not chunk.is_xmp]
        return self._join([*kept[:at], *new, *kept[at:]])

    def _join(self, chunks: list[Chunk]) -> bytes:
        return SIGNATURE + b"".join(map(bytes, chunks)) + self._trailer

    def picture(self) -> Rest:
        """The critical chunks, which an upper-case letter marks, and the transparency."""
        return tuple(
            chunk.content
            for chunk in self._chunks
            if chunk.kind[:1].isupper() or chunk.kind == b"tRNS"
        )

    def rest(self) -> Rest:
        """Everything but the XMP packet and the IPTC block."""
        return (*(bytes(chunk) for chunk in self._chunks if not chunk.is_xmp), self._trailer)


def _chunk(kind: bytes, content: bytes) -> Chunk:
    return Chunk(kind, content, struct.pack(">I", zlib.crc32(kind + content)))


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
    return bytes.fromhex(b"".join(fields[2:]).decode("ascii"))


def _inflate(data: bytes) -> bytes:
    engine = zlib.decompressobj()
    try:
        text = engine.decompress(data, _LARGEST_TEXT)
    except zlib.error as error:
        message = f"a compressed text is damaged: {error}"
        raise ValueError(message) from error
    if engine.unconsumed_tail:
        message = "a compressed text is larger than 64 MiB"
        raise ValueError(message)
    return text
