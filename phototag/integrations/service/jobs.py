"""The order in which requests are done: as they come, several at once, but one after the other for one photo."""

from __future__ import annotations

import collections
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import attrs

from phototag.integrations.service.messages import Answer, Request

if TYPE_CHECKING:
    from phototag.integrations.service.messages import Id


@attrs.frozen(kw_only=True, eq=False)
class Job:
    """A request that waits for its turn.

    Attributes:
        request: the request.
        work: does it; its result is JSON.
        reply: is called once, with the answer.
        photo: of the photo that it is about, its real path: jobs with the same are done in their order; None = of none.
    """

    request: Request
    work: Callable[[], object]
    reply: Callable[[Answer], None]
    photo: str | None = None


class Jobs:
    """What is to be done; used from any number of threads."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: collections.deque[Job] = collections.deque()
        self._photos: set[str] = set()  # that are worked on
        self._under_way = 0
        self._ended = False

    def add(self, job: Job) -> bool:
        """Put a job behind the others; False if nothing is begun any more."""
        with self._changed:
            if self._ended:
                return False
            self._waiting.append(job)
            self._changed.notify_all()
            return True

    def next(self) -> Job | None:
        """Wait for a job whose turn it is, and begin it; None when no more will come."""
        with self._changed:
            while True:
                for number, job in enumerate(self._waiting):
                    if job.photo is None or job.photo not in self._photos:
                        del self._waiting[number]
                        if job.photo is not None:
                            self._photos.add(job.photo)
                        self._under_way += 1
                        self._changed.notify_all()
                        return job
                if self._ended and not self._waiting:
                    return None
                self._changed.wait()

    def done(self, job: Job) -> None:
        """A job that was begun has been answered."""
        with self._changed:
            if job.photo is not None:
                self._photos.discard(job.photo)
            self._under_way -= 1
            self._changed.notify_all()

    def taken_back(self, known: Id) -> list[Job]:
        """Take out the jobs with this id that have not been begun."""
        with self._changed:
            return self._take(lambda job: not job.request.silent and _same(job.request.id, known))

    def drop(self) -> list[Job]:
        """Take out all that have not been begun; nothing is begun any more."""
        with self._changed:
            self._ended = True
            return self._take(lambda _: True)

    def finish(self) -> None:
        """No more will come; what is there is done."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def wait_for_room(self, most: int, seconds: float) -> bool:
        """Wait until fewer than ``most`` jobs wait, at most so long; return whether it is so."""
        with self._changed:
            return self._changed.wait_for(lambda: len(self._waiting) < most, seconds)

    def wait_until_done(self, seconds: float) -> bool:
        """Wait until nothing waits and nothing is under way, at most so long; return whether it is so."""
        with self._changed:
            return self._changed.wait_for(
                lambda: not self._waiting and not self._under_way, seconds
            )

    def _take(self, chosen: Callable[[Job], bool]) -> list[Job]:
        found = [job for job in self._waiting if chosen(job)]
        self._waiting = collections.deque(job for job in self._waiting if not chosen(job))
        self._changed.notify_all()
        return found


def _same(one: Id, other: Id) -> bool:
    """Whether two ids are the same: a text is no number."""
    return isinstance(one, str) is isinstance(other, str) and one == other
