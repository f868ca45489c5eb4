"""Runs the tests of the applications against the programs of a newer Debian.

::

    sudo python tests/newer_programs.py FOLDER [--suite trixie] [-k EXPRESSION]

A root of that Debian is made in FOLDER with debootstrap, unless it is there from an earlier call, and digiKam and darktable are installed
in it (3 GB). Commands of their names, which call those in the root, then stand first in ``PATH``, and the same tests run as
otherwise: the photos, the screen and the homes are shared with the root. Where these programs start phototag, a command in the root
calls the Python that runs the tests. The package archive is the only thing connected to.

Needs root (for ``chroot`` and ``mount``), debootstrap, Xvfb, and what the tests need.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shlex
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

import debian_roots

PACKAGES: Final = (
    "digikam", "darktable", "dbus", "libgl1-mesa-dri", "xdg-utils", "libimage-exiftool-perl",
)  # fmt: skip
#: A desktop has a list of its applications; without one, digiKam finds none for its menu "Open With".
MENU: Final = (
    '<!DOCTYPE Menu PUBLIC "-//freedesktop//DTD Menu 1.0//EN" '
    '"http://www.freedesktop.org/standards/menu-spec/1.0/menu.dtd">\n'
    "<Menu><Name>Applications</Name><DefaultAppDirs/><DefaultDirectoryDirs/><Include><All/></Include></Menu>\n"
)
PROGRAMS: Final = ("digikam", "darktable", "darktable-cli")
SHARED: Final = ("/proc", "/sys", "/dev", "/tmp")  # with the root: devices, the screen, the homes
TESTS: Final = (
    "tests/metadata/test_applications.py",
    "tests/metadata/test_words_in_applications.py",
    "tests/metadata/test_darktable.py",
    "tests/integrations/test_darktable_plugin.py",
    "tests/integrations/test_digikam.py",
    "tests/integrations/test_digikam_searches.py",
    "tests/integrations/test_digikam_copies.py",
)
CHOSEN: Final = "digikam or darktable or sidecars"
WAY_BACK: Final = "# Calls the Python outside this root.\n"
MINUTES: Final = 60  # for the tests


def main() -> int:
    """Make the root, run the tests, and say what they ran with."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="of the root; made if it is not there")
    parser.add_argument("--suite", default="trixie", help="the Debian, by name (default: trixie)")
    parser.add_argument("-k", default=CHOSEN, help=f"which tests (default: {CHOSEN!r})")
    given = parser.parse_args()
    debian_roots.refuse_unless_possible("Xvfb")
    root: Path = given.folder.resolve()
    debian_roots.make(root, given.suite, PACKAGES, SHARED)
    with debian_roots.shared(root, SHARED), tempfile.TemporaryDirectory() as made:
        commands = Path(made)
        for program in PROGRAMS:
            write_command(commands / program, root, program)
        write_way_back(root)
        menu = root / "etc" / "xdg" / "menus" / "applications.menu"
        menu.parent.mkdir(parents=True, exist_ok=True)
        menu.write_text(MENU, "ascii")
        sys.stdout.write(f"{versions(root)}\n")
        sys.stdout.flush()
        try:
            return tested(commands, given.k)
        finally:
            end_leftovers(root)


def write_command(path: Path, root: Path, program: str) -> None:
    """A command that calls a program of the root, in the same environment."""
    path.write_text(
        f'#!/bin/sh\nexec chroot {shlex.quote(str(root))} /usr/bin/{program} "$@"\n', "ascii"
    )
    path.chmod(0o755)


def write_way_back(root: Path) -> None:
    """A command in the root, at the path of this Python, that calls this Python: programs there start phototag by it.

    The machine's own root is that of this process, which lives as long as the tests.
    """
    place = root / sys.executable.lstrip("/")
    if place.exists() and WAY_BACK not in place.read_text("utf-8", "replace"):
        sys.exit(f"{place} is in the way; run this with the Python of a virtual environment")
    outside = f"/usr/sbin/chroot /proc/{os.getpid()}/root {shlex.quote(sys.executable)}"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(f'#!/bin/sh\n{WAY_BACK}exec {outside} "$@"\n', "utf-8")
    place.chmod(0o755)


def end_leftovers(root: Path) -> None:
    """End what programs of the root have left running: each digiKam 8 leaves an exiftool, for instance."""
    for number in (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal()):
        with contextlib.suppress(OSError):  # it has ended by itself
            if (Path("/proc") / str(number) / "root").readlink() == root:
                os.kill(number, signal.SIGTERM)


def versions(root: Path) -> str:
    """The programs in the root, one a line."""
    asked = ("chroot", str(root), "dpkg-query", "-W", "-f", "${Package} ${Version}\n")
    done = subprocess.run(
        [*asked, "digikam", "darktable"], capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout.strip()


def tested(commands: Path, chosen: str) -> int:
    """Run the tests with these commands first in ``PATH``; pytest's exit code."""
    environment = os.environ | {"PATH": f"{commands}{os.pathsep}{os.environ['PATH']}"}
    command = [sys.executable, "-m", "pytest", "-n", "0", "-v", "-k", chosen, *TESTS]
    done = subprocess.run(
        command,
        env=environment,
        cwd=Path(__file__).parents[1],
        timeout=60 * MINUTES,
        check=False,
    )
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
