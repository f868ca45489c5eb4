"""TIFF: new blocks go to the end of the file, and no existing data move.

Picture data, other pages, maker notes and everything that points to them stay in place. Only the first
directory is written again, after the new blocks, and the header then points to it. A second write first
removes the end of the file, so that the file does not keep growing.

Source: TIFF 6.0; tag 700 XMP specification part 3, 1.1.2; tag 33723 IPTC.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator
from typing import Final

from phototag.metadata import photoshop
from phototag.metadata.containers.container import Container, Rest
from phototag.metadata.containers.ifd import INLINE, Directory, Entry, Tiff

_XMP, _IPTC, _PHOTOSHOP = 700, 33723, 34377
_C2PA: Final = 52545
_BYTE, _LONG = 1, 4
_POINTERS: Final = (330, 34665, 34853, 40965)  # sub-directories: previews, Exif, GPS, interop
_DATA: Final = ((273, 279), (324, 325), (513, 514))  # offsets and sizes: strips, tiles, thumbnail
# Size, bits, compression, colours, planes, predictor, palette, samples, JPEG tables.
_LAYOUT: Final = {256, 257, 258, 259, 262, 266, 277, 278, 284, 317, 320, 322, 323, 338, 339, 347}
_DNG_VERSION, _PHOTOMETRIC, _SUB_IFDS = 50706, 262, 330
_SENSOR: Final = {32803, 34892}  # colour filter array, linear raw
_LARGEST: Final = 2**32 - 1
_DIGEST_BYTES: Final = 16
_DEEPEST: Final = 4


class TiffFile(Container):
    """A TIFF file.

    Raises:
        ValueError: a directory is damaged, or a value is beyond the end of the file.
    """

    format = "TIFF"
    holds_iptc = True

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self._tiff = Tiff(data)
        for entry in self._tiff.first.entries:
            if not entry.whole:
                message = f"the value of TIFF tag {entry.tag} is beyond the end of the file"
                raise ValueError(message)

    @property
    def is_raw(self) -> bool:
        """Whether it contains a camera's sensor data: DNG and similar formats."""
        tiff = self._tiff
        places = tiff.numbers(tiff.first.get(_SUB_IFDS))
        directories = [tiff.first, *(tiff.directory(at) for at in places)]
        kinds = {n for d in directories for n in tiff.numbers(d.get(_PHOTOMETRIC))}
        return tiff.first.get(_DNG_VERSION) is not None or bool(kinds & _SENSOR)

    def _value(self, tag: int) -> bytes | None:
        entry = self._tiff.first.get(tag)
        return None if entry is None else entry.value

    @property
    def xmp(self) -> bytes | None:
        """The XMP packet."""
        return self._value(_XMP)

    @property
    def iptc(self) -> bytes | None:
        """The IPTC-IIM block."""
        return self._value(_IPTC)

    @property
    def exif(self) -> bytes | None:
        """The Exif data as a TIFF structure."""
        return self._tiff.data

    @property
    def signed(self) -> bool:
        """Whether it contains a C2PA manifest (C2PA specification 2.1, A.3.6)."""
        return self._tiff.first.get(_C2PA) is not None

    def replaced(self, xmp: bytes | None, iptc: bytes | None, shape: str = "") -> bytes:
        """Return the file with these blocks in place of its own; see ``Container``."""
        del shape
        if (xmp, iptc) == (self.xmp, self.iptc):
            return self._tiff.data
        first = self._tiff.first
        body = bytearray(self._tiff.data[: self._tail()])
        if iptc is not None and iptc != self.iptc:
            self._renew_digest(body, iptc)
        entries = {e.tag: e.raw for e in first.entries if e.tag not in {_XMP, _IPTC}}
        for tag, usual, value in ((_XMP, _BYTE, xmp), (_IPTC, _LONG, iptc)):
            if value is not None:
                old = first.get(tag)
                entries[tag] = self._append(body, tag, old.type if old else usual, value)
        directory = struct.pack(f"{self._tiff.endian}H", len(entries))
        directory += b"".join(raw for _, raw in sorted(entries.items()))
        directory += struct.pack(f"{self._tiff.endian}I", first.next)
        # The directory from before the first write is still at its place.
        at = body.find(directory)
        if at < 0 or at % 2:
            body += bytes(len(body) % 2)
            at = len(body)
            body += directory
        if len(body) > _LARGEST:
            message = "a TIFF cannot be larger than 4 GB"
            raise ValueError(message)
        struct.pack_into(f"{self._tiff.endian}I", body, 4, at)
        return bytes(body)

    def _append(self, body: bytearray, tag: int, kind: int, value: bytes) -> bytes:
        """Append a value; return its entry for the directory."""
        value = _filled(value, kind)
        endian = self._tiff.endian
        head = struct.pack(f"{endian}HHI", tag, kind, len(value) // (4 if kind == _LONG else 1))
        if len(value) <= INLINE:
            return head + value.ljust(INLINE, b"\0")
        body += bytes(len(body) % 2)
        at = len(body)
        body += value
        return head + struct.pack(f"{endian}I", at)

    def _tail(self) -> int:
        """Offset from which the rest of the file contains only what phototag is about to replace."""
        first = self._tiff.first
        spans = [(first.at, first.end)]
        for tag in (_XMP, _IPTC):
            entry = first.get(tag)
            if entry is not None and entry.size > INLINE:
                spans.append((entry.at, entry.at + entry.size))
        cut = len(self._tiff.data)
        for start, end in sorted(spans, reverse=True):
            if end == cut or end + end % 2 == cut:
                cut = start
        return cut

    def _renew_digest(self, body: bytearray, iptc: bytes) -> None:
        """Renew Photoshop's digest of the IPTC block in place, if it was right before."""
        entry = self._tiff.first.get(_PHOTOSHOP)
        if entry is None:
            return
        block = self._tiff.first.get(_IPTC)
        stored = _filled(iptc, _LONG if block is None else block.type)
        for at, item in self._digests(entry):
            if photoshop.digest_is_right(item, self.iptc):
                new = photoshop.renewed(item, self.iptc, iptc, stored)
                body[at : at + _DIGEST_BYTES] = new

    @staticmethod
    def _digests(entry: Entry) -> Iterator[tuple[int, photoshop.Resource]]:
        try:
            resources = photoshop.parse(entry.value)
        except ValueError:
            # Resources that cannot be parsed are not changed.
            return
        at = entry.at
        for item in resources:
            size = len(item.value)
            if item.number == photoshop.IPTC_DIGEST and size == _DIGEST_BYTES:
                yield at + len(item.head) + 4, item
            at += len(item.head) + 4 + size + size % 2

    def picture(self) -> Rest:
        """The pixels of every page, and how they are stored."""
        parts: list[bytes] = []
        for directory in self._tiff.chain():
            parts += (e.raw[:2] + e.value for e in directory.entries if e.tag in _LAYOUT)
            parts += self._pixels(directory)
        return tuple(parts)

    def rest(self) -> Rest:
        """Everything except the XMP packet and the IPTC block."""
        parts: list[bytes] = []
        for number, directory in enumerate(self._tiff.chain()):
            parts += self._contents(directory, first=number == 0, depth=0)
        return tuple(parts)

    def _contents(self, directory: Directory, *, first: bool, depth: int) -> Iterator[bytes]:
        tiff = self._tiff
        for entry in directory.entries:
            if first and entry.tag in {_XMP, _IPTC}:
                continue
            value = entry.value
            if entry.tag == _PHOTOSHOP:
                for at, item in self._digests(entry):
                    if photoshop.digest_is_right(item, self.iptc):
                        start = at - entry.at
                        value = (
                            value[:start] + bytes(_DIGEST_BYTES) + value[start + _DIGEST_BYTES :]
                        )
            yield entry.raw + hashlib.blake2b(value).digest()
            if entry.tag in _POINTERS and depth < _DEEPEST:
                for at in tiff.numbers(entry):
                    yield from self._contents(tiff.directory(at), first=False, depth=depth + 1)
        yield from self._pixels(directory)

    def _pixels(self, directory: Directory) -> Iterator[bytes]:
        """A digest of every strip, tile and thumbnail."""
        tiff = self._tiff
        for offsets, sizes in _DATA:
            starts, lengths = (tiff.numbers(directory.get(tag)) for tag in (offsets, sizes))
            for start, length in zip(starts, lengths, strict=False):
                yield hashlib.blake2b(tiff.data[start : start + length]).digest()


def _filled(value: bytes, kind: int) -> bytes:
    """A value padded to a whole number of items of its type."""
    return value + bytes(-len(value) % 4) if kind == _LONG else value
