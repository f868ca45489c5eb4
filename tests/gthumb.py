"""The real gThumb, driven without a person: it shows a folder, and keeps the tags it reads in comment files."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final
from xml.dom import minidom

from PIL import Image

import desktop
from desktop import Listed

PROGRAMS: Final = ("gthumb", "Xvfb", "dbus-daemon", "exiftool")
_QUIET: Final = 1.5  # s without a new comment file, after which there will be none
#: "synchronize" is on by default; the caption makes gThumb read the tags of all photos, not only of a selected one.
_SETTINGS: Final = """[org/gnome/gthumb/comments]
synchronize=true
[org/gnome/gthumb/browser]
thumbnail-caption='standard::display-name,general::tags'
"""
_LAST: Final = "zz-last.jpg"  # a photo with a tag, by which the end is known if no other has one


def listed(folder: Path, scratch: Path) -> Listed:
    """The tags that gThumb shows of each photo in a folder.

    Args:
        folder: of the photos; only read.
        scratch: a new folder for gThumb's own files.
    """
    with desktop.session(scratch, _SETTINGS) as session:
        photos = desktop.copied(folder, scratch)
        Image.new("RGB", (32, 32)).save(photos / _LAST)
        session.run("exiftool", "-q", "-overwrite_original", "-XMP-dc:Subject=x", photos / _LAST)
        comments = photos / ".comments"
        with session.program("gthumb", photos) as log:
            deadline = time.monotonic() + desktop.SECONDS
            before, since = -1, time.monotonic()
            while before < 1 or time.monotonic() - since < _QUIET:
                assert time.monotonic() < deadline, f"gThumb has read no tags: {log()}"
                time.sleep(0.25)
                count = (
                    len(list(comments.glob("*.xml"))) if (comments / f"{_LAST}.xml").exists() else 0
                )
                if count != before:
                    before, since = count, time.monotonic()
    return {path.name: _tags(comments / f"{path.name}.xml") for path in desktop.photos(folder)}


def _tags(comment: Path) -> list[str]:
    if not comment.exists():  # gThumb writes one if there is anything to keep
        return []
    document = minidom.parseString(comment.read_bytes())
    return [item.getAttribute("value") for item in document.getElementsByTagName("category")]
