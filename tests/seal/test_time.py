"""The time limit of a photo: to the second, from when its work begins, for the first photo as for later ones."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from slow_pictures import slow_jpeg

import phototag
from phototag import errors
from phototag.options import Limits
from phototag.worker.process import _Running
from processes import children, wait_until

LIMIT = 5.0  # s
MINUTE = 2000  # scans


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long the caller waited where it had this limit, s."""
    found: list[float] = []
    watched = _Running._watched

    @contextlib.contextmanager
    def timed(self: _Running, limit: float) -> Iterator[None]:
        begun = time.monotonic()
        try:
            with watched(self, limit):
                yield
        finally:
            if limit == LIMIT and time.monotonic() - begun > 1:
                found.append(time.monotonic() - begun)

    monkeypatch.setattr(_Running, "_watched", timed)
    return found


@pytest.mark.slow
def test_a_picture_that_decodes_for_a_minute_ends_after_five_seconds(
    portrait_jpg: Path, tmp_path: Path, waits: list[float]
) -> None:
    slow = tmp_path / "slow.jpg"
    slow.write_bytes(slow_jpeg(MINUTE))
    before = set(children(os.getpid()))
    with phototag.Analyzer(limits=Limits(seconds=LIMIT)) as analyzer:
        for _ in range(
            2
        ):  # the first photo of a process, which has yet to load its nets, and a later one
            with pytest.raises(errors.WorkerDied, match="longer than 5 s") as late:
                analyzer.analyze(slow)
            assert late.value.on_disk == "the file is unchanged"
            assert analyzer.analyze(portrait_jpg).kind == "portrait"
        with pytest.raises(errors.WorkerDied, match="longer than 5 s"):
            analyzer.analyze(slow)
    assert len(waits) == 3
    assert all(LIMIT <= wait <= LIMIT + 1 for wait in waits), waits
    wait_until(lambda: set(children(os.getpid())) <= before)
