"""Whether the program that has started the service is still there."""

from __future__ import annotations

import contextlib
import os
import select
import threading
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_LOOK_MS: Final = 1000  # between two looks, where the system tells nothing by itself


def watch(output: int, pid: int | None, gone: Callable[[], None]) -> None:
    """Have somebody told when nobody reads the output any more, or when a process has ended.

    Both are noticed at once on Linux, and within a second on other systems with signals. Elsewhere an output that nobody reads
    is noticed by the next write.

    Args:
        output: a descriptor of a pipe; of anything else nothing is told.
        pid: number of the process; None = of none.
        gone: is called once, in a thread.
    """
    if not hasattr(select, "poll"):
        return

    def wait() -> None:
        _wait(output, pid)
        gone()

    threading.Thread(target=wait, name="phototag-caller", daemon=True).start()


def _wait(output: int, pid: int | None) -> None:
    """Return when one of them is gone."""
    poll, handle = select.poll(), None
    poll.register(output, 0)  # an error or a hang-up is told unasked
    if pid is not None:
        try:
            handle = os.pidfd_open(pid)
            poll.register(handle, select.POLLIN)
        except ProcessLookupError:
            return
        except (AttributeError, OSError):  # another system, or an old one
            handle = None
    look = None if pid is None or handle is not None else _LOOK_MS
    while not poll.poll(look):
        if pid is not None and look is not None and not _there(pid):
            return


def _there(pid: int) -> bool:
    """Whether there is a process with this number, on a system with signals."""
    with contextlib.suppress(PermissionError):  # somebody else's
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
    return True
