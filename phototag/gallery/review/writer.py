"""Writes decisions into photos in the background, and tells what became of each."""

from __future__ import annotations

import collections
import itertools
import threading
from typing import TYPE_CHECKING, Final

import attrs

from phototag.catalogue.lock import locked
from phototag.errors import PhototagError, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from phototag.worker.pool import Pool

REMEMBERED: Final = 20_000  # events; a page that is further behind loads the photos again


@attrs.frozen
class Event:
    """What became of a photo that was to be written.

    Attributes:
        photo: its number.
        problem: why it could not be written; empty if it was.
        anew: whether its row was made anew.
    """

    photo: int
    problem: str = ""
    anew: bool = False

    def to_dict(self) -> dict[str, object]:
        """As the page reads it, without the row."""
        told = {"problem": self.problem} if self.problem else {"written": True}
        return {"photo": self.photo, **told}


class Writer:
    """A queue of photos, and the thread that writes them.

    A photo is written with what holds at that moment: however often somebody decides, the last word stands in it.

    Args:
        write: writes into the photo with this number; returns what became of it.
        pool: does the work.
        folders: real paths of the folders, in which no other run may work at the same time.
    """

    def __init__(self, write: Callable[[int], Event], pool: Pool, folders: Sequence[str]) -> None:
        self._write, self._pool, self._folders = write, pool, folders
        self._changed = threading.Condition()
        self._queue: dict[int, None] = {}  # in order
        self._under_way: set[int] = set()
        self._events: collections.deque[Event] = collections.deque(maxlen=REMEMBERED)
        self._told = 0
        self._problems: dict[int, str] = {}
        self._written: set[int] = set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="phototag-writer")

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the photos in progress, and end."""
        self._stop.set()
        with self._changed:
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join()

    def add(self, numbers: Iterable[int]) -> None:
        """Have photos written."""
        with self._changed:
            self._queue.update(dict.fromkeys(numbers))
            self._changed.notify_all()

    def is_waiting(self, number: int) -> bool:
        """Whether a photo is to be written, not counting a write in progress."""
        with self._changed:
            return number in self._queue

    def events(self, after: int, most: int = REMEMBERED) -> tuple[int, list[Event], int]:
        """So many events after this number, with the number of the last of them, and how many photos are waiting."""
        with self._changed:
            missed = min(max(self._told - after, 0), len(self._events))
            first = len(self._events) - missed
            news = list(itertools.islice(self._events, first, first + most))
            last = self._told - missed + len(news)
            return last, news, len(self._queue) + len(self._under_way - self._queue.keys())

    @property
    def problems(self) -> dict[int, str]:
        """Why photos could not be written, by number; a later success takes one away."""
        with self._changed:
            return dict(self._problems)

    @property
    def written(self) -> int:
        """The number of photos that were written; not those with a later problem."""
        with self._changed:
            return len(self._written)

    def _run(self) -> None:
        while not self._stop.is_set():
            with self._changed:
                self._changed.wait_for(lambda: self._queue or self._stop.is_set())
            try:
                with locked(self._folders, wait=True, stop=self._stop):
                    for _ in self._pool.stream(self._one, self._next(), stop=self._stop):
                        pass
            except PhototagError as error:
                self._give_up(error)

    def _next(self) -> Iterator[int]:
        """The photos to be written; ends where none is left that is not being written."""
        while True:
            with self._changed:
                number = next((n for n in self._queue if n not in self._under_way), None)
                if number is None:
                    return
                del self._queue[number]
                self._under_way.add(number)
            yield number

    def _one(self, number: int) -> None:
        try:
            event = self._write(number)
        except PhototagError as error:
            event = Event(number, error.message)
        except BaseException:
            self._tell(Event(number, "a bug in phototag prevented this; see its output"))
            raise
        self._tell(event)

    def _tell(self, event: Event) -> None:
        event = attrs.evolve(event, problem=printable(event.problem))
        with self._changed:
            self._under_way.discard(event.photo)
            self._events.append(event)
            self._told += 1
            self._problems.pop(event.photo, None)
            self._written.add(event.photo)
            if event.problem:
                self._written.discard(event.photo)
                self._problems[event.photo] = event.problem

    def _give_up(self, error: PhototagError) -> None:
        """Tell why nothing can be written."""
        if self._stop.is_set():
            return
        with self._changed:
            waiting = [*self._queue]
            self._queue.clear()
        for number in waiting:
            self._tell(Event(number, error.message))
