"""Tags photos without a sealed process: all that is done happens in this one, where it can be watched and broken."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TypeVar
from unittest import mock

from phototag.catalogue import undoing
from phototag.options import Limits, WriteOptions
from phototag.worker import tasks
from phototag.worker.sealed import preparing  # noqa: F401 - loaded before anything is broken
from phototag.worker.sealed.handlers import HANDLERS
from phototag.worker.source import PhotoFile

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Generator, Iterable
    from typing import Self

    from phototag.metadata.change import Change
    from phototag.metadata.record import Record, WriteOrder
    from phototag.options import UndoOptions
    from phototag.outcome import Expected, RemovalOutcome, Written
    from phototag.scene.geometry import Box
    from phototag.worker.requests import AnyRequest, Request

    Path = os.PathLike[str] | str

A = TypeVar("A")
T = TypeVar("T")
R = TypeVar("R")


class ThisProcess:
    """Answers requests in this process."""

    def submit(self, request: Request[A]) -> A:
        """See ``phototag.worker.protocol.Worker``."""
        asked: AnyRequest = request  # type: ignore[assignment]
        answer: A = HANDLERS.answer(asked)  # type: ignore[assignment]
        return answer


def write(
    path: Path,
    order: WriteOrder,
    options: WriteOptions | None = None,
    expected: Expected | None = None,
) -> Written:
    """See ``tasks.write``."""
    photo = PhotoFile.of(path)
    return tasks.write(ThisProcess(), photo, order, options or WriteOptions(), expected)


def remove(path: Path, options: WriteOptions | None = None) -> Change:
    """See ``tasks.remove``."""
    return tasks.remove(ThisProcess(), PhotoFile.of(path), options or WriteOptions())


def read(path: Path) -> Record | None:
    """See ``tasks.read``."""
    return tasks.read(ThisProcess(), PhotoFile.of(path))


class ThisPool(ThisProcess):
    """Takes the place of a pool in a whole run: one photo after the other, in this thread."""

    def __init__(self, workers: int = 1, limits: Limits | None = None) -> None:
        self.workers, self.limits = workers, limits or Limits()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def stream(
        self,
        work: Callable[[T], R],
        items: Iterable[T],
        *,
        ready: Callable[[T], R | None] = lambda _: None,
        stop: threading.Event | None = None,
    ) -> Generator[R]:
        """See ``phototag.worker.pool.Pool``."""
        for item in items:
            if stop is not None and stop.is_set():
                return
            known = ready(item)
            yield work(item) if known is None else known


def cut(path: Path, box: Box, pixels: tuple[int, int], target: Path) -> None:
    """See ``tasks.cut``."""
    photo, name = PhotoFile.of(path), os.fspath(target)
    tasks.cut(ThisProcess(), photo, box=box, pixels=pixels, target=name, quality=90)


def undo(options: UndoOptions) -> list[RemovalOutcome]:
    """See ``undoing.undo_run``."""
    with mock.patch.object(undoing, "Pool", ThisPool):
        return list(undoing.undo_run(options))
