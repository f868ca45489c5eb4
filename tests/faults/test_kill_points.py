"""Wherever a write is killed: the photo is the old, the new or another program's, and no version is ever deleted."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks.faults import calls, seeds, unsealed
from phototag.catalogue.walk import find
from phototag.files import replace as replace_module
from phototag.files.rename_exchange import exchange
from phototag.files.temporary import PREFIX
from phototag.files.unfinished import Unfinished
from phototag.options import WriteOptions

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="names cannot be exchanged here")

Step = Callable[[Path], object]
EDIT = b"another program's"  # at the end of the photo


def tag(path: Path) -> object:
    return unsealed.write(path, seeds.order("headshot"))


def tag_beside(path: Path) -> object:
    return unsealed.write(path, seeds.order("headshot"), WriteOptions(sidecar="always"))


def killed(path: Path, work: Step, where: str, after: int, edit: Step | None) -> bool:
    """Work in a child that is killed when it has come to a step for the n-th time, or has passed it."""
    child = os.fork()
    if child == 0:
        owner: Any = Unfinished if where == "name_it" else replace_module
        real, seen = getattr(owner, where), []

        def step(*given: Any, **options: Any) -> Any:
            seen.append(where)
            if edit is not None and len(seen) == 1 and where == "exchange":
                edit(path)
            if after == 2 * len(seen) - 1:
                os.kill(os.getpid(), signal.SIGKILL)
            done = real(*given, **options)
            if after == 2 * len(seen):
                os.kill(os.getpid(), signal.SIGKILL)
            return done

        setattr(owner, where, step)
        try:
            work(path)
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def files(folder: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in folder.iterdir()}


def next_run(folder: Path) -> list[str]:
    """What the next run says of leftovers."""
    return [found.path for found in find(str(folder), clean=True) if found.warning]


STEPS = ["_take_over", "name_it", "exchange", "is_as_read", "_put_in_place", "_sync"]


@pytest.mark.parametrize("after", [1, 2])
@pytest.mark.parametrize("step", STEPS)
def test_a_killed_write_leaves_the_old_or_the_new_and_nothing_else(
    tmp_path: Path, step: str, after: int
) -> None:
    path = tmp_path / "photo.jpg"
    old = seeds.photo("jpg")
    path.write_bytes(old)
    tag(path)
    new = path.read_bytes()
    path.write_bytes(old)
    assert killed(path, tag, step, after, None)
    assert path.read_bytes() in {old, new}
    assert next_run(tmp_path) == []
    assert set(files(tmp_path)) == {"photo.jpg"}
    tag(path)
    assert path.read_bytes() == new


def append(path: Path) -> None:
    with path.open("ab") as file:
        file.write(EDIT)


def keep_size_and_time(path: Path) -> None:
    """An edit in place that nothing but ctime and bytes tell of."""
    before = path.stat()
    with path.open("r+b") as file:
        file.seek(-len(EDIT), os.SEEK_END)
        file.write(EDIT)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def put_another(path: Path) -> None:
    new = path.with_name("new")
    new.write_bytes(path.read_bytes() + EDIT)
    new.replace(path)


@pytest.mark.parametrize("edit", [append, keep_size_and_time, put_another])
@pytest.mark.parametrize("after", range(1, 5))
@pytest.mark.parametrize("step", ["exchange", "is_as_read", "_put_back"])
def test_another_programs_version_outlives_every_kill(
    tmp_path: Path, step: str, after: int, edit: Step
) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(seeds.photo("jpg"))
    expected = tmp_path / "expected.jpg"
    shutil.copy2(path, expected)
    edit(expected)
    theirs = expected.read_bytes()
    expected.unlink()
    real = exchange
    changed: list[int] = []

    def late(*given: Any) -> bool:
        if not changed:
            changed.append(1)
            edit(path)
        return real(*given)

    monkey = pytest.MonkeyPatch()
    with monkey.context() as patch:
        if step != "exchange":
            patch.setattr(replace_module, "exchange", late)
        was_killed = killed(path, tag, step, after, edit)
    assert was_killed == (after <= (4 if step == "exchange" else 2))
    warned = next_run(tmp_path)
    found = files(tmp_path)
    assert theirs in found.values()
    if found["photo.jpg"] == theirs:
        assert warned == []
        assert set(found) == {"photo.jpg"}
    else:
        (left,) = warned
        assert Path(left).read_bytes() == theirs
        assert next_run(tmp_path) == [left]  # and again, until somebody has decided


@pytest.mark.parametrize("after", [1, 2])
@pytest.mark.parametrize("step", ["move", "is_as_read", "_sync"])
def test_a_sidecar_that_is_deleted_is_there_or_gone(tmp_path: Path, step: str, after: int) -> None:
    path = tmp_path / "photo.gif"
    path.write_bytes(seeds.photo("gif"))
    tag_beside(path)
    sidecar = next(tmp_path.glob("*.xmp"))
    before = sidecar.read_bytes()
    assert killed(path, unsealed.remove, step, after, None)
    assert next_run(tmp_path) == []
    left = files(tmp_path)
    assert set(left) <= {"photo.gif", sidecar.name}
    assert left.get(sidecar.name, before) == before


@pytest.mark.parametrize("after", [1, 2])
@pytest.mark.parametrize("step", ["_take_over", "name_it", "_sync"])
def test_a_sidecar_that_is_made_is_whole_or_not_there(
    tmp_path: Path, step: str, after: int
) -> None:
    path = tmp_path / "photo.gif"
    path.write_bytes(seeds.photo("gif"))
    tag_beside(path)
    sidecar = next(tmp_path.glob("*.xmp"))
    whole = sidecar.read_bytes()
    sidecar.unlink()
    assert killed(path, tag_beside, step, after, None)
    assert next_run(tmp_path) == []
    assert files(tmp_path).get(sidecar.name, whole) == whole
    assert set(files(tmp_path)) <= {"photo.gif", sidecar.name}


CHANGING = ("openat", "sendfile", "fchown", "fchmod", "fsync", "linkat", "renameat2", "unlinkat")


@pytest.mark.slow
@pytest.mark.parametrize("nameless", [True, False])
@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_a_kill_at_every_call_that_changes_something(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, nameless: bool
) -> None:
    if not nameless:
        monkeypatch.delattr(os, "O_TMPFILE")
    path = tmp_path / "photo.jpg"
    old = seeds.photo("jpg")
    path.write_bytes(old)
    try:
        _, log = calls._run(path, tag, [])
    except PermissionError:
        pytest.skip("strace is not allowed here")
    new = path.read_bytes()
    assert new != old
    names = list(calls._names(log))
    killed, left_over = 0, 0
    for name in CHANGING:
        for number in range(1, names.count(name) + 1):
            path.write_bytes(old)
            said, _ = calls._run(path, tag, ["-e", f"inject={name}:signal=SIGKILL:when={number}"])
            killed += said["type"] == "dead"
            assert path.read_bytes() in {old, new}, (name, number)
            left_over += len(list(tmp_path.glob(f"{PREFIX}*")))
            assert next_run(tmp_path) == []
            assert set(files(tmp_path)) == {"photo.jpg"}, (name, number)
    assert killed > 8
    assert left_over > 0
