"""Whose temporary files are left over."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from phototag.catalogue.walk import clean_folder, walk
from phototag.files import temporary


def named(tmp_path: Path, process: int) -> Path:
    file = tmp_path / f"{temporary.prefix()}abcdefg_".replace(f"-{os.getpid()}-", f"-{process}-")
    file.write_bytes(b"half a photo")
    return file


def test_of_a_process_at_work_it_stays(tmp_path: Path) -> None:
    file = named(tmp_path, os.getpid())
    assert not temporary.clean(str(file), file.name)
    assert file.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_of_a_process_that_has_ended_it_goes_whether_its_parent_knows_or_not(
    tmp_path: Path,
) -> None:
    with subprocess.Popen(["true"]) as child:
        file = named(tmp_path, child.pid)
        deadline = time.monotonic() + 5
        stat = Path(f"/proc/{child.pid}/stat")
        while ") Z " not in stat.read_text("ascii") and time.monotonic() < deadline:
            time.sleep(0.01)
        assert ") Z " in stat.read_text("ascii")  # ended, and nobody has asked how
        assert temporary.clean(str(file), file.name)
        assert not file.exists()
    file = named(tmp_path, child.pid)
    assert temporary.clean(str(file), file.name)


MACHINE = "01234567"
OLD = (0.0, 0.0)


@pytest.mark.parametrize(
    "name",
    [
        ".phototag-notes.txt",
        f".phototag-{MACHINE}-1-abc",
        f".phototag-{MACHINE}-1-abcdefghi",
        f".phototag-{MACHINE}-x-abcdefgh",
        f".phototag-{MACHINE}-1-abcdefgh.txt",
        ".phototag-0123456-1-abcdefgh",
        ".phototag-",
    ],
)
def test_files_of_other_names_are_other_peoples(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_bytes(b"mine")
    os.utime(file, OLD)
    assert not temporary.clean(str(file), file.name)
    clean_folder(str(tmp_path))
    assert list(walk([tmp_path], clean=True)) == []
    assert file.read_bytes() == b"mine"


def test_a_link_or_a_folder_of_such_a_name_stays(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_bytes(b"mine")
    link = tmp_path / f".phototag-{MACHINE}-1-abcdefgh"
    link.symlink_to(target)
    os.utime(link, OLD, follow_symlinks=False)
    folder = tmp_path / f".phototag-{MACHINE}-2-abcdefgh"
    folder.mkdir()
    os.utime(folder, OLD)
    clean_folder(str(tmp_path))
    assert link.is_symlink()
    assert folder.is_dir()
    assert target.read_bytes() == b"mine"


def test_a_file_that_is_ours_goes(tmp_path: Path) -> None:
    file = tmp_path / f".phototag-{MACHINE}-1-abcdefgh"
    file.write_bytes(b"half a photo")
    os.utime(file, OLD)
    clean_folder(str(tmp_path))
    assert not file.exists()
    handle, made = temporary.make(str(tmp_path))
    os.close(handle)
    assert temporary._NAME.fullmatch(Path(made).name)
