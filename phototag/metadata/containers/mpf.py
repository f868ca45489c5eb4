"""Multi-picture index of a JPEG (APP2 "MPF"): the offsets of the pictures after the first one.

Phones store gain maps and previews in this way. The offsets are relative to the index itself, so they must be
corrected when blocks after it grow or shrink.

Source: CIPA DC-007-2021, 5.2.
"""

from __future__ import annotations

import struct
from typing import Final

SIGNATURE: Final = b"MPF\0"
_ENTRIES: Final = 0xB002
_ENTRY_BYTES: Final = 16


def shifted(payload: bytes, after: int, total: int) -> bytes:
    """The index for a changed file.

    Args:
        payload: payload of the segment, with its signature.
        after: growth between the index and the second picture, bytes.
        total: growth of the first picture, bytes.
    """
    changed = bytearray(payload)
    for at, endian, first in _entries(payload):
        size, offset = struct.unpack_from(f"{endian}II", payload, at + 4)
        if first and size:
            size += total
        elif offset:
            offset += after
        struct.pack_into(f"{endian}II", changed, at + 4, size, offset)
    return bytes(changed)


def neutral(payload: bytes) -> bytes:
    """The index without the numbers that ``shifted`` changes."""
    at = payload.find(SIGNATURE)
    head, content = payload[:at], bytearray(payload[at:])
    for entry, _, first in _entries(payload[at:]):
        start = entry + 4 if first else entry + 8
        content[start : start + 4] = bytes(4)
    return head + bytes(content)


def _entries(payload: bytes) -> list[tuple[int, str, bool]]:
    """For each entry: position, byte order, whether it is the first; nothing if unreadable."""
    base = len(SIGNATURE)
    endian = {b"II*\0": "<", b"MM\0*": ">"}.get(payload[base : base + 4])
    if endian is None:
        return []
    try:
        (ifd,) = struct.unpack_from(f"{endian}I", payload, base + 4)
        (count,) = struct.unpack_from(f"{endian}H", payload, base + ifd)
        for number in range(count):
            tag, _, size, at = struct.unpack_from(
                f"{endian}HHII", payload, base + ifd + 2 + 12 * number
            )
            if tag == _ENTRIES and base + at + size <= len(payload):
                starts = range(base + at, base + at + size, _ENTRY_BYTES)
                return [(start, endian, start == starts[0]) for start in starts]
    except struct.error:
        return []
    return []
