"""The runs that can be undone, and the undoing of one: every photo gets its earlier record back (`photo_undo`)."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Generator
from typing import TYPE_CHECKING, Final

from phototag import errors
from phototag.catalogue.leftovers import warned
from phototag.catalogue.lock import locked
from phototag.catalogue.moved_photos import Search
from phototag.catalogue.photo_undo import PhotoUndo, listed, state_of
from phototag.catalogue.reach import is_empty, out_of_reach
from phototag.catalogue.run_log import Run
from phototag.catalogue.state import State
from phototag.errors import as_typed, printable_name
from phototag.files.keyword_arguments import takes
from phototag.files.opening import absolute
from phototag.options import UndoOptions
from phototag.outcome import RemovalOutcome
from phototag.worker.pool import Pool

if TYPE_CHECKING:
    from collections.abc import Sequence

    from phototag.catalogue.run_log import LoggedChange

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
            photo_undo = PhotoUndo(run_log, pool, run, paths, options)
            yield from pool.stream(photo_undo.back, entries, stop=stop)
            yield from map(warned, photo_undo.left)
            if not options.dry_run and not (stop and stop.is_set()):
                run_log.undo_decisions(run.number)


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
    return f"run {run.number} of {begun:%Y-%m-%d %H:%M} in {listed(run.roots)}"


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
        listing = f"`phototag undo --list{state_of(run_log)}`"
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
    state = state_of(run_log)
    instead = f"; to undo the run before it: phototag undo {older[-1]}{state}" if older else ""
    problem = f"its photos are not in {listed(run.roots)} ({', '.join(names)}{more})"
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
