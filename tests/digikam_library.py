"""A collection of photos in the real digiKam, tagged before it has seen them and from its own menu."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import attrs
from PIL import Image

import digikam
import processes
from digikam import Home

CASUAL, PORTRAIT, OWN = "a casual one.jpg", "portrait.jpg", "somebody's.jpg"
FROM_MENU = ('it\'s a "close" one; $HOME `x`.jpg', "two\nlines %u.jpg")
_PARTS = {
    f"tagged/{CASUAL}": (100, 0, 400, 300), f"tagged/{PORTRAIT}": (0, 0, 512, 512), FROM_MENU[0]: (150, 0, 350, 250),
    FROM_MENU[1]: (0, 0, 400, 512), f"own/{OWN}": (50, 0, 450, 512),
}  # fmt: skip


@attrs.frozen
class Library:
    """A collection that digiKam has read.

    Attributes:
        home: of digiKam.
        tags: that digiKam has listed of each photo, by its name.
    """

    home: Home
    tags: dict[str, set[str]] = attrs.Factory(dict)

    def phototag(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command in this home."""
        return subprocess.run(
            [sys.executable, "-m", "phototag", *arguments], env=self.home.session.environment,
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip


@contextlib.contextmanager
def library(scratch: Path, picture: Image.Image, exiftool: str) -> Iterator[Library]:
    """Two photos tagged at the standard level, two from the menu, and one with the user's own keywords alone.

    Args:
        scratch: a folder for all of it; made here.
        picture: its parts are the photos.
        exiftool: writes the user's own keywords.
    """
    with digikam.home(scratch, rescan=True) as home:
        for name, part in _PARTS.items():
            path = home.photos / name
            path.parent.mkdir(exist_ok=True)
            picture.crop(part).save(path, quality=90)
        made = Library(home)
        done = made.phototag("tag", "--keywords", "standard", str(home.photos / "tagged"))
        assert done.returncode == 0, done.stderr
        words = ["-XMP-lr:HierarchicalSubject=Styles|headshot", "-XMP-dc:Subject=headshot"]
        subprocess.run(
            [exiftool, "-q", "-overwrite_original", *words, str(home.photos / "own" / OWN)],
            check=True,
            timeout=30,
        )
        assert made.phototag("integrate", "digikam").returncode == 0
        with home.open() as window:
            processes.wait_until(lambda: len(home.tags()) == 3, 30)
            processes.wait_until(
                lambda: len(home.ask("SELECT 1 FROM Images WHERE status = 1")) == len(_PARTS), 30
            )
            window.show(digikam.ALBUM)
            window.open_with_first(home.pictures / "open-with.png")
            processes.wait_until(lambda: len(home.tags()) == len(_PARTS), 60)
            window.close_result(home.pictures / "tagged.png")
        yield Library(home, home.tags())
