"""digiKam on the desktop's message bus (D-Bus), asked by ``dbus-send``, which comes with the bus."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Final

_SECONDS: Final = 5  # that an answer may take; a digiKam that is busy is not waited for
_BUS: Final = "org.freedesktop.DBus"
_NAME: Final = re.compile(r'string "(org\.kde\.digikam[^"]*)"')
_WINDOW: Final = "/Digikam"
_METHODS: Final = "org.kde.KMainWindow"


def names() -> tuple[str, ...]:
    """The names that running digiKams have on the bus; none where there is no bus."""
    return tuple(_NAME.findall(_call(_BUS, "/", f"{_BUS}.ListNames")))


def process(name: str) -> int | None:
    """The number of the process behind a name."""
    found = re.search(
        r"uint32 (\d+)", _call(_BUS, "/", f"{_BUS}.GetConnectionUnixProcessID", f"string:{name}")
    )
    return int(found[1]) if found else None


def enabled(name: str, action: str) -> bool:
    """Whether digiKam's main window would do an action, as its menus show it."""
    answer = _call(name, _WINDOW, f"{_METHODS}.actionIsEnabled", f"string:{action}")
    return "boolean true" in answer


def activate(name: str, action: str) -> bool:
    """Have digiKam's main window do an action; whether it has agreed."""
    answer = _call(name, _WINDOW, f"{_METHODS}.activateAction", f"string:{action}")
    return "boolean true" in answer


def _call(name: str, path: str, method: str, *arguments: str) -> str:
    """What a method answers; empty without a bus, without ``dbus-send``, and if it answers with an error."""
    if not _is_there():  # or dbus-send would start a bus
        return ""
    command = [
        "dbus-send", "--session", "--print-reply", f"--reply-timeout={_SECONDS * 1000}", f"--dest={name}",
        path, method, *arguments,
    ]  # fmt: skip
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=2 * _SECONDS, check=False,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout if done.returncode == 0 else ""


def _is_there() -> bool:
    if os.environ.get("DBUS_SESSION_BUS_ADDRESS"):
        return True
    run = os.environ.get("XDG_RUNTIME_DIR")
    return bool(run) and Path(run or ".", "bus").exists()
