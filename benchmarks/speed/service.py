"""The service against the functions that it stands for, turn by turn on the same photos: what the way to it costs.

Both have as many workers as there are cores, and have answered before the clock starts. Photos are asked for together, as
``analyze_many`` takes them, and one by one, as a person clicks.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import phototag

ROUNDS = 9
_TOGETHER = 4  # times each photo, of those that are asked for together
_STARTS = 5
_CORES = os.cpu_count() or 1
_SECONDS = 300  # a service that does not end is killed


class _Client:
    """A program that talks to a service."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._requests, self._answers = process.stdin, process.stdout
        self.line()

    def line(self) -> Any:
        """The next line."""
        return json.loads(self._answers.readline())

    def send(self, method: str, photos: Sequence[Path]) -> None:
        """Ask for all of them."""
        for number, photo in enumerate(photos):
            params = {"path": str(photo)}
            request = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
            self._requests.write(json.dumps(request) + "\n")
        self._requests.flush()

    def together(self, method: str, photos: Sequence[Path]) -> None:
        """Ask for all of them at once, and read all answers."""
        threading.Thread(target=self.send, args=(method, photos)).start()
        for _ in photos:
            assert "result" in self.line()

    def one_by_one(self, method: str, photos: Sequence[Path]) -> None:
        """Ask for one when the one before it has been answered."""
        for photo in photos:
            self.send(method, [photo])
            assert "result" in self.line()


@contextlib.contextmanager
def _served() -> Iterator[_Client]:
    """A service, of which the first line has been read."""
    command = [sys.executable, "-m", "phototag", "serve", "--stdio", "--workers", str(_CORES)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        watchdog = threading.Timer(_SECONDS, process.kill)
        watchdog.start()
        try:
            yield _Client(process)
        finally:
            watchdog.cancel()
            assert process.stdin is not None
            process.stdin.close()


def service(sources: Sequence[Path], say: Callable[[str], None]) -> dict[str, Any]:
    """Medians, and the ratios of turns that follow one another.

    Args:
        sources: photos of every kind.
        say: prints what was found.
    """
    every = list(sources) * _TOGETHER
    day = dt.datetime.now(tz=dt.UTC).date().isoformat()
    found: dict[str, Any] = {"date": day, "photos": len(sources), "cores": _CORES}
    found |= _starts(sources[0])
    with phototag.Analyzer(_CORES) as analyzer, _served() as client:

        def many() -> None:
            for outcome in analyzer.analyze_many(every):
                assert outcome.analysis is not None

        def single() -> None:
            for photo in sources:
                analyzer.analyze(photo)

        pairs: dict[str, tuple[int, Callable[[], None], Callable[[], None]]] = {
            "together": (len(every), many, lambda: client.together("analyze", every)),
            "one by one": (len(sources), single, lambda: client.one_by_one("analyze", sources)),
        }
        for _ in range(2):  # warm: each worker of both
            many()
            client.together("analyze", every)
        for name, (count, function, ours) in pairs.items():
            theirs_ms, ours_ms = _turns(function, ours, count)
            ratios = [mine / other for mine, other in zip(ours_ms, theirs_ms, strict=True)]
            found[name] = {
                "function ms": round(statistics.median(theirs_ms), 1),
                "service ms": round(statistics.median(ours_ms), 1),
                "ratio": round(statistics.median(ratios), 3),
                "lowest": round(min(ratios), 3), "highest": round(max(ratios), 3),
            }  # fmt: skip
        shows = [_seconds(lambda: client.one_by_one("show", sources)) for _ in range(ROUNDS)]
        found["show ms"] = round(1000 * statistics.median(shows) / len(sources), 1)
    say(str(found))
    return found


def _turns(
    function: Callable[[], None], ours: Callable[[], None], count: int
) -> tuple[list[float], list[float]]:
    """Milliseconds a photo of both, turn by turn; who begins changes, for a machine is not the same all the time."""
    theirs_ms, ours_ms = list[float](), list[float]()
    for turn in range(ROUNDS):
        pair = [(function, theirs_ms), (ours, ours_ms)]
        for work, spent in pair if turn % 2 else reversed(pair):
            spent.append(1000 * _seconds(work) / count)
    return theirs_ms, ours_ms


def _starts(photo: Path) -> dict[str, float]:
    """Milliseconds from the start of the command to its first line and to its first answer."""
    ready, first, later = [], [], []
    for _ in range(_STARTS):
        start = time.perf_counter()
        with _served() as client:
            ready.append(time.perf_counter() - start)
            client.one_by_one("analyze", [photo])
            first.append(time.perf_counter() - start)
        with _served() as client:
            time.sleep(5)  # the sealed process has loaded everything meanwhile
            later.append(_seconds(lambda: client.one_by_one("analyze", [photo])))
    return {
        "ready ms": round(1000 * statistics.median(ready)),
        "first answer ms": round(1000 * statistics.median(first)),
        "first answer of a service that waits ms": round(1000 * statistics.median(later)),
    }


def _seconds(work: Callable[[], None]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
