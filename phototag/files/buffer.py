"""Memory that is used again: to fill new memory takes ten times as long, since the system clears every page first."""

from __future__ import annotations

import collections
import contextlib
from typing import ClassVar, Final

from phototag.files.sizes import MEGABYTE

#: Bytes; larger buffers are not kept.
MOST_KEPT: Final = 16 * MEGABYTE
_STEP: Final = 1 << 20  # bytes; buffers are made in steps, or every photo would need its own
_FREE: Final[collections.deque[bytearray]] = collections.deque(maxlen=4)


class Buffer:
    """Memory for at least so many bytes.

    It is used again when nobody refers to this object any more, unless somebody still has a view of it.

    Args:
        size: bytes.
    """

    # Found by the class, not as a global: at the end of the interpreter those may be gone before the last buffer.
    _free: ClassVar[collections.deque[bytearray]] = _FREE

    def __init__(self, size: int) -> None:
        self._memory = bytearray()
        with contextlib.suppress(IndexError):
            self._memory = _FREE.pop()
        if len(self._memory) < size:
            self._memory = bytearray(size - size % -_STEP)
        self.size = size

    def __del__(self) -> None:
        memory = self._memory
        if not 0 < len(memory) <= MOST_KEPT:
            return
        try:
            memory.append(memory.pop())  # refused while there is a view
        except BufferError:
            return
        self._free.append(memory)

    @property
    def view(self) -> memoryview:
        """Its bytes."""
        return memoryview(self._memory)[: self.size]
