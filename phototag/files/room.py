"""Memory that is used again: to fill new memory takes ten times as long, since the system clears every page first."""

from __future__ import annotations

import collections
from typing import ClassVar, Final

from phototag.files.sizes import MEGABYTE

#: Bytes; larger rooms are not kept.
MOST_KEPT: Final = 16 * MEGABYTE
_STEP: Final = 1 << 20  # bytes; rooms are made in steps, or every photo would need its own
_FREE: Final[collections.deque[bytearray]] = collections.deque(maxlen=4)


class Room:
    """Memory for at least so many bytes; it is free for others as soon as nobody refers to this object.

    Args:
        size: bytes.
    """

    # Found by the class, not as a global: at the end of the interpreter those may be gone before the last room.
    _free: ClassVar[collections.deque[bytearray]] = _FREE

    def __init__(self, size: int) -> None:
        self._is_kept = False
        try:
            self._memory = _FREE.pop()
        except IndexError:
            self._memory = bytearray()
        if len(self._memory) < size:
            self._memory = bytearray(size - size % -_STEP)
        self._is_kept = len(self._memory) <= MOST_KEPT
        self.size = size

    def __del__(self) -> None:
        if self._is_kept:
            self._free.append(self._memory)

    @property
    def view(self) -> memoryview:
        """Its bytes; only to be used while somebody refers to the room."""
        return memoryview(self._memory)[: self.size]
