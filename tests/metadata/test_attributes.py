"""Attributes of a photo stay, and nobody else's file gets them: a name may lead elsewhere by now."""

from __future__ import annotations

import os
import stat
import sys
import typing
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks.faults.unsealed import read, remove
from phototag.errors import ChangedMeanwhile, WriteRefused
from phototag.files import attributes, temporary
from phototag.files import replace as replace_module
from phototag.files.folder import Folder
from phototag.files.rename_exchange import exchange
from phototag.metadata.record import Record
from phototag.options import TimeMode, WriteOptions
from writing import apply

pytestmark = pytest.mark.skipif(os.name != "posix", reason="links and modes are POSIX's")
OTHERS = b"somebody else's"
YEAR_2001 = 10**18  # ns
MTIMES = typing.get_args(TimeMode)


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """Somebody else's file, which nobody but its owner may read."""
    path = tmp_path / "elsewhere" / "other"
    path.parent.mkdir()
    path.write_bytes(OTHERS)
    os.utime(path, ns=(YEAR_2001, YEAR_2001))
    path.chmod(0o600)
    return path


def as_it_was(other: Path) -> None:
    assert other.read_bytes() == OTHERS
    assert stat.S_IMODE(other.stat().st_mode) == 0o600
    assert other.stat().st_mtime_ns == YEAR_2001
    if hasattr(os, "listxattr"):
        assert os.listxattr(other) == []


def temporary_file(folder: Path) -> Path:
    (found,) = folder.glob(f"{temporary.PREFIX}*")
    return found


def with_a_mark(path: Path) -> None:
    """Permissions that would harm the other file, and an attribute that would be seen on it."""
    path.chmod(0o666)
    if hasattr(os, "setxattr"):
        try:
            os.setxattr(path, "user.phototag_test", b"kept")
        except OSError:
            pytest.skip("this file system has no extended attributes")


MOMENTS: dict[str, tuple[Any, str]] = {
    "before the attributes": (replace_module, "_take_over"),
    "between times and attributes": (attributes, "_copy_extended"),
    "between attributes and mode": (attributes, "set_mode"),
    "after the attributes": (os, "fsync"),
}


@pytest.mark.parametrize("mtime", MTIMES)
@pytest.mark.parametrize("what", ["link", "file"])
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_temporary_file_that_is_swapped_changes_nobodys_file(  # noqa: PLR0917
    make: Any,
    headshot: Record,
    other: Path,
    monkeypatch: pytest.MonkeyPatch,
    moment: str,
    what: str,
    *,
    mtime: TimeMode,
) -> None:
    path = make("a.jpg")
    with_a_mark(path)
    before = path.read_bytes()
    swapped: list[Path] = []

    def swapping(real: Callable[..., object]) -> Callable[..., object]:
        def swap(*given: object, **options: object) -> object:
            if not swapped:
                name = temporary_file(path.parent)
                swapped.append(name)
                name.unlink()
                name.symlink_to(other) if what == "link" else other.rename(name)
            return real(*given, **options)

        return swap

    where, function = MOMENTS[moment]
    with monkeypatch.context() as patched:
        patched.delattr(os, "O_TMPFILE", raising=False)  # where it has a name from the beginning
        patched.setattr(where, function, swapping(getattr(where, function)))
        with pytest.raises(
            WriteRefused, match="another program removed the temporary file"
        ) as caught:
            apply(path, headshot, WriteOptions(mtime=mtime))
    assert caught.value.remedy
    (name,) = swapped
    as_it_was(other if what == "link" else name)  # and what lies there is not ours to delete
    assert path.read_bytes() == before
    name.unlink()
    apply(path, headshot)
    assert read(path) == headshot


def test_a_temporary_file_that_vanishes_is_no_traceback(
    make: Any, headshot: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make("a.jpg")
    before, real = path.read_bytes(), os.fsync

    def vanish(handle: int) -> None:
        temporary_file(path.parent).unlink()
        real(handle)

    with monkeypatch.context() as patched:
        patched.delattr(os, "O_TMPFILE", raising=False)
        patched.setattr(os, "fsync", vanish)
        with pytest.raises(WriteRefused, match="removed the temporary file"):
            apply(path, headshot)
    assert path.read_bytes() == before


def test_of_a_new_sidecar_it_is_the_same(
    make: Any, headshot: Record, other: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make("a.jpg")
    path.chmod(0o666)
    real = replace_module._take_over

    def swap(*given: Any, **options: Any) -> Any:
        name = temporary_file(path.parent)
        name.unlink()
        name.symlink_to(other)
        return real(*given, **options)

    with monkeypatch.context() as patched:
        patched.delattr(os, "O_TMPFILE", raising=False)
        patched.setattr(replace_module, "_take_over", swap)
        with pytest.raises(WriteRefused, match="removed the temporary file"):
            apply(path, headshot, WriteOptions(sidecar="always"))
    as_it_was(other)
    assert not path.with_suffix(".xmp").exists()


@pytest.mark.parametrize("what", ["link", "file", "fifo", "nothing"])
def test_attributes_are_those_of_the_file_that_was_read(
    make: Any, headshot: Record, other: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """Nobody's access rights come from a file that has taken the photo's name."""
    path = make("a.jpg")
    real, seen, inode = attributes.copy, [], path.stat().st_ino

    def swap(*given: Any, **options: Any) -> Any:
        path.unlink()
        if what == "link":
            path.symlink_to(other)
        elif what == "file":
            other.rename(path)
        elif what == "fifo":
            os.mkfifo(path)
        return take_over(*given, **options)

    def copied(source: int, *given: Any, **options: Any) -> Any:
        seen.append(os.fstat(source).st_ino)
        return real(source, *given, **options)

    take_over = replace_module._take_over
    monkeypatch.setattr(attributes, "copy", copied)
    monkeypatch.setattr(replace_module, "_take_over", swap)
    with pytest.raises(ChangedMeanwhile):
        apply(path, headshot)
    assert seen == [inode]
    assert not list(path.parent.glob(f"{temporary.PREFIX}*"))
    assert path.is_symlink() == (what == "link")


@pytest.mark.skipif(sys.platform != "linux", reason="names cannot be exchanged here")
def test_a_photo_that_becomes_a_link_in_the_last_moment_stays_one(
    make: Any, headshot: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make("a.jpg")
    before, moved = path.read_bytes(), path.with_name("moved.jpg")

    def move(folder: Folder, one: str, two: str) -> bool:
        if not moved.exists():
            path.rename(moved)
            path.symlink_to(moved)
        return exchange(folder, one, two)

    monkeypatch.setattr(replace_module, "exchange", move)
    with pytest.raises(ChangedMeanwhile):
        apply(path, headshot)
    assert path.is_symlink()
    assert moved.read_bytes() == before


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644, 0o666, 0o2664])
@pytest.mark.parametrize("mtime", MTIMES)
def test_what_belongs_to_a_photo_stays(
    make: Any, headshot: Record, mode: int, *, mtime: TimeMode
) -> None:
    path = make("a.jpg")
    with_a_mark(path)
    path.chmod(mode)
    os.utime(path, ns=(YEAR_2001 + 5, YEAR_2001))
    options = WriteOptions(mtime=mtime)
    for step in ("apply", "remove"):
        done = apply(path, headshot, options) if step == "apply" else remove(path, options)
        assert done.changed
        status = path.stat()
        assert stat.S_IMODE(status.st_mode) == mode
        assert (status.st_mtime_ns == YEAR_2001) == (mtime == "keep")
        assert (status.st_mtime_ns < YEAR_2001 + 3 * 10**9) == (mtime != "now")
        assert (status.st_atime_ns == YEAR_2001 + 5) <= (mtime != "now")
        if hasattr(os, "getxattr"):
            assert os.getxattr(path, "user.phototag_test") == b"kept"


@pytest.mark.parametrize(
    "lacking", ["listxattr", "removexattr", "fchown", "O_NOFOLLOW", "O_NONBLOCK", "O_TMPFILE"]
)
def test_a_system_without_something_does_what_it_can(
    make: Any, headshot: Record, monkeypatch: pytest.MonkeyPatch, lacking: str
) -> None:
    path = make("a.jpg")
    path.chmod(0o640)
    monkeypatch.delattr(os, lacking)
    apply(path, headshot)
    assert read(path) == headshot
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_system_that_takes_no_descriptor_does_it_by_name(
    make: Any, headshot: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make("a.jpg")
    path.chmod(0o640)
    os.utime(path, ns=(YEAR_2001, YEAR_2001))
    monkeypatch.setattr(os, "supports_fd", frozenset())
    monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    apply(path, headshot, WriteOptions(mtime="keep"))
    assert (stat.S_IMODE(path.stat().st_mode), path.stat().st_mtime_ns) == (0o640, YEAR_2001)
