"""Lists, reports and crops of many photos about which nothing has changed: how long the commands take, with their start."""

from __future__ import annotations

import itertools
import os
import statistics
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs

from benchmarks.speed.rescan import COMMAND, REAL, made
from phototag.catalogue.run_log import PhotoKey
from phototag.catalogue.state import Made, State
from phototag.catalogue.summary import Summary
from phototag.catalogue.walk import find
from phototag.criteria.background import BackgroundKind
from phototag.criteria.cropping import Shot
from phototag.criteria.environment import Place
from phototag.criteria.mood import VisibleExpression
from phototag.criteria.verdict import Grade, Kind

Say = Callable[[str], None]

PROFILE = "casting_8x10"


def measure(work: Path, count: int, rounds: int, say: Say) -> dict[str, Any]:
    """Medians of some runs of each command, s."""
    tree, state = made(work, count)
    _summaries(tree, state)
    out = work / "crops"
    crop = ["crop", str(tree), "--profile", PROFILE, "-o", str(out), "--workers", "1"]
    _cropped(tree, out, state, crop)
    tag = ["tag", str(tree), "--workers", "1"]
    forms, files = ("table", "csv", "json"), ("csv", "json", "sqlite")
    commands = {
        "start": ["list", "--help"],
        **{f"list, {form}": ["list", str(tree), "--format", form] for form in forms},
        "list, one kind, paths": ["list", str(tree), "--kind", "headshot", "--format", "paths"],
        "crop again": crop,
        "tag again": tag,
        **{f"tag again, .{form}": [*tag, "--report", str(work / f"r.{form}")] for form in files},
    }
    found: dict[str, Any] = {"files": count, "rounds": rounds}
    for name, words in commands.items():
        more = [] if name == "start" else ["--state", str(state)]
        runs = [_seconds([*words, *more], work) for _ in range(rounds + 1)][1:]
        found[name] = round(statistics.median(runs), 2)
        say(f"{name}: {found[name]} s")
    return found


def _summaries(tree: Path, state: Path) -> None:
    """Another verdict for each photo."""
    values = itertools.cycle(
        itertools.product(Kind, Grade, Shot, VisibleExpression, BackgroundKind, Place)
    )
    with State(state) as book:
        root = book.root(os.fsencode(tree.resolve()))
        with book._at_once():
            for number, (found, value) in enumerate(zip(find(str(tree)), values, strict=False)):
                kind, grade, shot, expression, background, place = value
                summary = Summary(
                    kind=kind,
                    confidence=0.5 + number % 50 / 100,
                    grade=grade,
                    shot=shot,
                    people=number % 4,
                    expression=expression,
                    background=background,
                    environment=place,
                    crops=(PROFILE, "linkedin", "web_square"),
                )
                key = PhotoKey(root, os.fsencode(found.folder), os.fsencode(found.name))
                book.summarised(key, summary)


def _cropped(tree: Path, out: Path, state: Path, command: list[str]) -> None:
    """A first run on a few photos tells how crops are stored; the others get small files, and rows like that."""
    photos = [found.path for found in find(str(tree))][:REAL]
    first = ["crop", *photos, *command[2:], "--state", str(state)]
    subprocess.run([*COMMAND, *first], check=True, capture_output=True)
    with State(state) as book:
        (request,) = book._one("SELECT DISTINCT request FROM cropped")
        known = next(iter(book.cropped(request).values()))
        with book._at_once():
            for found in find(str(tree)):
                target = out / found.folder / f"{Path(found.name).stem}.{PROFILE}.jpg"
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(b"crop")
                status = target.stat()
                state_then = f"{status.st_size}:{status.st_mtime_ns}"
                one = Made(target=str(target), state=state_then, pixels=(8, 10))
                row = attrs.evolve(known, fingerprint=found.fingerprint, made=(one,))
                path = tree.resolve() / found.folder / found.name
                book.keep_cropped(os.fsencode(path), request, row)


def _seconds(words: list[str], work: Path) -> float:
    """The time that one command takes, with compiled modules, as an installation has them."""
    compiled = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(work / "compiled")}
    start = time.perf_counter()
    done = subprocess.run(
        [*COMMAND, *words], check=False, capture_output=True, env={**os.environ, **compiled}
    )
    assert done.returncode == 0, done.stderr[-500:]
    return time.perf_counter() - start
