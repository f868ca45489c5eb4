"""What was in a file when it was opened: tells later whether it is still the same, byte for byte."""

from __future__ import annotations

import collections
import hashlib
import os
from typing import Final

from phototag.files.aside import aside
from phototag.files.content import Content
from phototag.files.sizes import MEGABYTE

_MOST: Final = 16 * MEGABYTE  # of a larger file, only the hash is kept
_PIECE: Final = 1 << 17  # bytes per comparison; small enough for the processor's cache
_STEP: Final = 1 << 20  # bytes; room is made in steps, or every photo would need its own
# Room of earlier snapshots: to fill it again takes a tenth of the time that new memory takes.
_FREE: Final[collections.deque[bytearray]] = collections.deque(maxlen=4)


class Snapshot:
    """The bytes of an open file at this moment, or of a large file their hash.

    To compare bytes takes a tenth of the time that hashing them takes. The hash is needed all the same, for the name
    of a temporary file (``temporary``), and is made while the sealed process works.

    Raises:
        OSError: a disk error.
    """

    def __init__(self, content: Content) -> None:
        self._room = bytearray()
        self._bytes: memoryview | None = None
        self._digest = b""
        size = content.size
        if content.handle is None or size > _MOST or not self._fill(content.handle, size):
            self._digest = content.digest()
            self._wait = _nothing
        else:
            self._wait = aside(self._hash, size)

    def _fill(self, handle: int, size: int) -> bool:
        """Copy all bytes; False if this is not possible."""
        if not hasattr(os, "preadv"):
            return False
        try:
            self._room = _FREE.pop()
        except IndexError:
            self._room = bytearray()
        if len(self._room) <= size:
            self._room = bytearray(size - size % _STEP + _STEP)
        place, view = 0, memoryview(self._room)
        while place < len(view) and (done := os.preadv(handle, [view[place:]], place)):
            place += done
        if place == len(view):  # it grows
            return False
        self._bytes = view[:place]
        return True

    def _hash(self) -> None:
        assert self._bytes is not None
        self._digest = hashlib.sha256(self._bytes).digest()

    def digest(self) -> bytes:
        """The hash of the bytes, as ``Content.digest`` gives it."""
        self._wait()
        return self._digest

    def is_in(self, handle: int) -> bool:
        """Whether exactly these bytes are in a file.

        Raises:
            OSError: a disk error.
        """
        if self._bytes is None:
            return Content(handle=handle).digest() == self._digest
        place, piece = 0, bytearray(_PIECE)
        while done := os.preadv(handle, [piece], place):
            if piece[:done] != self._bytes[place : place + done]:
                return False
            place += done
        return place == len(self._bytes)

    def close(self) -> None:
        """Give the memory back."""
        self._wait()
        if self._bytes is not None:
            self._bytes = None
            _FREE.append(self._room)


def _nothing() -> None:
    pass
