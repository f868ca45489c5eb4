"""The real Shotwell, driven without a person: it imports a folder at its start; its database has the tags."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import time
from pathlib import Path
from typing import Final

import desktop
from desktop import Listed

PROGRAMS: Final = ("shotwell", "Xvfb", "dbus-daemon")
NOT_READ: Final = (".webp", ".avif", ".heic")  # formats that Shotwell 0.30 does not import
_QUIET: Final = 2.0  # s without a new tag, after which there will be none
_SETTINGS: Final = """[org/yorba/shotwell/preferences/files]
import-dir='{folder}'
auto-import=true
[org/yorba/shotwell/preferences/ui]
show-welcome-dialog=false
"""


def listed(folder: Path, scratch: Path) -> Listed:
    """The tags that Shotwell shows of each photo in a folder, levels divided by ``/``.

    Args:
        folder: of the photos; only read.
        scratch: a new folder for Shotwell's own files.
    """
    with desktop.session(
        scratch, _SETTINGS.format(folder=(scratch / "photos").as_posix())
    ) as session:
        photos = desktop.copied(folder, scratch)
        database = scratch / "own" / "data" / "photo.db"
        with session.program(
            "shotwell", "--datadir", scratch / "own", "--no-startup-progress"
        ) as log:
            found = _settled(database, photos)
            assert found is not None, f"Shotwell has not imported all photos: {log()}"
            return found


def _settled(database: Path, folder: Path) -> Listed | None:
    """The tags, once all photos are imported and nothing changes any more."""
    wanted = {path.name for path in desktop.photos(folder) if path.suffix not in NOT_READ}
    deadline = time.monotonic() + desktop.SECONDS
    before: Listed = {}
    since = time.monotonic()
    while time.monotonic() < deadline:
        time.sleep(0.25)
        found = _read(database)
        if found != before:
            before, since = found, time.monotonic()
        elif found.keys() == wanted and time.monotonic() - since > _QUIET:
            return found
    return None


def _read(database: Path) -> Listed:
    found: Listed = {}
    copy = database.with_suffix(".copy")
    # Shotwell ends when it finds its database in use, so a copy is read. One made during a write may be damaged.
    with contextlib.suppress(FileNotFoundError, sqlite3.DatabaseError):
        shutil.copy(database, copy)
        with contextlib.closing(sqlite3.connect(copy)) as opened:
            photos = {
                f"thumb{number:016x}": Path(name).name
                for number, name in opened.execute("SELECT id, filename FROM PhotoTable")
            }
            tags = list(opened.execute("SELECT name, photo_id_list FROM TagTable ORDER BY name"))
        found = {name: [] for name in photos.values()}
        for tag, numbers in tags:
            for number in filter(None, (numbers or "").split(",")):
                if number in photos:
                    # A tag with levels begins with a slash, which Shotwell does not show.
                    found[photos[number]].append(tag.removeprefix("/"))
    return found
