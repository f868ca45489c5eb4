"""Debians in folders, made with debootstrap, for scripts that need another machine than this one. Only root can make them."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

ARCHIVE: Final = "http://deb.debian.org/debian"
MINUTES: Final = 60  # for an installation


def refuse_unless_possible(*programs: str) -> None:
    """End with the reason where a root cannot be made, or one of the programs is not installed."""
    needed = ("debootstrap", "chroot", "mount", *programs)
    lacking = [name for name in needed if not shutil.which(name)]
    if lacking:
        sys.exit(f"not installed: {', '.join(lacking)}")
    if os.geteuid() != 0:
        sys.exit("only root may make a Debian in a folder: run this with sudo")


def make(root: Path, suite: str, packages: Sequence[str], shown: Sequence[str]) -> None:
    """Install the smallest Debian of this name, and the packages, unless an earlier call has done it.

    Args:
        root: the folder; made if it is not there.
        suite: the Debian, by name.
        packages: by name; without what they merely recommend.
        shown: folders of this machine that the packages need to see while they are installed.
    """
    done = root / ".phototag-installed"
    if done.exists():
        return
    root.mkdir(parents=True, exist_ok=True)
    run("debootstrap", "--variant=minbase", suite, str(root), ARCHIVE)
    for settings in Path("/etc/apt/apt.conf.d").glob("*"):  # how this machine reaches the archive
        if "Proxy" in settings.read_text("utf-8", "replace"):
            shutil.copy(settings, root / "etc" / "apt" / "apt.conf.d")
    with shared(root, shown):
        inside = ("chroot", str(root), "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq")
        run(*inside, "update")
        run(*inside, "install", "-y", "--no-install-recommends", *packages)
    done.touch()


@contextlib.contextmanager
def shared(root: Path, folders: Sequence[str]) -> Iterator[None]:
    """Show folders of this machine at the same places in the root, as long as the context lasts."""
    mounted = []
    try:
        for folder in folders:
            place = root / folder.lstrip("/")
            place.mkdir(exist_ok=True)
            run("mount", "--bind", folder, str(place))
            mounted.append(place)
        yield
    finally:
        for place in reversed(mounted):
            run("umount", "--lazy", str(place))


def run(*command: str) -> None:
    """Run a command that must succeed."""
    subprocess.run(command, check=True, timeout=60 * MINUTES)
