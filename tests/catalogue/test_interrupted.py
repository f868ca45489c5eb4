"""What ``check`` says of runs that were killed, by the command that each was."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image

import phototag
from checks import findings, found, repaired
from phototag.catalogue.run_log import PhotoKey
from phototag.catalogue.state import State

pytestmark = pytest.mark.usefixtures("unsealed")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "Pictures"
    folder.mkdir()
    return folder


def killed(root: Path, state: Path, settings: str) -> None:
    """A run that has begun, and has not ended."""
    with State(state) as run_log:
        run_log.begin([run_log.root(os.fsencode(root))], settings, "1")


def test_a_run_that_can_be_resumed_is_told_with_its_own_command(
    root: Path, state: Path, headshot: Image.Image
) -> None:
    headshot.save(root / "a.jpg")
    for command in ("tag", "decide"):
        if command == "tag":
            list(phototag.tag_catalogue(root, state=state))
        else:
            list(phototag.decide_catalogue(root, kind="other", state=state))
        with closing(sqlite3.connect(state)) as sql, sql:
            last = "(SELECT max(id) FROM runs)"
            assert sql.execute(f"UPDATE runs SET ended = NULL WHERE id = {last}").rowcount
        number = phototag.runs(state)[-1].number
        (one,) = [one for one in findings(root, state) if "cannot be" not in one.remedy]
        assert one.problem == f"run {number} was interrupted"
        assert one.remedy == f"run the same `phototag {command}` command again to resume it"
        repaired(root, state)
        assert found(root, state) == [("Pictures", "interrupted")]


def test_a_review_that_was_killed_is_closed_by_a_repair(root: Path, state: Path) -> None:
    killed(root, state, "review/0a1b")
    (one,) = findings(root, state)
    assert one.problem == "run 1, a review, was interrupted, unless it is still open"
    assert one.remedy == "it cannot be resumed; `phototag check --repair` closes it"
    assert repaired(root, state) == [("Pictures", "interrupted")]
    assert found(root, state) == []


@pytest.mark.parametrize("mount_point", ["stays", "goes"])
def test_a_write_on_a_disk_that_is_away_is_not_settled(
    root: Path, state: Path, mount_point: str
) -> None:
    disk = root / "disk"
    with State(state) as run_log:
        place = PhotoKey(run_log.root(os.fsencode(disk)), b"", b"a.jpg")
        run_log.intend(run_log.begin([place.root], "", "1"), place, "ab", None)
    if mount_point == "stays":
        disk.mkdir()
    assert found(root, state) == [("disk", "interrupted")]
    assert repaired(root, state) == []
    disk.mkdir(exist_ok=True)
    (disk / "other.txt").touch()  # it is connected
    assert repaired(root, state) == [("a.jpg", "unsettled")]
