"""One tree of photos in a run: what is new is analysed and written, and no picture is analysed twice."""

from __future__ import annotations

import itertools
import operator
import os
from collections.abc import Generator, Iterable
from typing import TYPE_CHECKING

import attrs

from phototag import errors
from phototag.analysis.decisions.decision import NOTHING, Decision
from phototag.analysis.result import evaluate
from phototag.catalogue.current_run import CurrentRun
from phototag.catalogue.leftovers import warned
from phototag.catalogue.logged_write import LoggedWrites
from phototag.catalogue.options_fingerprint import settings_of
from phototag.catalogue.run_log import PastWrite, PhotoKey
from phototag.catalogue.seen import Seen, as_before, of_dry_run, of_failure
from phototag.catalogue.state import Row, State
from phototag.catalogue.summary import Summary
from phototag.catalogue.walk import Found, find, fingerprint
from phototag.metadata.record import Record, WriteOrder
from phototag.options import CatalogueOptions, WriteOptions, part
from phototag.outcome import Done, Failed, Outcome, PhotoState, TreeOutcome, VerdictSource, standing
from phototag.version import __version__
from phototag.worker import tasks
from phototag.worker.order import order_of
from phototag.worker.pool import Pool
from phototag.worker.source import PhotoFile

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator, Sequence

    from phototag.analysis.result import Analysis
    from phototag.scene.measures import Scene


def run_on(
    folders: Sequence[str], options: CatalogueOptions, state: State, pool: Pool
) -> CurrentRun:
    """The run of a command on these folders: a new one, or the interrupted one that it resumes."""
    return CurrentRun(folders, options, _settings_in(state, options), state, pool)


def _settings_in(state: State, options: CatalogueOptions) -> str:
    return f"{settings_of(options)}/{state.seen_by}"


@attrs.frozen
class Task:
    """A photo, and what earlier runs have stored about it; one that was ``named`` by itself is never skipped."""

    catalogue: Catalogue
    found: Found
    row: Row | None
    named: bool = False


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
        self._run = run
        # A picture that cannot be opened fails with any options, unless the limits are raised.
        self._unreadable = f"{__version__}/{state.seen_by}/{pool.limits}"
        self._again = options.force or options.failed  # photos that have not changed, too
        self._recalls = True  # hashing a picture before detection may save the detection

    @property
    def _dry(self) -> bool:
        return self._options.dry_run

    def tasks(
        self, found: Iterable[Found] | None = None, *, named: bool = False
    ) -> Iterator[list[Task]]:
        """The photos, each with its partners; all photos of the tree, unless some are given, or ``named``."""
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
                if options.failed and photo.is_photo and (inside, name) not in failed:
                    continue
                if photo.partner is None and group:
                    yield group
                    group = []
                group.append(Task(self, photo, rows.get(name), named))
        if group:
            yield group

    def seen(
        self, found: Found, row: Row | None, *, read: bool = False
    ) -> tuple[Analysis, PhotoState, VerdictSource]:
        """Analyse a photo, taking a person's decision into account; raises as ``analyze`` does.

        Args:
            found: the photo.
            row: what is stored about it.
            read: look for a decision in the photo itself, too.
        """
        photo_state, verdict_from = self.identify(found, row)
        assert photo_state.scene is not None
        decision = self._run.decision(photo_state.picture)
        if read and not decision:
            record = tasks.read(self._pool, PhotoFile.of(found.path))
            decision = Decision.readable(record.decision) if record else NOTHING
        analysis = self._evaluate(found.path, photo_state.scene, decision)
        return analysis, photo_state, verdict_from

    def ready(self, task: Task) -> TreeOutcome | None:
        """The outcome of a photo that needs no work; None if it does."""
        found, row = task.found, task.row
        if found.error is not None:
            return Failed(photo=found.path, error=found.error, folder=not found.name)
        if found.warning:
            return warned(found)
        if (
            row is None
            or task.named
            or row.fingerprint != found.fingerprint
            or self._again
            or row.settings not in {self._settings_of(found, row.picture), self._unreadable}
        ):
            return None
        if row.picture and found.partner is None:
            self._run.say(row.picture)  # a run that was killed may have lost it
        return as_before(found, row, lambda: self._state.keywords(self._place(found), row))

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
        seen = None
        try:
            for last in (False, True):
                try:
                    seen = self._see(task)
                    return self._tag(task, seen, beside)
                except errors.ChangedMeanwhile:
                    # Another program changed it at this moment (a rating, say): try once more with the new
                    # content.
                    if last:
                        raise
                    task = attrs.evolve(task, row=None)
        except errors.StateUnusable:
            raise
        except errors.PhototagError as error:
            self._remember_failure(task, error, seen)
            return Failed(
                photo=task.found.path,
                analysis=None if seen is None else seen.analysis,
                error=error,
                verdict_from=seen.verdict_from if seen else VerdictSource.ANALYSED,
            ), ""
        raise AssertionError  # the second try returns or raises

    def _see(self, task: Task) -> Seen:
        found = task.found
        photo_state, verdict_from = self.identify(found.partner or found, task.row)
        assert photo_state.scene is not None
        decided, scene = photo_state.picture, photo_state.scene
        self._run.say(decided)
        return Seen(
            own=photo_state if found.partner is None else self._identify(found.path, detect=False),
            decided=decided,
            scene=scene,
            analysis=self._judged(found, scene, self._run.decision(decided)),
            verdict_from=verdict_from,
        )

    def _judged(self, found: Found, scene: Scene, decision: Decision) -> Analysis:
        analysis = self._evaluate(found.path, scene, decision)
        if found.partner is None:
            return analysis
        # The developed photo may be cropped differently and has another number of pixels.
        return attrs.evolve(analysis, crops=(), refusals=())

    def _tag(self, task: Task, seen: Seen, beside: str) -> tuple[Outcome, str]:
        found, decided, options = task.found, seen.decided, self._run.options_for(task.found.path)
        analysis, order = seen.analysis, order_of(seen.analysis, options)
        place = self._place(found)

        def again(there: Record | None) -> WriteOrder:
            """The order once more, with what somebody has decided about the photo elsewhere."""
            nonlocal analysis, order
            decision = Decision.readable(there.decision) if there and not found.partner else NOTHING
            analysis = self._judged(found, seen.scene, self._run.adopt(decided, decision))
            order = order_of(analysis, options)
            return order

        known = task.row.etag if task.row else ""
        log = LoggedWrites(part(options, WriteOptions), self._state, self._pool, self._run)
        change, written = log.write(found.path, place, seen.own, order, again, known=known)
        keywords = standing(order.record.keywords, change)
        now = fingerprint(written.states, os.path.realpath(found.path))
        if found.partner is not None:
            now = f"{now} {beside}"
        if self._dry:
            self._remember_seen(task, seen)
        else:
            row = Row(
                fingerprint=now,
                picture=seen.own.picture,
                settings=self._settings_of(found, decided, options),
                kind=str(analysis.kind),
                etag=written.etag,
                keywords=keywords,
            )
            past = PastWrite.of(order, options)
            self._state.remember(place, row, past, Summary.of(analysis))
        return Done(
            photo=found.path,
            analysis=analysis,
            change=change,
            keywords=keywords,
            verdict_from=seen.verdict_from,
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

    def _evaluate(self, path: str, scene: Scene, decision: Decision) -> Analysis:
        """Evaluate a scene with this run's calibration and crop profiles."""
        options = self._options
        return evaluate(path, scene, options.calibration, options.profiles, decision)

    def _identify(self, path: str, *, detect: bool = True) -> PhotoState:
        photo, limits = PhotoFile.of(path), self._pool.limits
        return tasks.identify(self._pool, photo, limits, detect=detect)

    def _settings_of(
        self, found: Found, picture: str | None, kept: CatalogueOptions | None = None
    ) -> str:
        """The fingerprint for a photo: all options that apply, and a person's decision.

        A decision about a developed photo is part of that photo's settings, and its negative follows it.
        """
        alone = found.partner is None
        decision = self._run.decision(picture) if alone and picture is not None else NOTHING
        said = "/".join(f"{field}={value}" for field, value in decision.words().items())
        own = kept is None or kept is self._options
        mine = self._settings if own else _settings_in(self._state, kept or self._options)
        return f"{mine}/{said}" if said else mine

    def _remember_failure(self, task: Task, error: errors.PhototagError, seen: Seen | None) -> None:
        if self._dry:
            return
        settings, place = self._settings if seen else self._unreadable, self._place(task.found)
        row = of_failure(task.found, task.row, error, seen, settings)
        summary = None if seen is None else Summary.of(seen.analysis)
        self._state.remember(place, row, self._state.written(place), summary)  # still in the photo

    def _remember_seen(self, task: Task, seen: Seen) -> None:
        """Store what a dry run has seen in a photo of which nothing else is stored, for lists."""
        if (row := of_dry_run(task.found, task.row, seen)) is not None:
            self._state.remember(self._place(task.found), row, summary=Summary.of(seen.analysis))

    def _place(self, found: Found) -> PhotoKey:
        return PhotoKey(self._number, os.fsencode(found.folder), os.fsencode(found.name))


def through(
    groups: Iterable[Sequence[Task]], pool: Pool, stop: threading.Event | None
) -> Generator[TreeOutcome]:
    """Yield the outcomes of photos, each with its partners, in order."""

    def work(group: Sequence[Task]) -> Sequence[TreeOutcome]:
        return group[0].catalogue.work(group)

    def ready(group: Sequence[Task]) -> Sequence[TreeOutcome] | None:
        done = [outcome for task in group if (outcome := task.catalogue.ready(task)) is not None]
        return done if len(done) == len(group) else None

    for outcomes in pool.stream(work, groups, ready=ready, stop=stop):
        yield from outcomes
