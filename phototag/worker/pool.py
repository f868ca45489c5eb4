"""Several sealed processes: a request goes to the one with the fewest requests."""

from __future__ import annotations

import contextlib
import math
import os
import threading
import warnings
import weakref
from typing import TYPE_CHECKING, Self, TypeVar

import attrs

from phototag.files import arguments
from phototag.files.arguments import Whole
from phototag.files.sizes import MEGABYTE
from phototag.options import Limits, Workers
from phototag.worker.capacity import number_of, room_beside
from phototag.worker.messages import Postponed
from phototag.worker.process import SealedProcess
from phototag.worker.room import Room
from phototag.worker.streaming import stream

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Sequence

    from phototag.worker.requests import Request

A = TypeVar("A")
R = TypeVar("R")
T = TypeVar("T")

LARGE = 256.0  # MB; a picture that needs more shares memory with others like it
IN_MEMORY = (
    5  # times the size of a file: the file, and a picture without compression as it is decoded
)
AT_ONCE = 2  # requests per sealed process: the current one, and one that is ready after it


class Pool:
    """Warm sealed processes; use it as a context manager, from any number of threads.

    Without ``close()``, it ends them when it is garbage-collected, with a ``ResourceWarning``.

    Args:
        workers: number of sealed processes, each with its own models (about 300 MB); ``auto`` = one per core, as far
            as there is memory. A process starts when there is work for it.
        limits: limits for one photo; None = ``Limits()``.
    """

    def __init__(self, workers: Workers = 1, limits: Limits | None = None) -> None:
        arguments.check(
            workers=(workers, Whole(1, math.inf, "auto")), limits=(limits, Limits | None)
        )
        self.workers: int = number_of(workers)
        self.limits: Limits = limits or Limits()
        self._processes = [SealedProcess(self.limits) for _ in range(self.workers)]
        self._forget_loads()
        _LIVING.add(self)
        dropped = weakref.finalize(self, _end_abandoned, self._processes)
        dropped.atexit = False  # at exit, they are closed in order

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _forget_loads(self) -> None:
        self._loads = [0] * self.workers  # unanswered requests of each process
        self._loading = threading.Condition()
        self._room = Room(math.inf if self.workers == 1 else room_beside(self.workers))

    def close(self) -> None:
        """End the sealed processes; a later request starts new ones."""
        for process in self._processes:
            process.close()

    def submit(self, request: Request[A]) -> A:
        """Submit a request and wait for its answer; raises as ``SealedProcess.submit`` does.

        Several workers share the memory for large pictures: a picture that needs much waits for its turn.
        """
        if self.workers == 1:
            return self._submit(request)
        needed = IN_MEMORY * sum(content.size for content in request.contents) / MEGABYTE
        if needed <= LARGE:
            try:
                return self._submit(attrs.evolve(request, megabytes=LARGE))
            except Postponed as postponed:
                needed = min(postponed.megabytes, self.limits.memory)
        with self._room.taken(needed):
            return self._submit(request)

    def _submit(self, request: Request[A]) -> A:
        """Submit it to the process with the fewest requests."""
        with self._loading:
            self._loading.wait_for(lambda: min(self._loads) < AT_ONCE)
            number = self._loads.index(min(self._loads))  # of equals, the first: it is warm
            self._loads[number] += 1
        try:
            return self._processes[number].submit(request)
        finally:
            with self._loading:
                self._loads[number] -= 1
                self._loading.notify()

    def stream(
        self,
        work: Callable[[T], R],
        items: Iterable[T],
        *,
        ready: Callable[[T], R | None] = lambda _: None,
        stop: threading.Event | None = None,
    ) -> Generator[R]:
        """Process every item, with as many in parallel as there are processes; see ``streaming``."""
        arguments.check(stop=(stop, threading.Event | None))
        return stream(work, items, self.workers, ready=ready, stop=stop)


def _end_abandoned(processes: Sequence[SealedProcess]) -> None:
    """End the sealed processes of a pool that is no longer referenced."""
    ended = [process.abandon() for process in processes]
    if any(ended):
        what = "an Analyzer was not closed, and its sealed processes were still running"
        remedy = "call close(), or use a `with` statement"
        warnings.warn(f"{what}: {remedy}", ResourceWarning, stacklevel=2)


_LIVING: weakref.WeakSet[Pool] = weakref.WeakSet()


def _after_fork() -> None:
    """Reset pools in a forked child: other threads may have held locks, and do not exist in the child."""
    for pool in list(_LIVING):
        pool._forget_loads()  # noqa: SLF001 - same module


with contextlib.suppress(AttributeError):  # no fork on Windows
    os.register_at_fork(after_in_child=_after_fork)
