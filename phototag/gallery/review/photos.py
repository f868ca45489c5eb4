"""Finds and analyses the photos to review, one after the other."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

import attrs

from phototag.analysis.decisions.decision import NOTHING, Decision
from phototag.analysis.decisions.evidence import log_odds_of
from phototag.analysis.result import evaluate
from phototag.catalogue.run import Catalogue, Task
from phototag.catalogue.run_log import PhotoKey
from phototag.catalogue.walk import find, found_now
from phototag.criteria import calibration as calibrations
from phototag.errors import PhototagError, StateUnusable, printable_name
from phototag.gallery.build import QUALITY, SIDE
from phototag.worker import tasks
from phototag.worker.source import PhotoFile

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterable, Iterator

    from phototag.analysis.result import Analysis
    from phototag.catalogue.current_run import CurrentRun
    from phototag.catalogue.state import State
    from phototag.metadata.about import About
    from phototag.options import CatalogueOptions
    from phototag.outcome import PhotoState, TreeOutcome
    from phototag.scene.measures import Scene
    from phototag.worker.pool import Pool

LARGE_SIDE: Final = 1600
LARGE_QUALITY: Final = 80


@attrs.frozen(kw_only=True, eq=False)
class Photo:
    """A photo under review.

    Attributes:
        path: its path.
        real_path: the same whatever leads to its folder.
        inside: its folder, relative to that of its catalogue.
        catalogue: writes into it.
        key: identifies it in the state file.
        picture: hash of its picture.
        about: its own keywords and rating.
        log_odds: how far it is from phototag's own line between headshot and portrait; None without one person.
    """

    path: str
    real_path: str
    inside: str
    catalogue: Catalogue
    key: PhotoKey
    picture: str
    about: About
    log_odds: float | None


@attrs.frozen(kw_only=True, eq=False)
class Prepared:
    """A photo that has been analysed, or why it could not be.

    Attributes:
        photo: the photo; None if it failed.
        thumbnail: its reduced picture, WebP.
        decision: what a person has decided, as found in the photo.
        failure: its name and the problem, in one line.
    """

    photo: Photo | None = None
    thumbnail: bytes = b""
    decision: Decision = NOTHING
    failure: str = ""


class Library:
    """The photos below some paths, and how they are judged and written.

    Args:
        paths: folders and photos.
        options: how to search and to write.
        state: the results of earlier runs.
        pool: does the work.
        run: the run of this review.
    """

    def __init__(
        self,
        paths: Iterable[str],
        options: CatalogueOptions,
        state: State,
        pool: Pool,
        run: CurrentRun,
    ) -> None:
        self._paths = list(paths)
        self._options, self._state, self._pool, self._run = options, state, pool, run

    def prepared(self, stop: threading.Event) -> Iterator[Prepared]:
        """All photos, in order of their names, as they are analysed."""
        return self._pool.stream(self._prepared, self._tasks(), stop=stop)

    def judged(self, photo: Photo, *, alone: bool = False) -> Analysis:
        """The analysis of a photo with what a person has decided; ``alone``: without it.

        Raises:
            PhototagError: what was detected is no longer stored, and the photo cannot be read.
        """
        scene = self._state.scene(photo.picture)
        if scene is None:  # the state file has lost it
            scene = self._identified(photo).scene
            assert scene is not None
        decision = NOTHING if alone else self._run.decision(photo.picture)
        options = self._options
        return evaluate(photo.path, scene, options.calibration, options.profiles, decision)

    def write(self, photo: Photo) -> str:
        """Write what holds for a photo into it; return why that was not possible, or nothing."""
        found = found_now(photo.path, photo.inside)
        (outcome,) = photo.catalogue.work(
            [Task(photo.catalogue, found, self._state.photo(photo.key))]
        )
        return self._problem(photo, outcome)

    def large(self, photo: Photo) -> bytes:
        """The picture as the page shows one alone, WebP."""
        return self._preview(photo.path, LARGE_SIDE, LARGE_QUALITY)[0]

    def thumbnail(self, photo: Photo) -> bytes:
        """The reduced picture, WebP."""
        return self._preview(photo.path, SIDE, QUALITY)[0]

    def log_odds(self, scene: Scene) -> float | None:
        """How far a picture is from phototag's own line."""
        return log_odds_of(scene, calibrations.default())

    def _problem(self, photo: Photo, outcome: TreeOutcome) -> str:
        if outcome.error is not None:
            return outcome.error.message
        if self._options.dry_run:
            return "nothing is written: this is a dry run"
        row = self._state.photo(photo.key)
        if row is None or not row.etag:
            notes = outcome.change.notes if outcome.change else ()
            return "; ".join(notes) or "nothing was written"
        return ""

    def _tasks(self) -> Iterator[Task]:
        options = self._options
        for path in self._paths:
            if os.path.isdir(path):
                catalogue = self._catalogue(path)
                for group in catalogue.tasks(find(path, links=options.follow_links)):
                    yield from group
            else:
                catalogue = self._catalogue(os.path.dirname(path) or os.curdir)
                found = found_now(path, "")
                yield Task(catalogue, found, self._state.photo(self._key(catalogue, path, "")))

    def _catalogue(self, folder: str) -> Catalogue:
        return Catalogue(folder, self._options, self._state, self._pool, self._run)

    def _key(self, catalogue: Catalogue, path: str, inside: str) -> PhotoKey:
        root = self._state.root(os.fsencode(os.path.realpath(catalogue.root)))
        return PhotoKey(root, os.fsencode(inside), os.fsencode(os.path.basename(path)))

    def _prepared(self, task: Task) -> Prepared:
        try:
            if task.found.error is not None:
                raise task.found.error
            return self._of(task)
        except StateUnusable:
            raise
        except PhototagError as error:
            return Prepared(failure=f"{printable_name(task.found.path)}: {error.message}")

    def _of(self, task: Task) -> Prepared:
        found, row = task.found, task.row
        photo_state, _ = task.catalogue.identify(found, row)
        assert photo_state.scene is not None
        thumbnail, about = self._preview(found.path, SIDE, QUALITY)
        known = row is not None and row.etag and row.fingerprint == found.fingerprint
        photo = Photo(
            path=found.path,
            real_path=_real_path(found.path),
            inside=found.folder,
            catalogue=task.catalogue,
            key=self._key(task.catalogue, found.path, found.folder),
            picture=photo_state.picture,
            about=about,
            log_odds=self.log_odds(photo_state.scene),
        )
        decision = NOTHING if known else self._decision_in(found.path)
        return Prepared(photo=photo, thumbnail=thumbnail, decision=decision)

    def _decision_in(self, path: str) -> Decision:
        """What a person has decided, as found in a photo that somebody else may have written."""
        try:
            record = tasks.read(self._pool, PhotoFile.of(path))
        except PhototagError:  # a write would say why
            return NOTHING
        return Decision.readable(record.decision) if record else NOTHING

    def _preview(self, path: str, side: int, quality: int) -> tuple[bytes, About]:
        photo = PhotoFile.of(path)
        return tasks.preview(self._pool, photo, self._pool.limits, side=side, quality=quality)

    def _identified(self, photo: Photo) -> PhotoState:
        return tasks.identify(self._pool, PhotoFile.of(photo.path), self._pool.limits)


def _real_path(path: str) -> str:
    folder, name = os.path.split(path)
    return os.path.join(os.path.realpath(folder or os.curdir), name)
