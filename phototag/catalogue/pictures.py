"""Which picture is in a file: from the state, if the file has not changed since, else by reading it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from phototag.catalogue import walk
from phototag.errors import PhotoNotFound, PhototagError
from phototag.files.opening import FileState
from phototag.worker import tasks
from phototag.worker.source import PhotoFile

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterable, Iterator

    from phototag.catalogue.state import Row, State
    from phototag.worker.pool import Pool


def pictures(
    paths: Iterable[str], state: State, pool: Pool, stop: threading.Event | None = None
) -> Iterator[tuple[str, str]]:
    """The hashes of the pictures in files, with their absolute paths; empty for a file that cannot be read.

    Files that do not exist are left out.
    """

    def known(path: str) -> tuple[str, str] | None:
        for place in state.keys_of(path):
            row = state.photo(place)
            if row is not None and row.picture and file_is_as_stored(path, row):
                return path, row.picture
        return None

    def read(path: str) -> tuple[str, str] | None:
        try:
            found = tasks.identify(pool, PhotoFile(path, path), pool.limits, detect=False)
        except PhotoNotFound:
            return None
        except PhototagError:
            return path, ""
        return path, found.picture

    found = pool.stream(read, filter(os.path.lexists, paths), ready=known, stop=stop)
    yield from (one for one in found if one is not None)


def file_is_as_stored(path: str, row: Row) -> bool:
    """Whether a file, without its sidecars, is as it was when a row was stored."""
    try:
        state = FileState.of(os.stat(path))
    except OSError:
        return False
    return walk.is_as_stored(row.fingerprint, walk.fingerprint({path: state}, path), alone=True)
