"""Tags a tree of photos in place: only new photos or new options; no picture is analysed twice."""

from __future__ import annotations

import itertools
import operator
import os
from collections.abc import Generator, Iterable
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING

import attrs

from phototag import errors
from phototag.analysis.result import evaluate
from phototag.catalogue.current_run import CurrentRun
from phototag.catalogue.leftovers import warned
from phototag.catalogue.lock import locked
from phototag.catalogue.options_fingerprint import settings_of
from phototag.catalogue.run_log import PastWrite, PhotoKey
from phototag.catalogue.settled import is_settled
from phototag.catalogue.state import Row, State
from phototag.catalogue.walk import Found, clean_beside, find, fingerprint
from phototag.criteria.verdict import Kind
from phototag.files.keyword_arguments import takes
from phototag.files.opening import names_of
from phototag.metadata.change import Change
from phototag.metadata.record import WriteOrder
from phototag.options import CatalogueOptions, WriteOptions, part
from phototag.outcome import Outcome, PhotoState, VerdictSource, Written
from phototag.version import __version__
from phototag.worker import single, tasks
from phototag.worker.order import check_crop, order_of
from phototag.worker.pool import Pool
from phototag.worker.source import PhotoFile

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator, Sequence

    from phototag.analysis.result import Analysis
    from phototag.outcome import Expected
    from phototag.scene.measures import Scene

Path = str | os.PathLike[str]


def run_on(
    folders: Sequence[str], options: CatalogueOptions, state: State, pool: Pool
) -> CurrentRun:
    """The run of a command on these folders: a new one, or the interrupted one that it resumes."""
    return CurrentRun(folders, options, _settings_in(state, options), state, pool)


def _settings_in(state: State, options: CatalogueOptions) -> str:
    return f"{settings_of(options)}/{state.seen_by}"


@attrs.frozen
class Task:
    """A photo, and what earlier runs have stored about it."""

    catalogue: Catalogue
    found: Found
    row: Row | None


class Catalogue:
    """One tree to be tagged.

    Args:
        root: the folder.
        options: how to search it, and what to write.
        state: the results of earlier runs.
        pool: does the work.
        run: the run that it belongs to.
    """

    def __init__(
        self,
        root: str,
        options: CatalogueOptions,
        state: State,
        pool: Pool,
        run: CurrentRun,
    ) -> None:
        self.root = root
        self._options, self._state, self._pool = options, state, pool
        self._number = state.root(os.fsencode(os.path.realpath(root)))
        self._settings = _settings_in(state, options)
        self._run, self._corrected = run, run.corrected
        # A picture that cannot be opened fails with any options, unless the limits are raised.
        self._unreadable = f"{__version__}/{state.seen_by}/{pool.limits}"
        self._again = options.force or options.failed  # photos that have not changed, too
        self._recalls = True  # hashing a picture before detection may save the detection

    @property
    def _dry(self) -> bool:
        return self._options.dry_run

    def tasks(self, found: Iterable[Found] | None = None) -> Iterator[list[Task]]:
        """The photos, each with its partners; all photos of the tree, unless some are given."""
        options, state = self._options, self._state
        self._recalls = state.has_scenes()
        found = found or find(
            self.root, links=options.follow_links, pairs=options.pairs, clean=not self._dry
        )
        failed = state.failed(self._number) if options.failed else set()
        group: list[Task] = []
        for folder, photos in itertools.groupby(found, key=operator.attrgetter("folder")):
            inside = os.fsencode(folder)
            rows = state.photos(self._number, inside)
            for photo in photos:
                name = os.fsencode(photo.name)
                if options.failed and (inside, name) not in failed and not photo.warning:
                    continue
                if photo.partner is None and group:
                    yield group
                    group = []
                group.append(Task(self, photo, rows.get(name)))
        if group:
            yield group

    def seen(self, found: Found, row: Row | None) -> tuple[Analysis, PhotoState, VerdictSource]:
        """Analyse a photo, taking a person's correction into account; raises as ``analyze`` does."""
        photo_state, verdict_from = self.identify(found, row)
        assert photo_state.scene is not None
        analysis = self._evaluate(
            found.path, photo_state.scene, self._corrected.get(photo_state.picture)
        )
        return analysis, photo_state, verdict_from

    def ready(self, task: Task) -> Outcome | None:
        """The outcome of a photo that needs no work; None if it does."""
        found, row = task.found, task.row
        if found.error is not None:
            return Outcome(photo=found.path, error=found.error)
        if found.warning:
            return warned(found)
        if row is None or row.fingerprint != found.fingerprint or self._again:
            return None
        if row.settings not in {self._settings_of(found, row.picture), self._unreadable}:
            return None
        if row.error is not None and not is_settled(row.error):
            return None
        kind = None if row.kind is None else Kind(row.kind)
        error = None if row.error is None else type(row.error)(found.path, *row.error.args[1:])
        return Outcome(
            photo=found.path, known=kind, error=error, verdict_from=VerdictSource.UNCHANGED
        )

    def work(self, tasks: Sequence[Task]) -> list[Outcome]:
        """Tag a photo and its partners."""
        outcomes: list[Outcome] = []
        after = ""
        for task in tasks:
            outcome, now = self._tagged(task, after)
            after = after or now
            outcomes.append(outcome)
        return outcomes

    # ------------------------------------------------------------------ one photo

    def _tagged(self, task: Task, beside: str) -> tuple[Outcome, str]:
        """Return the outcome, and the photo's fingerprint afterwards.

        Args:
            task: the photo.
            beside: the present fingerprint of its partner.
        """
        verdict_from = None
        try:
            for last in (False, True):
                try:
                    source = task.found.partner or task.found
                    photo_state, verdict_from = self.identify(source, task.row)
                    return self._tag(task, photo_state, verdict_from, beside)
                except errors.ChangedMeanwhile:
                    # Another program changed it at this moment (a rating, say): try once more with the new
                    # content.
                    if last:
                        raise
                    task = attrs.evolve(task, row=None)
        except errors.StateUnusable:
            raise
        except errors.PhototagError as error:
            self._remember_failure(task, error, seen=verdict_from is not None)
            return Outcome(
                photo=task.found.path,
                error=error,
                verdict_from=verdict_from or VerdictSource.ANALYSED,
            ), ""
        raise AssertionError  # the second try returns or raises

    def _tag(
        self, task: Task, photo_state: PhotoState, verdict_from: VerdictSource, beside: str
    ) -> tuple[Outcome, str]:
        found, options = task.found, self._options
        assert photo_state.scene is not None
        kind = self._corrected.get(photo_state.picture)
        settings = self._settings_of(found, photo_state.picture)
        analysis = self._evaluate(found.path, photo_state.scene, kind)
        if found.partner is not None:
            photo_state = self._identify(found.path, detect=False)
            # The developed photo may be cropped differently and has another number of pixels.
            analysis = attrs.evolve(analysis, crops=(), refusals=())
        order = order_of(analysis, options)
        place = self._place(found)
        change, written = self._write(task, place, photo_state, order)
        now = fingerprint(written.states, os.path.realpath(found.path))
        if found.partner is not None:
            now = f"{now} {beside}"
        if not self._dry:
            row = Row(
                fingerprint=now,
                picture=photo_state.picture,
                settings=settings,
                kind=str(analysis.kind),
                etag=written.etag,
            )
            self._state.remember(
                place, row, PastWrite(order=order, options=part(options, WriteOptions))
            )
        return Outcome(
            photo=found.path, analysis=analysis, change=change, verdict_from=verdict_from
        ), now

    def identify(self, found: Found, row: Row | None) -> tuple[PhotoState, VerdictSource]:
        """Identify a photo and its scene; from the state file if this picture has been analysed before."""
        state = self._state
        if row and row.picture and found.state and row.fingerprint == found.fingerprint:
            scene = state.scene(row.picture)
            if scene is not None:
                return PhotoState(
                    picture=row.picture, state=found.state, scene=scene
                ), VerdictSource.RECALLED
        if self._recalls:
            photo_state = self._identify(found.path, detect=False)
            scene = state.scene(photo_state.picture)
            if scene is not None:
                return attrs.evolve(photo_state, scene=scene), VerdictSource.RECALLED
        photo_state = self._identify(found.path)
        assert photo_state.scene is not None
        state.keep(photo_state.picture, photo_state.scene)
        return photo_state, VerdictSource.ANALYSED

    def _evaluate(self, path: str, scene: Scene, kind: Kind | None) -> Analysis:
        """Evaluate a scene with this run's crop profiles."""
        return evaluate(path, scene, profiles=self._options.profiles, kind=kind)

    def _identify(self, path: str, *, detect: bool = True) -> PhotoState:
        photo, limits = PhotoFile.of(path), self._pool.limits
        return tasks.identify(self._pool, photo, limits, detect=detect)

    def _write_if_unchanged(
        self, path: str, order: WriteOrder, options: WriteOptions, expected: Expected | None = None
    ) -> Written:
        """Carry out the write order; with ``expected``, only if the photo is as this run knows it."""
        return tasks.write(self._pool, PhotoFile.of(path), order, options, expected)

    def _write(
        self, task: Task, place: PhotoKey, photo_state: PhotoState, order: WriteOrder
    ) -> tuple[Change, Written]:
        """Carry out the write order, after entering the earlier record in the run log."""
        path, run_log = task.found.path, self._state
        options = part(self._options, WriteOptions)
        if options.dry_run:
            written = self._write_if_unchanged(path, order, options)
            assert written.change is not None
            return written.change, written
        before = run_log.written(place) if task.row and task.row.etag else None
        # Without an entry in the state, the earlier record is unknown: the writer returns what it finds.
        etag = task.row.etag if task.row and before else ""
        run = self._run.number
        new = run_log.intend(run, place, photo_state.picture, before)
        try:
            written = self._write_if_unchanged(path, order, options, photo_state.expecting(etag))
            if written.change is None:
                # Another computer has written a record, or this run has and was then killed.
                if new or self._etag_of(path, order) != written.etag:
                    there = written.found
                    before = PastWrite(order=WriteOrder(record=there)) if there else None
                    run_log.correct(run, place, before)
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

    def _settings_of(self, found: Found, picture: str | None) -> str:
        """The fingerprint for a photo: all options that apply, and a person's correction.

        A correction of a developed photo is part of that photo's settings, and its negative follows it.
        """
        alone = found.partner is None
        kind = self._corrected.get(picture) if alone and picture is not None else None
        return self._settings if kind is None else f"{self._settings}/{kind}"

    def _etag_of(self, path: str, order: WriteOrder) -> str:
        """The etag of the record that a write would leave in a photo."""
        dry = attrs.evolve(part(self._options, WriteOptions), dry_run=True)
        return self._write_if_unchanged(path, order, dry).etag

    def _remember_failure(self, task: Task, error: errors.PhototagError, *, seen: bool) -> None:
        if self._dry:
            return
        settings = self._settings if seen else self._unreadable
        found, before = task.found, task.row or Row(fingerprint="")
        settled = is_settled(error) and found.state is not None
        row = attrs.evolve(
            before,
            fingerprint=found.fingerprint if settled else "",
            settings=settings if settled else None,
            kind=None,
            error=error,
        )
        place = self._place(found)
        self._state.remember(place, row, self._state.written(place))  # still in the photo

    def _place(self, found: Found) -> PhotoKey:
        return PhotoKey(self._number, os.fsencode(found.folder), os.fsencode(found.name))


@takes(CatalogueOptions)
def tag_catalogue(roots: Path | Iterable[Path], options: CatalogueOptions) -> Generator[Outcome]:
    """Analyse every photo below the roots and write the results into them.

    Yields one ``Outcome`` per photo, in order of their names, as they become ready; the outcome of a photo
    that fails contains its error, and the run continues. A state file stores what a run has found and
    written: for unchanged photos, only size and time are checked; a changed vocabulary or calibration is
    applied without opening a picture again; and an interrupted run is resumed by the next one.

    Args:
        roots: a folder or photo, or several; no state is stored for single photos.
        options: see ``CatalogueOptions``; each is a keyword argument.

    Raises:
        PhotoNotFound: there is no such photo or folder to ``forget``.
        CatalogueBusy: another run is working in the same folders.
        StateUnusable: the state file cannot be used.
    """
    return tag_trees(roots, options)


def tag_trees(roots: Path | Iterable[Path], options: CatalogueOptions) -> Generator[Outcome]:
    """As ``tag_catalogue``, with an options object."""
    check_crop(options, options.profiles)
    names = names_of(roots)
    folders = [name for name in names if os.path.isdir(name)]
    if options.forget and not folders:
        problem = "there is no folder to tag, and corrections of single photos are not saved"
        raise errors.BadValue("forget", problem, "tag the folder of the photo")
    stop = options.stop
    with ExitStack() as held:
        pool = held.enter_context(Pool(options.workers, options.limits))
        run_log = run = None
        if folders:
            real = map(os.path.realpath, folders)
            held.enter_context(locked(real, wait=options.wait, stop=stop))
            run_log = held.enter_context(State(options.state))
            run = run_on(folders, options, run_log, pool)
        for is_folder, group in itertools.groupby(names, key=folders.__contains__):
            if run_log and run and is_folder:
                for name in group:
                    yield from through(Catalogue(name, options, run_log, pool, run), pool, stop)
            elif not options.failed:
                photos = list(group)
                if not options.dry_run:
                    yield from map(warned, clean_beside(photos, set()))
                one = partial(single.tagged, pool, options=options, profiles=options.profiles)
                yield from pool.stream(single.guarded(one), photos, stop=stop)
        if run and not (stop and stop.is_set()):
            run.complete()


def through(
    catalogue: Catalogue,
    pool: Pool,
    stop: threading.Event | None,
    found: Iterable[Found] | None = None,
) -> Generator[Outcome]:
    """Yield the outcomes of a catalogue, or of some of its photos, in order."""

    def ready(tasks: list[Task]) -> list[Outcome] | None:
        done = [outcome for task in tasks if (outcome := catalogue.ready(task)) is not None]
        return done if len(done) == len(tasks) else None

    for outcomes in pool.stream(catalogue.work, catalogue.tasks(found), ready=ready, stop=stop):
        yield from outcomes
