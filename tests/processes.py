"""Processes that a test starts and waits for, never without a limit; requests that only tests have."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import attrs

from phototag.worker import start
from phototag.worker.answers import Identified, Prepared
from phototag.worker.requests import Identify, Request, Versions, Write
from phototag.worker.sealed.handlers import HANDLERS
from phototag.worker.source import PhotoFile

VERSIONS: Final = Versions()


class Nothing(Request[None]):
    """Is answered."""

    @property
    def name(self) -> str:
        return "a.jpg"


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Start(Request[None]):
    """Leaves a program running whose number it writes into a file, and is answered."""

    note: str


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Hang(Request[None]):
    """Does so, and is never answered."""

    note: str


@attrs.frozen(kw_only=True, eq=False, repr=False)
class HangOnce(Request[None]):
    """Does so if the note does not exist yet; otherwise it is answered."""

    note: str


class Unknown(Nothing):
    """Has no handler."""


def start_program(request: Start | Hang | HangOnce) -> None:
    program = subprocess.Popen(["sleep", "300"])
    new = Path(request.note + ".new")
    new.write_text(str(program.pid), encoding="ascii")
    new.rename(request.note)


def hang(request: Hang | HangOnce) -> None:
    start_program(request)
    time.sleep(300)


def hang_once(request: HangOnce) -> None:
    if not Path(request.note).exists():
        hang(request)


def identify_or_die(request: Identify) -> Identified:
    """Die of a photo that says so at its end: of its first sight, or always."""
    data = request.photo.read()
    once = re.search(rb"DIE ONCE (.*)$", data)
    if data.endswith(b"DIE ALWAYS") or (once and not Path(once[1].decode()).exists()):
        if once:
            Path(once[1].decode()).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    found: Identified = HANDLERS.answer(request)  # type: ignore[assignment]
    return found


def write_or_die(request: Write) -> Prepared:
    """Die of a photo that says so at its end."""
    if request.photo.read().endswith(b"DIE WRITING"):
        os.kill(os.getpid(), signal.SIGKILL)
    prepared: Prepared = HANDLERS.answer(request)  # type: ignore[assignment]
    return prepared


def nothing(_: Nothing) -> None:
    pass


TESTED: Final = (
    HANDLERS
    | Nothing.handled_by(nothing)
    | Start.handled_by(start_program)
    | Hang.handled_by(hang)
    | HangOnce.handled_by(hang_once)
    | Identify.handled_by(identify_or_die)
    | Write.handled_by(write_or_die)
)
_TESTED_COMMAND: Final = start._COMMAND.replace(
    "main(int(sys.argv[2]))",
    f"sys.path.append({str(Path(__file__).parent)!r}); from processes import TESTED; "
    "main(int(sys.argv[2]), TESTED)",
)
#: The command of a process that handles these requests, too, and is not sealed: it starts programs.
COMMAND: Final = _TESTED_COMMAND.replace(
    "from phototag.worker.sealed.child",
    "from phototag.worker.seal import Seal; from phototag.worker.sealed import lock; "
    "lock.close = lambda: Seal(why_not='a test'); from phototag.worker.sealed.child",
)


def photo(path: Path) -> PhotoFile:
    return PhotoFile(path.name, str(path))


@contextlib.contextmanager
def started(
    command: Sequence[str | Path], *, seconds: float = 180, **options: Any
) -> Iterator[subprocess.Popen[str]]:
    """A program at work until the test leaves; killed after so many seconds, which ends what it prints.

    A bare ``with subprocess.Popen(...)`` waits for the program's end for ever when the test fails.
    """
    with subprocess.Popen(command, text=True, **options) as process:
        watchdog = threading.Timer(seconds, process.kill)
        watchdog.daemon = True
        watchdog.start()
        try:
            yield process
        finally:
            watchdog.cancel()
            process.kill()


def read_until(process: subprocess.Popen[str], text: str) -> None:
    """Read what a program prints until a line holds this text."""
    assert process.stdout is not None
    printed = []
    while line := process.stdout.readline():
        if text in line:
            return
        printed.append(line)
    raise AssertionError(f"{text!r} was never printed, but: {''.join(printed)}")


def wait_until(done: Callable[[], object], seconds: float = 60) -> None:
    """Wait for a condition; it is an error if it does not come true in this time."""
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, f"not so after {seconds} s"
        time.sleep(0.02)


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
    wait_until(path.exists, seconds)
    return path.read_text(encoding="utf-8")


def children(pid: int) -> list[int]:
    """The processes that one has started and that run."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            stat = (entry / "stat").read_text(encoding="ascii", errors="replace")
        except (OSError, ValueError):
            continue
        if entry.name.isdecimal() and int(stat.rpartition(")")[2].split()[1]) == pid:
            found.append(int(entry.name))
    return [child for child in found if alive(child)]
