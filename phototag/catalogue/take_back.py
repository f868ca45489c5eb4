"""Undoes one run: every photo gets its earlier record back."""

from __future__ import annotations

import datetime as dt
import itertools
import os
from collections.abc import Generator, Iterable
from typing import TYPE_CHECKING, Final

import attrs

from phototag import errors
from phototag.catalogue.checking.places import below
from phototag.catalogue.database import DamagedRow, default_file
from phototag.catalogue.leftovers import warned
from phototag.catalogue.lock import locked
from phototag.catalogue.lone_sidecars import find_lone
from phototag.catalogue.moved_photos import Search
from phototag.catalogue.reach import is_empty, out_of_reach
from phototag.catalogue.run_log import Run
from phototag.catalogue.state import State
from phototag.catalogue.state_problems import own_state
from phototag.catalogue.walk import Found, clean_folder, search
from phototag.errors import as_typed, printable_name
from phototag.files.keyword_arguments import takes
from phototag.files.opening import absolute, names_of
from phototag.metadata.change import Change
from phototag.options import ChangeOptions, RemoveOptions, UndoOptions, part
from phototag.outcome import Failed, RemovalOutcome, Removed, VerdictSource
from phototag.worker import single, tasks
from phototag.worker.pool import Pool
from phototag.worker.source import PhotoFile

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from phototag.catalogue.run_log import LoggedChange, PastWrite, PhotoKey

Path = str | os.PathLike[str]

_FORGOTTEN: Final = "it was not found: the run forgets it"
_REMOVED_SINCE: Final = "phototag's words were removed since then: nothing to undo"
NAMED: Final = 5  # missing photos that an error names


def runs(state: str | os.PathLike[str] | None = None) -> list[Run]:
    """The runs that have changed photos or decisions, the oldest first.

    Those that changed photos and are undone are among them, with ``changes`` and ``corrections`` of 0; ``phototag undo
    --list`` leaves them out. A run that changed decisions only is no longer among them once it is undone.

    Args:
        state: path of the state file; None = the user's default.

    Raises:
        StateUnusable: the state file cannot be used.
    """
    with State(state) as run_log:
        return run_log.runs()


@takes(UndoOptions)
def undo(options: UndoOptions) -> Generator[RemovalOutcome]:
    """Undo what one run wrote: photos get back the record that they had before.

    What other programs and people have written since then stays. A photo that was moved or renamed is found by its
    picture, in the folders of the run and in those of ``moved_to``.  Corrections that the run saved are forgotten,
    and those that it replaced are back.

    Args:
        options: see ``UndoOptions``; each is a keyword argument.

    Returns:
        One ``RemovalOutcome`` per photo, as they become ready.

    Raises:
        RunUnknown: there is no such run, or nothing of it is left to undo.
        PhotosMissing: none of its photos has been found; no older run is undone instead.
        CatalogueBusy: another run is working in one of the folders.
        StateUnusable: the state file cannot be used.
    """
    return undo_run(options)


def undo_run(options: UndoOptions) -> Generator[RemovalOutcome]:
    """As ``undo``, with an options object."""
    stop = options.stop
    more = [os.path.realpath(absolute(path)) for path in options.moved_to]
    for path in more:
        if not os.path.exists(path):
            problem = f"{printable_name(path)} does not exist"
            raise errors.BadValue("moved_to", problem, "give the folder where the photos are now")
    with State(options.state) as run_log, Pool(options.workers, options.limits) as pool:
        run = _chosen(run_log, options.run)
        folders = [path if os.path.isdir(path) else os.path.dirname(path) for path in more]
        with locked([*run.roots, *folders], wait=options.wait, stop=stop):
            entries = run_log.entries(run.number)
            search = Search(run_log, pool, run.number, stop)
            places = [root for root in run.roots if os.path.isdir(root)] + more
            paths = search.find([entry for entry in entries if not entry.damaged], places)
            if stop and stop.is_set():
                return
            none_left = not paths and not any(entry.damaged for entry in entries)
            if entries and none_left and not options.forget_deleted:
                raise _missing(run_log, run, entries)
            taking = _Taking(run_log, pool, run, paths, options)
            yield from pool.stream(taking.back, entries, stop=stop)
            yield from map(warned, taking.left)
            if not options.dry_run and not (stop and stop.is_set()):
                run_log.undo_decisions(run.number)


@takes(RemoveOptions)
def remove_catalogue(
    roots: Path | Iterable[Path], options: RemoveOptions
) -> Generator[RemovalOutcome]:
    """Remove everything that phototag wrote into the photos below the roots; no state file is needed.

    It is also taken out of sidecars that have no photo any more.

    Args:
        roots: a folder, a photo or a sidecar without a photo, or several.
        options: see ``RemoveOptions``; each is a keyword argument.

    Returns:
        One ``RemovalOutcome`` per photo, as they become ready.

    Raises:
        CatalogueBusy: another run is working in the same folders.
    """
    return remove_trees(roots, options)


def remove_trees(roots: Path | Iterable[Path], options: RemoveOptions) -> Generator[RemovalOutcome]:
    """As ``remove_catalogue``, with an options object."""
    names, stop = names_of(roots), options.stop
    folders = [os.path.realpath(name) for name in names if os.path.isdir(name)]
    with (
        locked(folders, wait=options.wait, stop=stop),
        Pool(options.workers, options.limits) as pool,
    ):
        photos = search(names, links=options.follow_links, clean=not options.dry_run)
        mine = part(options, ChangeOptions)
        yield from pool.stream(
            lambda found: single.removal(pool, found.path, mine),
            itertools.chain(photos, find_lone(names, links=options.follow_links)),
            ready=_not_searched,
            stop=stop,
        )


def _not_searched(found: Found) -> RemovalOutcome | None:
    """The outcome of what is no photo: a temporary file, or a folder that cannot be searched."""
    if found.error is not None:
        mode = VerdictSource.REMOVED
        return Failed(photo=found.path, error=found.error, verdict_from=mode, folder=True)
    return warned(found) if found.warning else None


def to_undo(number: int | None, state: str | os.PathLike[str] | None = None) -> Run:
    """The run that ``undo`` would undo.

    Args:
        number: of the run; None = the last one of which something is left.
        state: path of the state file; None = the user's default.

    Raises:
        RunUnknown: there is no such run, or nothing of it is left to undo.
        StateUnusable: the state file cannot be used.
    """
    with State(state) as run_log:
        return _chosen(run_log, number)


def described(run: Run) -> str:
    """Which run it is: number, beginning, and folders."""
    begun = dt.datetime.fromtimestamp(run.started).astimezone()
    return f"run {run.number} of {begun:%Y-%m-%d %H:%M} in {_listed(run.roots)}"


def _chosen(run_log: State, number: int | None) -> Run:
    """The run with a number, or the last one of which something is left."""
    last, others = None, False
    for run in reversed(run_log.runs()):
        left = run.can_be_undone
        others |= left
        if number in {None, run.number}:
            if left:
                return run
            last = last or run
    which = "no run" if number is None else f"nothing of run {number}"
    gone = "" if last is None else f": {described(last)} is undone already"
    remedy = "`phototag remove` takes out what phototag has written, whichever run it was"
    if others:
        listing = f"`phototag undo --list{_state_of(run_log)}`"
        remedy = f"run {listing} to see the runs that can be undone, or use `phototag remove`"
    raise errors.RunUnknown(str(run_log.path), f"there is {which} to undo{gone}", remedy)


def _missing(run_log: State, run: Run, entries: Sequence[LoggedChange]) -> errors.PhotosMissing:
    """The error for a run of which no photo has been found."""
    names = [printable_name(os.path.basename(entry.path)) for entry in entries[:NAMED]]
    more = "" if len(entries) <= NAMED else f" and {len(entries) - NAMED} more"
    older = [
        other.number
        for other in run_log.runs()
        if other.number < run.number and (other.changes or other.unfinished)
    ]
    known = set.intersection(*(run_log.roots_with(entry.picture) for entry in entries))
    there = sorted(root for root in known.difference(run.roots) if os.path.isdir(root))
    target = as_typed(there[0]) if there else "FOLDER"
    state = _state_of(run_log)
    instead = f"; to undo the run before it: phototag undo {older[-1]}{state}" if older else ""
    problem = f"its photos are not in {_listed(run.roots)} ({', '.join(names)}{more})"
    remedy = (
        f"if they were moved, say where to: phototag undo {run.number} --moved-to {target}{state}; "
        f"if they were deleted, forget them: phototag undo {run.number} --forget-deleted{state}{instead}"
    )
    hidden = next((entry.path for entry in entries if out_of_reach(entry.path)), None)
    if hidden is not None:
        folder = printable_name(os.path.dirname(hidden))
        problem = f"its photos cannot be read: {folder}: {out_of_reach(hidden)}"
        remedy = f"change the permissions of that folder, or {errors.CHECK_DISK}; then undo again"
    elif all(map(is_empty, run.roots)) and not there:
        remedy = f"if a disk or network share belongs there, connect it, then undo again; {remedy}"
    return errors.PhotosMissing(f"run {run.number}", f"nothing was undone, since {problem}", remedy)


def _state_of(run_log: State) -> str:
    """What a command in a remedy needs to find the same state file."""
    return own_state(str(run_log.path), str(default_file()))


def _listed(folders: Sequence[str]) -> str:
    return ", ".join(printable_name(folder) for folder in folders) or "a known folder"


class _Taking:
    """Undoes one run.

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
        if entry.written and tasks.read(self._pool, PhotoFile.of(path)) is None:
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
            photo = PhotoFile.of(path)
            written = tasks.write(self._pool, photo, before.order, options, alone=True)
            assert written.change is not None
            change, etag = written.change, written.etag
        if not dry:
            self._run_log.undo(self._run.number, entry, now, etag, before)
        return change

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
                f"and its picture was not found in {_listed(self._run.roots)}",
                f"if it was moved, say where to: phototag undo {number} --moved-to FOLDER{_state_of(self._run_log)}; "
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
                f"undo that run first: phototag undo {later}{_state_of(self._run_log)}",
            )
