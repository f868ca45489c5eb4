"""A state file that cannot be used: the cause is told, and a remedy that fits it, which never costs a photo."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image

from checks import findings
from phototag import errors
from phototag.catalogue.state import State

REPAIR = "phototag check --repair"


def said(state: Path) -> errors.StateUnusable:
    """The error of a state file that cannot be used."""
    with pytest.raises(errors.StateUnusable) as caught:
        State(state)
    assert "delete" not in str(caught.value)
    return caught.value


@pytest.fixture
def damaged(state: Path) -> Path:
    """A state file of which half the pages are not what they say."""
    with State(state) as run_log:
        for number in range(3000):
            run_log.root(f"/pictures/{number}".encode())
    data = bytearray(state.read_bytes())
    for page in range(len(data) // 8192 * 4096, len(data), 4096):
        data[page] = 0xEE
    state.write_bytes(data)
    return state


def test_a_photo_in_place_of_the_state_file_is_no_state_file(
    tmp_path: Path, headshot: Image.Image
) -> None:
    photo = tmp_path / "p1.jpg"
    headshot.save(photo)
    before = photo.read_bytes()
    error = said(photo)
    assert (error.problem, error.remedy) == (
        "this is not a state file of phototag", "choose another file with --state",
    )  # fmt: skip
    assert photo.read_bytes() == before


def test_a_damaged_database_of_another_program_is_no_state_file(tmp_path: Path) -> None:
    file = tmp_path / "other.db"
    with closing(sqlite3.connect(file)) as sql:
        sql.execute("CREATE TABLE mine (x)")
    data = bytearray(file.read_bytes())
    data[100:300] = b"\xff" * 200
    file.write_bytes(data)
    assert said(file).problem == "this is not a state file of phototag"
    for repair in (False, True):
        with pytest.raises(errors.StateUnusable, match="not a state file"):
            findings(tmp_path, file, repair=repair)
    assert file.read_bytes() == data


def test_a_damaged_state_file_is_left_to_check(damaged: Path) -> None:
    with State(damaged) as run_log, pytest.raises(errors.StateUnusable) as caught:
        run_log.root(b"/pictures/2999")
    assert "malformed" in caught.value.problem
    assert f"{REPAIR} --state {damaged} FOLDER" in caught.value.remedy


def test_check_tells_the_damage_in_one_line_and_what_is_lost_if_it_cannot_mend_it(
    damaged: Path, tmp_path: Path
) -> None:
    one = next(one for one in findings(tmp_path, damaged) if str(one.kind) == "state_damaged")
    assert re.fullmatch(r"the state file is damaged \(.*\bpage\b.*\)", one.problem, re.IGNORECASE)
    assert one.remedy == f"run `{REPAIR}`"
    (left,) = (
        one
        for one in findings(tmp_path, damaged, repair=True)
        if str(one.kind) == "state_damaged" and not one.repaired
    )
    assert REPAIR not in left.remedy
    assert (
        "decisions that no photo holds, confirmations and what `undo` needs are lost" in left.remedy
    )


def test_a_folder_or_a_path_through_a_file_is_a_slip_in_the_path(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path, tmp_path / "file" / "state.sqlite3"):
        assert said(path).remedy == (
            "check its path, and make its folder, or choose another file with --state"
        )


def test_a_file_that_may_not_be_read_is_a_matter_of_permissions(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    State(state).close()
    if os.geteuid() == 0:  # whom permissions do not keep out
        monkeypatch.setattr(os, "open", _refused)
    state.chmod(0)
    error = said(state)
    assert error.problem == "the state file cannot be used (Permission denied)"
    assert error.remedy.startswith("change the permissions of the file")


def _refused(path: str, *_: object) -> int:
    raise PermissionError(13, "Permission denied", os.fspath(path))


def test_another_process_that_has_the_file_is_waited_for_and_then_named(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    State(state).close()
    monkeypatch.setattr("phototag.catalogue.database.BUSY_SECONDS", 0.2)
    with closing(sqlite3.connect(state, isolation_level=None)) as sql, State(state) as run_log:
        sql.execute("BEGIN IMMEDIATE")
        begun = time.monotonic()
        with pytest.raises(errors.StateUnusable, match="another process is using it") as caught:
            run_log.root(b"/")
        assert time.monotonic() - begun > 0.15
    assert caught.value.remedy == "wait until that has ended, then run the same command again"


FULL = """
mount -t tmpfs -o size=256k tmpfs "$1" || exit 77
"$2" -c 'import sys; from phototag.catalogue.state import State; State(sys.argv[1]).close()' "$1/here.sqlite3"
dd if=/dev/zero of="$1/rest" bs=4k 2>/dev/null
for state in here new; do
    "$2" -m phototag list --state "$1/$state.sqlite3" "$1"
done
exit 0
"""


@pytest.mark.skipif(shutil.which("unshare") is None, reason="unshare is not installed")
def test_a_full_disk_is_told_at_once(tmp_path: Path) -> None:
    unshare = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-rm"]
    begun = time.monotonic()
    done = subprocess.run(
        [*unshare, "sh", "-c", FULL, "sh", tmp_path, sys.executable],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    if done.returncode == 77 or "unshare" in done.stderr:
        pytest.skip(f"disks cannot be made here: {done.stderr}")
    assert time.monotonic() - begun < 30
    for state, line in zip(("here", "new"), done.stderr.splitlines(), strict=True):
        assert line.endswith(
            f"{tmp_path}/{state}.sqlite3: the state file cannot be used (the disk is full); "
            f"free some space on the disk of {tmp_path}, or choose another file with --state"
        )
