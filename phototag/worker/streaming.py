"""Ordered results of work in several threads, with limits on memory and on the delay of a stop."""

from __future__ import annotations

import collections
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Generator, Iterable

T = TypeVar("T")
R = TypeVar("R")

AHEAD = 4  # items per worker in progress, or done but not yet taken: limits the memory
TAKEN_AT_ONCE = 256  # finished items that may wait behind one in progress


def stream(
    work: Callable[[T], R],
    items: Iterable[T],
    workers: int,
    *,
    ready: Callable[[T], R | None] = lambda _: None,
    stop: threading.Event | None = None,
) -> Generator[R]:
    """Process every item, ``workers`` at a time; the results are in the order of the items.

    Closing the generator, or setting ``stop``, finishes the work in progress and starts nothing new.

    Args:
        work: makes a result from an item, in a thread; errors end the stream.
        items: read one by one, a few ahead of the results.
        workers: number of sealed processes that do the work.
        ready: returns the result of an item that needs no work, in the caller's thread.
        stop: ends the stream early when set.
    """

    def begun(item: T) -> tuple[R, ...]:
        return () if stop is not None and stop.is_set() else (work(item),)

    waiting: collections.deque[Future[tuple[R, ...]] | R] = collections.deque()
    under_way = 0
    # Two threads per sealed process: while one processes an answer, the other has the next request ready.
    # With only one thread more than there are processes, the processes wait an eighth of the time.
    pool = ThreadPoolExecutor(2 * workers, thread_name_prefix="phototag")
    try:
        for item in items:
            if stop is not None and stop.is_set():
                break
            result = ready(item)
            if result is not None and not waiting:
                yield result
                continue
            if result is not None:
                waiting.append(result)
            else:
                waiting.append(pool.submit(begun, item))
                under_way += 1
            while waiting and (
                under_way >= AHEAD * workers
                or len(waiting) >= TAKEN_AT_ONCE
                or not isinstance(waiting[0], Future)
                or waiting[0].done()
            ):
                first = waiting.popleft()
                under_way -= isinstance(first, Future)
                yield from _results(first)
        while waiting:
            yield from _results(waiting.popleft())
    finally:
        pool.shutdown(cancel_futures=True)


def _results(found: Future[tuple[R, ...]] | R) -> tuple[R, ...]:
    return found.result() if isinstance(found, Future) else (found,)
