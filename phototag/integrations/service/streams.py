"""The two ends of the connection: lines come in by one descriptor, and go out by another."""

from __future__ import annotations

import collections
import os
import threading
from typing import TYPE_CHECKING, Final

from phototag.files.sizes import MEGABYTE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LONGEST_LINE: Final = 4 * MEGABYTE
_PIECE: Final = 65536  # bytes, as much as a pipe holds


def lines(handle: int, most: int = LONGEST_LINE) -> Iterator[bytes | None]:
    """The lines that come in, without their ends, to the end of the stream.

    A line ends with LF, and a CR before it belongs to its end. What stands after the last LF is a line, too. No more is kept
    in memory than a line may have.

    Args:
        handle: a descriptor that is read; not closed.
        most: length of the longest line, bytes.

    Yields:
        A line, or None for one that is longer and has been skipped.
    """
    begun, skipping = bytearray(), False
    while piece := _read(handle):
        *ended, rest = piece.split(b"\n")
        for part in ended:
            begun += part
            yield None if skipping or len(begun) > most else _without_cr(begun)
            begun, skipping = bytearray(), False
        begun += rest
        if len(begun) > most:
            begun, skipping = bytearray(), True
    if skipping or begun:
        yield None if skipping else _without_cr(begun)


def _read(handle: int) -> bytes:
    """The next bytes; none at the end, which a descriptor that cannot be read is at."""
    try:
        return os.read(handle, _PIECE)
    except OSError:
        return b""


def _without_cr(line: bytearray) -> bytes:
    return bytes(line).removesuffix(b"\r")


class Outlet:
    """The end by which lines go out, one after the other, in a thread of its own: who answers never waits for who reads.

    Args:
        handle: a descriptor that is written; not closed.
        failed: is called once, with the error, when it can no longer be written; lines after it go nowhere.
    """

    def __init__(self, handle: int, failed: Callable[[OSError], None]) -> None:
        self._handle, self._failed = handle, failed
        self._changed = threading.Condition()
        self._lines: collections.deque[bytes] = collections.deque()
        self._ended = False  # no more lines will come
        self._broken = False
        self._sent = 0  # bytes
        # A daemon: where nobody reads, a write never returns, and the process shall end all the same.
        self._thread = threading.Thread(target=self._run, name="phototag-answers", daemon=True)
        self._thread.start()

    def send(self, line: bytes) -> None:
        """Have a line sent after those before it."""
        with self._changed:
            self._lines.append(line)
            self._changed.notify_all()

    def waiting(self) -> int:
        """How many lines have not been read by anybody yet, as far as can be told."""
        with self._changed:
            return len(self._lines)

    def wait_for_room(self, most: int, seconds: float) -> bool:
        """Wait until fewer than ``most`` lines wait, at most so long; return whether it is so."""
        with self._changed:
            return self._changed.wait_for(lambda: len(self._lines) < most, seconds)

    def close(self, patience: float | None) -> None:
        """Have everything sent, then no more.

        Args:
            patience: s for which a reader may take nothing before the rest is dropped; None = however long.
        """
        with self._changed:
            self._ended = True
            self._changed.notify_all()
        sent = -1
        while self._thread.is_alive() and (patience is None or self._sent != sent):
            sent = self._sent
            self._thread.join(patience)

    def _run(self) -> None:
        while (line := self._next()) is not None:
            try:
                self._write(line)
            except OSError as error:
                with self._changed:
                    self._broken = True
                    self._lines.clear()
                    self._changed.notify_all()
                self._failed(error)
                return

    def _next(self) -> bytes | None:
        """The next line; None if no more will come."""
        with self._changed:
            self._changed.wait_for(lambda: self._lines or self._ended)
            if not self._lines:
                return None
            line = self._lines.popleft()
            self._changed.notify_all()
            return line

    def _write(self, line: bytes) -> None:
        rest = memoryview(line)
        while rest:
            count = os.write(self._handle, rest[:_PIECE])
            self._sent += count
            rest = rest[count:]
