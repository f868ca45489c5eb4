"""TIFF directories: the structure of TIFF files and of Exif blocks. Read only.

Source: TIFF 6.0, section 2; Exif 2.32, 4.6.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

import attrs

from phototag.metadata.refusals import Unsupported

ORIENTATION: Final = 0x0112
# Bytes per value; 1 BYTE, 2 ASCII, 6 SBYTE and 7 UNDEFINED take one byte.
_TYPE_BYTES: Final = {3: 2, 4: 4, 5: 8, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_SHORT, _LONG, _IFD = 3, 4, 13
_HEADER: Final = 8
# Beyond the largest files with many pages; without limits, a small file could take hours.
_MOST_PAGES: Final = 10_000
_MOST_ENTRIES: Final = 500_000
# Values of up to this many bytes are stored in the directory itself.
INLINE: Final = 4
ENTRY_BYTES: Final = 12
_UPRIGHT: Final = 1
_LAST_ORIENTATION: Final = 8


@attrs.frozen
class Entry:
    """A tag.

    Attributes:
        tag: its number.
        type: 1 BYTE, 2 ASCII, 3 SHORT, 4 LONG, 7 UNDEFINED, 13 IFD ...
        count: number of values.
        raw: the 12 bytes of its directory entry.
        at: offset of the value.
    """

    tag: int
    type: int
    count: int
    raw: bytes
    at: int
    _file: bytes = attrs.field(repr=False, eq=False)

    @property
    def size(self) -> int:
        """Size of the value in bytes."""
        return self.count * type_bytes(self.type)

    @property
    def end(self) -> int:
        """Offset of the value's end."""
        return self.at + self.size

    @property
    def whole(self) -> bool:
        """Whether the file contains the whole value."""
        return self.end <= len(self._file)

    @property
    def value(self) -> bytes:
        """The value's bytes; fewer than ``size`` in a truncated file.

        Copied only when needed: a small file can declare thousands of values, each as long as the file.
        """
        return self._file[self.at : self.end]


@attrs.frozen
class Directory:
    """A directory at an offset in the file, and the offset of the next one (0: none)."""

    at: int
    entries: tuple[Entry, ...]
    next: int

    @property
    def end(self) -> int:
        """Offset of the directory's end."""
        return self.at + 2 + ENTRY_BYTES * len(self.entries) + 4

    def get(self, tag: int) -> Entry | None:
        """The entry of a tag; None if missing.  Of several, it is the first, as for most programs."""
        return next((entry for entry in self.entries if entry.tag == tag), None)

    def count(self, tag: int) -> int:
        """How many entries a tag has."""
        return sum(entry.tag == tag for entry in self.entries)


class Tiff:
    """The directories of a TIFF structure.

    Args:
        data: the structure.
        first: offset of the first directory; as given in the header if None.

    Raises:
        ValueError: it is not a TIFF structure.
    """

    def __init__(self, data: bytes, first: int | None = None) -> None:
        self.data = data
        endian = {b"II*\0": "<", b"MM\0*": ">"}.get(data[:4])
        if endian is None or len(data) < _HEADER:
            message = "it is not a valid TIFF structure"
            raise ValueError(message)
        self.endian: str = endian
        self._directories: dict[int, Directory] = {}
        self._entries = 0
        self.first: Directory = self.directory(self.unpack("I", 4)[0] if first is None else first)

    def unpack(self, codes: str, at: int) -> tuple[int, ...]:
        """Numbers at an offset, in the file's byte order."""
        try:
            return struct.unpack_from(self.endian + codes, self.data, at)
        except struct.error as error:
            message = f"the TIFF ends before byte {at}"
            raise ValueError(message) from error

    def directory(self, at: int) -> Directory:
        """The directory at an offset; each is read once.

        Raises:
            ValueError: it is beyond the end of the file.
            Unsupported: the directories have too many entries.
        """
        if at not in self._directories:
            (count,) = self.unpack("H", at)
            self._entries += count
            if self._entries > _MOST_ENTRIES:
                message = f"the TIFF's directories have more than {_MOST_ENTRIES} entries"
                raise Unsupported(message)
            starts = range(at + 2, at + 2 + ENTRY_BYTES * count, ENTRY_BYTES)
            entries = tuple(map(self._entry, starts))
            following = self.unpack("I", at + 2 + ENTRY_BYTES * count)[0]
            self._directories[at] = Directory(at, entries, following)
        return self._directories[at]

    def _entry(self, at: int) -> Entry:
        tag, kind, count = self.unpack("HHI", at)
        size = count * type_bytes(kind)
        place = at + 8 if size <= INLINE else self.unpack("I", at + 8)[0]
        return Entry(tag, kind, count, self.data[at : at + ENTRY_BYTES], place, self.data)

    def numbers(self, entry: Entry | None) -> tuple[int, ...]:
        """The values of a SHORT, LONG or IFD entry; none for a missing entry."""
        if entry is None or entry.type not in {_SHORT, _LONG, _IFD} or not entry.whole:
            return ()
        code = "H" if entry.type == _SHORT else "I"
        return struct.unpack(f"{self.endian}{entry.count}{code}", entry.value)

    def chain(self) -> Iterator[Directory]:
        """The directories of all pages.

        Raises:
            Unsupported: the chain is circular, or too long.
        """
        seen = {self.first.at}
        directory = self.first
        yield directory
        while directory.next:
            if directory.next in seen:
                message = "the TIFF's pages form a loop"
                raise Unsupported(message)
            if len(seen) >= _MOST_PAGES:
                message = f"the TIFF has more than {_MOST_PAGES} pages"
                raise Unsupported(message)
            seen.add(directory.next)
            directory = self.directory(directory.next)
            yield directory


def type_bytes(kind: int) -> int:
    """Bytes of one value of this type."""
    return _TYPE_BYTES.get(kind, 1)


def orientation(exif: bytes | None) -> int:
    """The Exif orientation 1..8; 1 (upright) if it is missing or invalid."""
    if exif is None:
        return _UPRIGHT
    try:
        tiff = Tiff(exif)
        numbers = tiff.numbers(tiff.first.get(ORIENTATION))
    except ValueError:
        # Phototag neither writes nor needs Exif, so damage to it does not matter.
        return _UPRIGHT
    value = numbers[0] if numbers else _UPRIGHT
    return value if _UPRIGHT <= value <= _LAST_ORIENTATION else _UPRIGHT
