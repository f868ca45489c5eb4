"""A folder of photos of 12 MP: phototag's ``tag`` on all cores, and what it consists of, done by others.

Everybody works with one process a core, and has loaded everything before the clock starts. Batch by batch, the same
photos are

- tagged by phototag: analysis, crops, keywords, safe write;
- given the same words by exiftool, which is told them (``-stay_open``);
- brought to the *floor* (``floor``): the least that any analysis does;
- searched for faces by OpenCV's YuNet on the full picture, of which only some are taken: it takes a second each.
"""

from __future__ import annotations

import concurrent.futures
import functools
import multiprocessing
import os
import shutil
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2

import phototag
from benchmarks.speed.floor import Floor
from phototag.outcome import Outcome
from phototag.scene.models import FACE_DETECTOR
from phototag.vision import model_files
from phototag.vision.detector import Detector

COUNT = 2_000  # photos, in the documented run
_BATCH = 200
_FULL = 10  # every tenth photo is searched at full size
_CORES = os.cpu_count() or 1
_ROWS = ("phototag tag", "exiftool", "floor", "YuNet on full pictures")


def tagging(
    sources: Sequence[Path], work: Path, say: Callable[[str], None], count: int = COUNT
) -> dict[str, Any]:
    """Photos a second of each, and phototag's time to the sum of exiftool's and 1.3 times the floor.

    Args:
        sources: photos of every kind, of which the batches are copies.
        work: where the copies are made.
        say: prints a line for each batch.
        count: photos that phototag tags.
    """
    import exiftool  # noqa: PLC0415 - it is needed here alone

    seconds: dict[str, list[float]] = {name: [] for name in _ROWS}  # for one photo
    spawning = multiprocessing.get_context("spawn")
    with (
        phototag.Analyzer(_CORES) as analyzer,
        concurrent.futures.ProcessPoolExecutor(_CORES, spawning) as others,
        concurrent.futures.ThreadPoolExecutor(_CORES) as threads,
    ):
        helpers = [exiftool.ExifToolHelper() for _ in range(_CORES)]
        words = _warm(analyzer, others, helpers, sources, work)
        for number, size in enumerate(_batches(count)):
            photos = _copies(sources, work / f"batch {number}", size, number * _BATCH)
            some = photos[::_FULL]
            pieces: dict[str, tuple[int, Callable[[], object]]] = {
                "floor": (size, lambda: _shared(others, _floor, photos)),  # noqa: B023 - called in this turn
                "YuNet on full pictures": (
                    len(some), lambda: _shared(others, _full, some),  # noqa: B023
                ),
                "exiftool": (size, lambda: _by_exiftool(threads, helpers, photos, words)),  # noqa: B023
                "phototag tag": (size, lambda: _tagged(analyzer, photos)),  # noqa: B023
            }  # fmt: skip
            for name, (done, piece) in pieces.items():
                if name == "phototag tag":
                    photos = _copies(sources, photos[0].parent, size, number * _BATCH)
                start = time.perf_counter()
                piece()
                seconds[name].append((time.perf_counter() - start) / done)
            shutil.rmtree(photos[0].parent)
            say(str(_found(seconds)))
        for helper in helpers:
            helper.terminate()
    return {"photos": count, "cores": _CORES, **_found(seconds)}


def _batches(count: int) -> Iterator[int]:
    while count > 0:
        yield min(_BATCH, count)
        count -= _BATCH


def _found(seconds: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """The medians of all batches."""
    found = {
        f"{name}, photos/s": round(statistics.median(1 / each for each in batches), 2)
        for name, batches in seconds.items()
    }
    tag, write, floor, _ = (seconds[name] for name in _ROWS)
    ratios = [ours / (theirs + 1.3 * least) for ours, theirs, least in zip(tag, write, floor, strict=True)]  # fmt: skip
    found["to exiftool + 1.3 floors"] = round(statistics.median(ratios), 2)
    return found


def _copies(sources: Sequence[Path], folder: Path, count: int, first: int) -> list[Path]:
    """Copies of the sources in turn, on the disk before the clock starts."""
    folder.mkdir(exist_ok=True)
    made = []
    for number in range(first, first + count):
        source = sources[number % len(sources)]
        made.append(Path(shutil.copyfile(source, folder / f"{number:05} {source.name}")))
    os.sync()
    return made


def _warm(
    analyzer: phototag.Analyzer, others: Any, helpers: Sequence[Any], sources: Sequence[Path], work: Path
) -> dict[str, list[str]]:  # fmt: skip
    """Have everybody load everything; what exiftool is to write into a copy of each source."""
    photos = _copies(sources, work / "first", len(sources), 0)
    outcomes = list(analyzer.tag_many(photos))
    _shared(others, _floor, photos)
    _shared(others, _full, photos[:_CORES])
    for helper in helpers:
        helper.run()
    return {
        source.name: _arguments(outcome)
        for source, outcome in zip(sources, outcomes, strict=True)
    }  # fmt: skip


def _arguments(outcome: Outcome) -> list[str]:
    """The words that phototag has written, for exiftool."""
    assert outcome.analysis is not None, outcome.error
    words = outcome.analysis.keywords
    return [
        "-overwrite_original",
        *(f"-XMP-dc:Subject={word}" for word in words.flat),
        *(f"-XMP-lr:HierarchicalSubject={word}" for word in words.hierarchical),
        *(f"-IPTC:Keywords={word}" for word in words.flat),
    ]


def _tagged(analyzer: phototag.Analyzer, photos: Sequence[Path]) -> None:
    for outcome in analyzer.tag_many(photos):
        assert outcome.error is None, outcome.error


def _by_exiftool(
    threads: concurrent.futures.Executor,
    helpers: Sequence[Any],
    photos: Sequence[Path],
    words: Mapping[str, Sequence[str]],
) -> None:
    def share(number: int) -> None:
        for photo in photos[number :: len(helpers)]:
            source = photo.name.partition(" ")[2]
            helpers[number].execute(*words[source], str(photo))

    list(threads.map(share, range(len(helpers))))


def _shared(
    others: concurrent.futures.Executor,
    work: Callable[[Sequence[Path]], None],
    photos: Sequence[Path],
) -> None:
    """One share a core."""
    list(others.map(work, [photos[number::_CORES] for number in range(_CORES)]))


# --------------------------------------------------------------------------- in processes of their own


@functools.cache
def _floors() -> Floor:
    cv2.setNumThreads(1)
    return Floor(Detector())


def _floor(photos: Sequence[Path]) -> None:
    for photo in photos:
        _floors()(photo, "opencv")


def _full(photos: Sequence[Path]) -> None:
    """Every face in the full picture, as OpenCV's example does it."""
    cv2.setNumThreads(1)
    for photo in photos:
        picture = cv2.imread(str(photo))
        assert picture is not None
        height, width = picture.shape[:2]
        found = cv2.FaceDetectorYN.create(
            str(model_files.path(FACE_DETECTOR)), "", (width, height), 0.6, 0.3, 500
        )
        found.detect(picture)
