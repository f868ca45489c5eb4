"""Finds the photos of a run: where it left them or, by their pictures, where they have been moved since."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phototag.catalogue.pictures import file_is_as_stored, pictures
from phototag.catalogue.walk import walk
from phototag.errors import PhototagError
from phototag.worker import tasks
from phototag.worker.source import PhotoFile

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterable, Sequence

    from phototag.catalogue.run_log import LoggedChange, PhotoKey
    from phototag.catalogue.state import State
    from phototag.worker.pool import Pool


class Search:
    """A search for the photos of one run.

    Args:
        state: holds the run.
        pool: reads photos.
        run: the run's number.
        stop: ends the search early when set.
    """

    def __init__(
        self, state: State, pool: Pool, run: int, stop: threading.Event | None = None
    ) -> None:
        self._state, self._pool, self._run, self._stop = state, pool, run, stop

    def find(self, entries: Sequence[LoggedChange], places: Iterable[str]) -> dict[PhotoKey, str]:
        """The present paths of photos; those that are missing are left out.

        Args:
            entries: the photos.
            places: absolute paths of the folders and files where they may have been moved to.
        """
        there = self._pictures(entry.path for entry in entries)
        found: dict[PhotoKey, str] = {}
        away = []
        for entry in entries:
            # What cannot be read is not searched for: it has an error of its own.
            if entry.path in there and there[entry.path] in {"", entry.picture}:
                found[entry.place] = entry.path
            else:
                away.append(entry)
        if away:
            settled = set(found.values())
            elsewhere = dict.fromkeys(path for path in walk(places) if path not in settled)
            self._add_moved(found, away, self._pictures(elsewhere))
            self._add_edited(found, [entry for entry in away if entry.path in there])
        return found

    def _pictures(self, paths: Iterable[str]) -> dict[str, str]:
        return dict(pictures(paths, self._state, self._pool, self._stop))

    def _add_moved(
        self, found: dict[PhotoKey, str], away: list[LoggedChange], elsewhere: dict[str, str]
    ) -> None:
        """Photos at another place, with the same picture and a record of phototag."""
        wanted = {entry.picture for entry in away}
        by_picture: dict[str, list[str]] = {}
        for path, picture in elsewhere.items():
            if picture in wanted and not self._is_copy(path, picture):
                by_picture.setdefault(picture, []).append(path)
        for entry in away:
            row = self._state.photo(entry.place)
            candidates = by_picture.get(entry.picture, [])
            # Of several copies, rather the one whose size and time are those that the run left.
            candidates.sort(key=lambda path: row is None or not file_is_as_stored(path, row))
            moved = next(filter(self._holds_a_record, candidates), None)
            if moved is not None:
                candidates.remove(moved)
                found[entry.place] = moved

    def _add_edited(self, found: dict[PhotoKey, str], replaced: list[LoggedChange]) -> None:
        """Photos at their own place with a changed picture, as after a retouch."""
        taken = set(found.values())
        for entry in replaced:
            free = entry.place not in found and entry.path not in taken
            if free and self._holds_a_record(entry.path):
                found[entry.place] = entry.path

    def _is_copy(self, path: str, picture: str) -> bool:
        return self._state.is_copy(self._run, self._state.keys_of(path), picture)

    def _holds_a_record(self, path: str) -> bool:
        try:
            return tasks.read(self._pool, PhotoFile(path, path)) is not None
        except PhototagError:
            return False
