"""The safe write against its peers."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import attrs

import phototag
from phototag.metadata.containers import open_container

PYEXIV2 = """
import json, sys, time
import pyexiv2
pyexiv2.set_log_level(4)
pyexiv2.registerNs("https://phototag.example/ns/1.0/", "phototag")
times = []
for line in sys.stdin:
    path, packet = json.loads(line)
    start = time.perf_counter()
    with pyexiv2.Image(path) as image:
        image.modify_iptc({"Iptc.Application2.Keywords": ["headshot"]})
        if packet:
            image.modify_raw_xmp(packet)
        else:
            image.modify_xmp({
                "Xmp.dc.subject": ["headshot"],
                "Xmp.lr.hierarchicalSubject": ["phototag|kind|headshot"],
            })
    times.append(time.perf_counter() - start)
print(json.dumps(times))
"""


TURNS = 8
MS = 1000.0


KEYWORDS = ("-XMP-dc:Subject=headshot", "-XMP-lr:HierarchicalSubject=phototag|kind|headshot")


class Writes:
    """The safe write against pyexiv2 in place and exiftool -stay_open; ms a photo.

    The peers are given the keywords alone, and all that phototag writes: as a packet that is finished
    already.  They do not look at what they wrote, and do not wait for the disk.
    """

    def __init__(self, sources: Sequence[Path], folder: Path, analyzer: phototag.Analyzer) -> None:
        folder.mkdir()
        self._sources, self._folder, self._analyzer = sources, folder, analyzer
        self._analyses = [analyzer.analyze(path) for path in sources]
        self._without_crops = [attrs.evolve(found, crops=()) for found in self._analyses]
        self._packets = [self._packet(n) for n in range(len(sources))]
        self._times: dict[str, list[float]] = {}

    def _packet(self, n: int) -> Path:
        """The XMP that phototag writes into a photo, as a file."""
        copy = Path(shutil.copyfile(self._sources[n], self._folder / f"{n}.jpg"))
        self._analyzer.write(copy, self._analyses[n])
        packet = self._folder / f"{n}.xmp"
        packet.write_bytes(open_container(copy.read_bytes(), str(copy)).xmp or b"")
        return packet

    def _copies(self) -> list[Path]:
        made = [self._folder / f"copy {n}.jpg" for n in range(len(self._sources))]
        for source, copy in zip(self._sources, made, strict=True):
            shutil.copyfile(source, copy)
        os.sync()  # or the first fsync would pay for the copies
        return made

    def _each(self, name: str, work: Callable[[int, Path], object]) -> None:
        for n, copy in enumerate(self._copies()):
            start = time.perf_counter()
            work(n, copy)
            self._times.setdefault(name, []).append((time.perf_counter() - start) * MS)

    def _by_exiftool(self, helper: Any, copy: Path, *arguments: str) -> None:
        helper.execute("-overwrite_original", "-IPTC:Keywords=headshot", *arguments, str(copy))
        assert "1 image files updated" in helper.last_stdout, helper.last_stderr

    def _by_pyexiv2(self, name: str, packets: Sequence[str]) -> None:
        rows = zip(map(str, self._copies()), packets, strict=True)
        done = subprocess.run(
            [sys.executable, "-c", PYEXIV2], input="\n".join(map(json.dumps, rows)),
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        seconds = json.loads(done.stdout.splitlines()[-1])
        self._times.setdefault(name, []).extend(second * MS for second in seconds)

    def turn(self, helper: Any) -> None:
        """Everybody writes every photo once."""
        for name, analyses in (("keywords", self._without_crops), ("all", self._analyses)):
            self._each(
                f"safe write, {name}",
                lambda n, copy, found=analyses: self._analyzer.write(copy, found[n]),  # type: ignore[misc]
            )
        self._each("exiftool, keywords", lambda _, c: self._by_exiftool(helper, c, *KEYWORDS))
        self._each(
            "exiftool, all", lambda n, c: self._by_exiftool(helper, c, f"-XMP<={self._packets[n]}")
        )
        self._by_pyexiv2("pyexiv2, keywords", [""] * len(self._sources))
        self._by_pyexiv2("pyexiv2, all", [p.read_text("utf-8") for p in self._packets])

    def found(self) -> dict[str, float]:
        """Medians, and how many times as long as each peer's phototag's takes for the same content."""
        middle = {name: statistics.median(times) for name, times in self._times.items()}
        found = {name: round(value, 1) for name, value in middle.items()}
        for peer in ("exiftool", "pyexiv2"):
            for content in ("keywords", "all"):
                ratio = middle[f"safe write, {content}"] / middle[f"{peer}, {content}"]
                found[f"to {peer}, {content}"] = round(ratio, 2)
        return found


def writes(sources: Sequence[Path], work: Path) -> dict[str, float]:
    """See ``Writes``."""
    import exiftool  # noqa: PLC0415

    with phototag.Analyzer() as analyzer, exiftool.ExifToolHelper() as helper:
        writers = Writes(sources, work / "writes", analyzer)
        for _ in range(TURNS):
            writers.turn(helper)
        return writers.found()
