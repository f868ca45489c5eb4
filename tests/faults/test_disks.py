"""Disks that are full or read-only, folders that may not be written: the photo stays, the error says why."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.faults import seeds

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the disks are made for Linux")

WRITE = """
import os, sys
from benchmarks.faults import seeds
from phototag.errors import PhototagError
from benchmarks.faults import unsealed
from phototag.worker.sealed import preparing  # now: another user may not read Python's files
if sys.argv[2:]:
    os.setgroups([])
    os.setgid(int(sys.argv[2]))
    os.setuid(int(sys.argv[2]))
try:
    unsealed.write(sys.argv[1], seeds.order("headshot"))
except PhototagError as error:
    print(error)
"""
NOBODY = 65534


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that every user may enter."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name)
        path.chmod(0o755)
        yield path


def said(before: str, photo: Path, *arguments: str) -> str:
    """What a write says, on disks of its own on which this was done before."""
    if shutil.which("unshare") is None:
        pytest.skip("unshare is not installed")
    command = [sys.executable, "-c", WRITE, str(photo), *arguments]
    script = (
        f'{before} || exit 77; "$@"; code=$?; ls -A "{photo.parent}"; md5sum "{photo}"; exit $code'
    )
    unshare = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-rm"]
    done = subprocess.run(
        [*unshare, "sh", "-c", script, "sh", *command],
        capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2], timeout=60,
    )  # fmt: skip
    if done.returncode == 77 or "unshare" in done.stderr:
        pytest.skip(f"disks cannot be made here: {done.stderr}")
    assert done.returncode == 0, done.stderr
    return done.stdout


def md5(path: Path) -> str:
    return subprocess.run(
        ["md5sum", path], capture_output=True, text=True, check=True, timeout=60
    ).stdout


def test_a_full_disk_leaves_the_photo_as_it_was(folder: Path, tmp_path: Path) -> None:
    source = tmp_path / "photo.jpg"
    source.write_bytes(seeds.photo("jpg", 800))
    room = int(source.stat().st_size * 1.5)  # for the photo, and not for a second one
    photo = folder / "photo.jpg"
    text = said(f'mount -t tmpfs -o size={room} tmpfs "{folder}" && cp "{source}" "{photo}"', photo)
    assert text.startswith(f"{photo}: the disk is full (the file is unchanged); free some space\n")
    assert text.splitlines()[1:-1] == ["photo.jpg"]
    assert text.split()[-2] == md5(source).split()[0]


def test_a_read_only_disk_leaves_the_photo_as_it_was(folder: Path) -> None:
    photo = folder / "photo.jpg"
    photo.write_bytes(seeds.photo("jpg"))
    text = said(f'mount --bind "{folder}" "{folder}" && mount -o remount,ro,bind "{folder}"', photo)
    assert "(the file is unchanged)" in text
    assert "not writable" in text
    assert text.endswith(md5(photo))


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="root alone changes users"
)
def test_a_folder_that_takes_no_files_leaves_the_photo_as_it_was(folder: Path) -> None:
    inside = folder / "inside"
    inside.mkdir()
    photo = inside / "photo.jpg"
    photo.write_bytes(seeds.photo("jpg"))
    photo.chmod(0o666)
    inside.chmod(0o555)
    text = said("true", photo, str(NOBODY))
    assert text.startswith(
        f"{photo}: its folder is not writable (the file is unchanged); "
        "change the folder's permissions\n"
    )
    assert text.endswith(md5(photo))
