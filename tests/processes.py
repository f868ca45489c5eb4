"""Which processes run, and jobs of a sealed process that only tests have."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Final

from phototag.worker import start

# ``nothing`` answers; ``start`` leaves a program running and answers; ``hang`` does so and never answers.
# Both write the number of the program into the file of the request.
JOBS: Final = """
import subprocess, time
from pathlib import Path
from phototag.worker import handlers

def begun(message, payload):
    program = subprocess.Popen(["sleep", "300"])
    Path(message["path"] + ".new").write_text(str(program.pid))
    Path(message["path"] + ".new").rename(message["path"])

def hang(message, payload):
    begun(message, payload)
    time.sleep(300)

handlers.JOBS |= {"nothing": lambda message, payload: None, "start": begun, "hang": hang}
"""
#: The command of a sealed process that has these jobs.
COMMAND: Final = start._COMMAND.replace("from phototag", f"exec({JOBS!r}); from phototag", 1)


def alive(pid: int) -> bool:
    """Whether a process runs; one that ended and was not yet waited for does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def wait_until_gone(pid: int, seconds: float = 8) -> bool:
    deadline = time.monotonic() + seconds
    while alive(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def wait_for(path: Path, seconds: float = 60) -> str:
    """What stands in a file, once it is there."""
    deadline = time.monotonic() + seconds
    while not path.exists():
        assert time.monotonic() < deadline, f"{path} was not written"
        time.sleep(0.02)
    return path.read_text(encoding="utf-8")


def children(pid: int) -> list[int]:
    """The processes that one has started and that run."""
    found = []
    for entry in os.listdir("/proc"):  # noqa: PTH208
        try:
            stat = Path(f"/proc/{entry}/stat").read_text(encoding="ascii", errors="replace")
        except (OSError, ValueError):
            continue
        if entry.isdecimal() and int(stat.rpartition(")")[2].split()[1]) == pid:
            found.append(int(entry))
    return [child for child in found if alive(child)]
