"""Whether digiKam is open: it keeps its searches in memory, and would write over those of others.

A process is asked for its name, its settings and its open files (``/proc``), the message bus for digiKam's name. The
third sign, a lock on the database, shows when that is opened for writing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from phototag.errors import OutputNotWritable
from phototag.integrations.digikam import bus, settings

_PROCESSES: Final = Path("/proc")
_NAME: Final = "digikam"


def refuse_if_open(database: str) -> None:
    """Refuse to go on while a program has the database in use.

    Args:
        database: its path.

    Raises:
        OutputNotWritable: digiKam is open with these settings, or a program has the file open.
    """
    if not _PROCESSES.is_dir():
        problem = (
            "phototag cannot find out on this system whether digiKam is open; nothing was changed"
        )
        raise OutputNotWritable(database, problem, "use digiKam's Tags view instead")
    for number in _processes():
        name = _name(number)
        if name == _NAME and _has_our_settings(number):
            raise _open(database, "digiKam is open", "close digiKam")
        if _has_open(number, database):
            raise _open(database, f"{name or 'a program'} has it open", "close that program")
    if on_the_bus():
        raise _open(database, "digiKam is open", "close digiKam")


def on_the_bus() -> list[str]:
    """The names on the message bus of the open digiKams that read these settings."""
    found = []
    for name in bus.names():
        number = bus.process(name)
        if number is None or _has_our_settings(number):
            found.append(name)
    return found


def _open(database: str, problem: str, remedy: str) -> OutputNotWritable:
    return OutputNotWritable(
        database, f"{problem}; nothing was changed", f"{remedy}, then run the same command again"
    )


def _processes() -> Iterator[int]:
    """The processes of this computer, without this one."""
    try:
        entries = [int(entry.name) for entry in _PROCESSES.iterdir() if entry.name.isdecimal()]
    except OSError:
        return
    yield from (number for number in entries if number != os.getpid())


def _name(number: int) -> str:
    try:
        return (_PROCESSES / str(number) / "comm").read_text("utf-8", "replace").strip()
    except OSError:
        return ""


def _has_our_settings(number: int) -> bool:
    """Whether a digiKam reads the settings that phototag has read; also true where that cannot be told."""
    try:
        raw = (_PROCESSES / str(number) / "environ").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return False  # it has just ended; since Linux 6.15 the second is said as long as nobody has noticed
    except OSError:
        return _is_ours(number)
    if not raw:
        return False  # older Linux says so
    values = dict(part.split("=", 1) for part in os.fsdecode(raw).split("\0") if "=" in part)
    named = Path(values.get("XDG_CONFIG_HOME") or ".")
    folder = named if named.is_absolute() else Path(values.get("HOME") or Path.home(), ".config")
    return os.path.realpath(folder) == os.path.realpath(settings.file().parent)


def _is_ours(number: int) -> bool:
    """Whether a process belongs to this user: another's digiKam has a home of its own."""
    try:
        return (_PROCESSES / str(number)).stat().st_uid == os.geteuid()
    except OSError:
        return False


def _has_open(number: int, file: str) -> bool:
    """Whether a process has a file open, as far as this user may know."""
    try:
        wanted = Path(file).stat()
        handles = list((_PROCESSES / str(number) / "fd").iterdir())
    except OSError:
        return False
    for handle in handles:
        try:
            found = handle.stat()
        except OSError:
            continue
        if (found.st_dev, found.st_ino) == (wanted.st_dev, wanted.st_ino):
            return True
    return False
