"""Look at many photos and write into none; what an earlier run has seen is not looked at again."""

from __future__ import annotations

import itertools
import os
from contextlib import ExitStack
from typing import TYPE_CHECKING, TypeVar

import attrs

from phototag import errors
from phototag.catalogue.run import Catalogue, Plan, Task
from phototag.catalogue.state import State
from phototag.catalogue.walk import Found
from phototag.files.opening import path_of
from phototag.outcome import Outcome

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Generator, Iterable, Iterator, Sequence

    from phototag.crops import Profile
    from phototag.worker.pool import Pool

R = TypeVar("R")


@attrs.frozen(kw_only=True)
class Looked:
    """A photo that was looked at.

    Attributes:
        outcome: with the analysis, or with the error.
        picture: hash of the picture; empty for a photo that failed.
    """

    outcome: Outcome
    picture: str = ""


def looked_at(
    roots: Iterable[str | os.PathLike[str]],
    pool: Pool,
    *,
    then: Callable[[Looked], tuple[Looked, R]],
    profiles: Sequence[Profile] | None,
    state: str | os.PathLike[str] | None,
    stop: threading.Event | None,
) -> Generator[tuple[Looked, R | None]]:
    """Look at the photos below the roots, in order of their names.

    Args:
        roots: folders or photos.
        pool: does the work.
        then: what else is made of each photo that did not fail, in the worker's turn.
        profiles: crop profiles; None = the built-in ones.
        state: path of the state file; None = the user's own.
        stop: set it to end early.
    """
    names = [os.path.expanduser(path_of(root)) for root in roots]  # noqa: PTH111
    plan = Plan.to_look(profiles)
    with ExitStack() as held:
        book = held.enter_context(State(state))

        def tasks() -> Iterator[Task]:
            for name in names:
                if os.path.isdir(name):  # noqa: PTH112
                    catalogue = Catalogue(name, plan, book, pool)
                    yield from itertools.chain.from_iterable(catalogue.tasks())
                else:
                    folder, base = os.path.split(name)
                    catalogue = Catalogue(folder or ".", plan, book, pool)
                    found = Found(path=name, folder="", name=base, state=None, looks="")
                    yield Task(catalogue, found, None)

        def work(task: Task) -> tuple[Looked, R | None]:
            try:
                return then(_look(task))
            except errors.StateUnusable:
                raise
            except errors.PhototagError as error:
                return Looked(outcome=Outcome(photo=task.found.path, error=error)), None

        yield from pool.stream(work, tasks(), stop=stop)


def _look(task: Task) -> Looked:
    if task.found.error is not None:
        raise task.found.error
    analysis, met, how = task.catalogue.seen(task.found, task.row)
    outcome = Outcome(photo=task.found.path, analysis=analysis, how=how)
    return Looked(outcome=outcome, picture=met.picture)
