"""Repairs what loses nothing: the state file, and phototag's own part of photos."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from typing import TYPE_CHECKING, Final

import attrs

from phototag import errors
from phototag.catalogue.checking.findings import CheckKind
from phototag.catalogue.checking.photos import was_written
from phototag.catalogue.checking.state_file import damaged_rows
from phototag.catalogue.reach import is_gone
from phototag.catalogue.run_log import PastWrite
from phototag.catalogue.state import Row, State
from phototag.catalogue.state_problems import is_damage
from phototag.metadata.record import WriteOrder, etag
from phototag.worker import tasks
from phototag.worker.source import PhotoFile

if TYPE_CHECKING:
    from collections.abc import Iterable

    from phototag.catalogue.checking.book import Book, Entry, Unsettled
    from phototag.catalogue.checking.findings import CheckFinding
    from phototag.catalogue.checking.photos import Examined
    from phototag.catalogue.run_log import PhotoKey
    from phototag.metadata.record import Record
    from phototag.worker.pool import Pool

#: Mended by writing the photo's last record again.
_REWRITTEN: Final = {
    CheckKind.WORDS_DIFFER, CheckKind.REGION_MISSING, CheckKind.SIDECARS_DIFFER,
}  # fmt: skip


class Repairer:
    """Repairs findings; opens the state file for writing only when there is something to repair.

    Args:
        book: the state file as it is read.
        pool: does the work on photos.
    """

    def __init__(self, book: Book, pool: Pool) -> None:
        self._book, self._pool = book, pool
        self._opening = threading.Lock()
        self._opened: _State | None = None

    def close(self) -> None:
        """Close the state file."""
        if self._opened is not None:
            self._opened.close()

    @property
    def _state(self) -> _State:
        with self._opening:
            if self._opened is None:
                self._opened = _State(self._book.path)
                self._book.reopen()
            return self._opened

    def state_file(self) -> bool:
        """Make the indexes again, and delete rows that cannot be read or belong to nothing.

        Returns:
            Whether this was possible: a file may be too damaged to be opened for writing.

        Raises:
            StateUnusable: it cannot be written for another reason, such as a full disk.
        """
        try:
            self._state.drop_damaged()
        except errors.StateUnusable as error:
            if is_damage(error.__cause__):
                return False
            raise
        self._book.reopen()
        return True

    def run(self, number: int) -> None:
        """Close a run that cannot be resumed."""
        self._state.close_run(number)

    def vanished(self, place: PhotoKey, path: str) -> None:
        """Take a photo out of the state file, unless it is there again; the run log keeps it."""
        if is_gone(path):
            self._state.drop(place)

    def lost(self, change: Unsettled) -> None:
        """Settle the entry of a photo that is gone: it counts as written, so that ``undo`` looks for it."""
        self._state.settle(change.run, change.place, changed=True)

    def photo(self, photo: Examined, findings: Iterable[CheckFinding]) -> None:
        """Repair what can be repaired of a photo.

        Raises:
            PhototagError: it cannot be written.
        """
        kinds = {finding.kind for finding in findings}
        if photo.known is None:
            return
        if CheckKind.UNSETTLED in kinds:
            for change in photo.known.unsettled:
                self._settle(photo, change)
        if CheckKind.RECORD_GONE in kinds:
            for entry in photo.known.entries:
                self._state.note_record(entry.place, "", settings=False)
        if kinds & _REWRITTEN and photo.entry is not None:
            self._write_again(photo, photo.entry)

    def _settle(self, photo: Examined, change: Unsettled) -> None:
        """Log whether a write has reached the photo; the next run with the same options reads it again."""
        written = was_written(photo, change)
        if written:
            assert photo.answer is not None
            record = photo.record
            row = Row(fingerprint="", picture=photo.answer.picture, etag=etag(record))
            past = None if record is None else PastWrite(order=WriteOrder(record=record))
            self._state.remember(change.place, row, past)
        self._state.settle(change.run, change.place, changed=written)

    def _write_again(self, photo: Examined, entry: Entry) -> None:
        """Write what was last written, as ``tag`` would; not if the record is another one."""
        past = entry.written
        if past is None:
            return
        records = (audit.record for audit in photo.audits.values())
        if _core(past.order.record) not in [_core(record) for record in records if record]:
            return
        options = attrs.evolve(past.options, dry_run=False, force=False)
        written = tasks.write(self._pool, PhotoFile.of(photo.path), past.order, options)
        self._state.note_record(entry.place, written.etag, settings=True)


def _core(record: Record) -> Record:
    """A record without its crops, whose regions may be missing, and without the version that wrote it."""
    return attrs.evolve(record, crops=(), software="")


class _State(State):
    """The state file, with what only a repair does."""

    def drop_damaged(self) -> None:
        with self._lock, self._told():
            with contextlib.suppress(sqlite3.Error):
                self._sql.execute("REINDEX")
            try:
                with self._sql:
                    self._sql.execute("BEGIN IMMEDIATE")
                    for row in list(damaged_rows(self._sql)):
                        query = f"DELETE FROM {row.table} WHERE rowid = ?"  # noqa: S608 - names of tables
                        self._sql.execute(query, (row.row,))
            except sqlite3.DatabaseError as error:
                if isinstance(error, sqlite3.OperationalError):
                    raise
                # Too damaged to be read: the next look at it says so.

    def note_record(self, place: PhotoKey, etag: str, *, settings: bool) -> None:
        """Note which record is in a photo; the next run reads it again.

        Args:
            place: the photo's key.
            etag: etag of the record; empty for none.
            settings: whether it is what the last run wrote.
        """
        what = (
            "looks = '', mark = ?"
            if settings
            else "looks = '', settings = NULL, written = NULL, mark = ?"
        )
        query = f"UPDATE photos SET {what} WHERE root = ? AND folder = ? AND name = ?"  # noqa: S608 - one of two texts
        self._do(query, etag, *attrs.astuple(place))

    def close_run(self, number: int) -> None:
        self._do("UPDATE runs SET ended = started WHERE id = ? AND ended IS NULL", number)

    def drop(self, place: PhotoKey) -> None:
        query = "DELETE FROM photos WHERE root = ? AND folder = ? AND name = ?"
        self._do(query, *attrs.astuple(place))
