"""Kill phototag while it writes, again and again, and look at what is left.

A child changes photos of every format, and sidecars, without a pause; its process group is killed with
SIGKILL at a random moment.  Every version that a whole write can leave behind is known byte for byte
before: anything else is a damaged photo.  pyexiv2, which writes in place, is treated the same.
"""

from __future__ import annotations

import hashlib
import os
import random
import signal
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import attrs
import pyexiv2

from benchmarks.faults import seeds
from phototag.catalogue.walk import find
from phototag.errors import PhototagError
from phototag.metadata import file
from phototag.metadata.picture import digest
from phototag.metadata.temporary import PREFIX

SUFFIXES = ("jpg", "png", "tif", "webp", "gif")  # a GIF gets a sidecar
SIDE = 640  # px
LONGEST = 0.06  # s from the first write to the kill
TELL_EVERY = 1000

Step = Callable[[Path], object]
STEPS: tuple[Step, ...] = (
    lambda path: file.apply(path, seeds.record("headshot")),
    lambda path: file.apply(path, seeds.record("portrait")),
    file.remove,
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
    before = _states(photos)
    for _ in range(count):
        _killed(lambda: _endless(photos, STEPS, dice.randrange(3)), dice.uniform(0, LONGEST))
        tally.kills += 1
        now = _states(photos)
        tally.changed += now != before
        for path in photos:
            tally.lost += not path.exists()
            tally.damaged += path.exists() and now[path] not in known[path]
        tally.temporary += _temporary(folder)
        for _found in find(str(folder), clean=True):  # what the next run begins with
            pass
        tally.left += _temporary(folder)
        before = now
        if tally.kills % TELL_EVERY == 0:
            say(f"phototag: {attrs.asdict(tally)}")
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


def _photos(folder: Path) -> list[Path]:
    paths = []
    for suffix in SUFFIXES:
        path = folder / f"photo.{suffix}"
        path.write_bytes(seeds.photo(suffix, SIDE))
        paths.append(path)
    return paths


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


def _versions(path: Path) -> set[tuple[bytes | None, ...]]:
    """Every version that whole steps lead to, found by taking all of them from all of them."""
    start = _kept(path)
    versions = {_state(path): start}
    waiting = [start]
    while waiting:
        kept = waiting.pop()
        for step in STEPS:
            _restore(path, kept)
            step(path)
            if (state := _state(path)) not in versions:
                versions[state] = _kept(path)
                waiting.append(versions[state])
    _restore(path, start)
    return set(versions)


def _kept(path: Path) -> dict[Path, bytes]:
    return {each: each.read_bytes() for each in _files(path) if each.exists()}


def _restore(path: Path, kept: dict[Path, bytes]) -> None:
    for each in _files(path):
        if each in kept:
            each.write_bytes(kept[each])
        else:
            each.unlink(missing_ok=True)


def _temporary(folder: Path) -> int:
    return sum(name.startswith(PREFIX) for name in os.listdir(folder))  # noqa: PTH208


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


def measure(work: Path, count: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Both, as JSON values."""
    found = {}
    for name, run, times in (("phototag", phototag, count), ("pyexiv2", in_place, count // 10)):
        folder = work / name
        folder.mkdir()
        found[name] = attrs.asdict(run(folder, times, say))
        say(f"{name}: {found[name]}")
    return found
