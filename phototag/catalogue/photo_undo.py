"""Takes back what one run wrote, photo by photo."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

import attrs

from phototag import errors
from phototag.catalogue.checking.places import below
from phototag.catalogue.database import DamagedRow, default_file
from phototag.catalogue.reach import is_empty, out_of_reach
from phototag.catalogue.state_problems import own_state
from phototag.catalogue.walk import Found, clean_folder
from phototag.errors import printable_name
from phototag.metadata.change import Change
from phototag.options import ChangeOptions, part
from phototag.outcome import Failed, Removed, VerdictSource
from phototag.worker import single, tasks
from phototag.worker.source import PhotoFile

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from phototag.catalogue.run_log import LoggedChange, PastWrite, PhotoKey, Run
    from phototag.catalogue.state import State
    from phototag.metadata.record import WriteOrder
    from phototag.options import UndoOptions, WriteOptions
    from phototag.outcome import Written
    from phototag.worker.pool import Pool

_FORGOTTEN: Final = "it was not found: the run forgets it"
_REMOVED_SINCE: Final = "phototag's words were removed since then: nothing to undo"
_UNLIKE_ANY: Final = "?"  # the etag of no record


def listed(folders: Sequence[str]) -> str:
    """Folders in a sentence."""
    return ", ".join(printable_name(folder) for folder in folders) or "a known folder"


def state_of(run_log: State) -> str:
    """What a command in a remedy needs to find the same state file."""
    return own_state(str(run_log.path), str(default_file()))


class PhotoUndo:
    """Gives the photos of one run back what they held before it.

    Args:
        run_log: holds the run.
        pool: does the work.
        run: the run.
        paths: the present paths of its photos, without those that are missing.
        options: how to change files.
    """

    def __init__(
        self,
        run_log: State,
        pool: Pool,
        run: Run,
        paths: Mapping[PhotoKey, str],
        options: UndoOptions,
    ) -> None:
        self._run_log, self._pool, self._run = run_log, pool, run
        self._options = part(options, ChangeOptions)
        self._forget = options.forget_deleted
        self._paths = paths
        # A disk that is not connected, as likely as a folder that was deleted.
        self._away = [root for root in run.roots if is_empty(root)] if paths else []
        self._cleaned: set[str] = set()  # folders
        self.left: list[Found] = []  # temporary files that may be somebody else's

    def back(self, entry: LoggedChange) -> Removed | Failed:
        """Undo the run for one photo."""
        path = self._paths.get(entry.place, entry.path)
        folder = os.path.dirname(path)
        if not self._options.dry_run and not entry.damaged and folder not in self._cleaned:
            self._cleaned.add(folder)
            self.left += clean_folder(folder)
        try:
            if self._forget and entry.place not in self._paths and self._is_deleted(entry, path):
                return self._forgotten(entry, path)
            change = self._back(entry, path)
        except errors.StateUnusable:
            raise
        except errors.PhototagError as error:
            return Failed(photo=path, error=error, verdict_from=VerdictSource.REMOVED)
        return Removed(photo=path, change=change)

    def _is_deleted(self, entry: LoggedChange, path: str) -> bool:
        """Whether a photo that was not found is deleted; False if there is more to say about it.

        Raises:
            PhotoNotFound: it may be on a disk that is not connected.
        """
        root = next((root for root in self._away if below(path, root) is not None), None)
        if root is not None:
            raise errors.PhotoNotFound(
                path,
                f"it may be deleted or on a disk that is not connected: nothing is in {printable_name(root)}",
                "connect the disk or network share, then undo again; if none belongs there, the same command forgets "
                "it once the other photos are undone",
            )
        return not (out_of_reach(path) or (entry.damaged and os.path.lexists(path)))

    def _forgotten(self, entry: LoggedChange, path: str) -> Removed:
        """Take a photo that was not found off the run."""
        if not self._options.dry_run:
            self._run_log.undo(self._run.number, entry, (), "", None)
        return Removed(photo=path, change=Change(changed=False, notes=(_FORGOTTEN,)))

    def _back(self, entry: LoggedChange, path: str) -> Change:
        before = self._before(entry, path)
        now = self._run_log.keys_of(path)
        self._refuse_if_changed_later(entry, path, now)
        dry, etag = self._options.dry_run, ""
        there = tasks.read(self._pool, PhotoFile.of(path))
        if entry.written and there is None:
            # Whoever took the words out wants none, neither this run's nor those of an earlier one.
            before, change = None, Change(changed=False, notes=(_REMOVED_SINCE,))
        elif before is None:
            change = single.removed(self._pool, path, self._options)
        else:
            mine, then = self._options, before.options
            options = attrs.evolve(
                then,
                dry_run=dry,
                mtime=mine.mtime,
                allow_hard_links=mine.allow_hard_links or then.allow_hard_links,
                allow_new_owner=mine.allow_new_owner or then.allow_new_owner,
            )
            written = self._written(path, before.order, options, there=there is not None)
            assert written.change is not None
            change, etag = written.change, written.etag
        if not dry:
            self._run_log.undo(self._run.number, entry, now, etag, before)
        return change

    def _written(
        self, path: str, order: WriteOrder, options: WriteOptions, *, there: bool
    ) -> Written:
        """Write what the photo held before, unless what phototag wrote is taken away at the same moment.

        Args:
            path: the photo.
            order: what to write.
            options: how.
            there: whether the photo has just held anything of phototag's.

        Raises:
            ChangedMeanwhile: another program has changed it since.
        """
        photo = PhotoFile.of(path)
        # Which record is there depends on the files that are written: nothing is written while it is unknown.
        written = tasks.write(self._pool, photo, order, options, etag=_UNLIKE_ANY, alone=True)
        if written.change is None and (written.found is not None or not there):
            known = written.etag
            written = tasks.write(self._pool, photo, order, options, etag=known, alone=True)
        if written.change is None:
            problem = "another program changed it at the same time"
            raise errors.ChangedMeanwhile(path, problem, "try again")
        return written

    def _before(self, entry: LoggedChange, path: str) -> PastWrite | None:
        """What to write into the photo; None for nothing."""
        number = self._run.number
        try:
            before = self._run_log.before(number, entry)
        except DamagedRow:
            raise errors.WriteRefused(
                path,
                f"its entry in the log of run {number} is damaged: what it held before is not known",
                "to take out everything of phototag, use `phototag remove`",
            ) from None
        if entry.place not in self._paths:
            if hidden := out_of_reach(path):
                raise errors.PhotoNotReadable(
                    path, f"it cannot be read ({hidden})", "change the permissions of its folder"
                )
            replaced = " (another picture is there)" if os.path.lexists(path) else ""
            raise errors.PhotoNotFound(
                path,
                f"it is not where run {number} left it{replaced}, "
                f"and its picture was not found in {listed(self._run.roots)}",
                f"if it was moved, say where to: phototag undo {number} --moved-to FOLDER{state_of(self._run_log)}; "
                "if it was deleted, add --forget-deleted",
            )
        return before

    def _refuse_if_changed_later(
        self, entry: LoggedChange, path: str, now: Sequence[PhotoKey]
    ) -> None:
        number = self._run.number
        # At its own place, it may have been retouched since; another one is not of its concern.
        picture = None if path == entry.path else entry.picture
        later = self._run_log.later(number, now, picture)
        if later is None and path != entry.path:
            then = self._run_log.keys_of(entry.path)
            later = self._run_log.later(number, then, picture)
        if later is not None:
            raise errors.WriteRefused(
                path,
                f"run {later} changed it later",
                f"undo that run first: phototag undo {later}{state_of(self._run_log)}",
            )
