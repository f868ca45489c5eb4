"""The real darktable with a window that nobody sees: tests give it Lua, and get what comes of it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import attrs

import desktop
import processes

PROGRAMS: Final = ("darktable", "darktable-cli", "Xvfb", "dbus-run-session", "xdotool")
ATTEMPTS: Final = 4  # when the machine is busy, darktable now and then hangs in its own luarc
START_SECONDS: Final = 25
SECONDS: Final = 60  # that one answer may take
#: The plug-in's, and the keys that they have in tests, with Ctrl and Alt.
SHORTCUTS: Final = {
    "phototag: tag the selected photos": "y",
    "phototag: take back": "u",
    "phototag: only headshots": "i",
}
SIZE: Final = (1200, 800)
_DRIVER: Final = Path(__file__).parent / "integrations" / "darktable" / "driver.lua"
_WINDOW: Final = {
    "ui_last/window_x": "0", "ui_last/window_y": "0", "ui_last/window_w": str(SIZE[0]),
    "ui_last/window_h": str(SIZE[1]), "plugins/lighttable/lua_scripts_installer_dont_show": "1",
    # In a new home, a filter of darktable 5.0.1 (Debian) leaves out what it has developed, PNG and TIFF: it is off.
    "plugins/lighttable/filtering/off0": "1",
    "plugins/lighttable/phototag/visible": "TRUE", "plugins/lighttable/phototag/expanded": "TRUE",
}  # fmt: skip


@attrs.frozen
class Home:
    """A home folder in which darktable and phototag find all that is theirs.

    Attributes:
        folder: the home.
        run: for sockets and pipes; its path is short.
    """

    folder: Path
    run: Path

    @property
    def darktable(self) -> Path:
        """darktable's own folder."""
        return self.folder / ".config" / "darktable"

    def environment(self) -> dict[str, str]:
        """Of programs that are at home here."""
        own = {
            name: value
            for name, value in desktop.own_environment().items()
            if not name.startswith("XDG_")
        }
        return own | {
            "HOME": str(self.folder),
            "XDG_RUNTIME_DIR": str(self.run),
            "LC_ALL": "C.UTF-8",
        }

    def phototag(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of phototag."""
        return subprocess.run(
            [sys.executable, "-P", "-m", "phototag", *arguments],
            env=self.environment(), capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip

    def listed(self) -> dict[str, list[str]]:
        """The tags in darktable's database, by the path of the sidecar: a photo and its duplicates have one each."""
        uri = f"file:{self.darktable / 'library.db'}?mode=ro"
        with contextlib.closing(sqlite3.connect(uri, uri=True, timeout=10)) as base:
            base.execute("attach ? as data", (f"file:{self.darktable / 'data.db'}?mode=ro",))
            rows = base.execute(
                "select folder || '/' || filename, version, name from main.images i "
                "join main.film_rolls r on r.id = i.film_id left join main.tagged_images t on t.imgid = i.id "
                "left join data.tags d on d.id = t.tagid and d.name not like 'darktable|%' order by 1, 2, 3"
            ).fetchall()
        found: dict[str, list[str]] = {}
        for path, version, name in rows:
            words = found.setdefault(_sidecar(path, version), [])
            if name is not None:
                words.append(name)
        return found


def _sidecar(path: str, version: int) -> str:
    stem, dot, suffix = path.rpartition(".")
    return f"{path}.xmp" if version == 0 else f"{stem}_{version:02}{dot}{suffix}.xmp"


@attrs.frozen
class Lighttable:
    """darktable at work.

    Attributes:
        home: where it is at home.
        display: its screen.
        folder: where questions and answers lie.
        said: the file of what it prints.
    """

    home: Home
    display: str
    folder: Path
    said: Path

    def run(self, lua: str, seconds: float = SECONDS) -> Any:
        """What a piece of Lua returns; it finds the functions of the driver."""
        number = len(list(self.folder.glob("ask*"))) + 1
        new = self.folder / "question"
        new.write_text(lua, encoding="utf-8")
        new.rename(self.folder / f"ask{number}")
        answer = self.folder / f"answer{number}"
        processes.wait_until(answer.exists, seconds)
        found = json.loads(answer.read_bytes())
        assert "problem" not in found, found["problem"]
        return found["value"]

    def press(self, shortcut: str) -> None:
        """Press the keys of one of ``SHORTCUTS``, as a user does: this works in darktable 4.2 and 5.0."""
        self._xdotool("key", f"ctrl+alt+{SHORTCUTS[shortcut]}")

    def settled(self, seconds: float = 40) -> dict[str, str]:
        """What the panel shows once its last line has changed."""
        assert self.run(
            f'return wait({seconds}, function() return panel.status.label ~= "" end)', seconds + 5
        )
        return self.shown()

    def verdict(self, text: str) -> dict[str, str]:
        """What the panel shows once the verdict says this."""
        self.run(
            f"wait(20, function() return string.find(panel.verdict.label, {json.dumps(text)}, 1, true) end)"
        )
        return self.shown()

    def shown(self) -> dict[str, str]:
        """What the panel shows: verdict, reason and status, each in one line."""
        texts: dict[str, str] = self.run("return shown()")
        return {name: " ".join(text.split()) for name, text in texts.items()}

    def click(self, x: int, y: int) -> None:
        """Press the left button of the mouse there."""
        self._xdotool("mousemove", str(x), str(y), "click", "1")

    def _xdotool(self, *words: str) -> None:
        environment = os.environ | {"DISPLAY": self.display}
        subprocess.run(["xdotool", *words], env=environment, timeout=20, check=True)


@contextlib.contextmanager
def home(scratch: Path) -> Iterator[Home]:
    """A new home, with darktable's settings for a window of a known size."""
    made = Home(scratch / "home", scratch / "run")
    made.folder.mkdir(parents=True)
    made.run.mkdir(mode=0o700)
    made.darktable.mkdir(parents=True)
    keys = (f"{key};ctrl;alt=lua/{name}\n" for name, key in SHORTCUTS.items())
    (made.darktable / "shortcutsrc").write_text("".join(keys), "utf-8")
    yield made


@contextlib.contextmanager
def opened(at: Home, scratch: Path) -> Iterator[Lighttable]:
    """darktable, until the test leaves; it then ends by itself, as when its window is closed."""
    for attempt in range(ATTEMPTS):
        with desktop.screen() as display, _started(at, display, scratch / f"{attempt}") as one:
            if one is None:
                continue
            yield one
            return
    raise AssertionError(f"darktable has not begun in {ATTEMPTS} times {START_SECONDS} s")


@contextlib.contextmanager
def _started(at: Home, display: str, scratch: Path) -> Iterator[Lighttable | None]:
    scratch.mkdir(parents=True)
    driver = at.darktable / "lua" / "lighttable_driver.lua"
    shutil.copy(_DRIVER, driver)
    environment = at.environment() | {
        "DISPLAY": display, "GDK_BACKEND": "x11", "NO_AT_BRIDGE": "1", "LIGHTTABLE_FOLDER": str(scratch),
    }  # fmt: skip
    settings = [word for name, value in _WINDOW.items() for word in ("--conf", f"{name}={value}")]
    command = ["dbus-run-session", "--", "darktable", "--disable-opencl", "-d", "lua", *settings, "--luacmd", 'require("lighttable_driver")']  # fmt: skip
    said = scratch / "said"
    with (
        said.open("w") as out,
        processes.started(
            command, env=environment, stdout=out, stderr=out, start_new_session=True, seconds=300
        ) as process,
    ):
        try:
            began = time.monotonic()
            while not (scratch / "ready").exists():
                assert process.poll() is None, said.read_text("utf-8", "replace")
                if time.monotonic() - began > START_SECONDS:
                    yield None
                    return
                time.sleep(0.1)
            yield Lighttable(at, display, scratch, said)
            with contextlib.suppress(AssertionError):  # it ends before it answers
                Lighttable(at, display, scratch, said).run(
                    'dt.gui.action("global/quit", 0, "", "", 1.0)', 2
                )
            process.wait(30)
            processes.wait_until(
                lambda: not list(at.run.glob("phototag*")), 20
            )  # its service ends, too
        finally:
            driver.unlink(missing_ok=True)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
