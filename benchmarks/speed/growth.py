"""How the cost grows: with photos, megapixels, faces and workers; each no worse than linear, memory flat."""

from __future__ import annotations

import itertools
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import psutil
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

import phototag
from benchmarks.accuracy.plots import HEADSHOT, PORTRAIT, STYLE
from benchmarks.photos import labelled
from benchmarks.speed.stages import MS, enlarged, machine

MEGAPIXELS = (1, 2, 5, 12, 24, 50, 100)
FACES = (0, 1, 2, 5, 10, 20, 40, 60)
PARTS = ("megapixels", "faces", "workers", "photos")
WORKERS = (1, 2)
MILESTONES = (10, 100, 1000, 2500, 5000, 10_000)
ROUNDS = 5
CANVAS = (4000, 3000)  # px of the pictures with many faces
FACE_SIDE = 300  # px of each head there
COLUMNS = 10


def measure(
    photos: Path, work: Path, count: int, say: Callable[[str], None], wanted: Sequence[str] = PARTS
) -> dict[str, Any]:
    """Everything, in one run.

    Args:
        photos: the labelled ones.
        work: a folder for what is made of them.
        count: photos of the longest run.
        say: told what was found, part by part.
        wanted: names of parts.
    """
    labels = [label for label in labelled.load(photos) if label.sure]
    heads = [photos / label.file for label in labels if label.kind == "headshot"]
    found: dict[str, Any] = {"machine": machine()}
    parts: dict[str, Callable[[], Any]] = {
        "megapixels": lambda: megapixels(heads[0], work),
        "faces": lambda: faces(heads, work),
        "workers": lambda: workers(heads[:60] * 4),
        "photos": lambda: many([photos / label.file for label in labels], count),
    }
    for name in wanted:
        found[name] = parts[name]()
        say(json.dumps({name: found[name]}))
    return found


def megapixels(photo: Path, work: Path) -> list[dict[str, float]]:
    """One headshot in all sizes, as JPEG."""
    with Image.open(photo) as image:
        rgb = image.convert("RGB")
    made = {}
    for size in MEGAPIXELS:
        made[size] = work / f"{size} MP.jpg"
        enlarged(rgb, size * 1e6).save(made[size], quality=92)
    times = _times(made)
    return [
        {"MP": size, "MB": round(path.stat().st_size / 1e6, 1), "ms": times[size]}
        for size, path in made.items()
    ]


def faces(heads: Sequence[Path], work: Path) -> list[dict[str, float]]:
    """Pictures of one size with more and more heads on a grey wall."""
    made = {}
    for count in FACES:
        wall = Image.new("RGB", CANVAS, (128, 132, 130))
        for n, head in zip(range(count), itertools.cycle(heads), strict=False):
            with Image.open(head) as image:
                tile = image.convert("RGB").resize((FACE_SIDE, FACE_SIDE))
            wall.paste(tile, (50 + n % COLUMNS * 390, 50 + n // COLUMNS * 480))
        made[count] = work / f"{count} faces.jpg"
        wall.save(made[count], quality=92)
    with phototag.Analyzer() as analyzer:
        seen = {count: len(analyzer.detect(path).faces) for count, path in made.items()}
    times = _times(made)
    return [{"heads": count, "faces": seen[count], "ms": times[count]} for count in FACES]


def workers(heads: Sequence[Path]) -> list[dict[str, float]]:
    """Photos a second with one worker and more, in turns; and what the machine has to give.

    ``bare`` is the same looking in processes that share nothing, not even phototag's own process: two
    cores of a virtual machine are not always two.
    """
    rates: dict[int, list[float]] = {count: [] for count in WORKERS}
    bare: dict[int, list[float]] = {count: [] for count in WORKERS}
    for count in (*WORKERS, *(WORKERS * ROUNDS)):
        bare[count].append(_bare(heads, count))
        with phototag.Analyzer(workers=count) as analyzer:
            list(analyzer.analyze_many(heads[: 2 * count]))  # processes start, models load
            start = time.perf_counter()
            done = sum(1 for _ in analyzer.analyze_many(heads))
            rates[count].append(done / (time.perf_counter() - start))
    return [
        {
            "workers": count,
            "photos a second": round(statistics.median(rates[count][1:]), 2),
            "bare": round(statistics.median(bare[count][1:]), 2),
        }
        for count in WORKERS
    ]


BARE = """
import sys, time
from pathlib import Path
from phototag.vision import decoding
from phototag.vision.detector import Observer
observer, paths = Observer(), sys.argv[1:]
def look(path):
    observer.look(decoding.decode(path, Path(path).read_bytes()))
for path in paths[:4]:
    look(path)
print(flush=True)
sys.stdin.readline()
start = time.perf_counter()
for path in paths:
    look(path)
print(time.perf_counter() - start)
"""


def _bare(heads: Sequence[Path], count: int) -> float:
    """Photos a second of processes that each look at all photos."""
    started = [
        subprocess.Popen(
            [sys.executable, "-c", BARE, *map(str, heads)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )
        for _ in range(count)
    ]  # fmt: skip
    for process in started:
        assert process.stdout is not None
        process.stdout.readline()
    for process in started:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    seconds = [float(process.communicate()[0]) for process in started]
    return count * len(heads) / statistics.mean(seconds)


def many(photos: Sequence[Path], count: int) -> list[dict[str, float]]:
    """One long run with two workers: how long, and how much memory, after so many photos."""
    rows = []
    endless: Iterator[Path] = itertools.cycle(photos)
    with phototag.Analyzer(workers=2) as analyzer:
        list(analyzer.analyze_many(photos[:4]))
        start = time.perf_counter()
        stream = analyzer.analyze_many(itertools.islice(endless, count))
        for n, _ in enumerate(stream, 1):
            if n in MILESTONES:
                rows.append({"photos": n, "s": round(time.perf_counter() - start, 2), **_memory()})
    return rows


def _memory() -> dict[str, float]:
    """MB of this process and of the largest worker."""
    own = psutil.Process()
    children = [child.memory_info().rss for child in own.children()]
    return {
        "parent MB": round(own.memory_info().rss / 2**20, 1),
        "worker MB": round(max(children) / 2**20, 1),
    }


def _times(made: dict[int, Path]) -> dict[int, float]:
    """Median ms of ``analyze`` for each picture, in turns."""
    times: dict[int, list[float]] = {name: [] for name in made}
    with phototag.Analyzer() as analyzer:
        for turn in range(ROUNDS + 1):
            for name, path in made.items():
                start = time.perf_counter()
                analyzer.analyze(path)
                if turn:
                    times[name].append((time.perf_counter() - start) * MS)
    return {name: round(statistics.median(found), 1) for name, found in times.items()}


# --------------------------------------------------------------------------- the figure


def draw(found: dict[str, Any], file: Path) -> None:
    """Four panels, each with the straight line through its first and last point."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(STYLE)
        figure = Figure(figsize=(7.2, 5.0), layout="constrained")
        panels = figure.subplots(2, 2)
        _panel(panels[0, 0], found["photos"], ("photos", "s"), "photos, two workers")
        _panel(panels[0, 1], found["megapixels"], ("MP", "ms"), "megapixels of a JPEG")
        _panel(panels[1, 0], found["faces"], ("faces", "ms"), "faces found, 12 MP")
        _panel(panels[1, 1], found["workers"], ("workers", "photos a second"), "workers")
        memory = panels[0, 0].twinx()
        memory.spines["right"].set_visible(True)
        memory.plot(
            [row["photos"] for row in found["photos"]],
            [row["worker MB"] for row in found["photos"]],
            "s--", color=PORTRAIT, markersize=3,
        )  # fmt: skip
        memory.set_ylim(0, 600)
        memory.set_ylabel("MB of a worker (dashed)", color=PORTRAIT)
        figure.savefig(file, format="svg", metadata={"Date": None})


def _panel(
    axes: Axes, rows: Sequence[dict[str, float]], names: tuple[str, str], title: str
) -> None:
    x, y = (np.array([row[name] for row in rows]) for name in names)
    axes.plot(x[[0, -1]], y[[0, -1]], ":", color="#999999")
    axes.plot(x, y, "o-", color=HEADSHOT, markersize=3)
    axes.set_ylim(0)
    axes.set_title(title)
    axes.set_xlabel(names[0])
    axes.set_ylabel(names[1])
