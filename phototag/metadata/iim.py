"""IPTC-IIM: the older keyword block, as a list of datasets that is written back byte for byte.

Source: IPTC-NAA Information Interchange Model, version 4.2. A dataset is a record number, a dataset number
and bytes; order and repetition have a meaning, and some datasets are binary, so a dictionary of texts is not
used.
"""

from __future__ import annotations

import struct
from typing import Final, Literal

import attrs

from phototag.metadata.refusals import Unclear

_TAG: Final = 0x1C
_EXTENDED: Final = 0x8000
_USUAL_WIDTH: Final = 4  # bytes of an extended length; exiv2 reads no more

CHARSET: Final = (1, 90)
VERSION: Final = (2, 0)
#: Those of both records: other programs add the first to a block that phototag created.
VERSIONS: Final = frozenset({(1, 0), VERSION})
KEYWORDS: Final = (2, 25)
UTF8: Final = b"\x1b%G"
KEYWORD_BYTES: Final = 64
_KEYWORD_HEAD: Final = bytes((_TAG, *KEYWORDS))

# Binary according to the standard: the record versions (2 bytes each), the sizes and masks of records 1 and
# 3, the rasterised caption, audio and preview data of record 2, the objects of records 7 and 8.
_BINARY_IN_APPLICATION: Final = {0, 125, 200, 201, 202}

Encoding = Literal["utf-8", "latin-1"]


@attrs.frozen
class DataSet:
    """One entry: its type (record, number) and its bytes.

    Attributes:
        number: record and number in the record.
        value: the bytes.
        width: bytes of the length if it is stored in the extended form; 0 for the usual form.
    """

    number: tuple[int, int]
    value: bytes
    width: int = 0

    def __bytes__(self) -> bytes:
        size = len(self.value)
        width = self.width or (_USUAL_WIDTH if size >= _EXTENDED else 0)
        if not width:
            return struct.pack(">BBBH", _TAG, *self.number, size) + self.value
        head = struct.pack(">BBBH", _TAG, *self.number, _EXTENDED | width)
        return head + size.to_bytes(max(width, (size.bit_length() + 7) // 8), "big") + self.value


@attrs.frozen
class Iim:
    """An IPTC-IIM block.

    Attributes:
        datasets: the datasets in the order of the file.
        encoding: encoding of the texts: as marked in the file, or one in which they can be read.
        tail: the bytes behind the last dataset: padding, or what a program has left there. exiv2 reads an empty
            last dataset only if there is a byte behind it.
    """

    datasets: tuple[DataSet, ...] = ()
    encoding: Encoding = "utf-8"
    tail: bytes = b""

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
    """Parse the datasets of a block, up to the first bytes that are no dataset.

    Raises:
        Unclear: these bytes hide keywords, or the texts are in an unsupported character set.
    """
    datasets: list[DataSet] = []
    position = 0
    while (item := _dataset(data, position)) is not None:
        datasets.append(item)
        position += len(bytes(item))
    tail = data[position:]
    if _KEYWORD_HEAD in tail:
        raise Unclear("its IPTC block is damaged")
    return Iim(tuple(datasets), _encoding(datasets), tail)


def _dataset(data: bytes, position: int) -> DataSet | None:
    start, width = position + 5, 0
    if start > len(data) or data[position] != _TAG:
        return None
    record, number, size = struct.unpack_from(">BBH", data, position + 1)
    if size & _EXTENDED:
        width = size & ~_EXTENDED
        if not 0 < width <= _USUAL_WIDTH or start + width > len(data):
            return None
        size = int.from_bytes(data[start : start + width], "big")
        start += width
    value = data[start : start + size]
    return DataSet((record, number), value, width) if len(value) == size else None


def _encoding(datasets: list[DataSet]) -> Encoding:
    mark = next((item.value for item in datasets if item.number == CHARSET), None)
    texts = [item.value for item in datasets if _is_text(item.number)]
    if all(_decodes(text) for text in texts):
        return "utf-8"
    if mark == UTF8:
        raise Unclear("its IPTC block is marked as UTF-8, but is not valid UTF-8")
    # ESC . A is ISO 8859-1; any other character set could only be guessed.
    if mark not in {None, b"", b"\x1b.A", b"\x1b-A"}:
        raise Unclear("its IPTC block has a character set that phototag does not know")
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
    return b"".join(map(bytes, block.datasets)) + block.tail


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
    return attrs.evolve(block, datasets=tuple(datasets), encoding=encoding)


def marked(block: Iim, charset: bytes | None) -> Iim:
    """Return the block with this character set marker at its place; without one for None."""
    datasets = list(block.datasets)
    at = next((i for i, item in enumerate(datasets) if item.number == CHARSET), None)
    if at is not None:
        new = [] if charset is None else [attrs.evolve(datasets[at], value=charset)]
        datasets[at : at + 1] = new
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
    if at == len(kept) and kept and not kept[-1].value and not block.tail:
        at -= 1  # an empty last dataset stays the last: otherwise exiv2 would begin to read it
    added = [DataSet(KEYWORDS, word.encode(block.encoding)) for word in extra]
    return attrs.evolve(block, datasets=tuple(kept[:at] + added + kept[at:]))
