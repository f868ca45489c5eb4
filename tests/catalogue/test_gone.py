"""What ``check`` and ``undo`` say of photos that are gone, were moved, or are only out of reach."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image

import phototag
from checks import findings, found, repaired, tag
from phototag import errors
from phototag.catalogue.run_log import PhotoKey
from phototag.catalogue.state import Row, State
from phototag.cli import main
from trees import content

pytestmark = pytest.mark.usefixtures("unsealed")


def known(root: Path, state: Path, *folders: str, photos: int) -> None:
    """Note photos in the state file, and a run that has changed them; they themselves are not there."""
    with State(state) as run_log:
        number = run_log.root(os.fsencode(root))
        run = run_log.begin([number], "", "1")
        for folder in folders:
            for photo in range(photos):
                place = PhotoKey(number, folder.encode(), f"{photo}.jpg".encode())
                run_log.remember(
                    place, Row(fingerprint="1", picture=f"{folder}{photo}", kind="other")
                )
                run_log.intend(run, place, f"{folder}{photo}", None)
                run_log.settle(run, place, changed=True)
        run_log.end([number], "")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "Pictures"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("where", ["the folder itself", "a folder in it"])
def test_photos_below_an_empty_mount_point_are_not_forgotten(
    root: Path, state: Path, where: str
) -> None:
    share = root if where == "the folder itself" else root / "share"
    inside = "2023" if share == root else "share/2023"
    share.mkdir(exist_ok=True)
    known(root, state, inside, photos=3)
    (one,) = findings(root, state)
    assert (one.path, str(one.kind), str(one.severity)) == (str(share), "emptied", "note")
    assert one.problem.startswith("none of the 3 photos that the state file knows here is there")
    assert "share that belongs here is not connected" in one.problem
    assert repaired(root, state) == []
    assert found(root, state) == [(share.name, "emptied")]
    if share != root:  # the remedy, if they were deleted
        assert "delete this empty folder" in one.remedy
        share.rmdir()
        (root / "other").mkdir()
        done = CliRunner().invoke(main, ["check", "--repair", str(root), "--state", str(state)])
        assert f"{share}/2023/0.jpg: forgotten: it is not there any more\n" in done.stdout
        assert done.stderr.endswith(": no problems, 3 forgotten.\n")
        assert found(root, state) == []


def test_many_photos_are_not_forgotten_all_at_once_even_if_something_else_is_there(
    root: Path, state: Path
) -> None:
    (root / "NOT MOUNTED.txt").touch()
    known(root, state, "2023", photos=10)
    assert found(root, state, repair=True) == [("Pictures", "emptied")]
    assert found(root, state) == [("Pictures", "emptied")]


def test_undo_below_an_empty_mount_point_says_that_a_disk_may_be_missing(
    root: Path, state: Path
) -> None:
    known(root, state, "2023", photos=1)
    with pytest.raises(errors.PhotosMissing) as caught:
        list(phototag.undo(state=state))
    assert caught.value.remedy.startswith("if a disk or network share belongs there, connect it")
    (root / "other.txt").touch()
    with pytest.raises(errors.PhotosMissing) as caught:
        list(phototag.undo(state=state))
    assert caught.value.remedy.startswith("if they were moved, say where to")


def test_a_run_whose_photos_were_deleted_can_be_closed(root: Path, state: Path) -> None:
    known(root, state, "2023", photos=2)
    (root / "other.txt").touch()
    undo = ["undo", "--state", str(state)]
    refused = CliRunner().invoke(main, undo)
    forget = f"phototag undo 1 --forget-deleted --state {state}"
    assert f"if they were deleted, forget them: {forget}" in refused.stderr
    assert CliRunner().invoke(main, [*undo, "--forget-deleted", "--dry-run"]).exit_code == 0
    assert [run.changes for run in phototag.runs(state)] == [2]
    assert CliRunner().invoke(main, [*undo, "--forget-deleted"]).exit_code == 0
    assert CliRunner().invoke(main, [*undo, "--list"]).stdout == ""


WITHOUT_RIGHTS = """
import sys
from click.testing import CliRunner
from phototag.cli import main
root, state = sys.argv[1:]
for words in (["check", "--repair", root], ["undo"], ["undo", "--forget-deleted"]):
    done = CliRunner().invoke(main, [*words, "--state", state])
    print(done.stdout + done.stderr, end="\\0")
"""


def without_rights(root: Path, state: Path) -> list[str]:
    """What commands print for a user whom permissions keep out, as they do not keep out root."""
    plain = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
    command = [sys.executable, "-c", WITHOUT_RIGHTS, str(root), str(state)]
    done = subprocess.run(
        command if os.geteuid() else [*plain, *command],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    return done.stdout.split("\0")[:-1]


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="setpriv is not installed")
def test_of_photos_below_a_folder_that_cannot_be_read_nothing_is_said(
    root: Path, state: Path
) -> None:
    closed = root / "closed"
    closed.mkdir()
    known(root, state, "closed", photos=1)
    with State(state) as run_log:
        before = run_log.photos(1, b"closed")
    closed.chmod(0)
    try:
        checked, undone, kept = without_rights(root, state)
    finally:
        closed.chmod(0o700)
    assert checked.startswith(f"{closed}: problem: this folder cannot be read")
    assert "0.jpg" not in checked
    with State(state) as run_log:
        assert run_log.photos(1, b"closed") == before
    assert f"its photos cannot be read: {closed}: Permission denied" in undone
    assert "it cannot be read (Permission denied)" in kept
    assert [run.changes for run in phototag.runs(state)] == [1]


def test_a_photo_that_was_moved_without_its_sidecar_is_undone_as_check_says(
    root: Path, state: Path, headshot: Image.Image
) -> None:
    headshot.save(root / "as.gif")
    headshot.rotate(5).save(root / "copy.gif")
    shutil.copy(root / "copy.gif", root / "same.gif")
    before = content(root)
    tag(root, state)
    away = root.with_name("away")
    away.mkdir()
    (root / "as.gif").rename(away / "new.gif")
    (root / "copy.gif").unlink()
    told = {one.path: one for one in findings([root, away], state) if str(one.kind) == "vanished"}
    gone, copy = told[f"{root}/as.gif"], told[f"{root}/copy.gif"]
    assert copy.problem == "it is not there any more"  # not that it is in same.gif
    assert gone.problem == f"it is not there any more: its picture is in {away}/new.gif"
    move, undo, _ = gone.remedy.split("; ")
    assert move == f"move its sidecar, too: {root}/as.gif.xmp to {away}/new.gif.xmp"
    assert undo == f"to undo run 1: phototag undo 1 --moved-to {away} --state {state}"
    (root / "as.gif.xmp").rename(away / "new.gif.xmp")
    (again,) = (one for one in findings([root, away], state) if one.path == gone.path)
    assert again.remedy.startswith(undo)
    failed = [o.photo for o in phototag.undo(run=1, state=state, moved_to=away) if o.error]
    assert failed == [f"{root}/copy.gif"]
    assert content(away) == {"new.gif": before["as.gif"]}


def test_a_name_that_no_file_can_have_is_a_damaged_entry(root: Path, state: Path) -> None:
    (root / "other.txt").touch()
    known(root, state, "2023", photos=1)
    with closing(sqlite3.connect(state)) as sql, sql:
        for table in ("photos", "changes"):
            assert sql.execute(f"UPDATE {table} SET name = ?", (b"0\0.jpg",)).rowcount
    with pytest.raises(errors.PhotosMissing):
        list(phototag.undo(state=state))
    expected = [("here.sqlite3", "row_damaged")] * 2
    assert found(root, state) == expected
    assert repaired(root, state) == expected
    assert found(root, state) == []
