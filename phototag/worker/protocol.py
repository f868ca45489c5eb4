"""What works on requests: a pool of sealed processes, or one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from phototag.worker.requests import Request

A = TypeVar("A")


class Worker(Protocol):
    """Answers requests."""

    def submit(self, request: Request[A]) -> A:
        """Submit a request and wait for its answer.

        Raises:
            WorkerDied: the request ended two processes, or took too long.
            WorkerStopped: two processes ended, not both at work on it.
            WorkerNotStarted: it cannot be started.
            PhototagError: the error for the photo.
        """
        raise NotImplementedError
