"""Analyses many photos without writing into them; what an earlier run has analysed is not analysed again."""

from __future__ import annotations

import itertools
import os
from contextlib import ExitStack
from typing import TYPE_CHECKING, TypeVar

import attrs

from phototag import errors
from phototag.catalogue.run import Catalogue, Task, run_on
from phototag.catalogue.state import State
from phototag.catalogue.walk import Found
from phototag.files.opening import names_of
from phototag.options import CatalogueOptions, GalleryOptions, RecallOptions, part
from phototag.outcome import Done, Failed, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

    from phototag.worker.pool import Pool

R = TypeVar("R")


@attrs.frozen(kw_only=True)
class AnalyzedPhoto:
    """An analysed photo.

    Attributes:
        outcome: the outcome, with the analysis or the error.
        picture: hash of the picture; empty for a photo that failed.
    """

    outcome: Outcome
    picture: str = ""


def analyzed_photos(
    roots: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    pool: Pool,
    *,
    then: Callable[[AnalyzedPhoto], tuple[AnalyzedPhoto, R]],
    options: GalleryOptions | RecallOptions,
    read: bool = False,
) -> Generator[tuple[AnalyzedPhoto, R | None]]:
    """Analyse the photos below the roots, in order of their names.

    Args:
        roots: folders or photos.
        pool: does the work.
        then: what else to make from each photo that did not fail, in the same worker thread.
        options: options of the analysis.
        read: look for people's decisions in the photos themselves, too.
    """
    names = names_of(roots)
    looking = attrs.evolve(part(options, CatalogueOptions), dry_run=True)
    with ExitStack() as held:
        run_log = held.enter_context(State(options.state))
        run = run_on([], looking, run_log, pool)

        def tasks() -> Iterator[Task]:
            for name in names:
                if os.path.isdir(name):
                    catalogue = Catalogue(name, looking, run_log, pool, run)
                    yield from itertools.chain.from_iterable(catalogue.tasks())
                else:
                    folder, base = os.path.split(name)
                    catalogue = Catalogue(folder or ".", looking, run_log, pool, run)
                    found = Found(path=name, folder="", name=base, state=None, fingerprint="")
                    yield Task(catalogue, found, None)

        def work(task: Task) -> tuple[AnalyzedPhoto, R | None]:
            try:
                return then(_analyzed(task, read=read))
            except errors.StateUnusable:
                raise
            except errors.PhototagError as error:
                return AnalyzedPhoto(outcome=Failed(photo=task.found.path, error=error)), None

        yield from pool.stream(work, tasks(), stop=options.stop)


def _analyzed(task: Task, *, read: bool) -> AnalyzedPhoto:
    if task.found.error is not None:
        raise task.found.error
    analysis, photo_state, verdict_from = task.catalogue.seen(task.found, task.row, read=read)
    outcome = Done(photo=task.found.path, analysis=analysis, verdict_from=verdict_from)
    return AnalyzedPhoto(outcome=outcome, picture=photo_state.picture)
