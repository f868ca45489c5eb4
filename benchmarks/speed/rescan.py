"""A tree in which nothing has changed: how fast it is gone through, in how much memory, and what watching it takes.

A first real run tags a few photos. The other files are small and no photos, and the state file gets for each of them,
through its own functions, the row that a run would have left: a run over unchanged photos opens none of them.
"""

from __future__ import annotations

import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import psutil
import skimage
from PIL import Image

from phototag.catalogue.run_log import PhotoKey
from phototag.catalogue.state import State
from phototag.catalogue.walk import find

Say = Callable[[str], None]

A_FOLDER = 500  # files
REAL = 4  # photos of the first run
PHOTO = Path(skimage.__path__[0], "data", "astronaut.png")
COMMAND = [sys.executable, "-m", "phototag"]
LOOK = 0.02  # s between two looks at a running command
WATCHED = 10_000  # files
SETTLE, IDLE = (
    8.0,
    30.0,
)  # s until a watch has gone through the tree, and s for which it is then observed


def measure(work: Path, count: int, rounds: int, say: Say) -> dict[str, Any]:
    """Runs over many unchanged files and over a tenth of them, as text and as JSON lines."""
    found: dict[str, Any] = {"files": count, "rounds": rounds}
    for name, files in (("all", count), ("tenth", count // 10)):
        tree, state = made(work / name, files)
        for how, more in (("text", []), ("json", ["--json"])):
            command = [*COMMAND, "tag", str(tree), "--state", str(state), *more]
            runs = [_run(command, files) for _ in range(rounds + 1)][1:]
            found[f"{name}, {how}"] = {
                key: round(statistics.median(run[key] for run in runs), 2) for key in runs[0]
            }
            say(f"{name}, {how}: {found[f'{name}, {how}']}")
    found["watch"] = _watched(work, say)
    return found


def made(root: Path, count: int) -> tuple[Path, Path]:
    """A tree of so many files and its state file."""
    tree, state = root / "tree", root / "state.sqlite3"
    names = [
        tree
        / f"{number // A_FOLDER // 10:03}"
        / f"day {number // A_FOLDER:04}"
        / f"IMG_{number:06}.jpg"
        for number in range(count)
    ]
    names[0].parent.mkdir(parents=True)
    for number in range(REAL):
        Image.open(PHOTO).crop((0, number, 512, 512)).save(names[number])
    command = [*COMMAND, "tag", str(tree), "--state", str(state)]
    subprocess.run(command, check=True, capture_output=True)
    for name in names[REAL:]:
        name.parent.mkdir(parents=True, exist_ok=True)
        name.write_bytes(b"\xff\xd8 no photo " + name.name.encode())
    with State(state) as book:
        number = book.root(os.fsencode(tree.resolve()))
        written = book.photo(PhotoKey(number, b"000/day 0000", os.fsencode(names[0].name)))
        assert written is not None
        with book._at_once():
            for found in find(str(tree)):
                place = PhotoKey(number, os.fsencode(found.folder), os.fsencode(found.name))
                row = attrs.evolve(written, fingerprint=found.fingerprint, picture=found.name)
                book.remember(place, row)
    return tree, state


def _run(command: list[str], count: int) -> dict[str, float]:
    """One run: photos a second with its start, microseconds of processor time a photo, and the largest memory."""
    memory = used = 0.0
    with tempfile.TemporaryFile("w+b") as printed:
        start = time.perf_counter()
        process = psutil.Popen(command, stdout=printed, stderr=subprocess.STDOUT)
        while process.poll() is None:
            # The kernel's own maximum would be that of the process that started it.
            with contextlib.suppress(psutil.Error):
                memory, used = max(memory, process.memory_info().rss), sum(process.cpu_times()[:2])
            time.sleep(LOOK)
        seconds = time.perf_counter() - start
        printed.seek(0)
        rows = sum(b'"unchanged"' in line or b" unchanged." in line for line in printed)
    assert process.returncode == 0
    assert rows in {1, count + 1}  # the summary, and with --json a line for each photo
    return {
        "photos a second": count / seconds,
        "processor time": 1e6 * used / count,
        "MB": memory / 2**20,
    }


def _watched(work: Path, say: Say) -> dict[str, float]:
    """Processor time of a watch while nothing happens, in percent of one core."""
    tree, state = made(work / "watched", WATCHED)
    command = [*COMMAND, "watch", str(tree), "--state", str(state)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        time.sleep(SETTLE)
        watching = psutil.Process(process.pid)
        before = _used(watching)
        time.sleep(IDLE)
        percent = 100 * (_used(watching) - before) / IDLE
        process.terminate()
    found = {"files": WATCHED, "seconds": IDLE, "percent of a core": round(percent, 2)}
    say(f"watch: {found}")
    return found


def _used(process: psutil.Process) -> float:
    """Processor time of a process and its children, s."""
    every = [process, *process.children(recursive=True)]
    return float(sum(sum(one.cpu_times()[:2]) for one in every))
