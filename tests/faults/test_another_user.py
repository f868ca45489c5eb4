"""Another user who may write in the photo's folder, and swaps names there while root writes, reaches nothing else.

``PHOTOTAG_SWAPS`` is the number of writes.
"""

from __future__ import annotations

import contextlib
import itertools
import math
import os
import random
import signal
import stat
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from benchmarks.faults import seeds, unsealed
from phototag.errors import PhotoNotReadable, PhototagError
from phototag.files.temporary import PREFIX
from phototag.options import WriteOptions

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="names cannot be exchanged here"),
    pytest.mark.skipif(
        not hasattr(os, "geteuid") or os.geteuid() != 0, reason="root alone changes users"
    ),
]
WRITES = int(os.environ.get("PHOTOTAG_SWAPS", "150"))
BOB = 4002
PAUSES = 0.0001, 0.05  # s, shorter and longer than most writes take
PATIENCE = 120  # s, until one write was done and one refused

State = dict[str, tuple[object, ...]]


@pytest.fixture
def above() -> Iterator[Path]:
    """A folder of Bob's, with ``photos`` in it, and root's folder ``outside``."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name)
        for each in (path, path / "photos"):
            each.mkdir(exist_ok=True)
            os.chown(each, BOB, BOB)
            each.chmod(0o755)
        (path / "outside").mkdir()
        os.chown(path / "outside", 0, 0)
        for photo in (path / "photos" / "photo.jpg", path / "outside" / "photo.jpg"):
            photo.write_bytes(seeds.photo("jpg"))
            photo.chmod(0o600)
        yield path


def state(folder: Path) -> State:
    """All that can change in a folder."""
    found: State = {}
    for each in sorted(folder.iterdir()):
        now = each.lstat()
        rights = stat.S_IMODE(now.st_mode), now.st_uid, now.st_gid
        times = now.st_mtime_ns, now.st_ctime_ns, now.st_ino
        found[each.name] = (each.read_bytes(), *rights, *times)
    return found


def swap(above: Path, dice: random.Random) -> None:
    """Put something else under a name for a moment; what has a temporary name is taken for ever."""
    photos, saved = above / "photos", above / "saved"
    photo, outside = photos / "photo.jpg", above / "outside"
    hidden = list(photos.glob(f"{PREFIX}*"))
    way = dice.randrange(4)
    if way == 0:
        with swapped(photo, photos / "saved"):
            photo.symlink_to(outside / "photo.jpg")
    elif way == 1:
        with swapped(photos, saved):
            photos.symlink_to(outside)
    for path in hidden:
        if way == 2:
            path.unlink()
            path.symlink_to(outside / "photo.jpg")
        elif way == 3:
            path.rename(photos / f"taken{dice.randrange(5)}")
            path.write_bytes(b"Bob's")


@contextlib.contextmanager
def swapped(path: Path, saved: Path) -> Iterator[None]:
    path.rename(saved)
    try:
        yield
    finally:
        if saved.is_dir():
            path.unlink()
        saved.replace(path)


@contextlib.contextmanager
def bob(above: Path, work: Callable[[Path, random.Random], None]) -> Iterator[None]:
    """Bob works all the time, with pauses of every length: some writes meet him, some do not."""
    child = os.fork()
    if child == 0:
        os.setgroups([])
        os.setgid(BOB)
        os.setuid(BOB)
        dice = random.Random(0)
        while os.getppid() != 1:
            with contextlib.suppress(OSError):
                work(above, dice)
            time.sleep(math.exp(dice.uniform(*map(math.log, PAUSES))))
        os._exit(0)
    try:
        yield
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


@pytest.mark.slow
@pytest.mark.parametrize("sidecar", ["auto", "always"])
def test_swapped_names_change_nothing_outside_and_give_no_rights(above: Path, sidecar: str) -> None:
    photo = above / "photos" / "photo.jpg"
    before = state(above / "outside")
    options = WriteOptions(sidecar=sidecar)  # type: ignore[arg-type]
    done, refused = 0, 0
    end = time.monotonic() + PATIENCE
    with bob(above, swap):
        for turn in itertools.count():
            enough = turn >= WRITES and done and refused
            if enough or time.monotonic() > end:
                break
            order = seeds.order(("headshot", "portrait")[turn % 2])
            try:
                unsealed.write(photo, order, options)
                done += 1
            except PhototagError:
                refused += 1
    assert state(above / "outside") == before
    assert done
    assert refused
    left = [each for each in above.rglob("*") if each.is_file() and not each.is_symlink()]
    roots = [each for each in left if each.stat().st_uid == 0]
    assert roots
    assert {stat.S_IMODE(each.stat().st_mode) for each in roots} == {0o600}


def test_a_folder_that_is_replaced_by_a_link_meanwhile_is_the_one_that_was_opened(
    above: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photos, moved = above / "photos", above / "moved"
    before = state(above / "outside")
    real = os.fsync

    def swap(handle: int) -> None:
        real(handle)
        if not moved.exists():
            photos.rename(moved)
            photos.symlink_to(above / "outside")

    monkeypatch.setattr(os, "fsync", swap)
    unsealed.write(photos / "photo.jpg", seeds.order("headshot"))
    assert state(above / "outside") == before
    assert unsealed.read(moved / "photo.jpg") is not None
    assert [each.name for each in moved.iterdir()] == ["photo.jpg"]


def linked(link: Path, target: Path, owner: int) -> Path:
    link.symlink_to(target)
    os.chown(link, owner, owner, follow_symlinks=False)
    return link


@pytest.mark.parametrize("what", ["photo", "folder", "sidecar"])
def test_a_link_of_another_user_leads_to_nobody_elses_photo(above: Path, what: str) -> None:
    outside = above / "outside"
    path = above / "photos" / "photo.jpg"
    options = WriteOptions()
    if what == "photo":
        path.unlink()
        linked(path, outside / "photo.jpg", BOB)
    elif what == "folder":
        path = linked(above / "link", outside, BOB) / "photo.jpg"
    else:
        unsealed.write(
            outside / "photo.jpg", seeds.order("headshot"), WriteOptions(sidecar="always")
        )
        linked(path.with_name("photo.jpg.xmp"), outside / "photo.jpg.xmp", BOB)
    before = state(outside)
    with pytest.raises(PhotoNotReadable, match="a link of another user leads to it") as caught:
        unsealed.write(path, seeds.order("portrait"), options)
    assert "give the path of the photo itself" in str(caught.value)
    assert state(outside) == before


@pytest.mark.parametrize(("link", "target"), [(0, BOB), (BOB, BOB), (0, 0)])
def test_links_of_ones_own_and_to_ones_own_are_followed(
    above: Path, link: int, target: int
) -> None:
    photo = above / "outside" / "photo.jpg"
    os.chown(photo, target, target)
    path = linked(linked(above / "link", above / "outside", link) / "link.jpg", photo, link)
    unsealed.write(path, seeds.order("headshot"))
    assert path.is_symlink()
    assert unsealed.read(photo) is not None
    assert photo.stat().st_uid == target


def test_circular_links_and_long_chains_end(above: Path) -> None:
    one, two = above / "one.jpg", above / "two.jpg"
    one.symlink_to(two)
    two.symlink_to(one)
    with pytest.raises(PhototagError):
        unsealed.read(one)
    photo = above / "photos" / "photo.jpg"
    chain = photo
    for number in range(30):
        link = above / f"{number}.jpg"
        link.symlink_to(chain if number % 2 else os.path.relpath(chain, above))
        chain = link
    assert unsealed.read(chain) is None
    through = above / "photos" / "up"
    through.symlink_to("../photos/../photos/.")
    assert unsealed.read(through / "photo.jpg") is None
