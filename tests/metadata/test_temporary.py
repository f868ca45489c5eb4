"""Whose temporary files are left over."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import time
from pathlib import Path

import pytest

from phototag.catalogue.walk import clean_folder, find
from phototag.files import rename_exchange, temporary
from phototag.files.folder import Folder
from processes import started


def named(tmp_path: Path, process: int) -> Path:
    file = tmp_path / f"{temporary.prefix()}ab_0123x".replace(f"-{os.getpid()}-", f"-{process}-")
    file.write_bytes(b"half a photo")
    return file


def clean(file: Path) -> str | None:
    with contextlib.closing(Folder.of(str(file.parent))) as folder:
        return temporary.clean(folder, file.name)


def test_of_a_process_at_work_it_stays(tmp_path: Path) -> None:
    file = named(tmp_path, os.getpid())
    clean(file)
    assert file.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_of_a_process_that_has_ended_it_goes_whether_its_parent_knows_or_not(
    tmp_path: Path,
) -> None:
    with started(["true"]) as child:
        file = named(tmp_path, child.pid)
        deadline = time.monotonic() + 5
        stat = Path(f"/proc/{child.pid}/stat")
        while ") Z " not in stat.read_text("ascii") and time.monotonic() < deadline:
            time.sleep(0.01)
        assert ") Z " in stat.read_text("ascii")  # ended, and nobody has asked how
        clean(file)
        assert not file.exists()
    file = named(tmp_path, child.pid)
    clean(file)
    assert not file.exists()


def test_a_name_that_is_made_is_known(tmp_path: Path) -> None:
    for _ in range(50):
        with contextlib.closing(Folder.of(str(tmp_path))) as folder:
            handle, name = temporary.make(folder)
            os.close(handle)
        assert (tmp_path / name).stat().st_size == 0
        assert temporary._NAME.fullmatch(name)


OTHER_PEOPLES = [
    ".phototag-notes.txt",
    ".phototag-12345678-1-abc",
    ".phototag-12345678-1-abcdefghi",
    ".phototag-12345678-1-ABCDEFGH",
    ".phototag-12345678-1-abcdefg.",
    ".phototag-12345678-01-abcdefgh",
    ".phototag-12345678--abcdefgh",
    ".phototag-12345678-\u0661-abcdefgh",  # a digit, in Arabic
    ".phototag-1234567-1-abcdefgh",
    ".phototag-1234567g-1-abcdefgh",
    ".phototag-page-abcdefgh",
    ".phototag-12345678-1-abcdefgh.jpg",
    ".phototag-12345678-1-abcdefgh\n",
    "x.phototag-12345678-1-abcdefgh",
]
OURS = ".phototag-12345678-1-abcdefgh"  # of another machine, whose processes we cannot see


@pytest.mark.parametrize("name", OTHER_PEOPLES)
def test_a_file_of_another_name_stays_however_old_it_is(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_bytes(b"somebody's own")
    os.utime(file, (0, 0))
    clean(file)
    find_and_clean(tmp_path)
    assert file.exists()


def find_and_clean(folder: Path) -> None:
    """As a run begins, and as one is taken back."""
    assert list(find(str(folder), clean=True)) == []
    clean_folder(str(folder))


@pytest.mark.parametrize("what", ["file", "link", "dead link", "folder", "link to a folder"])
def test_only_a_regular_file_is_deleted(tmp_path: Path, what: str) -> None:
    folder, own = tmp_path / "folder", tmp_path / "own"
    folder.mkdir()
    own.mkdir() if what == "link to a folder" else own.write_bytes(b"somebody's own")
    file = folder / OURS
    if what == "file":
        file.write_bytes(b"half a photo")
    elif what == "folder":
        file.mkdir()
    else:
        file.symlink_to(tmp_path / "nowhere" if what == "dead link" else own)
    os.utime(file, (0, 0), follow_symlinks=False)
    find_and_clean(folder)
    assert os.path.lexists(file) == (what != "file")
    assert own.exists()


def test_of_another_machine_a_young_one_stays(tmp_path: Path) -> None:
    file = tmp_path / OURS
    file.write_bytes(b"half a photo")
    find_and_clean(tmp_path)
    assert file.exists()


def test_with_a_number_that_no_process_can_have_it_stays(tmp_path: Path) -> None:
    name = temporary.prefix().replace(f"-{os.getpid()}-", f"-{10**30}-") + "abcdefgh"
    file = tmp_path / name
    file.write_bytes(b"half a photo")
    find_and_clean(tmp_path)
    assert file.exists()


@pytest.mark.parametrize("lacking", ["nothing", "renaming", "renaming and links"])
def test_a_file_is_never_moved_over_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lacking: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    if lacking != "nothing":
        monkeypatch.setattr(rename_exchange, "_renameat2", lambda: None)
    if lacking == "renaming and links":
        monkeypatch.setattr(os, "link", fail)
    one, other, free = (tmp_path / name for name in ("one", "other", "free"))
    one.write_bytes(b"1")
    other.write_bytes(b"2")
    with contextlib.closing(Folder.of(str(tmp_path))) as folder:
        with pytest.raises(FileExistsError):
            rename_exchange.move(folder, one.name, other.name)
        assert (one.read_bytes(), other.read_bytes()) == (b"1", b"2")
        rename_exchange.move(folder, one.name, free.name)
        assert rename_exchange.exchange(folder, free.name, other.name) == (
            lacking == "nothing" and sys.platform == "linux"
        )
    assert not one.exists()
    assert {free.read_bytes(), other.read_bytes()} == {b"1", b"2"}
