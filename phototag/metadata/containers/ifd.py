"""TIFF directories: the structure of TIFF files and of Exif blocks. Read only.

Source: TIFF 6.0, section 2; Exif 2.32, 4.6.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

import attrs

ORIENTATION: Final = 0x0112
# Bytes per value; 1 BYTE, 2 ASCII, 6 SBYTE and 7 UNDEFINED take one byte.
_TYPE_BYTES: Final = {3: 2, 4: 4, 5: 8, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_SHORT, _LONG, _IFD = 3, 4, 13
_HEADER: Final = 8
_LONGEST_CHAIN: Final = 10_000
# Values of up to this many bytes are stored in the directory itself.
INLINE: Final = 4
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
        return self.count * _TYPE_BYTES.get(self.type, 1)

    @property
    def whole(self) -> bool:
        """Whether the file contains the whole value."""
        return self.at + self.size <= len(self._file)

    @property
    def value(self) -> bytes:
        """The value's bytes; fewer than ``size`` in a truncated file.

        Copied only when needed: a small file can declare thousands of values, each as long as the file.
        """
        return self._file[self.at : self.at + self.size]


@attrs.frozen
class Directory:
    """A directory at an offset in the file, and the offset of the next one (0: none)."""

    at: int
    entries: tuple[Entry, ...]
    next: int

    @property
    def end(self) -> int:
        """Offset of the directory's end."""
        return self.at + 2 + 12 * len(self.entries) + 4

    def get(self, tag: int) -> Entry | None:
        """The entry of a tag; None if missing."""
        return next((entry for entry in self.entries if entry.tag == tag), None)


class Tiff:
    """The directories of a TIFF structure.

    Raises:
        ValueError: it is not a TIFF structure, or one for more than 4 GB (BigTIFF).
    """

    def __init__(self, data: bytes) -> None:
        self.data = data
        endian = {b"II*\0": "<", b"MM\0*": ">"}.get(data[:4])
        if endian is None or len(data) < _HEADER:
            message = "it is not a valid TIFF structure"
            raise ValueError(message)
        self.endian: str = endian
        self.first: Directory = self.directory(self.unpack("I", 4)[0])

    def unpack(self, codes: str, at: int) -> tuple[int, ...]:
        """Numbers at an offset, in the file's byte order."""
        try:
            return struct.unpack_from(self.endian + codes, self.data, at)
        except struct.error as error:
            message = f"the TIFF ends before byte {at}"
            raise ValueError(message) from error

    def directory(self, at: int) -> Directory:
        """The directory at an offset."""
        (count,) = self.unpack("H", at)
        entries = tuple(self._entry(at + 2 + 12 * number) for number in range(count))
        return Directory(at, entries, self.unpack("I", at + 2 + 12 * count)[0])

    def _entry(self, at: int) -> Entry:
        tag, kind, count = self.unpack("HHI", at)
        size = count * _TYPE_BYTES.get(kind, 1)
        place = at + 8 if size <= INLINE else self.unpack("I", at + 8)[0]
        return Entry(tag, kind, count, self.data[at : at + 12], place, self.data)

    def numbers(self, entry: Entry | None) -> tuple[int, ...]:
        """The values of a SHORT, LONG or IFD entry; none for a missing entry."""
        if entry is None or entry.type not in {_SHORT, _LONG, _IFD} or not entry.whole:
            return ()
        code = "H" if entry.type == _SHORT else "I"
        return struct.unpack(f"{self.endian}{entry.count}{code}", entry.value)

    def chain(self) -> Iterator[Directory]:
        """The directories of all pages.

        Raises:
            ValueError: the chain is circular.
        """
        seen: set[int] = set()
        directory = self.first
        yield directory
        while directory.next:
            if directory.next in seen or len(seen) > _LONGEST_CHAIN:
                message = "the TIFF's pages form a loop"
                raise ValueError(message)
            seen.add(directory.next)
            directory = self.directory(directory.next)
            yield directory


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
