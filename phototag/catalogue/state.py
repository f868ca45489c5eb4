"""What earlier runs have found and done, in an SQLite file: a cache, and the run log that ``undo`` reads.

The photos themselves contain what phototag wrote. Without this file, every photo is analysed again, and
``undo`` is not possible, only ``remove``; nothing else is lost.
"""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from phototag import errors
from phototag.analysis.result import models_identity
from phototag.catalogue.database import Database, packed, unpacked
from phototag.criteria.verdict import Kind
from phototag.metadata.record import WriteOrder
from phototag.options import WriteOptions
from phototag.scene import serialization
from phototag.scene.measures import SCENE_VERSION, Scene

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

T = TypeVar("T")


@attrs.frozen
class PhotoKey:
    """Identifies a photo by its place: a catalogue, a folder relative to its root, a name."""

    root: int
    folder: bytes
    name: bytes


@attrs.frozen(kw_only=True)
class PastWrite:
    """What was written into a photo, and how: enough to write it again."""

    order: WriteOrder
    options: WriteOptions = attrs.Factory(WriteOptions)


@attrs.frozen(kw_only=True)
class Row:
    """What is stored about a photo; see the table ``photos``."""

    fingerprint: str
    picture: str | None = None
    settings: str | None = None
    kind: str | None = None
    etag: str = ""
    error: errors.PhototagError | None = None


@attrs.frozen(kw_only=True)
class Run:
    """One run, including its interruptions.

    Attributes:
        number: the run's number, as for ``phototag undo``.
        root: the folder.
        started, ended: seconds since 1970; ``ended`` is None for one that was interrupted.
        software: version of phototag.
        changes: number of photos that it changed and that have not been undone.
    """

    number: int
    root: str
    started: float
    ended: float | None
    software: str
    changes: int


@attrs.frozen(kw_only=True)
class LoggedChange:
    """One photo in the run log."""

    place: PhotoKey
    picture: str
    before: PastWrite | None


class State(Database):
    """What is stored about catalogues; arguments and errors as for ``Database``."""

    def __init__(self, file: str | os.PathLike[str] | None = None) -> None:
        super().__init__(file)
        self.seen_by: str = f"{models_identity()}/{SCENE_VERSION}"

    # ------------------------------------------------------------------ photos

    def root(self, path: bytes) -> int:
        """The number of a catalogue, by the absolute path of its folder."""
        self._do("INSERT OR IGNORE INTO roots (path) VALUES (?)", path)
        number: int = self._one("SELECT id FROM roots WHERE path = ?", path)[0]
        return number

    def photos(self, root: int, folder: bytes) -> dict[bytes, Row]:
        """All that is stored about the photos in one folder, by name."""
        found = self._all(
            "SELECT name, looks, picture, settings, kind, mark, error FROM photos"
            " WHERE root = ? AND folder = ?",
            root,
            folder,
        )
        return {
            name: Row(
                fingerprint=fingerprint,
                picture=picture,
                settings=settings,
                kind=kind,
                etag=etag,
                error=_to_error(error),
            )
            for name, fingerprint, picture, settings, kind, etag, error in found
        }

    def failed(self, root: int) -> set[tuple[bytes, bytes]]:
        """Folders and names of the photos that failed last time."""
        query = "SELECT folder, name FROM photos WHERE root = ? AND error IS NOT NULL"
        return set(self._all(query, root))

    def remember(self, place: PhotoKey, row: Row, written: PastWrite | None = None) -> None:
        """Store what is now known about a photo."""
        self._do(
            "INSERT OR REPLACE INTO photos"
            " (root, folder, name, looks, picture, settings, kind, mark, written, error)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            *attrs.astuple(place),
            row.fingerprint,
            row.picture,
            row.settings,
            row.kind,
            row.etag,
            None if written is None else packed(written),
            _from_error(row.error),
        )

    def written(self, place: PhotoKey) -> PastWrite | None:
        """The last write into a photo."""
        query = "SELECT written FROM photos WHERE root = ? AND folder = ? AND name = ?"
        found = self._one(query, *attrs.astuple(place))
        return None if found is None or found[0] is None else _to_past_write(found[0])

    def places(self, root: int, picture: str, run: int) -> list[PhotoKey]:
        """The places where later runs have found a picture that a run had changed at another place.

        Photos with the same picture that this run or an earlier one has changed at their own place are left
        out: they are copies.
        """
        query = (
            "SELECT root, folder, name FROM photos WHERE root = ? AND picture = ? AND NOT EXISTS"
            " (SELECT 1 FROM changes JOIN runs ON runs.id = changes.run WHERE runs.root = photos.root"
            " AND changes.folder = photos.folder AND changes.name = photos.name"
            " AND changes.picture = photos.picture"
            " AND (run = ? OR run < ? AND undone = 0))"
        )
        return [PhotoKey(*row) for row in self._all(query, root, picture, run, run)]

    # ------------------------------------------------------------------ scenes

    def scene(self, picture: str) -> Scene | None:
        """The scene that the present models have detected in a picture."""
        query = "SELECT scene FROM scenes WHERE picture = ? AND seen_by = ?"
        found = self._one(query, picture, self.seen_by)
        return None if found is None else unpacked(found[0], Scene)

    def has_scenes(self) -> bool:
        """Whether any scene is stored."""
        found: tuple[int] = self._one("SELECT EXISTS (SELECT 1 FROM scenes)")
        return bool(found[0])

    def keep(self, picture: str, scene: Scene) -> None:
        """Store the scene of a picture."""
        self._do(
            "INSERT OR REPLACE INTO scenes (picture, seen_by, scene) VALUES (?, ?, ?)",
            picture,
            self.seen_by,
            packed(scene),
        )

    def correct_kinds(self, kinds: Mapping[str, Kind]) -> None:
        """Store people's corrections of pictures."""
        for picture, kind in kinds.items():
            query = "INSERT OR REPLACE INTO corrections (picture, kind) VALUES (?, ?)"
            self._do(query, picture, str(kind))

    def corrections(self) -> dict[str, Kind]:
        """People's corrections of pictures, by the pictures' hash."""
        found = self._all("SELECT picture, kind FROM corrections")
        return {picture: Kind(kind) for picture, kind in found}

    # ------------------------------------------------------------------ runs

    def begin(self, root: int, settings: str, software: str) -> int:
        """The number of a run: that of the last one if it was interrupted and had the same settings."""
        query = "SELECT id, settings, ended FROM runs WHERE root = ? ORDER BY id DESC LIMIT 1"
        with self._lock, self._told():
            last = self._one(query, root)
            if last is not None and last[1:] == (settings, None):
                return int(last[0])
            made = self._sql.execute(
                "INSERT INTO runs (root, settings, software, started) VALUES (?, ?, ?, ?)",
                (root, settings, software, time.time()),
            )
            assert made.lastrowid is not None
            return made.lastrowid

    def end(self, root: int, settings: str) -> None:
        """Record that the whole tree has been processed."""
        self._do(
            "UPDATE runs SET ended = ? WHERE root = ? AND settings = ? AND ended IS NULL",
            time.time(),
            root,
            settings,
        )

    def intend(self, run: int, place: PhotoKey, picture: str, before: PastWrite | None) -> bool:
        """Log the photo's earlier record before a write; return whether it is new in this run's log."""
        with self._lock, self._told():
            made = self._sql.execute(
                "INSERT OR IGNORE INTO changes (run, folder, name, picture, before, done)"
                " VALUES (?, ?, ?, ?, ?, 0)",
                (
                    run,
                    place.folder,
                    place.name,
                    picture,
                    None if before is None else packed(before),
                ),
            )
            return made.rowcount > 0

    def correct(self, run: int, place: PhotoKey, before: PastWrite | None) -> None:
        """Correct the log: the photo's earlier record was a different one."""
        self._do(
            "UPDATE changes SET before = ? WHERE run = ? AND folder = ? AND name = ?",
            None if before is None else packed(before),
            run,
            place.folder,
            place.name,
        )

    def settle(self, run: int, place: PhotoKey, *, changed: bool) -> None:
        """Log after a write whether it changed the photo."""
        query = "UPDATE changes SET done = 1" if changed else "DELETE FROM changes"
        where = " WHERE run = ? AND folder = ? AND name = ?"
        self._do(query + where, run, place.folder, place.name)

    def runs(self) -> list[Run]:
        """All runs that have changed photos, the oldest first."""
        found = self._all(
            "SELECT runs.id, roots.path, started, ended, software, total(undone = 0)"
            " FROM runs JOIN roots ON roots.id = runs.root JOIN changes ON changes.run = runs.id"
            " GROUP BY runs.id ORDER BY runs.id"
        )
        return [
            Run(
                number=number,
                root=os.fsdecode(root),
                started=started,
                ended=ended,
                software=software,
                changes=int(changes),
            )
            for number, root, started, ended, software, changes in found
        ]

    def entries(self, run: int) -> Iterator[LoggedChange]:
        """The photos that a run changed and that have not been undone, by name."""
        (root,) = self._one("SELECT root FROM runs WHERE id = ?", run)
        names = self._all(
            "SELECT folder, name FROM changes WHERE run = ? AND undone = 0 ORDER BY folder, name",
            run,
        )
        for folder, name in names:
            picture, before = self._one(
                "SELECT picture, before FROM changes WHERE run = ? AND folder = ? AND name = ?",
                run,
                folder,
                name,
            )
            yield LoggedChange(
                place=PhotoKey(root, folder, name),
                picture=picture,
                before=None if before is None else _to_past_write(before),
            )

    def later(self, run: int, place: PhotoKey) -> int | None:
        """A later run that changed the same photo and has not been undone; None without one."""
        query = (
            "SELECT max(runs.id) FROM runs JOIN changes ON changes.run = runs.id"
            " WHERE runs.root = ? AND runs.id > ? AND folder = ? AND name = ? AND undone = 0"
        )
        found: int | None = self._one(query, place.root, run, place.folder, place.name)[0]
        return found

    def undo(self, run: int, entry: LoggedChange, now: PhotoKey, etag: str) -> None:
        """Record that a photo is again as it was before a run.

        Args:
            run: the run's number.
            entry: the photo's entry in the run log.
            now: the photo's present place.
            etag: etag of the record in it now.
        """
        with self._lock, self._told(), self._sql:
            self._sql.execute("BEGIN IMMEDIATE")
            self._sql.execute(
                "UPDATE changes SET undone = 1 WHERE run = ? AND folder = ? AND name = ?",
                (run, entry.place.folder, entry.place.name),
            )
            self._sql.execute(
                "UPDATE photos SET looks = '', settings = NULL, mark = ?, written = ?"
                " WHERE root = ? AND folder = ? AND name = ?",
                (
                    etag,
                    None if entry.before is None else packed(entry.before),
                    *attrs.astuple(now),
                ),
            )
            # A run that has been undone is not resumed.
            self._sql.execute(
                "UPDATE runs SET ended = started WHERE id = ? AND ended IS NULL", (run,)
            )


def _to_past_write(column: bytes) -> PastWrite:
    """Unpack a past write; earlier versions stored the whole order in the record."""
    values = unpacked(column, dict[str, Any])
    if "order" not in values:
        record = values.pop("record")
        beside = {name: record[name] for name in ("faces", "lightroom", "size") if name in record}
        values["order"] = {"record": record, **beside}
    return serialization.from_json(values, PastWrite)


def _from_error(error: errors.PhototagError | None) -> str | None:
    return None if error is None else json.dumps([type(error).__name__, *error.args])


def _to_error(text: str | None) -> errors.PhototagError | None:
    if text is None:
        return None
    kind, about, problem, *remedy = json.loads(text)
    return errors.by_name(kind)(about, problem, *remedy)
