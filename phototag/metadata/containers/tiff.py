"""TIFF: new blocks go to the end of the file, and no existing data move.

Picture data, other pages, maker notes and everything that points to them stay in place. Only the first
directory is written again, after the new blocks, and the header then points to it. A mark before it says how
long the file was before, and where its directory was: the next write replaces what phototag has appended, and
without anything to append, the file is again as it was.

Source: TIFF 6.0; tag 700 XMP specification part 3, 1.1.2; tag 33723 IPTC.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator
from typing import Final

import attrs

from phototag.metadata import photoshop
from phototag.metadata.containers import shape as shapes
from phototag.metadata.containers.container import Container, Rest
from phototag.metadata.containers.ifd import INLINE, Directory, Tiff, type_bytes
from phototag.metadata.refusals import Unclear, Unsupported

_XMP, _IPTC, _PHOTOSHOP = 700, 33723, 34377
_C2PA: Final = 52545
_BLOCKS: Final = {_XMP: "XMP", _IPTC: "IPTC"}
_BYTE, _LONG = 1, 4
_POINTERS: Final = (330, 34665, 34853, 40965)  # sub-directories: previews, Exif, GPS, interop
_DATA: Final = ((273, 279), (324, 325), (513, 514))  # offsets and sizes: strips, tiles, thumbnail
_PLACES: Final = {*_POINTERS, *(offsets for offsets, _ in _DATA)}
_MOST_PLACES: Final = 2_000_000  # beyond the largest pictures in tiles
# Size, bits, compression, colours, planes, predictor, palette, samples, JPEG tables.
_LAYOUT: Final = {256, 257, 258, 259, 262, 266, 277, 278, 284, 317, 320, 322, 323, 338, 339, 347}
_DNG_VERSION, _PHOTOMETRIC, _SUB_IFDS = 50706, 262, 330
_SENSOR: Final = {32803, 34892}  # colour filter array, linear raw
_LARGEST: Final = 2**32 - 1
_HEADER: Final = 8
_MARK: Final = b"phototag"
_MARK_BYTES: Final = len(_MARK) + 8


@attrs.frozen
class _Base:
    """The file without what phototag has appended: its length, and its first directory."""

    size: int
    first: Directory


class TiffFile(Container):
    """A TIFF file.

    Raises:
        ValueError: the first directory, or a value in it, is beyond the end of the file.
        Unsupported: there are more directories than phototag reads, or they form a loop.
        Unclear: there are two XMP packets, or two IPTC blocks.
    """

    format = "TIFF"
    holds_iptc: bool = True

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self._tiff = Tiff(data)
        for entry in self._tiff.first.entries:
            if not entry.whole:
                message = f"the value of TIFF tag {entry.tag} is beyond the end of the file"
                raise ValueError(message)
        for tag, block in _BLOCKS.items():
            if self._tiff.first.count(tag) > 1:
                raise Unclear(
                    f"it contains TIFF tag {tag} ({block}) twice, and programs differ in which "
                    "one they read"
                )
        self._directories = list(_directories(self._tiff))

    @property
    def is_raw(self) -> bool:
        """Whether it contains a camera's sensor data: DNG and similar formats."""
        tiff = self._tiff
        places = set(tiff.numbers(tiff.first.get(_SUB_IFDS)))
        some = [tiff.first, *(d for d in self._directories if d.at in places)]
        kinds = {n for d in some for n in tiff.numbers(d.get(_PHOTOMETRIC))}
        return tiff.first.get(_DNG_VERSION) is not None or bool(kinds & _SENSOR)

    @property
    def xmp(self) -> bytes | None:
        """The XMP packet."""
        return _block(self._tiff.first, _XMP)

    @property
    def iptc(self) -> bytes | None:
        """The IPTC-IIM block."""
        return _block(self._tiff.first, _IPTC)

    @property
    def iptc_digest(self) -> bytes | None:
        """Photoshop's digest of the IPTC block."""
        return next((item.value for _, item in self._digests()), None)

    @property
    def exif(self) -> bytes | None:
        """The Exif data as a TIFF structure."""
        return self._tiff.data

    @property
    def signed(self) -> bool:
        """Whether it contains a C2PA manifest (C2PA specification 2.1, A.3.6)."""
        return self._tiff.first.get(_C2PA) is not None

    @property
    def shape(self) -> str:
        """The digests of IPTC that cannot be computed again."""
        digests = [item.value for _, item in self._digests()]
        return shapes.joined(photoshop.digest_shape(digests, self.iptc))

    def replaced(self, xmp: bytes | None, iptc: bytes | None, shape: str = "") -> bytes:
        """Return the file with these blocks in place of its own; see ``Container``."""
        if (xmp, iptc) == (self.xmp, self.iptc):
            return self._tiff.data
        first, base = self._tiff.first, self._base()
        body = bytearray(self._tiff.data[: base.size])
        entries = [(entry.tag, entry.raw) for entry in first.entries]
        filling = 0
        for tag, usual, value in ((_XMP, _BYTE, xmp), (_IPTC, _LONG, iptc)):
            there, original = first.get(tag), base.first.get(tag)
            if value == _block(base.first, tag):
                raw = original.raw if original else None
            elif value is None:
                raw = None
            else:
                kind = there.type if there else usual
                filling = -len(value) % type_bytes(kind)
                raw = self._append(body, tag, kind, value + bytes(filling))
            _enter(entries, tag, raw)
        if iptc != self.iptc:
            # IPTC is the last block: the filling is that of its value, or not needed for an original one.
            is_new = iptc != _block(base.first, _IPTC)
            self._renew_digests(body, iptc, filling if is_new else 0, shape)
        raws = b"".join(raw for _, raw in entries)
        at = base.first.at
        if len(body) > base.size or raws != b"".join(e.raw for e in base.first.entries):
            at = self._append_directory(body, raws, base)
        struct.pack_into(f"{self._tiff.endian}I", body, 4, at)
        return bytes(body)

    def _base(self) -> _Base:
        """The file before phototag's first write, if phototag was the last to write; else all of it."""
        tiff, first = self._tiff, self._tiff.first
        mark = first.at - _MARK_BYTES
        if mark >= _HEADER and tiff.data.startswith(_MARK, mark) and first.end == len(tiff.data):
            size, at = tiff.unpack("II", mark + len(_MARK))
            try:
                found = Tiff(tiff.data, at).first
            except ValueError:
                found = first
            if found.at >= _HEADER and found.end <= size <= mark and found.next == first.next:
                return _Base(size, found)
        return _Base(len(tiff.data), first)

    def _append(self, body: bytearray, tag: int, kind: int, value: bytes) -> bytes:
        """Append a value; return its entry for the directory."""
        endian = self._tiff.endian
        head = struct.pack(f"{endian}HHI", tag, kind, len(value) // type_bytes(kind))
        if len(value) <= INLINE:
            return head + value.ljust(INLINE, b"\0")
        body += bytes(len(body) % 2)
        at = len(body)
        body += value
        return head + struct.pack(f"{endian}I", at)

    def _append_directory(self, body: bytearray, raws: bytes, base: _Base) -> int:
        """Append the first directory; return its offset."""
        endian = self._tiff.endian
        body += bytes(len(body) % 2)
        body += _MARK + struct.pack(f"{endian}II", base.size, base.first.at)
        at = len(body)
        body += struct.pack(f"{endian}H", len(raws) // 12) + raws
        body += struct.pack(f"{endian}I", base.first.next)
        if len(body) > _LARGEST:
            message = "a TIFF cannot be larger than 4 GB"
            raise Unclear(message)
        return at

    def _renew_digests(self, body: bytearray, iptc: bytes | None, filling: int, shape: str) -> None:
        """Renew Photoshop's digests of the IPTC block in place."""
        found = list(self._digests())
        values = [item.value for _, item in found]
        new = photoshop.renewed(values, self.iptc, iptc, shapes.parts(shape), filling)
        for (at, _), value in zip(found, new, strict=True):
            body[at : at + len(value)] = value

    def _digests(self) -> Iterator[tuple[int, photoshop.Resource]]:
        """Photoshop's digests of the IPTC block, each with its offset in the file."""
        entry = self._tiff.first.get(_PHOTOSHOP)
        if entry is None or entry.size <= INLINE:
            return
        try:
            section = photoshop.parse(entry.value)
        except Unclear:
            # An IPTC block there is not the one that phototag writes in a TIFF.
            return
        at = entry.at
        for item in section.resources:
            if item.is_digest and len(item.value) == photoshop.DIGEST_BYTES:
                yield at + item.value_at, item
            at += len(bytes(item))

    def picture(self) -> Rest:
        """The pixels of every page, and how they are stored."""
        parts: list[bytes] = []
        known: dict[tuple[int, int], bytes] = {}
        for directory in self._tiff.chain():
            parts += (e.raw[:2] + e.value for e in directory.entries if e.tag in _LAYOUT)
            for start, end in self._pixels(directory):
                if (start, end) not in known:
                    data = memoryview(self._tiff.data)[start:end]
                    known[start, end] = hashlib.blake2b(data).digest()
                parts.append(known[start, end])
        return tuple(parts)

    def rest(self) -> Rest:
        """Everything except the XMP packet and the IPTC block: the directories, and what they refer to."""
        parts: list[bytes | memoryview] = []
        ranges: list[tuple[int, int]] = []
        for directory in self._directories:
            is_first = directory is self._tiff.first
            others = [e for e in directory.entries if not (is_first and e.tag in _BLOCKS)]
            parts.append(b"".join(entry.raw for entry in others))
            ranges += ((e.at, e.end) for e in others if e.size > INLINE)
            ranges += self._pixels(directory)
        data = memoryview(self._tiff.data)
        ranges = [(start, min(end, len(data))) for start, end in ranges]
        parts += (data[start:end] for start, end in _merged(ranges, self._changing()))
        return tuple(parts)

    def _changing(self) -> list[tuple[int, int]]:
        """The ranges of the digests that follow the IPTC block."""
        return [
            (at, at + len(item.value))
            for at, item in self._digests()
            if photoshop.may_change(item.value, self.iptc)
        ]

    def _pixels(self, directory: Directory) -> Iterator[tuple[int, int]]:
        """The ranges of every strip, tile and thumbnail."""
        tiff = self._tiff
        for offsets, sizes in _DATA:
            starts, lengths = (tiff.numbers(directory.get(tag)) for tag in (offsets, sizes))
            for start, length in zip(starts, lengths, strict=False):
                yield start, start + length


def _block(directory: Directory, tag: int) -> bytes | None:
    """The XMP packet or the IPTC block; None without one, or for XMP that is blank."""
    entry = directory.get(tag)
    if entry is None or (tag == _XMP and shapes.is_blank(entry.value)):
        return None
    return entry.value


def _enter(entries: list[tuple[int, bytes]], tag: int, raw: bytes | None) -> None:
    """Put an entry at the place of the old one, or before the first larger tag; take it out for None.

    Some programs write entries in another order than that of their tags; the order is kept.
    """
    old = next((i for i, (there, _) in enumerate(entries) if there == tag), None)
    new = [] if raw is None else [(tag, raw)]
    if old is not None:
        entries[old : old + 1] = new
    else:
        at = next((i for i, (there, _) in enumerate(entries) if there > tag), len(entries))
        entries[at:at] = new


def _directories(tiff: Tiff) -> Iterator[Directory]:
    """All directories that can be read, each once: the pages, and those that entries point to."""
    waiting = list(tiff.chain())
    seen = {directory.at for directory in waiting}
    places = 0
    for directory in waiting:
        places += sum(e.count for e in directory.entries if e.tag in _PLACES and e.whole)
        if places > _MOST_PLACES:
            message = f"the TIFF's directories name more than {_MOST_PLACES} places"
            raise Unsupported(message)
        yield directory
        named = {n for e in directory.entries if e.tag in _POINTERS for n in tiff.numbers(e)}
        for at in sorted(named - seen):
            seen.add(at)
            try:
                waiting.append(tiff.directory(at))
            except Unsupported:
                raise
            except ValueError:  # beyond the end of the file: nothing that could change
                continue


def _merged(
    ranges: list[tuple[int, int]], without: list[tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    """The same bytes as ranges that do not overlap, and without some."""
    at = 0
    holes = iter((*sorted(without), (_LARGEST + 1, _LARGEST + 2)))
    hole = next(holes)
    for start, end in sorted(ranges):
        at = max(at, start)
        while at < end:
            while hole[1] <= at:
                hole = next(holes)
            if hole[0] <= at:
                at = hole[1]
                continue
            stop = min(end, hole[0])
            yield at, stop
            at = stop
