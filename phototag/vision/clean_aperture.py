"""Whether an AVIF shows only a part of the picture that it stores (its *clean aperture*): Pillow would show all of it.

Source: ISO/IEC 14496-12 (boxes), 23008-12, 6.5.9 (``clap``) and 9.3 (properties of items).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

_WIDE_INDEX: Final = 1


def is_cut(data: bytes) -> bool:
    """Whether the main picture has a clean aperture that is smaller than the picture."""
    try:
        return _is_cut(data)
    except (struct.error, IndexError, StopIteration):
        return False  # a damaged file: the decoder says so


def _is_cut(data: bytes) -> bool:
    meta = _box(data, b"meta")[4:]
    properties = _box(meta, b"iprp")
    stored = list(_boxes(_box(properties, b"ipco")))
    main = _main_item(_box(meta, b"pitm"))
    own = [stored[at - 1] for at in _properties(_box(properties, b"ipma"), main) if at]
    sizes = [struct.unpack_from(">II", content, 4) for kind, content in own if kind == b"ispe"]
    for kind, content in own:
        if kind == b"clap":
            width, per_width, height, per_height = struct.unpack_from(">4I", content)
            shown = width / max(1, per_width), height / max(1, per_height)
            if shown not in sizes:
                return True
    return False


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The boxes in some bytes: kind and content."""
    at = 0
    while at + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        start = at + 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, start)
            start += 8
        end = at + size if size else len(data)
        if end < start:
            return
        yield kind, data[start:end]
        at = end


def _box(data: bytes, wanted: bytes) -> bytes:
    return next(content for kind, content in _boxes(data) if kind == wanted)


def _main_item(pitm: bytes) -> int:
    found: int = struct.unpack_from(">I" if pitm[0] else ">H", pitm, 4)[0]
    return found


def _properties(ipma: bytes, item: int) -> list[int]:
    """The positions of an item's properties, from 1."""
    wide_item, wide_index = ipma[0] > 0, ipma[3] & _WIDE_INDEX
    (entries,) = struct.unpack_from(">I", ipma, 4)
    at, found = 8, []
    for _ in range(entries):
        (number,) = struct.unpack_from(">I" if wide_item else ">H", ipma, at)
        at += 4 if wide_item else 2
        count = ipma[at]
        at += 1
        form = f">{count}{'H' if wide_index else 'B'}"
        indices = struct.unpack_from(form, ipma, at)
        at += struct.calcsize(form)
        if number == item:
            # The highest bit says that readers must know the property.
            found += [index & (0x7FFF if wide_index else 0x7F) for index in indices]
    return found
