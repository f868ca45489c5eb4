"""End a command as a power cut does: with its sealed processes, which are no part of its group."""

from __future__ import annotations

import contextlib
import time

import psutil

SECONDS = 10.0  # s until a killed process is gone


def kill_all(pid: int) -> None:
    """Kill a process and all that it has started, at once; they are gone when this returns.

    Args:
        pid: of the process; nobody has asked yet how it ended.
    """
    parent = psutil.Process(pid)
    with contextlib.suppress(psutil.NoSuchProcess):
        parent.suspend()  # it starts nothing more
    family = [parent, *parent.children(recursive=True)]
    for process in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    deadline = time.monotonic() + SECONDS
    while any(map(_runs, family)) and time.monotonic() < deadline:
        time.sleep(0.001)


def _runs(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
