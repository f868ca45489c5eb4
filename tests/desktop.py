"""Programs of the desktop, driven without a person: a screen, a home and a message bus that nobody else uses."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, TypeAlias

import attrs
import pytest

import processes

#: Keywords as a program lists them, by the name of the photo.
Listed: TypeAlias = dict[str, list[str]]

SECONDS: Final = 120  # that one run may take
_BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:dir={run}</listen><servicedir>{services}</servicedir>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
<allow own="*"/></policy></busconfig>"""
_SERVICES: Final = Path("/usr/share/dbus-1/services")


@attrs.frozen
class Session:
    """Where a program finds its screen, its bus, its settings and its own files.

    Attributes:
        scratch: the folder of all that the program writes.
        environment: its environment variables.
    """

    scratch: Path
    environment: dict[str, str]

    def run(self, *command: str | Path) -> str:
        """What a short command prints."""
        run = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, timeout=60, check=False
        )
        assert run.returncode == 0, f"{command}: {run.stdout}{run.stderr}"
        return run.stdout

    @contextlib.contextmanager
    def program(self, *command: str | Path) -> Iterator[Callable[[], str]]:
        """A program at work until the test leaves; yields a function that says what it has printed."""
        log = self.scratch / "log"
        with (
            log.open("w", encoding="utf-8") as out,
            processes.started(
                command, seconds=SECONDS, env=self.environment, stdout=out, stderr=out
            ) as process,
        ):
            yield lambda: log.read_text(encoding="utf-8", errors="replace")
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(5)


def installed(*programs: str) -> None:
    """Skip the test where one of these programs is not installed."""
    lacking = [name for name in programs if shutil.which(name) is None]
    if lacking:
        pytest.skip(f"not installed: {', '.join(lacking)}")


@contextlib.contextmanager
def session(
    scratch: Path, settings: str = "", services: tuple[str, ...] = (), size: str = "1200x800"
) -> Iterator[Session]:
    """A screen, a home and a message bus for one program.

    Args:
        scratch: a folder for all that the program writes; made here.
        settings: of GNOME's programs, in the form of GSettings' keyfile.
        services: the names of services that the bus may start; it starts no others.
        size: of the screen, in pixels.
    """
    scratch.mkdir(parents=True)
    for name in ("home", "config", "data", "cache", "services"):
        (scratch / name).mkdir()
    keyfile = scratch / "config" / "glib-2.0" / "settings" / "keyfile"
    keyfile.parent.mkdir(parents=True)
    keyfile.write_text(settings, encoding="utf-8")
    for name in services:
        shutil.copy(_SERVICES / f"{name}.service", scratch / "services")
    # Sockets lie in "run", and their paths may not be long.
    with tempfile.TemporaryDirectory() as run, screen(size) as display:
        environment = own_environment() | {
            "HOME": str(scratch / "home"), "XDG_CONFIG_HOME": str(scratch / "config"),
            "XDG_DATA_HOME": str(scratch / "data"), "XDG_CACHE_HOME": str(scratch / "cache"),
            "XDG_RUNTIME_DIR": run, "DISPLAY": display, "GDK_BACKEND": "x11",
            "GSETTINGS_BACKEND": "keyfile", "GTK_USE_PORTAL": "0", "GIO_USE_VFS": "local",
            "LC_ALL": "C.UTF-8",
        }  # fmt: skip
        if not services:
            environment["NO_AT_BRIDGE"] = "1"
        with _bus(scratch, run, environment) as address:
            yield Session(scratch, environment | {"DBUS_SESSION_BUS_ADDRESS": address})


@contextlib.contextmanager
def _bus(scratch: Path, run: str, environment: dict[str, str]) -> Iterator[str]:
    """A message bus; its address. What it has started ends with it. Skips the test where none can be made."""
    installed("dbus-daemon")
    config = scratch / "bus.conf"
    config.write_text(_BUS.format(run=run, services=scratch / "services"), encoding="utf-8")
    command = ["dbus-daemon", f"--config-file={config}", "--nofork", "--print-address"]
    with processes.started(
        command, seconds=2 * SECONDS, env=environment, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, start_new_session=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            process.wait(10)


def copied(folder: Path, scratch: Path) -> Path:
    """A copy of the photos, for programs that write beside them."""
    return Path(shutil.copytree(folder, scratch / "photos"))


def photos(folder: Path) -> list[Path]:
    """The photos of a folder, without sidecars."""
    return sorted(path for path in folder.iterdir() if path.suffix != ".xmp")


@contextlib.contextmanager
def screen(size: str = "1200x800") -> Iterator[str]:
    """A screen of so many pixels that nobody looks at; its name. Skips the test where none can be made."""
    installed("Xvfb")
    reading, writing = os.pipe()
    command = [
        "Xvfb", "-displayfd", str(writing), "-screen", "0", f"{size}x24", "-nolisten", "tcp", "-noreset",
    ]  # fmt: skip
    with processes.started(
        command, pass_fds=[writing], stderr=subprocess.DEVNULL, seconds=4 * SECONDS
    ) as process:
        try:
            os.close(writing)
            with os.fdopen(reading, "rb") as answer:
                yield f":{answer.readline().decode().strip()}"
        finally:
            process.terminate()
            process.wait(10)


def own_environment() -> dict[str, str]:
    """OpenCV, once a test has imported it, points Qt at plug-ins of its own."""
    return {name: value for name, value in os.environ.items() if not name.startswith("QT_")}
