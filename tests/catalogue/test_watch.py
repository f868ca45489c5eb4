"""Watching a folder: files are touched when they are whole, and only once."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

import phototag
from phototag.catalogue import watch

SETTLED = 0.6
PATIENCE = 60.0


class Watched:
    """A folder that is being watched in a thread."""

    def __init__(self, root: Path, state: Path) -> None:
        self.outcomes: list[phototag.TreeOutcome] = []
        self._stop = threading.Event()
        self._root, self._state = root, state
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        stream = phototag.watch_catalogue(
            self._root, state=self._state, workers=2, settled=SETTLED, stop=self._stop
        )
        for outcome in stream:
            self.outcomes.append(outcome)

    def until(self, done: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not done():
            assert time.monotonic() < end, [o.photo for o in self.outcomes]
            time.sleep(0.05)

    @property
    def names(self) -> list[str]:
        return sorted(Path(outcome.photo).name for outcome in self.outcomes)

    def end(self) -> None:
        self._stop.set()
        self._thread.join(30)
        assert not self._thread.is_alive()


@pytest.fixture
def watched(tree: Path, state: Path) -> Iterator[Watched]:
    watching = Watched(tree, state)
    try:
        watching.until(lambda: len(watching.outcomes) == 4)
        yield watching
    finally:
        watching.end()


def test_what_is_there_and_what_arrives_is_tagged_once(watched: Watched, tree: Path) -> None:
    shutil.copy(tree / "cat.jpg", tree / "2023" / "new.jpg")
    (tree / "Import").mkdir()
    shutil.copy(tree / "cat.jpg", tree / "Import" / "deep.jpg")
    shutil.copy(tree / "cat.jpg", tree / "notes.txt")
    watched.until(lambda: len(watched.outcomes) >= 6)
    time.sleep(3 * SETTLED)  # our own writes must come to nothing
    assert watched.names == [
        "broken.jpg", "cat.jpg", "deep.jpg", "headshot.JPG", "new.jpg", "portrait.jpg",
    ]  # fmt: skip


def test_a_file_that_still_grows_is_left_alone(watched: Watched, tree: Path) -> None:
    data = (tree / "2023" / "portrait.jpg").read_bytes()
    growing = tree / "growing.jpg"
    with growing.open("wb") as file:
        for start in range(0, len(data), len(data) // 5):
            file.write(data[start : start + len(data) // 5])
            file.flush()
            time.sleep(SETTLED / 2)
            assert "growing.jpg" not in watched.names
    watched.until(lambda: "growing.jpg" in watched.names)
    (outcome,) = [o for o in watched.outcomes if o.photo == str(growing)]
    assert outcome.error is None
    assert outcome.change is not None


def test_a_burst_of_a_thousand_files(watched: Watched, tree: Path) -> None:
    burst = tree / "burst"
    burst.mkdir()
    for number in range(1000):
        shutil.copy(tree / "cat.jpg", burst / f"{number:04}.jpg")
    watched.until(lambda: len(watched.outcomes) >= 1004)
    time.sleep(3 * SETTLED)
    assert len(watched.outcomes) == 1004
    assert len(set(watched.names)) == 1004


def test_who_waits_long_gives_its_memory_back_and_goes_on_with_the_next_photo(
    tree: Path, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "IDLE", 0.5)
    others = set(psutil.Process().children())
    watching = Watched(tree, state)
    try:
        watching.until(lambda: len(watching.outcomes) == 4)
        watching.until(lambda: set(psutil.Process().children()) <= others)
        shutil.copy(tree / "cat.jpg", tree / "new.jpg")
        watching.until(lambda: len(watching.outcomes) == 5)
    finally:
        watching.end()
    assert watching.outcomes[-1].error is None


def test_a_file_is_no_folder(tree: Path, state: Path) -> None:
    with pytest.raises(phototag.PhototagError, match="not a folder"):
        next(phototag.watch_catalogue(tree / "cat.jpg", state=state))


def test_a_watch_that_ends_ends_its_run(tree: Path, state: Path) -> None:
    watching = Watched(tree, state)
    watching.until(lambda: len(watching.outcomes) == 4)
    time.sleep(1)  # the whole tree has been gone through
    watching.end()
    (run,) = phototag.runs(state)
    assert run.ended is not None


def test_who_waits_for_another_run_can_be_stopped(tree: Path, tmp_path: Path) -> None:
    from phototag.catalogue.lock import locked

    stop = threading.Event()
    threading.Timer(0.3, stop.set).start()
    start = time.monotonic()
    with (
        locked([str(tree)]),
        pytest.raises(phototag.PhototagError, match="another run"),
        locked([str(tree)], wait=True, stop=stop),
    ):
        pass
    assert time.monotonic() - start < 5
