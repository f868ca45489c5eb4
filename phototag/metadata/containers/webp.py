"""WebP: RIFF chunks.  Metadata needs the extended form, whose header lists the chunks that follow.

Source: WebP Container Specification (Google), "Extended File Format". WebP has no place for IPTC.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Final

import attrs

from phototag.metadata.containers import shape as shapes
from phototag.metadata.containers.container import Container, Rest
from phototag.metadata.refusals import Unclear, Unsupported

_XMP_FLAG, _ALPHA_FLAG = 0x04, 0x10
_PICTURE: Final = {b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF"}
_HEADER: Final = 8  # bytes before a chunk's content
_FIRST: Final = 12  # offset of the first chunk
_EXTENDED: Final = 10  # bytes of the extended header
# What ``WebP.shape`` remembers: a file without the extended header, an XMP flag that does not agree with the
# chunks, the padding of the last chunk and of XMP, and the size in the file's header, if they are unusual.
_SIMPLE, _FLAG, _PADDING, _SIZE = "simple", "flag", "padding", "size"
_XMP_PADDING: Final = "xmp-padding"


@attrs.frozen
class Chunk:
    """A chunk; ``content`` without the padding byte, which may be missing at the end of the file."""

    kind: bytes
    content: bytes
    padding: bytes

    @classmethod
    def of(cls, kind: bytes, content: bytes) -> Chunk:
        """A new chunk."""
        return cls(kind, content, bytes(len(content) % 2))

    def __bytes__(self) -> bytes:
        return self.kind + struct.pack("<I", len(self.content)) + self.content + self.padding


class WebP(Container):
    """A WebP file.

    Raises:
        ValueError: the file ends inside a chunk.
        Unclear: there are two XMP packets.
        Unsupported: it has neither an extended header nor a picture at its beginning.
    """

    format = "WebP"

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        size = int.from_bytes(data[4:8], "little")
        self._chunks: list[Chunk] = []
        position = _FIRST
        while position + _HEADER <= min(len(data), _HEADER + size):
            kind, length = struct.unpack_from("<4sI", data, position)
            end = position + _HEADER + length
            if end > len(data):
                message = f"the WebP ends inside a chunk at byte {position}"
                raise ValueError(message)
            content, padding = data[position + _HEADER : end], data[end : end + length % 2]
            self._chunks.append(Chunk(kind, content, padding))
            position = end + len(padding)
        self._trailer = data[position:]
        # Some writers do not count the last padding byte, or count it without writing it; others leave a few
        # bytes behind the last chunk.
        self._excess = size - (position - _HEADER)
        if self._excess > max(1, len(self._trailer)):
            message = "the WebP is shorter than its header says"
            raise ValueError(message)
        if not self._chunks:
            message = "the WebP has no chunks"
            raise ValueError(message)
        if self._excess < -1:
            message = "the WebP's header gives a wrong size"
            raise Unsupported(message)
        if self._simple:
            _header(self._chunks[0])
        elif len(self._chunks[0].content) < _EXTENDED:
            message = "the WebP's extended header is too short"
            raise Unsupported(message)
        places = [i for i, chunk in enumerate(self._chunks) if chunk.kind == b"XMP "]
        packets = [i for i in places if not shapes.is_blank(self._chunks[i].content)]
        if len(packets) > 1:
            raise Unclear("it contains two XMP packets, and programs differ in which one they read")
        self._place = next(iter(packets or places), None)
        self._xmp = self._chunks[packets[0]].content if packets else None

    @property
    def _simple(self) -> bool:
        """Whether it has no extended header."""
        return self._chunks[0].kind != b"VP8X"

    @property
    def xmp(self) -> bytes | None:
        """The XMP packet."""
        return self._xmp

    @property
    def exif(self) -> bytes | None:
        """The Exif data as a TIFF structure."""
        content = next((chunk.content for chunk in self._chunks if chunk.kind == b"EXIF"), None)
        # Some writers put JPEG's Exif signature before it.
        return None if content is None else content.removeprefix(b"Exif\0\0")

    @property
    def signed(self) -> bool:
        """Whether it contains a C2PA manifest (C2PA specification 2.1, A.3.4)."""
        return any(chunk.kind == b"C2PA" for chunk in self._chunks)

    @property
    def shape(self) -> str:
        """The form of the file; empty for the usual extended form."""
        found: dict[str, str] = {}
        last = self._chunks[-1]
        if self._simple:
            found[_SIMPLE] = ""
        elif bool(self._chunks[0].content[0] & _XMP_FLAG) != (self._place is not None):
            found[_FLAG] = str(self._chunks[0].content[0] & _XMP_FLAG)
        if len(last.padding) != len(last.content) % 2:
            found[_PADDING] = ""
        if self._off_by_one:
            found[_SIZE] = str(self._excess)
        if self._place is not None:
            place = self._chunks[self._place]
            if self._xmp is None:
                found[shapes.BLANK] = shapes.packed(place.content)
            elif place.padding.strip(b"\0"):
                found[_XMP_PADDING] = place.padding.hex()
        return shapes.joined(found)

    @property
    def _off_by_one(self) -> bool:
        """Whether the size in the header does not end with a chunk, or with bytes that are there."""
        return self._excess < 0 or self._excess > len(self._trailer)

    def replaced(self, xmp: bytes | None, iptc: bytes | None, shape: str = "") -> bytes:
        """Return the file with these blocks in place of its own; see ``Container``."""
        del iptc
        before = shapes.parts(shape)
        if xmp == self._xmp and not before:
            return self._data
        chunks = list(self._chunks)
        content = shapes.blank(before) if xmp is None else xmp
        new = [] if content is None else [_xmp_chunk(content, before)]
        if self._place is None:
            chunks += new
        else:
            chunks[self._place : self._place + 1] = new
        if new and self._simple:
            chunks.insert(0, _header(chunks[0]))
        if chunks[0].kind == b"VP8X":
            flag = shapes.number(before[_FLAG]) if _FLAG in before else _XMP_FLAG * bool(new)
            chunks[0] = _with_flag(chunks[0], flag)
            # Another program may need the extended header by now; then it says more than the picture.
            if _SIMPLE in before and not new and chunks[:1] == _extended(chunks[1:]):
                del chunks[0]
        # Only the last chunk may be without its padding.
        chunks = list(map(_padded, chunks))
        if _PADDING in before:
            chunks[-1] = attrs.evolve(chunks[-1], padding=b"")
        excess = 0 if self._off_by_one else self._excess
        if _SIZE in before:
            excess = max(-1, min(1, shapes.number(before[_SIZE])))
        body = b"WEBP" + b"".join(map(bytes, chunks))
        return b"RIFF" + struct.pack("<I", len(body) + excess) + body + self._trailer

    def picture(self) -> Rest:
        """Picture, transparency and frames."""
        pictures = (chunk for chunk in self._chunks if chunk.kind in _PICTURE)
        return tuple(bytes(Chunk.of(chunk.kind, chunk.content)) for chunk in pictures)

    def rest(self) -> Rest:
        """Everything except the XMP packet and the IPTC block."""
        chunks = [_padded(chunk) for i, chunk in enumerate(self._chunks) if i != self._place]
        if self._simple:
            # The extended header that phototag adds repeats only what is in the picture chunk.
            chunks.insert(0, _header(chunks[0]))
        return (*map(bytes, (_with_flag(chunks[0], 0), *chunks[1:])), self._trailer)


def _xmp_chunk(xmp: bytes, before: Mapping[str, str]) -> Chunk:
    """The chunk of a packet, with its padding of before if that was unusual."""
    chunk = Chunk.of(b"XMP ", xmp)
    padding = shapes.from_hex(before.get(_XMP_PADDING, ""))
    return attrs.evolve(chunk, padding=padding) if len(padding) == len(xmp) % 2 else chunk


def _padded(chunk: Chunk) -> Chunk:
    """The chunk with a padding byte, if it needs one and has none."""
    missing = len(chunk.content) % 2 > len(chunk.padding)
    return attrs.evolve(chunk, padding=b"\0") if missing else chunk


def _with_flag(header: Chunk, flag: int) -> Chunk:
    """The extended header with this flag for XMP."""
    flags = header.content[0] & ~_XMP_FLAG | flag & _XMP_FLAG
    return attrs.evolve(header, content=bytes([flags]) + header.content[1:])


def _extended(chunks: list[Chunk]) -> list[Chunk]:
    """The extended header that phototag adds to a file with these chunks; none if they begin with no picture."""
    try:
        return [_header(chunks[0])] if chunks else []
    except Unsupported:
        return []


def _header(picture: Chunk) -> Chunk:
    """The extended header for the picture chunk of a simple file."""
    if picture.kind == b"VP8L":
        # Signature byte, then 14 bits width - 1, 14 bits height - 1, 1 bit "alpha is used".
        bits = int.from_bytes(picture.content[1:5], "little")
        width, height, alpha = bits & 0x3FFF, bits >> 14 & 0x3FFF, bits >> 28 & 1
    elif picture.kind == b"VP8 " and picture.content[3:6] == b"\x9d\x01\x2a":
        # Frame tag, start code, then 14 bits width and 2 bits scale, the same for the height.
        wide, high = struct.unpack_from("<HH", picture.content, 6)
        width, height, alpha = (wide & 0x3FFF) - 1, (high & 0x3FFF) - 1, 0
    else:
        message = "the WebP does not start with a picture"
        raise Unsupported(message)
    flags = _ALPHA_FLAG if alpha else 0
    content = bytes([flags, 0, 0, 0]) + width.to_bytes(3, "little") + height.to_bytes(3, "little")
    return Chunk.of(b"VP8X", content)
