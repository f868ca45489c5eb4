"""Tagging a tree again and again: what is looked at, what is written, what comes back."""

from __future__ import annotations

import collections
import os
import shutil
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import phototag
from phototag import errors
from phototag.metadata.picture_hash import digest
from phototag.options import Limits
from phototag.outcome import PhotoState, VerdictSource, Written
from phototag.worker import tasks
from phototag.worker.protocol import Worker
from phototag.worker.source import PhotoFile
from trees import content

pytestmark = pytest.mark.usefixtures("unsealed")

Outcomes = list[phototag.TreeOutcome]


def tag(root: Path, state: Path, **options: object) -> Outcomes:
    return list(phototag.tag_catalogue(root, state=state, **options))  # type: ignore[arg-type]


def sources(outcomes: Outcomes) -> dict[str, str]:
    return {Path(outcome.photo).name: str(outcome.verdict_from) for outcome in outcomes}


def changed(outcomes: Outcomes) -> list[str]:
    return [Path(o.photo).name for o in outcomes if o.change is not None and o.change.changed]


def failed(outcomes: Outcomes) -> list[str]:
    return [Path(o.photo).name for o in outcomes if o.error is not None]


def test_the_second_run_touches_nothing(tree: Path, state: Path) -> None:
    first = tag(tree, state)
    assert changed(first) == ["cat.jpg", "portrait.jpg", "headshot.JPG"]
    assert failed(first) == ["broken.jpg"]
    assert set(sources(first).values()) == {"analysed"}
    before = content(tree)
    times = {path: path.stat().st_mtime_ns for path in tree.rglob("*")}
    again = tag(tree, state)
    assert set(sources(again).values()) == {"unchanged"}
    assert [o.kind for o in again] == [o.kind for o in first]
    assert failed(again) == ["broken.jpg"]
    assert str(again[0].error) == str(first[0].error)
    assert content(tree) == before
    assert {path: path.stat().st_mtime_ns for path in tree.rglob("*")} == times


def test_other_words_are_written_without_a_look_at_the_pictures(tree: Path, state: Path) -> None:
    tag(tree, state)
    words = phototag.Vocabulary(words={("kind", "portrait"): "Porträt"})
    again = tag(tree, state, vocabulary=words)
    assert set(sources(again).values()) == {"recalled", "unchanged"}
    assert sources(again)["broken.jpg"] == "unchanged"
    assert changed(again) == ["portrait.jpg"]
    record = phototag.read(tree / "2023" / "portrait.jpg")
    assert record is not None
    assert "Porträt" in record.keywords.flat


def test_a_moved_tree_and_a_renamed_photo_are_known(tree: Path, state: Path) -> None:
    tag(tree, state)
    moved = tree.with_name("Moved")
    tree.rename(moved)
    (moved / "cat.jpg").rename(moved / "Felis.jpeg")
    again = tag(moved, state)
    assert sources(again) == {
        "Felis.jpeg": "recalled",
        "broken.jpg": "analysed",
        "portrait.jpg": "recalled",
        "headshot.JPG": "recalled",
    }
    assert changed(again) == []


def test_a_keyword_of_another_program_is_no_reason_to_look_again(
    tree: Path, state: Path, exiftool: str
) -> None:
    tag(tree, state)
    portrait = tree / "2023" / "portrait.jpg"
    command = [exiftool, "-q", "-overwrite_original", "-XMP-dc:Subject+=Eileen", str(portrait)]
    subprocess.run(command, check=True, timeout=60)
    again = tag(tree, state)
    assert sources(again)["portrait.jpg"] == "recalled"
    # digiKam reads the hierarchy alone: the new word must be in it, too.
    assert changed(again) == ["portrait.jpg"]
    assert sources(tag(tree, state))["portrait.jpg"] == "unchanged"


def test_another_picture_of_the_same_name_is_looked_at(
    tree: Path, state: Path, headshot: Image.Image
) -> None:
    tag(tree, state)
    headshot.transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(tree / "2023" / "portrait.jpg")
    again = tag(tree, state)
    assert sources(again)["portrait.jpg"] == "analysed"
    assert {str(o.kind) for o in again if o.photo.endswith("portrait.jpg")} == {"headshot"}


def test_a_sidecar_that_changes_or_goes_away_is_noticed(
    tree: Path, state: Path, exiftool: str
) -> None:
    tag(tree, state, sidecar="always")
    beside = tree / "2023" / "portrait.jpg.xmp"
    assert beside.exists()
    assert set(sources(tag(tree, state, sidecar="always")).values()) == {"unchanged"}
    beside.unlink()
    again = tag(tree, state, sidecar="always")
    assert changed(again) == ["portrait.jpg"]
    assert sources(again)["portrait.jpg"] == "recalled"
    assert beside.exists()


@pytest.mark.parametrize("verdict_from", ["recalled", "analysed"])
def test_only_photos_that_failed_are_tried_again_if_wanted(
    tree: Path, state: Path, headshot: Image.Image, verdict_from: str
) -> None:
    known = (tree / "2023" / "portrait.jpg").read_bytes()
    tag(tree, state)
    if verdict_from == "recalled":  # the picture was looked at under another name
        (tree / "broken.jpg").write_bytes(known)
    else:
        headshot.transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(tree / "broken.jpg")
    (tree / "cat.jpg").touch()
    again = tag(tree, state, failed=True)
    assert sources(again) == {"broken.jpg": verdict_from}
    assert failed(again) == []
    assert tag(tree, state, failed=True) == []


def test_a_photo_that_could_not_be_written_is_tried_again(tree: Path, state: Path) -> None:
    (tree / "cat.jpg").chmod(0o444)
    assert failed(tag(tree, state)) == ["broken.jpg", "cat.jpg"]
    assert sources(tag(tree, state))["cat.jpg"] == "recalled"
    (tree / "cat.jpg").chmod(0o644)
    again = tag(tree, state)
    assert (failed(again), changed(again)) == (["broken.jpg"], ["cat.jpg"])


def test_a_dry_run_changes_nothing_and_spares_the_next_run_its_looks(
    tree: Path, state: Path
) -> None:
    before = content(tree)
    dry = tag(tree, state, dry_run=True)
    assert changed(dry) == ["cat.jpg", "portrait.jpg", "headshot.JPG"]
    assert content(tree) == before
    assert phototag.runs(state) == []
    wet = tag(tree, state)
    assert changed(wet) == changed(dry)
    assert sources(wet)["portrait.jpg"] == "recalled"


def test_force_is_never_passed_over(tree: Path, state: Path) -> None:
    tag(tree, state)
    assert set(sources(tag(tree, state, force=True)).values()) == {"recalled", "analysed"}


def test_a_newer_phototag_that_says_the_same_writes_nothing(
    tree: Path, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tag(tree, state)
    for module in ("options_fingerprint", "run"):
        monkeypatch.setattr(f"phototag.catalogue.{module}.__version__", "99.0")
    again = tag(tree, state)
    assert sources(again)["portrait.jpg"] == "recalled"
    assert changed(again) == []


def test_a_photo_that_is_written_at_the_same_time_is_taken_as_it_then_is(
    tree: Path, state: Path, exiftool: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    portrait = tree / "2023" / "portrait.jpg"
    write = tasks.write
    rated: list[str] = []

    def late(worker: Worker, photo: PhotoFile, *how: Any) -> Written:
        if photo.path.endswith("portrait.jpg") and not rated:
            rated.append(photo.path)
            command = [exiftool, "-q", "-overwrite_original", "-XMP-xmp:Rating=4", photo.path]
            subprocess.run(command, check=True, timeout=60)
        return write(worker, photo, *how)

    monkeypatch.setattr(tasks, "write", late)
    outcomes = tag(tree, state)
    assert failed(outcomes) == ["broken.jpg"]
    dump = subprocess.run(
        [exiftool, "-s3", "-XMP-xmp:Rating", "-XMP-dc:Subject", str(portrait)],
        check=True, capture_output=True, text=True, timeout=60,
    ).stdout  # fmt: skip
    assert dump.split() == ["4", "portrait"]


@pytest.mark.sealed
def test_the_order_is_that_of_the_names_whatever_the_workers_do(tree: Path, state: Path) -> None:
    for number in range(12):
        shutil.copy(tree / "cat.jpg", tree / f"{number:02}.jpg")
    names = [Path(outcome.photo).name for outcome in tag(tree, state, workers=2)]
    assert names == [
        *(f"{number:02}.jpg" for number in range(12)),
        "broken.jpg", "cat.jpg", "portrait.jpg", "headshot.JPG",
    ]  # fmt: skip


@pytest.mark.sealed
def test_stopping_finishes_what_is_in_hand_and_the_next_run_goes_on(
    tree: Path, state: Path
) -> None:
    for number in range(40):
        shutil.copy(tree / "cat.jpg", tree / f"{number:02}.jpg")
    stop = threading.Event()
    outcomes = []
    for outcome in phototag.tag_catalogue(tree, state=state, workers=2, stop=stop):
        outcomes.append(outcome)
        if len(outcomes) == 5:
            stop.set()
    assert 5 <= len(outcomes) < 20
    rest = tag(tree, state)
    assert collections.Counter(o.verdict_from for o in rest)[VerdictSource.UNCHANGED] >= 5
    (run,) = phototag.runs(state)
    assert run.changes == 43
    assert run.ended is not None


def test_a_raw_file_shares_the_verdict_of_the_jpeg_beside_it(tree: Path, state: Path) -> None:
    negative = tree / "2023" / "portrait.nef"
    shutil.copy(tree / "cat.jpg", negative)  # its content must not matter, and a cat shows it
    apart = {Path(o.photo).name: str(o.kind) for o in tag(tree, state, dry_run=True)}
    assert apart["portrait.nef"] != "portrait"
    both = tag(tree, state, pairs=True)
    together = {Path(o.photo).name: str(o.kind) for o in both}
    assert together["portrait.nef"] == "portrait"
    names = [Path(o.photo).name for o in both]
    assert names.index("portrait.nef") == names.index("portrait.jpg") + 1
    record = phototag.read(negative)
    assert record is not None
    assert (record.kind, record.crops) == ("portrait", ())
    assert set(sources(tag(tree, state, pairs=True)).values()) == {"unchanged"}
    # A changed JPEG is a changed verdict for both.
    shutil.copy(tree / "cat.jpg", tree / "2023" / "portrait.jpg")
    again = {Path(o.photo).name: str(o.kind) for o in tag(tree, state, pairs=True)}
    assert again["portrait.nef"] == "other"


def test_temporary_files_of_a_killed_run_are_deleted(tree: Path, state: Path) -> None:
    dead = subprocess.run(
        ["sh", "-c", "echo $$"], check=True, capture_output=True, text=True, timeout=60
    )
    from phototag.files import temporary

    ours = temporary.prefix()
    killed = ours.replace(f"-{os.getpid()}-", f"-{dead.stdout.strip()}-")
    (tree / "2023" / f"{killed}abcdefg_").write_bytes(b"half a photo")
    (tree / f"{ours}hijklmn0").write_bytes(b"somebody is at work here")
    (tree / ".phototag-01234567-1-01234567").write_bytes(b"by another computer, just now")
    (tree / ".phototag-01234567-1-89abcdef").touch()
    os.utime(tree / ".phototag-01234567-1-89abcdef", (0, 0))
    tag(tree, state, dry_run=True)
    assert len(list(tree.rglob(".phototag-*"))) == 4
    tag(tree, state)
    assert {path.name for path in tree.rglob(".phototag-*")} == {
        f"{ours}hijklmn0",
        ".phototag-01234567-1-01234567",
    }


@pytest.mark.parametrize("way", ["remove", "undo"])
def test_taking_back_deletes_temporary_files_of_a_killed_run_too(
    tree: Path, state: Path, way: str
) -> None:
    from phototag.files import temporary

    tag(tree, state)
    dead = subprocess.run(
        ["sh", "-c", "echo $$"], check=True, capture_output=True, text=True, timeout=60
    )
    killed = temporary.prefix().replace(f"-{os.getpid()}-", f"-{dead.stdout.strip()}-")
    half = tree / "2023" / f"{killed}abcdefg_"
    half.write_bytes(b"half a photo")

    def take_back(*, dry_run: bool) -> None:
        if way == "remove":
            list(phototag.remove_catalogue(tree, dry_run=dry_run))
        else:
            list(phototag.undo(state=state, dry_run=dry_run))

    take_back(dry_run=True)
    assert half.exists()
    take_back(dry_run=False)
    assert not half.exists()


def test_single_photos_among_folders(tree: Path, state: Path, portrait_jpg: Path) -> None:
    outcomes = list(phototag.tag_catalogue([portrait_jpg, tree], state=state))
    assert [Path(o.photo).name for o in outcomes][:2] == ["portrait.jpg", "broken.jpg"]
    (run,) = phototag.runs(state)
    assert run.changes == 3


def test_a_folder_that_may_not_be_entered_is_reported(
    tree: Path, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan = os.scandir

    def refusing(path: str) -> object:
        if str(path).endswith("May"):
            raise PermissionError(13, "Permission denied")
        return scan(path)

    monkeypatch.setattr(os, "scandir", refusing)
    outcomes = tag(tree, state)
    (refused,) = [o for o in outcomes if isinstance(o.error, errors.PhotoNotReadable)]
    assert refused.photo.endswith("May")
    assert "cannot be read" in str(refused.error)
    assert "portrait.jpg" in changed(outcomes)


def test_a_photo_that_took_too_long_is_tried_again_when_it_may_take_longer(
    tree: Path, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    identify = tasks.identify

    def slow(worker: Worker, photo: PhotoFile, limits: Limits, **how: Any) -> PhotoState:
        if photo.path.endswith("cat.jpg") and limits.seconds < 50:
            raise errors.WorkerDied(photo.name, "took longer than 20 s and was stopped")
        return identify(worker, photo, limits, **how)

    monkeypatch.setattr(tasks, "identify", slow)
    short, longer = phototag.Limits(seconds=20), phototag.Limits(seconds=100)
    assert failed(tag(tree, state, limits=short)) == ["broken.jpg", "cat.jpg"]
    assert sources(tag(tree, state, limits=short))["cat.jpg"] == "unchanged"
    again = tag(tree, state, limits=longer)
    assert failed(again) == ["broken.jpg"]
    assert sources(again)["cat.jpg"] == "analysed"


def test_a_write_that_did_not_come_back_stays_in_the_book(
    tree: Path, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = content(tree)
    write = tasks.write

    def lost(worker: Worker, photo: PhotoFile, *how: Any) -> Written:
        written = write(worker, photo, *how)
        if photo.path.endswith("cat.jpg"):
            raise errors.WriteUncertain(photo.name, "the disk did not confirm that")
        return written

    with monkeypatch.context() as patched:
        patched.setattr(tasks, "write", lost)
        assert failed(tag(tree, state)) == ["broken.jpg", "cat.jpg"]
    assert content(tree) != before
    assert [o.error for o in phototag.undo(state=state)] == [None, None, None]
    assert content(tree) == before


def test_a_corrected_pair_is_unchanged_the_next_time(tree: Path, state: Path) -> None:
    with Image.open(tree / "cat.jpg") as cat:
        cat.save(tree / "cat.tif")
    (tree / "cat.tif").rename(tree / "cat.nef")
    picture = digest((tree / "cat.jpg").read_bytes(), str(tree / "cat.jpg"))
    said = {picture: phototag.Kind.PORTRAIT}
    first = tag(tree, state, pairs=True, corrections=said)
    assert {Path(o.photo).name: str(o.kind) for o in first if o.kind}["cat.nef"] == "portrait"
    assert set(sources(tag(tree, state, pairs=True, corrections=said)).values()) == {"unchanged"}


def test_many_first_runs_make_one_state_file(tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from phototag.catalogue.state import State

    def opened(number: int) -> int:
        with State(tmp_path / "new.sqlite3") as run_log:
            return run_log.root(str(number).encode())

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(opened, range(8))) == list(range(1, 9))
