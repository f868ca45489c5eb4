"""Another user swaps names in a folder while root writes photos there.

Everybody may write in the folder; the photos, and files elsewhere that nobody else may open, are root's. The other
user puts links to those files in place of photos, of folders and of temporary files, and puts all back.
"""

from __future__ import annotations

import collections
import contextlib
import mmap
import os
import random
import shutil
import signal
import stat
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import attrs

from benchmarks.faults import seeds, unsealed
from benchmarks.faults.interleavings.stamps import Stamp
from phototag.catalogue.walk import find
from phototag.errors import PhototagError
from phototag.files.temporary import PREFIX

NOBODY: Final = 65534
PHOTOS: Final = ("photo.jpg", "photo.png", "sub/photo.jpg", "photo.gif")
_SWAPS, _READ, _WIDE = 0, 8, 16  # places of the numbers that the other user counts
_CHECK_EVERY: Final = 25  # writes


@attrs.define
class Tally:
    """What came of it.

    Attributes:
        writes: how many were tried.
        done: of them, those after which nothing was to be said.
        errors: the others, by the name of the error.
        swaps: of names, by the other user.
        outside: files outside the folder that have changed, or their owner, permissions or time.
        read: how often the other user could open a file of root's.
        widened: how often a file of root's in the folder had more permissions than the photos.
        left: temporary files of root's that the next run neither deletes nor reports.
        wrong: sentences on errors that are not phototag's.
    """

    writes: int = 0
    done: int = 0
    errors: dict[str, int] = attrs.Factory(collections.Counter)
    swaps: int = 0
    outside: int = 0
    read: int = 0
    widened: int = 0
    left: int = 0
    wrong: list[str] = attrs.Factory(list)


def measure(root: Path, writes: int, say: Callable[[str], None], seed: int = 0) -> dict[str, Any]:
    """Write so many times, as JSON values.

    Args:
        root: an empty folder.
        writes: how many.
        say: told the result.
        seed: of the choices.

    Raises:
        PermissionError: this user is not root, or the other one cannot enter the folder.
    """
    if os.geteuid():
        raise PermissionError("another user's processes can only be started by root")
    root.chmod(0o755)
    inside, outside = root / "photos", root / "outside"
    secrets = _outside(outside)
    for folder in (inside, inside / "sub"):
        folder.mkdir()
        folder.chmod(0o777)
    before = {path: (path.read_bytes(), Stamp.of(path)) for path in secrets}
    counts = mmap.mmap(-1, 4096)
    other = _started(inside, outside, counts, seed)
    tally = Tally()
    try:
        _write(inside, writes, tally, before)
    finally:
        os.kill(other, signal.SIGKILL)
        os.waitpid(other, 0)
    tally.swaps, tally.read, tally.widened = struct.unpack_from("<QQQ", counts)
    if not tally.swaps:
        raise PermissionError(f"{inside}: another user cannot enter it")
    tally.outside += _changed(before)
    tally.left = _left(inside)
    found = attrs.asdict(tally)
    say(f"another user: {found}")
    return found


def _outside(folder: Path) -> list[Path]:
    """Files of root's that are called as the photos are, so that a swapped folder leads to them."""
    folder.mkdir(mode=0o755)
    found = []
    for name in ("photo.jpg", "photo.png", "photo.gif", "photo.gif.xmp"):
        path = folder / name
        path.write_bytes(seeds.XMP if name.endswith("xmp") else seeds.photo(path.suffix[1:]))
        path.chmod(0o600)
        found.append(path)
    return found


def _write(
    inside: Path, writes: int, tally: Tally, before: dict[Path, tuple[bytes, Stamp]]
) -> None:
    fresh = {name: seeds.photo(name.rpartition(".")[2]) for name in PHOTOS}
    for number in range(writes):
        name = PHOTOS[number % len(PHOTOS)]
        path = inside / name
        _put_there(path, fresh[name])
        turn = number // len(PHOTOS) % 3
        try:
            if turn == 2:
                unsealed.remove(path)
            else:
                unsealed.write(path, seeds.order("portrait" if turn else "headshot"))
            tally.done += 1
        except PhototagError as error:
            tally.errors[type(error).__name__] += 1
        except Exception as error:  # noqa: BLE001 - these are what is looked for
            tally.wrong.append(f"{name}: {type(error).__name__}: {error}")
        tally.writes += 1
        if number % _CHECK_EVERY == 0:
            tally.outside += _changed(before)


def _put_there(path: Path, data: bytes) -> None:
    """Root's photo is there again, if the other user has hidden it; root follows no links in this."""
    with contextlib.suppress(OSError):
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
            handle = os.open(path.name, flags, 0o600, dir_fd=folder)
            with os.fdopen(handle, "wb") as file:
                file.write(data)
        finally:
            os.close(folder)


def _changed(before: dict[Path, tuple[bytes, Stamp]]) -> int:
    """How many files outside are not as they were; they are put right."""
    count = 0
    for path, (data, stamp) in before.items():
        if path.read_bytes() == data and not Stamp.of(path).differences(stamp):
            continue
        count += 1
        path.write_bytes(data)
        path.chmod(stamp.mode)
        os.chown(path, stamp.owner, stamp.group)
        os.utime(path, ns=(stamp.mtime_ns, stamp.mtime_ns))
    return count + len(set(next(iter(before)).parent.iterdir()) - before.keys())


def _left(inside: Path) -> int:
    """Temporary files of root's after the next run, without those that it reports."""
    warned = {found.path for found in find(str(inside), clean=True) if found.warning}
    return sum(
        str(path) not in warned and path.lstat().st_uid == 0 for path in inside.rglob(f"{PREFIX}*")
    )


# --------------------------------------------------------------------------- the other user


def _started(inside: Path, outside: Path, counts: mmap.mmap, seed: int) -> int:
    other = os.fork()
    if other == 0:
        try:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            _swap(inside, outside, counts, random.Random(seed))
        finally:
            os.kill(os.getpid(), signal.SIGKILL)
    return other


def _swap(inside: Path, outside: Path, counts: mmap.mmap, dice: random.Random) -> None:
    """Swap names without end."""
    while True:
        folder = inside / dice.choice(("", "", "sub"))
        with contextlib.suppress(OSError):
            for path in _targets(folder, dice):
                _look(path, counts)
                _swap_one(path, outside, dice)
                (swaps,) = struct.unpack_from("<Q", counts, _SWAPS)
                struct.pack_into("<Q", counts, _SWAPS, swaps + 1)


def _targets(folder: Path, dice: random.Random) -> Iterator[Path]:
    """Temporary files first: they are not there for long."""
    paths = list(folder.iterdir())
    yield from (path for path in paths if path.name.startswith(PREFIX))
    others = [path for path in paths if not path.name.startswith((PREFIX, "aside"))]
    if others and dice.random() < 0.3:
        yield dice.choice(others)


def _swap_one(path: Path, outside: Path, dice: random.Random) -> None:
    aside = path.with_name(f"aside-{dice.randrange(4)}")
    victim = (
        outside
        / f"photo{path.suffix if path.suffix in {'.jpg', '.png', '.gif', '.xmp'} else '.jpg'}"
    )
    way = dice.randrange(4)
    if way == 0 and not path.name.startswith(PREFIX):  # away, and a moment later back
        path.rename(aside)
        path.symlink_to(outside if aside.is_dir() else victim)
        for _ in range(dice.randrange(2000)):
            pass
        path.unlink()
        aside.rename(path)
    elif way == 1 and not path.is_dir():  # for good
        link = path.with_name(f"aside-link-{dice.randrange(4)}")
        link.symlink_to(victim)
        link.replace(path)
    elif way == 2 and not path.is_dir():
        path.unlink()
        path.symlink_to(victim)
    elif path.is_symlink():
        path.unlink()
    for old in path.parent.glob("aside*"):
        if dice.random() < 0.2:
            with contextlib.suppress(OSError):
                _delete(old)


def _delete(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def _look(path: Path, counts: mmap.mmap) -> None:
    """Count files of root's that can be opened, or whose permissions are more than the photos' own."""
    status = path.lstat()
    if not stat.S_ISREG(status.st_mode) or status.st_uid != 0:
        return
    if status.st_mode & 0o077:
        struct.pack_into("<Q", counts, _WIDE, struct.unpack_from("<Q", counts, _WIDE)[0] + 1)
    with contextlib.suppress(OSError), path.open("rb"):
        struct.pack_into("<Q", counts, _READ, struct.unpack_from("<Q", counts, _READ)[0] + 1)
