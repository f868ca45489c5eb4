"""What reviews leave in the state file: the photos still to be written, and where each review was left."""

from __future__ import annotations

import hashlib
import json
import os
from typing import TYPE_CHECKING, Any

import attrs

from phototag.catalogue.database import DAMAGED, Database

if TYPE_CHECKING:
    from collections.abc import Iterable

    from phototag.catalogue.run_log import PhotoKey


class Reviews(Database):
    """Reviews; arguments and errors as for ``Database``."""

    def add_unwritten(self, places: Iterable[PhotoKey]) -> None:
        """Note photos that are to be written."""
        with self._at_once():
            self._sql.executemany(
                "INSERT OR IGNORE INTO unwritten (root, folder, name) VALUES (?, ?, ?)",
                map(attrs.astuple, places),
            )

    def remove_unwritten(self, place: PhotoKey) -> None:
        """Note that a photo has been written."""
        query = "DELETE FROM unwritten WHERE root = ? AND folder = ? AND name = ?"
        self._do(query, *attrs.astuple(place))

    def unwritten(self) -> set[tuple[int, bytes, bytes]]:
        """The photos that are to be written: root, folder and name."""
        return set(self._all("SELECT root, folder, name FROM unwritten"))

    def review_place(self, paths: Iterable[str]) -> dict[str, Any]:
        """What the page of a review of these paths remembers; nothing, if that is damaged."""
        query = "SELECT place FROM review_places WHERE folders = ?"
        found = self._one(query, _key(paths))
        try:
            place = {} if found is None else json.loads(found[0])
        except DAMAGED:
            return {}
        return place if isinstance(place, dict) else {}

    def keep_review_place(self, paths: Iterable[str], place: dict[str, Any]) -> None:
        """Store what the page of a review of these paths remembers."""
        query = "INSERT OR REPLACE INTO review_places (folders, place) VALUES (?, ?)"
        self._do(query, _key(paths), json.dumps(place))


def _key(paths: Iterable[str]) -> str:
    """The same for the same paths in any order."""
    named = b"\0".join(sorted({os.fsencode(os.path.realpath(path)) for path in paths}))
    return hashlib.blake2b(named, digest_size=16).hexdigest()
