"""The run log: which photos and decisions each run has changed, and what there was before."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any, Final, Self

import attrs

from phototag.analysis.decisions.decision import Decision
from phototag.catalogue.database import DAMAGED, DamagedRow, packed, unpacked
from phototag.catalogue.decisions import NOT_RESUMED, Decisions
from phototag.catalogue.words import Words
from phototag.metadata.record import WriteOrder
from phototag.options import WriteOptions, part
from phototag.scene import serialization

if TYPE_CHECKING:
    from collections.abc import Sequence

    from phototag.options import TagOptions

LATEST: Final = 253_370_764_800  # s since 1970: the year 9999, the last one that Python knows


@attrs.frozen
class PhotoKey:
    """Identifies a photo by its place: a catalogue, a folder relative to its root, a name."""

    root: int
    folder: bytes
    name: bytes


@attrs.frozen(kw_only=True)
class PastWrite:
    """What was written into a photo, and how: enough to write it again.

    Attributes:
        order: what was written.
        options: how.
        words: by which options its words were chosen; None if that is not known, as of earlier versions.
    """

    order: WriteOrder
    options: WriteOptions = attrs.Factory(WriteOptions)
    words: Words | None = None

    @classmethod
    def of(cls, order: WriteOrder, options: TagOptions) -> Self:
        """A write with these options."""
        return cls(order=order, options=part(options, WriteOptions), words=Words.of(options))


@attrs.frozen(kw_only=True)
class Run:
    """One run, that is one command, including its interruptions.

    Attributes:
        number: the run's number, as for ``phototag undo``.
        roots: the folders.
        started, ended: seconds since 1970; ``ended`` is None for one that was interrupted.
        software: version of phototag.
        changes: number of photos that it changed and that have not been undone.
        unfinished: number of further photos that it was writing when it was killed; ``undo`` looks whether it did.
        corrections: number of decisions that it saved or forgot and that have not been undone.
    """

    number: int
    roots: tuple[str, ...]
    started: float
    ended: float | None
    software: str
    changes: int
    corrections: int
    unfinished: int = 0

    @property
    def can_be_undone(self) -> bool:
        """Whether anything of it is left to undo."""
        return bool(self.changes or self.unfinished or self.corrections)


@attrs.frozen(kw_only=True)
class LoggedChange:
    """One photo in the run log.

    Attributes:
        place: where the photo was.
        path: the same as an absolute path.
        picture: hash of its picture.
        written: whether it is known that the run has changed the photo: it was not killed meanwhile.
        damaged: the entry holds what phototag does not write.
    """

    place: PhotoKey
    path: str
    picture: str
    written: bool = True
    damaged: bool = False


class RunLog(Decisions):
    """The runs in the state file; arguments and errors as for ``Database``."""

    # ------------------------------------------------------------------ roots

    def root(self, path: bytes) -> int:
        """The number of a catalogue, by the absolute path of its folder."""
        self._do("INSERT OR IGNORE INTO roots (path) VALUES (?)", path)
        number: int = self._one("SELECT id FROM roots WHERE path = ?", path)[0]
        return number

    def keys_of(self, path: str) -> list[PhotoKey]:
        """All keys of a photo, by its absolute path: catalogues may contain each other."""
        folder, name = os.path.split(os.fsencode(path))
        found, above = [], folder
        while True:
            number = self._one("SELECT id FROM roots WHERE path = ?", above)
            if number is not None:
                inside = b"" if above == folder else os.path.relpath(folder, above)
                found.append(PhotoKey(number[0], inside, name))
            if (next_above := os.path.dirname(above)) == above:
                return found
            above = next_above

    # ------------------------------------------------------------------ runs

    def begin(self, roots: Sequence[int], settings: str, software: str) -> int:
        """The number of a run: that of the interrupted one that the same command resumes, or a new one."""
        with self._at_once():
            resumed = self._interrupted(roots, settings)
            if resumed is not None:
                return resumed
            made = self._sql.execute(
                "INSERT INTO runs (settings, software, started) VALUES (?, ?, ?)",
                (settings, software, time.time()),
            )
            assert made.lastrowid is not None
            self._sql.executemany(
                "INSERT OR IGNORE INTO run_roots (run, root) VALUES (?, ?)",
                [(made.lastrowid, root) for root in roots],
            )
            return made.lastrowid

    def resumes(self, roots: Sequence[int], settings: str) -> bool:
        """Whether ``begin`` would go on with an interrupted run."""
        return self._interrupted(roots, settings) is not None

    def end(self, roots: Sequence[int], settings: str) -> None:
        """Record that the whole of the folders has been processed."""
        with self._at_once():
            run = self._interrupted(roots, settings)
            if run is not None:
                self._sql.execute("UPDATE runs SET ended = ? WHERE id = ?", (time.time(), run))

    def _interrupted(self, roots: Sequence[int], settings: str) -> int | None:
        """The last run on any of these folders, if it is on all of them, has these settings and has not ended."""
        query = "SELECT max(run) FROM run_roots WHERE root = ?"
        last = max((self._one(query, root)[0] or 0 for root in set(roots)), default=0)
        query = "SELECT 1 FROM runs WHERE id = ? AND settings = ? AND ended IS NULL"
        if self._one(query, last, settings) is None:
            return None
        of_it = {root for (root,) in self._all("SELECT root FROM run_roots WHERE run = ?", last)}
        return last if of_it == set(roots) else None

    def runs(self) -> list[Run]:
        """All runs that have changed photos or decisions, the oldest first."""
        query = (
            "SELECT run_roots.run, path FROM run_roots JOIN roots ON roots.id = root"
            " ORDER BY run_roots.rowid"
        )
        roots: dict[int, list[str]] = {}
        for run, path in self._all(query):
            roots.setdefault(run, []).append(_path(path))
        found = self._all(
            "SELECT * FROM (SELECT id, started, ended, software,"
            " (SELECT total(undone = 0 AND done) FROM changes WHERE run = id) AS left,"
            " (SELECT total(undone = 0 AND NOT done) FROM changes WHERE run = id) AS unfinished,"
            " (SELECT count(*) FROM changes WHERE run = id) AS changed,"
            " (SELECT count(*) FROM run_decisions WHERE run = id) AS corrected"
            " FROM runs) WHERE changed OR corrected ORDER BY id"
        )
        return [
            Run(
                number=number,
                roots=tuple(roots.get(number, ())),
                started=_time(started) or 0.0,
                ended=_time(ended),
                software=str(software),
                changes=int(changes),
                corrections=corrections,
                unfinished=int(unfinished),
            )
            for number, started, ended, software, changes, unfinished, _, corrections in found
        ]

    # ------------------------------------------------------------------ changes of photos

    def intend(self, run: int, place: PhotoKey, picture: str, before: PastWrite | None) -> bool:
        """Log the photo's earlier record before a write; return whether it is new in this run's log."""
        with self._lock, self._told():
            made = self._sql.execute(
                "INSERT OR IGNORE INTO changes (run, root, folder, name, picture, before, done)"
                " VALUES (?, ?, ?, ?, ?, ?, 0)",
                (run, *attrs.astuple(place), picture, _from_past_write(before)),
            )
            return made.rowcount > 0

    def correct(self, run: int, place: PhotoKey, before: PastWrite | None) -> None:
        """Correct the log: the photo's earlier record was a different one."""
        query = _of_entry("UPDATE changes SET before = ?")
        self._do(query, _from_past_write(before), run, *attrs.astuple(place))

    def settle(self, run: int, place: PhotoKey, *, changed: bool) -> None:
        """Log after a write whether it changed the photo."""
        query = "UPDATE changes SET done = 1" if changed else "DELETE FROM changes"
        self._do(_of_entry(query), run, *attrs.astuple(place))

    def entries(self, run: int) -> list[LoggedChange]:
        """The photos that a run changed and that have not been undone, by name."""
        found = self._all(
            "SELECT root, folder, name, picture, path, done FROM changes LEFT JOIN roots ON roots.id = root"
            " WHERE run = ? AND undone = 0 ORDER BY path, folder, name",
            run,
        )
        return [
            attrs.evolve(_to_entry(PhotoKey(*place), picture, path), written=done == 1)
            for *place, picture, path, done in found
        ]

    def before(self, run: int, entry: LoggedChange) -> PastWrite | None:
        """What a photo held before a run; None for no record.

        Raises:
            DamagedRow: the entry is damaged, so nobody knows.
        """
        query = _of_entry("SELECT before FROM changes")
        (before,) = self._one(query, run, *attrs.astuple(entry.place))
        if entry.damaged:
            raise DamagedRow
        return None if before is None else to_past_write(before)

    def is_copy(self, run: int, places: Sequence[PhotoKey], picture: str) -> bool:
        """Whether this run or an earlier one has changed the same picture at these places itself."""
        query = (
            "SELECT 1 FROM changes WHERE root = ? AND folder = ? AND name = ? AND picture = ?"
            " AND (run = ? OR run < ? AND undone = 0)"
        )
        return any(
            self._one(query, *attrs.astuple(place), picture, run, run) is not None
            for place in places
        )

    def later(self, run: int, places: Sequence[PhotoKey], picture: str | None) -> int | None:
        """A later run that changed a photo at these places and has not been undone; None without one.

        Args:
            run: the run's number.
            places: all keys of the photo's place.
            picture: count only runs that found this picture there; None = any picture.
        """
        query = (
            "SELECT max(run) FROM changes WHERE root = ? AND folder = ? AND name = ? AND run > ?"
            " AND undone = 0 AND picture = coalesce(?, picture)"
        )
        found = [self._one(query, *attrs.astuple(place), run, picture)[0] for place in places]
        return max((number for number in found if number is not None), default=None)

    def last_change(self, place: PhotoKey) -> int:
        """The last run that has changed a photo and has not been undone; 0 without one."""
        query = (
            "SELECT max(run) FROM changes WHERE root = ? AND folder = ? AND name = ? AND undone = 0"
        )
        return self._one(query, *attrs.astuple(place))[0] or 0

    # ------------------------------------------------------------------ undo

    def undo(
        self,
        run: int,
        entry: LoggedChange,
        now: Sequence[PhotoKey],
        etag: str,
        before: PastWrite | None,
    ) -> None:
        """Record that a photo is again as it was before a run, and put the decision about it back.

        Args:
            run: the run's number.
            entry: the photo's entry in the run log.
            now: all keys of the photo's present place.
            etag: etag of the record in it now.
            before: that record; None for no record.
        """
        with self._at_once():
            query = _of_entry("UPDATE changes SET undone = 1")
            self._sql.execute(query, (run, *attrs.astuple(entry.place)))
            self._sql.executemany(
                "UPDATE photos SET looks = '', settings = NULL, mark = ?, written = ?"
                " WHERE root = ? AND folder = ? AND name = ?",
                [(etag, _from_past_write(before), *attrs.astuple(place)) for place in now],
            )
            self._undo_decision(run, entry.picture)
            if before is not None:
                held = Decision.readable(before.order.record.decision)
                self._take_back_in(run, entry.picture, held)
            self._sql.execute(NOT_RESUMED, (run,))


def _of_entry(what: str) -> str:
    """A query for one entry; its last values are the run and the photo's key."""
    return f"{what} WHERE run = ? AND root = ? AND folder = ? AND name = ?"


def to_past_write(column: Any) -> PastWrite:
    """Unpack a past write; earlier versions stored the whole order in the record.

    Raises:
        DamagedRow: the column holds something else.
    """
    values = unpacked(column, dict[str, Any])
    try:
        if "order" not in values:
            record = values.pop("record")
            beside = {
                name: record[name] for name in ("faces", "lightroom", "size") if name in record
            }
            values["order"] = {"record": record, **beside}
        record = values["order"]["record"]
        if record.pop("corrected", False):  # as earlier versions stored it
            record["decision"] = {"kind": record["kind"]}
        return serialization.from_json(values, PastWrite)
    except DAMAGED as error:
        raise DamagedRow from error


def _from_past_write(written: PastWrite | None) -> bytes | None:
    return None if written is None else packed(written)


def _to_entry(place: PhotoKey, picture: Any, root: Any) -> LoggedChange:
    """An entry of the log; one that leads out of its folder is damaged."""
    whole = isinstance(picture, str) and all(
        isinstance(column, bytes) for column in (root, place.folder, place.name)
    )
    return LoggedChange(
        place=place,
        path=os.path.join(_path(root), _path(place.folder), _path(place.name)),
        picture=picture if whole else "",
        damaged=not (whole and _is_below(place)),
    )


def _is_below(place: PhotoKey) -> bool:
    parts = os.fsencode(os.sep).join((place.folder, place.name)).split(os.fsencode(os.sep))
    inside = parts[1:] if not place.folder else parts
    return not any(part in {b"", b".", b".."} for part in inside)


def _path(column: Any) -> str:
    """A path from a column; a damaged one is shown as it is."""
    return os.fsdecode(column) if isinstance(column, bytes) else str(column)


def _time(column: Any) -> float | None:
    """Seconds since 1970 from a column; None if it is damaged."""
    whole = isinstance(column, (int, float)) and 0 <= column < LATEST
    return float(column) if whole else None
