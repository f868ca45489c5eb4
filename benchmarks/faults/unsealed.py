"""Tags photos without a sealed process: all that is done happens in this one, where it can be watched and broken."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TypeVar

from phototag.options import WriteOptions
from phototag.worker import tasks
from phototag.worker.sealed import preparing  # noqa: F401 - loaded before anything is broken
from phototag.worker.sealed.handlers import HANDLERS
from phototag.worker.source import PhotoFile

if TYPE_CHECKING:
    from phototag.metadata.change import Change
    from phototag.metadata.record import Record, WriteOrder
    from phototag.outcome import Expected, Written
    from phototag.worker.requests import AnyRequest, Request

    Path = os.PathLike[str] | str

A = TypeVar("A")


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
