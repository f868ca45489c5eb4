"""What belongs to a file and not to its content stays: owner, mode, access lists; and two writers at once."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import subprocess
import sys
import time
from pathlib import Path

import exiftool
import pytest

from benchmarks.faults import seeds
from benchmarks.faults.unsealed import read
from phototag.metadata.containers import open_container
from phototag.metadata.xmp.names import Name
from phototag.metadata.xmp.packet import Packet
from processes import started
from writing import apply

TWO = """
import sys
from benchmarks.faults import seeds
from phototag.errors import ChangedMeanwhile
from benchmarks.faults import unsealed
done = 0
for turn in range(60):
    try:
        unsealed.write(sys.argv[1], seeds.order(sys.argv[2] if turn % 2 else "other"))
        done += 1
    except ChangedMeanwhile:
        pass
print(done)
"""


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.jpg"
    path.write_bytes(seeds.photo("jpg"))
    return path


def test_mode_and_owner_stay(photo: Path) -> None:
    photo.chmod(0o640)
    if os.name == "posix" and os.geteuid() == 0:
        os.chown(photo, 1234, 2345)
    before = photo.stat()
    apply(photo, seeds.record("headshot"))
    after = photo.stat()
    assert stat.S_IMODE(after.st_mode) == 0o640
    assert (after.st_uid, after.st_gid) == (before.st_uid, before.st_gid)
    assert after.st_ino != before.st_ino  # it was replaced


def test_access_lists_stay(photo: Path) -> None:
    if shutil.which("setfacl") is None:
        pytest.skip("setfacl is not installed")
    done = subprocess.run(
        ["setfacl", "-m", "u:1234:rw", photo], capture_output=True, check=False, timeout=60
    )
    if done.returncode:
        pytest.skip("this file system has no access lists")
    before = subprocess.run(
        ["getfacl", "-cpn", photo], capture_output=True, check=True, timeout=60
    ).stdout
    assert b"user:1234:rw" in before
    apply(photo, seeds.record("headshot"))
    after = subprocess.run(
        ["getfacl", "-cpn", photo], capture_output=True, check=True, timeout=60
    ).stdout
    assert after == before


@pytest.mark.slow
def test_two_writers_at_once_leave_one_whole_statement(photo: Path) -> None:
    with contextlib.ExitStack() as running:
        both = [
            running.enter_context(
                started(
                    [sys.executable, "-c", TWO, photo, kind],
                    stdout=subprocess.PIPE, cwd=Path(__file__).parents[2],
                )
            )
            for kind in ("headshot", "portrait")
        ]  # fmt: skip
        done = [int(process.communicate(timeout=120)[0]) for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert all(done)
    record = read(photo)
    assert record is not None
    container = open_container(photo.read_bytes(), str(photo))
    words = Packet(container.xmp).texts(Name.of("dc:subject"))
    assert words[:2] == ("Wedding", "Jane Doe")  # the user's words are all there, once
    assert sorted(words) == sorted({*words})
    assert {"headshot", "portrait", "other"} & {*words} == {record.kind}
    assert [path.name for path in photo.parent.iterdir()] == [photo.name]


TOGGLE = """
import sys
from benchmarks.faults import seeds
from phototag.errors import ChangedMeanwhile
from benchmarks.faults import unsealed
turn = 0
while True:
    turn += 1
    try:
        unsealed.write(sys.argv[1], seeds.order(("headshot", "portrait")[turn % 2]))
    except ChangedMeanwhile:
        pass
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="names cannot be exchanged here")
@pytest.mark.skipif(shutil.which("exiftool") is None, reason="exiftool is not installed")
def test_no_word_of_exiftool_is_lost_while_phototag_writes_without_a_pause(photo: Path) -> None:
    with (
        started([sys.executable, "-c", TOGGLE, photo], cwd=Path(__file__).parents[2]) as ours,
        contextlib.ExitStack() as afterwards,
        exiftool.ExifToolHelper() as theirs,
    ):
        afterwards.callback(ours.kill)
        deadline = time.monotonic() + 60
        while read(photo) is None:  # both at work from here on
            assert ours.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.01)
        for turn in range(100):
            theirs.execute("-overwrite_original", f"-XMP-dc:Title=title {turn}", str(photo))
            assert "1 image files updated" in str(theirs.last_stdout), theirs.last_stderr
            (found,) = theirs.get_tags(str(photo), "XMP-dc:Title")
            assert found["XMP:Title"] == f"title {turn}"
        assert ours.poll() is None  # it wrote all the time
    assert read(photo) is not None
