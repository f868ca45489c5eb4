"""Memory for large pictures, which the workers of a pool share."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Room:
    """Lets so many large pictures be decoded at once as there is memory for, and always one.

    Args:
        megabytes: memory for all of them together.
    """

    def __init__(self, megabytes: float) -> None:
        self._all = megabytes
        self._taken: list[float] = []
        self._changed = threading.Condition()

    @contextlib.contextmanager
    def taken(self, megabytes: float) -> Iterator[None]:
        """Wait for this much memory, and give it back at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._fits(megabytes))
            self._taken.append(megabytes)
        try:
            yield
        finally:
            with self._changed:
                self._taken.remove(megabytes)
                self._changed.notify_all()

    def _fits(self, megabytes: float) -> bool:
        return not self._taken or sum(self._taken) + megabytes <= self._all
