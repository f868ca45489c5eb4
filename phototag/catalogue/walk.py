"""Which files below a folder are photos to tag."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from phototag.formats import PHOTO_SUFFIXES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# Folders that applications keep for themselves: bins, thumbnails, previews, databases.
APPLICATION_FOLDERS = frozenset({"@eadir", "#recycle", "$recycle.bin", "lost+found", "__macosx"})
APPLICATION_SUFFIXES = (".lrdata", ".lrcat-data", ".photoslibrary", ".cocatalog", ".dtrash")


def walk(paths: Iterable[str | os.PathLike[str]]) -> Iterator[str]:
    """The photos of ``paths``: files as they are, folders with all that is below, by name.

    A file that is named is always taken, whatever it is called; below a folder only files with the
    suffix of a photo are.  Hidden files and folders and those of applications are left out.
    Symbolic links to files are followed, links to folders are not: they may lead round in circles.
    """
    for path in paths:
        name = os.path.expanduser(os.fsdecode(path))  # noqa: PTH111 - keeps names that are not UTF-8
        if os.path.isdir(name):  # noqa: PTH112
            yield from _below(name)
        else:
            yield name


def _below(folder: str) -> Iterator[str]:
    for here, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not _left_out(name))
        for name in sorted(files):
            if not name.startswith(".") and os.path.splitext(name)[1].lower() in PHOTO_SUFFIXES:  # noqa: PTH122
                yield os.path.join(here, name)  # noqa: PTH118


def _left_out(folder: str) -> bool:
    name = folder.lower()
    return (
        name.startswith(".") or name in APPLICATION_FOLDERS or name.endswith(APPLICATION_SUFFIXES)
    )
