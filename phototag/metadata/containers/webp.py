"""WebP: RIFF chunks.  Metadata needs the extended form, whose header lists the chunks that follow.

Source: WebP Container Specification (Google), "Extended File Format". WebP has no place for IPTC.
"""

from __future__ import annotations

import struct
from typing import Final

import attrs

from phototag.metadata.containers.container import Container, Rest

_XMP_FLAG, _ALPHA_FLAG = 0x04, 0x10
_SIMPLE: Final = "simple"
_PICTURE: Final = {b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF"}


@attrs.frozen
class Chunk:
    """A chunk; ``content`` without the padding byte."""

    kind: bytes
    content: bytes

    def __bytes__(self) -> bytes:
        padding = b"\0" * (len(self.content) % 2)
        return self.kind + struct.pack("<I", len(self.content)) + self.content + padding


class WebP(Container):
    """A WebP file.

    Raises:
        ValueError: the chunks cannot be parsed to the end, or there are two XMP packets.
    """

    format = "WebP"

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        end = 8 + int.from_bytes(data[4:8], "little")
        if end > len(data):
            message = "the WebP is shorter than its header says"
            raise ValueError(message)
        self._chunks: list[Chunk] = []
        position = 12
        while position + 8 <= end:
            kind, size = struct.unpack_from("<4sI", data, position)
            start = position + 8
            if start + size > end:
                message = f"the WebP ends inside a chunk at byte {position}"
                raise ValueError(message)
            self._chunks.append(Chunk(kind, data[start : start + size]))
            position = start + size + size % 2
        self._trailer = data[end:]
        if not self._chunks:
            message = "the WebP has no chunks"
            raise ValueError(message)
        if sum(chunk.kind == b"XMP " for chunk in self._chunks) > 1:
            message = "it contains two XMP packets"
            raise ValueError(message)

    def _find(self, kind: bytes) -> bytes | None:
        return next((chunk.content for chunk in self._chunks if chunk.kind == kind), None)

    @property
    def xmp(self) -> bytes | None:
        """The XMP packet."""
        return self._find(b"XMP ")

    @property
    def exif(self) -> bytes | None:
        """The Exif data as a TIFF structure."""
        content = self._find(b"EXIF")
        # Some writers put JPEG's Exif signature before it.
        return None if content is None else content.removeprefix(b"Exif\0\0")

    @property
    def signed(self) -> bool:
        """Whether it contains a C2PA manifest (C2PA specification 2.1, A.3.4)."""
        return self._find(b"C2PA") is not None

    @property
    def shape(self) -> str:
        """``simple`` for a file with a single picture chunk; empty for the extended form."""
        return "" if self._chunks[0].kind == b"VP8X" else _SIMPLE

    def replaced(self, xmp: bytes | None, iptc: bytes | None, shape: str = "") -> bytes:
        """Return the file with these blocks in place of its own; see ``Container``."""
        del iptc
        chunks = [chunk for chunk in self._chunks if chunk.kind != b"XMP "]
        at = next((i for i, c in enumerate(self._chunks) if c.kind == b"XMP "), len(chunks))
        if xmp is not None:
            chunks.insert(at, Chunk(b"XMP ", xmp))
            if self.shape == _SIMPLE:
                chunks.insert(0, _header(chunks[0]))
        if chunks[0].kind == b"VP8X":
            flags = chunks[0].content[0] & ~_XMP_FLAG | (_XMP_FLAG if xmp is not None else 0)
            chunks[0] = Chunk(b"VP8X", bytes([flags]) + chunks[0].content[1:])
            bare = [chunk.kind for chunk in chunks[1:]] in ([b"VP8 "], [b"VP8L"])
            if shape == _SIMPLE and bare:
                del chunks[0]
        body = b"WEBP" + b"".join(map(bytes, chunks))
        return b"RIFF" + struct.pack("<I", len(body)) + body + self._trailer

    def picture(self) -> Rest:
        """Picture, transparency and frames."""
        return tuple(bytes(chunk) for chunk in self._chunks if chunk.kind in _PICTURE)

    def rest(self) -> Rest:
        # The extended header that phototag adds repeats only what is in the picture chunk.
        """Everything except the XMP packet and the IPTC block."""
        chunks = list(self._chunks)
        if self.shape == _SIMPLE:
            chunks.insert(0, _header(chunks[0]))
        header = bytes([chunks[0].content[0] & ~_XMP_FLAG]) + chunks[0].content[1:]
        others = (bytes(chunk) for chunk in chunks[1:] if chunk.kind != b"XMP ")
        return (header, *others, self._trailer)


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
        raise ValueError(message)
    flags = _ALPHA_FLAG if alpha else 0
    content = bytes([flags, 0, 0, 0]) + width.to_bytes(3, "little") + height.to_bytes(3, "little")
    return Chunk(b"VP8X", content)
