"""Undoes one run: every photo gets its earlier record back."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable

import attrs

from phototag import errors
from phototag.catalogue.lock import locked
from phototag.catalogue.run import warned
from phototag.catalogue.state import LoggedChange, PhotoKey, Run, State
from phototag.catalogue.walk import Found, clean_folder, search
from phototag.files.opening import names_of
from phototag.options import ChangeOptions, RemoveOptions, UndoOptions, part, takes
from phototag.outcome import Outcome, VerdictSource
from phototag.worker import single, tasks
from phototag.worker.pool import Pool
from phototag.worker.source import PhotoFile

Path = str | os.PathLike[str]


def runs(state: str | os.PathLike[str] | None = None) -> list[Run]:
    """The runs that have changed photos, the oldest first.

    Args:
        state: path of the state file; None = the user's default.

    Raises:
        StateUnusable: the state file cannot be used.
    """
    with State(state) as run_log:
        return run_log.runs()


@takes(UndoOptions)
def undo(options: UndoOptions) -> Generator[Outcome]:
    """Undo what one run wrote: photos get back the record that they had before.

    What other programs and people have written since then stays. A renamed photo is recognised by its
    picture, if a later run has found it.

    Args:
        options: see ``UndoOptions``; each is a keyword argument.

    Returns:
        One ``Outcome`` per photo, as they become ready.

    Raises:
        RunUnknown: there is no such run, or nothing of it is left to undo.
        CatalogueBusy: another run is working in the folder.
        StateUnusable: the state file cannot be used.
    """
    return undo_run(options)


def undo_run(options: UndoOptions) -> Generator[Outcome]:
    """As ``undo``, with an options object."""
    with State(options.state) as run_log, Pool(options.workers, options.limits) as pool:
        found = _chosen(run_log, options.run)
        taking = _Taking(run_log, pool, found, part(options, ChangeOptions))
        with locked([found.root], wait=options.wait, stop=options.stop):
            yield from pool.stream(taking.back, run_log.entries(found.number), stop=options.stop)
            yield from map(warned, taking.left)


@takes(RemoveOptions)
def remove_catalogue(roots: Path | Iterable[Path], options: RemoveOptions) -> Generator[Outcome]:
    """Remove everything that phototag wrote into the photos below the roots; no state file is needed.

    Args:
        roots: a folder or photo, or several.
        options: see ``RemoveOptions``; each is a keyword argument.

    Returns:
        One ``Outcome`` per photo, as they become ready.

    Raises:
        CatalogueBusy: another run is working in the same folders.
    """
    return remove_trees(roots, options)


def remove_trees(roots: Path | Iterable[Path], options: RemoveOptions) -> Generator[Outcome]:
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
            photos,
            ready=lambda found: warned(found) if found.warning else None,
            stop=stop,
        )


def _chosen(run_log: State, number: int | None) -> Run:
    left = [run for run in run_log.runs() if run.changes and number in {None, run.number}]
    # Deleted photos stay in the run log, since they may have been moved. They do not keep earlier runs from
    # being undone, unless the whole folder is missing.
    for run in reversed(left):
        away = not os.path.isdir(run.root)
        if away or any(_lies(run_log, run, entry) for entry in run_log.entries(run.number)):
            return run
    if left:
        return left[-1]
    which = "no run" if number is None else f"nothing of run {number}"
    raise errors.RunUnknown(
        str(run_log.path),
        f"there is {which} to undo",
        "run `phototag undo --list` to see all runs, or use `phototag remove`",
    )


class _Taking:
    """Undoes one run."""

    def __init__(self, run_log: State, pool: Pool, run: Run, options: ChangeOptions) -> None:
        self._run_log, self._pool, self._run, self._options = run_log, pool, run, options
        self._cleaned: set[bytes] = set()  # folders
        self.left: list[Found] = []  # temporary files that may be somebody else's

    def back(self, entry: LoggedChange) -> Outcome:
        """Undo the run for one photo."""
        path = _path(self._run, entry.place)
        if not self._options.dry_run and entry.place.folder not in self._cleaned:
            self._cleaned.add(entry.place.folder)
            self.left += clean_folder(os.path.dirname(path))
        try:
            return self._back(entry, path)
        except errors.StateUnusable:
            raise
        except errors.PhototagError as error:
            return Outcome(photo=path, error=error, verdict_from=VerdictSource.REMOVED)

    def _back(self, entry: LoggedChange, path: str) -> Outcome:
        place, path = _lies(self._run_log, self._run, entry) or (entry.place, path)
        number = self._run.number
        later = self._run_log.later(number, place) or self._run_log.later(number, entry.place)
        if later is not None:
            raise errors.WriteRefused(
                path,
                f"run {later} changed it later",
                f"undo that run first: phototag undo {later}",
            )
        dry, etag = self._options.dry_run, ""
        if entry.before is None:
            change = single.removed(self._pool, path, self._options)
        else:
            mine = self._options
            then = entry.before.options
            options = attrs.evolve(
                then,
                dry_run=dry,
                allow_hard_links=mine.allow_hard_links or then.allow_hard_links,
                allow_new_owner=mine.allow_new_owner or then.allow_new_owner,
            )
            photo, order = PhotoFile.of(path), entry.before.order
            written = tasks.write(self._pool, photo, order, options)
            assert written.change is not None
            change, etag = written.change, written.etag
        if not dry:
            self._run_log.undo(self._run.number, entry, place, etag)
        return Outcome(photo=path, change=change, verdict_from=VerdictSource.REMOVED)


def _lies(run_log: State, run: Run, entry: LoggedChange) -> tuple[PhotoKey, str] | None:
    """A photo's present place: the old one, or where its picture has been found since; None if neither."""
    if os.path.exists(path := _path(run, entry.place)):
        return entry.place, path
    for place in run_log.places(entry.place.root, entry.picture, run.number):
        if os.path.exists(path := _path(run, place)):
            return place, path
    return None


def _path(run: Run, place: PhotoKey) -> str:
    parts = (run.root, os.fsdecode(place.folder), os.fsdecode(place.name))
    return os.path.join(*parts)
