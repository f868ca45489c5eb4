"""What reviews leave in the state file: the photos still to be written, and where each review was left."""

from __future__ import annotations

import hashlib
import json
import os
from typing import TYPE_CHECKING, Any

from phototag.catalogue.database import DAMAGED, Database

if TYPE_CHECKING:
    from collections.abc import Iterable


class Reviews(Database):
    """Reviews; arguments and errors as for ``Database``."""

    def add_unwritten(self, paths: Iterable[str]) -> None:
        """Note photos that are to be written, by their real paths."""
        with self._at_once():
            self._sql.executemany(
                "INSERT OR IGNORE INTO unwritten (path) VALUES (?)",
                ((os.fsencode(path),) for path in paths),
            )

    def remove_unwritten(self, path: str) -> None:
        """Note that a photo has been written."""
        self._do("DELETE FROM unwritten WHERE path = ?", os.fsencode(path))

    def unwritten(self) -> set[str]:
        """The photos that are to be written, by their real paths."""
        found = self._all("SELECT path FROM unwritten")
        return {os.fsdecode(path) for (path,) in found if isinstance(path, bytes)}

    def review_place(self, paths: Iterable[str]) -> dict[str, Any]:
        """What the page of a review of these paths remembers; nothing, if that is damaged."""
        query = "SELECT place FROM review_places WHERE folders = ?"
        found = self._one(query, key_of(paths))
        try:
            place = {} if found is None else json.loads(found[0])
        except DAMAGED:
            return {}
        return place if isinstance(place, dict) else {}

    def keep_review_place(self, paths: Iterable[str], place: dict[str, Any]) -> None:
        """Store what the page of a review of these paths remembers."""
        query = "INSERT OR REPLACE INTO review_places (folders, place) VALUES (?, ?)"
        self._do(query, key_of(paths), json.dumps(place))


def key_of(paths: Iterable[str]) -> str:
    """The same for the same paths in any order."""
    named = b"\0".join(sorted({os.fsencode(os.path.realpath(path)) for path in paths}))
    return hashlib.blake2b(named, digest_size=16).hexdigest()
