"""IPTC-IIM: the older keyword block, as a list of datasets that is written back byte for byte.

Source: IPTC-NAA Information Interchange Model, version 4.2. A dataset is a record number, a dataset number
and bytes; order and repetition have a meaning, and some datasets are binary, so a dictionary of texts is not
used.
"""

from __future__ import annotations

import struct
from typing import Final, Literal

import attrs

_TAG: Final = 0x1C
_EXTENDED: Final = 0x8000

CHARSET: Final = (1, 90)
VERSION: Final = (2, 0)
KEYWORDS: Final = (2, 25)
UTF8: Final = b"\x1b%G"
KEYWORD_BYTES: Final = 64

# Binary according to the standard: the record versions (2 bytes each), the sizes and masks of records 1 and
# 3, the rasterised caption, audio and preview data of record 2, the objects of records 7 and 8.
_BINARY_IN_APPLICATION: Final = {0, 125, 200, 201, 202}

Encoding = Literal["utf-8", "latin-1"]


@attrs.frozen
class DataSet:
    """One entry: its type (record, number) and its bytes."""

    number: tuple[int, int]
    value: bytes


@attrs.frozen
class Iim:
    """An IPTC-IIM block.

    Attributes:
        datasets: the datasets in the order of the file.
        encoding: encoding of the texts: as marked in the file, or one in which they can be read.
    """

    datasets: tuple[DataSet, ...] = ()
    encoding: Encoding = "utf-8"

    @property
    def keywords(self) -> tuple[str, ...]:
        """The keywords, decoded."""
        return tuple(
            item.value.decode(self.encoding) for item in self.datasets if item.number == KEYWORDS
        )

    @property
    def charset(self) -> bytes | None:
        """The character set marker as stored in the block."""
        return next((item.value for item in self.datasets if item.number == CHARSET), None)


def parse(data: bytes) -> Iim:
    """Parse the datasets of a block.

    Raises:
        ValueError: the block is damaged, or its marker names an unsupported character set.
    """
    datasets = []
    position = 0
    # Some writers pad the block with zeros to a multiple of four or two.
    end = len(data.rstrip(b"\0"))
    while position < end:
        if data[position] != _TAG or position + 5 > len(data):
            message = f"there is no dataset at byte {position} of the IPTC block"
            raise ValueError(message)
        record, number, size = struct.unpack_from(">BBH", data, position + 1)
        position += 5
        if size & _EXTENDED:
            width = size & ~_EXTENDED
            size = int.from_bytes(data[position : position + width], "big")
            position += width
        value = data[position : position + size]
        if len(value) < size:
            message = "the IPTC block ends inside a dataset"
            raise ValueError(message)
        datasets.append(DataSet((record, number), value))
        position += size
    return Iim(tuple(datasets), _encoding(datasets))


def _encoding(datasets: list[DataSet]) -> Encoding:
    mark = next((item.value for item in datasets if item.number == CHARSET), None)
    texts = [item.value for item in datasets if _is_text(item.number)]
    if all(_decodes(text) for text in texts):
        return "utf-8"
    if mark == UTF8:
        message = "the IPTC block is marked as UTF-8, but is not valid UTF-8"
        raise ValueError(message)
    # ESC . A is ISO 8859-1; any other character set could only be guessed.
    if mark not in {None, b"\x1b.A", b"\x1b-A"}:
        message = "the IPTC block has an unknown character set"
        raise ValueError(message)
    return "latin-1"


def _decodes(text: bytes) -> bool:
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _is_text(number: tuple[int, int]) -> bool:
    return number[0] == KEYWORDS[0] and number[1] not in _BINARY_IN_APPLICATION


def serialise(block: Iim) -> bytes:
    """The bytes of a block."""
    parts = []
    for item in block.datasets:
        size = len(item.value)
        if size < _EXTENDED:
            parts.append(struct.pack(">BBBH", _TAG, *item.number, size))
        else:
            parts.append(struct.pack(">BBBHI", _TAG, *item.number, _EXTENDED | 4, size))
        parts.append(item.value)
    return b"".join(parts)


def cut(word: str) -> str:
    """The word, cut after a whole character to the length of an IPTC keyword."""
    return word.encode()[:KEYWORD_BYTES].decode(errors="ignore")


def recoded(block: Iim, encoding: Encoding) -> Iim:
    """Return the block with all texts in another encoding.

    Raises:
        UnicodeEncodeError: a text has characters that are not in the encoding.
    """
    datasets = [
        attrs.evolve(item, value=item.value.decode(block.encoding).encode(encoding))
        if _is_text(item.number)
        else item
        for item in block.datasets
    ]
    return Iim(tuple(datasets), encoding)


def marked(block: Iim, charset: bytes | None) -> Iim:
    """Return the block with this character set marker at its place; without one for None."""
    datasets = list(block.datasets)
    at = next((i for i, item in enumerate(datasets) if item.number == CHARSET), None)
    if at is not None:
        datasets[at : at + 1] = [] if charset is None else [DataSet(CHARSET, charset)]
    elif charset is not None:
        # It must come before the texts to which it applies.
        later = (i for i, item in enumerate(datasets) if item.number > CHARSET)
        datasets.insert(next(later, len(datasets)), DataSet(CHARSET, charset))
    return attrs.evolve(block, datasets=tuple(datasets))


def with_keywords(block: Iim, drop: set[int], extra: tuple[str, ...]) -> Iim:
    """Return the block without the keywords at these positions (among keywords), and with others added."""
    kept: list[DataSet] = []
    at = seen = 0
    for item in block.datasets:
        if item.number == KEYWORDS:
            seen += 1
            if seen - 1 not in drop:
                kept.append(item)
            at = len(kept)
        else:
            kept.append(item)
            # Before the first keyword, the dataset numbers determine the place.
            at = len(kept) if not seen and item.number < KEYWORDS else at
    added = [DataSet(KEYWORDS, word.encode(block.encoding)) for word in extra]
    return attrs.evolve(block, datasets=tuple(kept[:at] + added + kept[at:]))
