"""Kill phototag while it writes, again and again, and look at what is left.

A child changes photos of every format, and sidecars, without a pause; its process group is killed with
SIGKILL at a random moment.  Every version that a whole write can leave behind is known byte for byte
before: anything else is a damaged photo.  Whole runs of the command line, with their sealed processes,
and pyexiv2, which writes in place, are treated the same.
"""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import attrs
import pyexiv2

from benchmarks.faults import seeds, unsealed
from benchmarks.faults.ending import kill_all
from phototag.analysis.keywords.claims import Level
from phototag.analyzer import Analyzer
from phototag.catalogue.walk import find
from phototag.errors import PhototagError
from phototag.files.temporary import PREFIX
from phototag.metadata.picture_hash import digest
from phototag.options import TagOptions

SUFFIXES = ("jpg", "png", "tif", "webp", "gif")  # a GIF gets a sidecar
SIDE = 640  # px
LONGEST = 0.06  # s from the first write to the kill, at the least
WRITES = 4  # that a kill may come after, on a machine that takes longer for them
TELL_EVERY = 1000
EACH = 8  # photos of a format in the tree that whole runs change
RUN_LONGEST = 0.5  # s from a run's first write to the kill; it takes longer to the end
RUNS = (
    ("tag", "--keywords", "minimal"),
    ("tag", "--keywords", "full"),
    ("remove",),
)

Step = Callable[[Path], object]
STEPS: tuple[Step, ...] = (
    lambda path: unsealed.write(path, seeds.order("headshot")),
    lambda path: unsealed.write(path, seeds.order("portrait")),
    unsealed.remove,
)


@attrs.define
class Tally:
    """What became of the photos.

    Attributes:
        kills: how many.
        damaged: files whose content no whole write leaves behind.
        lost: files that are gone.
        changed: kills after which some file had another version than before.
        temporary: temporary files that kills left behind.
        left: those that are still there after the next run has begun.
    """

    kills: int = 0
    damaged: int = 0
    lost: int = 0
    changed: int = 0
    temporary: int = 0
    left: int = 0


def phototag(folder: Path, count: int, say: Callable[[str], None], seed: int = 0) -> Tally:
    """Kill phototag ``count`` times.

    Args:
        folder: an empty one.
        count: of kills.
        say: told how far it is, now and then.
        seed: of the moments.
    """
    photos = _photos(folder)
    known = {path: _versions(path) for path in photos}
    tally, dice = Tally(), random.Random(seed)
    longest = max(LONGEST, WRITES * _seconds(photos))
    before = _states(photos)
    for _ in range(count):
        _killed(lambda: _endless(photos, STEPS, dice.randrange(3)), dice.uniform(0, longest))
        tally.kills += 1
        now = _states(photos)
        tally.changed += now != before
        _judge(tally, now, known)
        tally.temporary += len(_temporary(folder))
        for _found in find(str(folder), clean=True):  # what the next run begins with
            pass
        tally.left += len(_temporary(folder))
        before = now
        if tally.kills % TELL_EVERY == 0:
            say(f"phototag: {attrs.asdict(tally)}")
    return tally


def runs(folder: Path, count: int, say: Callable[[str], None], seed: int = 0) -> Tally:
    """Kill whole runs of the command line ``count`` times: parent, sealed processes and book.

    The last run is not killed; it must end well.
    """
    tree, state = folder / "tree", folder / "state"
    tree.mkdir()
    photos = _photos(tree, EACH)
    with Analyzer() as analyzer:
        steps: tuple[Step, ...] = (
            lambda path: analyzer.tag(path, TagOptions(keywords=Level.MINIMAL)),
            lambda path: analyzer.tag(path, TagOptions(keywords=Level.FULL)),
            analyzer.remove,
        )
        first = {path.suffix: _versions(path, steps) for path in reversed(photos)}
    known = {path: first[path.suffix] for path in photos}
    tally, dice = Tally(), random.Random(seed)
    before = _states(photos)
    while tally.kills < count:
        old = _temporary(tree)
        command = dice.choice(RUNS)
        if not _run_killed(command, tree, state, dice.uniform(0, RUN_LONGEST)):
            continue  # there was nothing to do for this command
        tally.kills += 1
        now, found = _states(photos), _temporary(tree)
        tally.changed += now != before
        _judge(tally, now, known)
        tally.temporary += len(found - old)
        if now != before:  # it was past its beginning
            tally.left += len(found & old)
        before = now
        if tally.kills % (TELL_EVERY // 10) == 0:
            say(f"runs: {attrs.asdict(tally)}")
    last = subprocess.run(
        _command(RUNS[0], tree, state), capture_output=True, text=True, check=False
    )
    if last.returncode:
        raise RuntimeError(f"the run after the last kill failed: {last.stdout}{last.stderr}")
    _judge(tally, _states(photos), known)
    tally.left += len(_temporary(tree))
    return tally


def in_place(folder: Path, count: int, say: Callable[[str], None], seed: int = 0) -> Tally:
    """The same for pyexiv2 alone; damaged photos are put back before the next kill."""
    photos = [path for path in _photos(folder) if path.suffix != ".gif"]
    whole = {path: path.read_bytes() for path in photos}
    pictures = {path: digest(data, str(path)) for path, data in whole.items()}
    steps = (lambda path: _modify(path, "headshot"), lambda path: _modify(path, "portrait"))
    tally, dice = Tally(), random.Random(seed)
    for _ in range(count):
        _killed(lambda: _endless(photos, steps, 0), dice.uniform(0, LONGEST))
        tally.kills += 1
        for path in photos:
            tally.lost += not path.exists()
            if not path.exists() or digest(path.read_bytes(), str(path)) != pictures[path]:
                tally.damaged += path.exists()
                path.write_bytes(whole[path])
        if tally.kills % TELL_EVERY == 0:
            say(f"pyexiv2: {attrs.asdict(tally)}")
    return tally


def _modify(path: Path, word: str) -> None:
    with pyexiv2.Image(str(path)) as image:
        image.modify_xmp({"Xmp.dc.subject": [word]})


def _photos(folder: Path, each: int = 1) -> list[Path]:
    """So many of every format; each has a name of its own, and so its sidecar."""
    paths = []
    for suffix in SUFFIXES:
        data = seeds.photo(suffix, SIDE)
        for number in range(each):
            path = folder / f"{suffix}-{number}.{suffix}"
            path.write_bytes(data)
            paths.append(path)
    return paths


def _judge(
    tally: Tally,
    now: dict[Path, tuple[bytes | None, ...]],
    known: dict[Path, set[tuple[bytes | None, ...]]],
) -> None:
    for path, state in now.items():
        tally.lost += not path.exists()
        tally.damaged += path.exists() and state not in known[path]


def _files(path: Path) -> list[Path]:
    """What a step may change: the photo, or its sidecar."""
    return [path, path.with_name(path.name + ".xmp"), path.with_suffix(".xmp")]


def _state(path: Path) -> tuple[bytes | None, ...]:
    return tuple(
        hashlib.blake2b(each.read_bytes()).digest() if each.exists() else None
        for each in _files(path)[: 3 if path.suffix == ".gif" else 1]
    )


def _states(photos: Iterable[Path]) -> dict[Path, tuple[bytes | None, ...]]:
    return {path: _state(path) for path in photos}


def _versions(path: Path, steps: tuple[Step, ...] = STEPS) -> set[tuple[bytes | None, ...]]:
    """Every version that whole steps lead to, found by taking all of them from all of them."""
    start = _kept(path)
    versions = {_state(path): start}
    waiting = [start]
    while waiting:
        kept = waiting.pop()
        for step in steps:
            _restore(path, kept)
            step(path)
            if (state := _state(path)) not in versions:
                versions[state] = _kept(path)
                waiting.append(versions[state])
    _restore(path, start)
    return set(versions)


def _seconds(photos: Sequence[Path]) -> float:
    """How long the slowest of some writes takes, s; everything is as before at the end."""
    longest = 0.0
    for path in photos:
        start = time.monotonic()
        STEPS[0](path)
        longest = max(longest, time.monotonic() - start)
        unsealed.remove(path)
    return longest


def _kept(path: Path) -> dict[Path, bytes]:
    return {each: each.read_bytes() for each in _files(path) if each.exists()}


def _restore(path: Path, kept: dict[Path, bytes]) -> None:
    for each in _files(path):
        if each in kept:
            each.write_bytes(kept[each])
        else:
            each.unlink(missing_ok=True)


def _temporary(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.name.startswith(PREFIX)}


def _endless(photos: list[Path], steps: tuple[Step, ...], first: int) -> None:
    step = first
    while True:
        for path in photos:
            try:
                steps[step % len(steps)](path)
            except (PhototagError, RuntimeError):  # pyexiv2 says so of what it has damaged itself
                continue
        step += 1


def _killed(work: Callable[[], None], after: float) -> None:
    """Do the work in a process group of its own and kill it so many seconds later."""
    ready, begun = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setsid()
            os.write(begun, b".")
            work()
        finally:
            os._exit(1)
    os.read(ready, 1)
    time.sleep(after)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(ready)
    os.close(begun)


def _command(words: Sequence[str], tree: Path, state: Path) -> list[str]:
    book = ("--state", str(state)) if words[0] == "tag" else ()
    return [sys.executable, "-m", "phototag", *words, str(tree), "--workers", "2", *book]


def _run_killed(words: Sequence[str], tree: Path, state: Path, after: float) -> bool:
    """Kill a run so many seconds after its first write; False if it ended before."""
    untouched = tree.stat().st_mtime_ns
    with subprocess.Popen(
        _command(words, tree, state),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    ) as process:  # fmt: skip
        while tree.stat().st_mtime_ns == untouched:
            if process.poll() is not None:
                return False
            time.sleep(0.001)
        time.sleep(after)
        if process.poll() is not None:
            return False
        kill_all(process.pid)
    return True


def measure(work: Path, count: int, say: Callable[[str], None]) -> dict[str, Any]:
    """All three, as JSON values: the more a kill takes, the fewer of them."""
    found = {}
    for name, run, times in (
        ("phototag", phototag, count),
        ("phototag, whole runs", runs, max(count // 50, 5)),
        ("pyexiv2", in_place, count // 10),
    ):
        folder = work / name
        folder.mkdir()
        found[name] = attrs.asdict(run(folder, times, say))
        say(f"{name}: {found[name]}")
    return found
