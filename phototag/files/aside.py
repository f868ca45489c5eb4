"""Work that nobody waits for, in a thread of its own: hashing, and giving back what a deleted file took up."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

#: Bytes of a file from which a thread is worth its start, a tenth of a millisecond.
LEAST: Final = 1 << 19


def aside(work: Callable[[], None], size: int) -> Callable[[], None]:
    """Begin a piece of work; return a function that waits for its end.

    Args:
        work: raises nothing.
        size: bytes that it concerns; with few, it is done at once.
    """
    if size >= LEAST:
        thread = threading.Thread(target=work, name="phototag aside", daemon=True)
        try:
            thread.start()
        except RuntimeError:  # the interpreter is ending, or there are too many threads
            pass
        else:
            return thread.join
    work()
    return nothing


def nothing() -> None:
    """What remains to be waited for when the work has been done at once."""
