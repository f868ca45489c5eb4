"""Undo: every photo says what it said before a run."""

from __future__ import annotations

import shutil
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest

import phototag
from phototag import errors
from phototag.catalogue.state import State
from phototag.criteria.verdict import Kind
from phototag.metadata.xmp.packet import EMPTY
from phototag.outcome import Written
from phototag.worker import tasks
from phototag.worker.protocol import Worker
from phototag.worker.source import PhotoFile
from trees import content

pytestmark = pytest.mark.usefixtures("unsealed")


def tag(root: Path, state: Path, **options: object) -> None:
    for _ in phototag.tag_catalogue(root, state=state, **options):  # type: ignore[arg-type]
        pass


def undo(state: Path, run: int | None = None) -> list[str]:
    """The names of the photos that could not be taken back."""
    outcomes = list(phototag.undo(run=run, state=state))
    assert outcomes
    return [Path(o.photo).name for o in outcomes if o.error is not None]


def dump(photo: Path, exiftool: str) -> list[str]:
    """All metadata as an independent reader sees them, whatever their order in the file."""
    command = [exiftool, "-G1", "-a", "-s", "-struct", "--System:all", str(photo)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
    return sorted(done.stdout.splitlines())


def test_one_run_after_the_other_is_taken_back(tree: Path, state: Path, exiftool: str) -> None:
    portrait = tree / "2023" / "portrait.jpg"
    before = content(tree)
    tag(tree, state)
    between = dump(portrait, exiftool)
    tag(tree, state, keywords="full", faces=True)
    assert dump(portrait, exiftool) != between
    # Of a cat there is nothing more to say.
    assert [run.changes for run in phototag.runs(state)] == [3, 2]
    assert undo(state) == []
    assert dump(portrait, exiftool) == between
    assert undo(state) == []
    assert content(tree) == before
    with pytest.raises(errors.RunUnknown):
        list(phototag.undo(state=state))


@pytest.mark.parametrize("modes", [("always", "auto"), ("auto", "always")])
def test_every_file_of_a_photo_is_taken_back(
    tree: Path, state: Path, modes: tuple[str, str]
) -> None:
    before = content(tree)
    tag(tree, state, sidecar=modes[0])
    between = content(tree)
    tag(tree, state, sidecar=modes[1])
    assert content(tree) != between
    assert undo(state) == []
    assert content(tree) == between
    assert undo(state) == []
    assert content(tree) == before


def test_a_run_can_be_tagged_again_after_it_was_taken_back(tree: Path, state: Path) -> None:
    tag(tree, state)
    tagged = content(tree)
    undo(state)
    tag(tree, state)
    assert content(tree) == tagged
    assert [run.changes for run in phototag.runs(state)] == [0, 3]


def test_a_later_run_comes_first(tree: Path, state: Path) -> None:
    tag(tree, state)
    tag(tree, state, keywords="full")
    assert undo(state, 1) == ["portrait.jpg", "headshot.JPG"]
    assert undo(state, 2) == []
    assert undo(state, 1) == []


def test_a_failed_write_in_between_loses_no_earlier_statement(
    tree: Path, state: Path, exiftool: str
) -> None:
    portrait = tree / "2023" / "portrait.jpg"
    tag(tree, state)
    first = dump(portrait, exiftool)
    portrait.chmod(0o444)
    tag(tree, state, keywords="standard")
    portrait.chmod(0o644)
    tag(tree, state, keywords="full")
    assert dump(portrait, exiftool) != first
    assert undo(state) == []
    record = phototag.read(portrait)
    assert record is not None
    assert record.keywords.flat == ("portrait",)
    assert dump(portrait, exiftool) == first


def test_words_of_other_programs_stay(tree: Path, state: Path, exiftool: str) -> None:
    portrait = tree / "2023" / "portrait.jpg"
    tag(tree, state)
    subprocess.run(
        [exiftool, "-q", "-overwrite_original", "-XMP-dc:Subject+=Eileen", str(portrait)],
        check=True,
        timeout=60,
    )
    assert undo(state) == []
    assert phototag.read(portrait) is None
    command = [exiftool, "-s3", "-XMP-dc:Subject", str(portrait)]
    said = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout
    assert said.split() == ["Eileen"]


def test_a_statement_of_another_computer_comes_back(tree: Path, state: Path, exiftool: str) -> None:
    portrait = tree / "2023" / "portrait.jpg"
    phototag.tag(portrait, keywords="full")
    theirs = dump(portrait, exiftool)
    tag(tree, state)
    assert dump(portrait, exiftool) != theirs
    assert undo(state) == []
    assert dump(portrait, exiftool) == theirs


def test_a_dry_run_of_undo(tree: Path, state: Path) -> None:
    tag(tree, state)
    before = content(tree)
    outcomes = list(phototag.undo(state=state, dry_run=True))
    assert [bool(o.change and o.change.changed) for o in outcomes] == [True] * 3
    assert content(tree) == before
    assert [run.changes for run in phototag.runs(state)] == [3]


def test_remove_needs_no_state(tree: Path, state: Path, tmp_path: Path) -> None:
    before = content(tree)
    tag(tree, state, keywords="full")
    copy = tmp_path / "copy"
    shutil.copytree(tree, copy)
    outcomes = list(phototag.remove_catalogue(copy))
    assert [Path(o.photo).name for o in outcomes if o.error] == ["broken.jpg"]
    assert content(copy) == before


def test_a_hard_link_made_since_can_be_taken_back(tree: Path, state: Path, tmp_path: Path) -> None:
    tag(tree, state)
    (tmp_path / "backup.jpg").hardlink_to(tree / "cat.jpg")
    assert undo(state) == ["cat.jpg"]
    outcomes = list(phototag.undo(state=state, allow_hard_links=True))
    assert [(Path(o.photo).name, o.error) for o in outcomes] == [("cat.jpg", None)]
    (tmp_path / "second.jpg").hardlink_to(tree / "2023" / "portrait.jpg")
    tag(tree, state, allow_hard_links=True)
    (tmp_path / "third.jpg").hardlink_to(tree / "2023" / "portrait.jpg")
    kept = list(phototag.remove_catalogue(tree / "2023" / "portrait.jpg"))
    assert isinstance(kept[0].error, errors.WriteRefused)
    (taken,) = phototag.remove_catalogue(tree / "2023" / "portrait.jpg", allow_hard_links=True)
    assert taken.error is None
    assert taken.change is not None
    assert taken.change.changed


def test_what_was_changed_in_part_and_then_gone_on_with_is_taken_back(
    tree: Path, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    portrait = tree / "2023" / "portrait.jpg"
    beside = portrait.with_name("portrait.jpg.xmp")
    beside.write_bytes(EMPTY)
    before = portrait.read_bytes()
    write = tasks.write
    tried: list[str] = []

    def full(worker: Worker, photo: PhotoFile, *how: Any) -> Written:
        if photo.path != str(portrait) or tried:
            return write(worker, photo, *how)
        tried.append(photo.name)
        kept = portrait.read_bytes()
        write(worker, photo, *how)
        portrait.write_bytes(kept)  # as if the disk had been full after the sidecar
        raise errors.WriteInPart(photo.name, "the sidecar was changed, but not this file")

    stop = threading.Event()
    monkeypatch.setattr(tasks, "write", full)
    for outcome in phototag.tag_catalogue(tree, state=state, stop=stop):
        if outcome.error and outcome.photo == str(portrait):
            stop.set()  # and somebody pressed Ctrl-C
    assert tried
    tag(tree, state)
    assert phototag.read(portrait) is not None
    assert undo(state) == []
    assert phototag.read(portrait) is None  # nor in its sidecar
    assert portrait.read_bytes() == before


def test_a_photo_from_which_the_words_were_removed_since_is_left_alone(
    tree: Path, state: Path
) -> None:
    (tree / "broken.jpg").unlink()
    before = content(tree)
    tag(tree, state)
    tag(tree, state, keywords="full")
    list(phototag.remove_catalogue(tree))
    assert content(tree) == before
    for dry_run in (True, False):
        outcomes = list(phototag.undo(state=state, dry_run=dry_run))
        notes = {note for o in outcomes if o.change for note in o.change.notes}
        assert [o.change and o.change.changed for o in outcomes] == [False, False]
        assert notes == {"phototag's words were removed since then: nothing to undo"}
    assert content(tree) == before
    assert [run.changes for run in phototag.runs(state)] == [3, 0]


def test_a_run_that_only_took_over_a_known_decision_is_not_the_next_to_undo(
    tree: Path, state: Path, tmp_path: Path
) -> None:
    for name in ("broken.jpg", "cat.jpg"):
        (tree / name).unlink()
    list(phototag.decide_catalogue(tree, kind="portrait", state=state))
    tag(tree, elsewhere := tmp_path / "elsewhere.sqlite3")
    assert phototag.runs(elsewhere) == []
    with State(elsewhere) as stored:
        assert {decision.kind for decision in stored.decisions().values()} == {Kind.PORTRAIT}


def test_remove_also_finds_sidecars_whose_photo_is_gone(tree: Path, state: Path) -> None:
    (tree / "broken.jpg").unlink()
    tag(tree, state, sidecar="always")
    (tree / "cat.jpg").unlink()
    (tree / "2023" / "portrait.jpg").rename(tree / "2023" / "renamed.jpg")
    (tree / "2023" / "anothers.xmp").write_bytes(EMPTY)
    (tree / "link.jpg.xmp").symlink_to(tree / "2023" / "May" / "headshot.JPG.xmp")
    left = content(tree)
    outcomes = list(phototag.remove_catalogue(tree))
    assert [(Path(o.photo).name, o.change and o.change.changed) for o in outcomes] == [
        ("renamed.jpg", False),
        ("headshot.JPG", True),
        ("cat.jpg.xmp", True),
        ("portrait.jpg.xmp", True),
    ]
    assert sorted(left.keys() - content(tree).keys()) == [
        "2023/May/headshot.JPG.xmp",
        "2023/portrait.jpg.xmp",
        "cat.jpg.xmp",
        "link.jpg.xmp",
    ]


def test_photos_of_a_disk_that_is_not_connected_are_not_forgotten_with_those_that_were_deleted(
    tree: Path, state: Path, tmp_path: Path
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    shutil.move(tree / "cat.jpg", disk)
    before = content(disk)
    for outcome in phototag.tag_catalogue([tree / "2023", disk], state=state):
        assert outcome.error is None
    (tree / "2023" / "portrait.jpg").unlink()
    disk.rename(tmp_path / "elsewhere")
    disk.mkdir()
    done = {
        Path(one.photo).name: one.error for one in phototag.undo(state=state, forget_deleted=True)
    }
    assert (done["portrait.jpg"], done["headshot.JPG"]) == (None, None)
    assert isinstance(done["cat.jpg"], errors.PhotoNotFound)
    assert "connect the disk" in done["cat.jpg"].remedy
    disk.rmdir()
    (tmp_path / "elsewhere").rename(disk)
    assert [one.error for one in phototag.undo(state=state)] == [None]
    assert content(disk) == before
