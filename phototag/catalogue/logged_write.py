"""Writes into photos, each entered in the run log first, so that it can be undone whatever happens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from phototag import errors
from phototag.catalogue.last_write import last_write
from phototag.catalogue.run_log import PastWrite
from phototag.metadata.record import WriteOrder, etag
from phototag.worker import tasks
from phototag.worker.source import PhotoFile

if TYPE_CHECKING:
    from collections.abc import Callable

    from phototag.catalogue.current_run import CurrentRun
    from phototag.catalogue.run_log import PhotoKey
    from phototag.catalogue.state import State
    from phototag.metadata.change import Change
    from phototag.metadata.record import Record
    from phototag.options import WriteOptions
    from phototag.outcome import Expected, PhotoState, Written
    from phototag.worker.pool import Pool


class LoggedWrites:
    """The writes of a run.

    Args:
        options: how to write.
        state: holds the run log.
        pool: does the work.
        run: the run.
    """

    def __init__(self, options: WriteOptions, state: State, pool: Pool, run: CurrentRun) -> None:
        self._options, self._state, self._pool, self._run = options, state, pool, run

    def write(
        self,
        path: str,
        place: PhotoKey,
        photo_state: PhotoState,
        order: WriteOrder,
        again: Callable[[Record | None], WriteOrder],
        *,
        known: str,
    ) -> tuple[Change, Written]:
        """Carry out the write order, after entering the earlier record in the run log.

        Args:
            path: the photo.
            place: its key.
            photo_state: as it was read.
            order: the order.
            again: the order for a photo that has another record than this run knows.
            known: etag of the record that the state knows of; empty for none.
        """
        run_log, options = self._state, self._options
        if options.dry_run:
            written = self._write_if_unchanged(path, order, options)
            if written.found is not None and written.found.decision:
                written = self._write_if_unchanged(path, again(written.found), options)
            assert written.change is not None
            return written.change, written
        before = last_write(path, known, run_log, place) if known else None
        # Without an entry in the state, the earlier record is unknown: the writer returns what it finds.
        expected = known if before else ""
        run = self._run.number
        new = run_log.intend(run, place, photo_state.picture, before)
        try:
            written = self._write_if_unchanged(
                path, order, options, photo_state.expecting(expected)
            )
            if written.change is None:
                # Another computer has written a record, or this run has and was then killed.
                if new or self._etag_of(path, order) != written.etag:
                    run_log.correct(run, place, self._left_there(path, place, written.found))
                order = again(written.found)
                written = self._write_if_unchanged(
                    path, order, options, photo_state.expecting(written.etag)
                )
            if written.change is None:
                raise errors.ChangedMeanwhile(
                    path, "another program changed it at the same time", "try again"
                )
        except errors.WriteUncertain:
            raise  # the photo has been written: it stays in the run log
        except errors.PhototagError:
            if new:
                run_log.settle(run, place, changed=False)
            raise
        run_log.settle(run, place, changed=written.change.changed or not new)
        return written.change, written

    def _write_if_unchanged(
        self, path: str, order: WriteOrder, options: WriteOptions, expected: Expected | None = None
    ) -> Written:
        """Carry out the write order; with ``expected``, only if the photo is as this run knows it."""
        return tasks.write(self._pool, PhotoFile.of(path), order, options, expected)

    def _left_there(self, path: str, place: PhotoKey, found: Record | None) -> PastWrite | None:
        """How the record that was found in a photo has come there; if nobody knows, it is all that is known."""
        if found is None:
            return None
        known = last_write(path, etag(found), self._state, place)
        return known or PastWrite(order=WriteOrder(record=found))

    def _etag_of(self, path: str, order: WriteOrder) -> str:
        """The etag of the record that a write would leave in a photo."""
        dry = attrs.evolve(self._options, dry_run=True)
        return self._write_if_unchanged(path, order, dry).etag
