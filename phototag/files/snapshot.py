"""What was in a file when it was opened: tells later whether it is still the same, byte for byte."""

from __future__ import annotations

import hashlib
import os
from typing import Final

from phototag.files.aside import aside, nothing
from phototag.files.buffer import MOST_KEPT, Buffer
from phototag.files.content import Content

_PIECE: Final = 1 << 16  # bytes per comparison; small enough for the processor's cache


class Snapshot:
    """The bytes of an open file at this moment, or of a large file their hash.

    To compare bytes takes a tenth of the time that hashing them takes. The hash is needed all the same, for the name
    of a temporary file (``temporary``), and is made while the sealed process works.

    Raises:
        OSError: a disk error.
    """

    def __init__(self, content: Content) -> None:
        self._kept: Buffer | None = None
        self._digest = b""
        size = content.size
        if content.handle is None or size > MOST_KEPT or not self._fill(content.handle, size):
            self._digest = content.digest()
            self._wait = nothing
        else:
            self._wait = aside(self._hash, size)

    def _fill(self, handle: int, size: int) -> bool:
        """Copy all bytes; False if this is not possible."""
        if not hasattr(os, "preadv"):
            return False
        buffer, place = Buffer(size + 1), 0  # one more, to see the end
        view = buffer.view
        while place <= size and (done := os.preadv(handle, [view[place:]], place)):
            place += done
        if place > size:  # it grows
            return False
        buffer.size = place
        self._kept = buffer
        return True

    def _hash(self) -> None:
        assert self._kept is not None
        self._digest = hashlib.sha256(self._kept.view).digest()

    def digest(self) -> bytes:
        """The hash of the bytes, as ``Content.digest`` gives it."""
        self._wait()
        return self._digest

    def is_in(self, handle: int) -> bool:
        """Whether exactly these bytes are in a file.

        Raises:
            OSError: a disk error.
        """
        if self._kept is None:
            return Content(handle=handle).digest() == self._digest
        place, piece, before = 0, bytearray(_PIECE), self._kept.view
        while done := os.preadv(handle, [piece], place):
            found = piece if done == _PIECE else piece[:done]
            if found != before[place : place + done]:
                return False
            place += done
        return place == len(before)

    def close(self) -> None:
        """Give the memory back."""
        self._wait()
        self._kept = None
