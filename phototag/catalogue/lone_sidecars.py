"""Finds sidecars with words of phototag whose photo was deleted, renamed or moved."""

from __future__ import annotations

import contextlib
import os
import stat
from typing import TYPE_CHECKING

from phototag.catalogue.walk import Found, folders
from phototag.files.sidecar_names import Owners, is_sidecar
from phototag.files.sizes import MOST_XMP
from phototag.metadata.xmp.names import PHOTOTAG

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def lone_sidecars(folder: str, names: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """The paths and contents of the sidecars in a folder that hold words of phototag and have no photo; no links.

    Args:
        folder: its path.
        names: all names in it.
    """
    names = sorted(names)
    beside = [name for name in names if is_sidecar(name)]
    if not beside:
        return
    owners = Owners.of(folder, names)
    for name in beside:
        path = os.path.join(folder, name)
        with contextlib.suppress(OSError):
            # A link may lead to the sidecar of a photo elsewhere.
            if not stat.S_ISREG(os.lstat(path).st_mode) or owners.photo(path) is not None:
                continue
            with open(path, "rb") as file:
                content = file.read(MOST_XMP)
            if PHOTOTAG.encode() in content:
                yield path, content


def find_lone(paths: Iterable[str], *, links: bool) -> Iterator[Found]:
    """Those in folders and all below them, each once, and none that was named itself.

    Args:
        paths: folders and files.
        links: follow symbolic links to folders.
    """
    names, seen = list(paths), set[tuple[int, int]]()
    named = {os.path.realpath(name) for name in names}
    for root in filter(os.path.isdir, names):
        for folder in folders(root, links=links, seen=seen):
            with contextlib.suppress(OSError):  # what cannot be searched is told with the photos
                for path, _ in lone_sidecars(folder.path, os.listdir(folder.path)):
                    if os.path.realpath(path) in named:
                        continue
                    name = os.path.basename(path)
                    yield Found(
                        path=path, folder=folder.inside, name=name, state=None, fingerprint=""
                    )
