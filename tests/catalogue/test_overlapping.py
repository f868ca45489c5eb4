"""Catalogues may contain each other: what one has written last is what another finds, keeps and gives back."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

import phototag
from phototag import Decision, Kind, Shot, errors
from phototag.catalogue.state import State
from phototag.crops.profiles import load
from phototag.metadata.picture_hash import digest
from trees import content

pytestmark = pytest.mark.usefixtures("unsealed")

PROFILE = """
[mine]
title = "Mine"
ratio = [4, 5]
pixels = [100, 125]
wanted = [200, 250]
head = [0.3, 0.45, 0.7]
eyes = [0.2, 0.35, 0.45]
serves = "single"
role = "portraitCropping"
source = "a test"
"""


@pytest.fixture
def photo(tree: Path) -> Path:
    """The only photo in a tree, in a folder of it."""
    for path in tree.rglob("*.*"):
        if path.name != "portrait.jpg" and path.is_file():
            path.unlink()
    return tree / "2023" / "portrait.jpg"


def tag(folder: Path, state: Path, **options: object) -> None:
    for outcome in phototag.tag_catalogue(folder, state=state, **options):  # type: ignore[arg-type]  # by name
        assert outcome.error is None


def decide(path: Path, state: Path, **options: object) -> None:
    for outcome in phototag.decide_catalogue(path, state=state, **options):  # type: ignore[arg-type]  # by name
        assert outcome.error is None


def undo(state: Path) -> None:
    for outcome in phototag.undo(state=state):
        assert outcome.error is None


def sizes(tree: Path) -> dict[str, int]:
    """The files and their sizes: what is written again may stand in another order, but takes as much room."""
    return {name: len(data) for name, data in content(tree).items()}


def decided(photo: Path) -> dict[str, str]:
    record = phototag.read(photo)
    assert record is not None
    return dict(record.decision)


@pytest.mark.parametrize(
    "options", [{"sidecar": "always"}, {"iptc": "never", "faces": True}], ids=str
)
def test_undoing_a_decision_about_a_photo_in_a_tagged_tree_writes_it_as_the_tree_was_written(
    photo: Path, tree: Path, state: Path, options: dict[str, object]
) -> None:
    tag(tree, state, **options)
    before = sizes(tree)
    decide(photo, state, kind="headshot")
    assert sizes(tree) != before
    undo(state)
    assert sizes(tree) == before
    assert decided(photo) == {}


def test_a_second_run_in_a_folder_of_a_catalogue_is_undone_to_what_the_first_wrote(
    photo: Path, tree: Path, state: Path
) -> None:
    tag(tree, state, sidecar="always")
    before = sizes(tree)
    tag(photo.parent, state, keywords="full", sidecar="always")
    assert sizes(tree) != before
    undo(state)
    assert sizes(tree) == before


def test_a_decision_keeps_the_options_of_the_latest_write_whichever_catalogue_it_was_in(
    photo: Path, tree: Path, state: Path
) -> None:
    before = photo.read_bytes()
    tag(photo.parent, state)
    for outcome in phototag.remove_catalogue(tree):
        assert outcome.error is None
    tag(tree, state, sidecar="always")
    decide(photo, state, kind="headshot")
    assert photo.read_bytes() == before
    assert decided(photo) == {"kind": "headshot"}


@pytest.mark.parametrize("changed", [{"kind": Kind.HEADSHOT}, {"forget": True}], ids=str)
def test_a_decision_that_an_undo_brings_back_stays_though_another_state_file_holds_it(
    photo: Path, tree: Path, state: Path, changed: dict[str, object]
) -> None:
    decide(photo, state.with_name("other.sqlite3"), shot="face")
    decide(photo, state, **changed)
    undo(state)
    assert decided(photo) == {"shot": "face"}
    tag(tree, state)
    assert decided(photo) == {"shot": "face"}
    with State(state) as book:
        assert list(book.decisions().values()) == [Decision(shot=Shot.FACE)]


def test_a_decision_is_about_the_developed_photo_however_often_it_is_made(
    photo: Path, state: Path
) -> None:
    negative = photo.with_suffix(".nef")
    negative.write_bytes(photo.read_bytes() + b"another file")
    for _ in range(2):
        decide(photo.parent, state, kind="headshot", pairs=True)
    with State(state) as book:
        assert list(book.decisions()) == [digest(photo.read_bytes(), str(photo))]
    assert len(phototag.runs(state)) == 1


def test_the_crop_of_a_profile_that_a_decision_does_not_know_is_not_taken_away(
    photo: Path, tree: Path, state: Path, tmp_path: Path
) -> None:
    own = tmp_path / "mine.toml"
    own.write_text(PROFILE, encoding="utf-8")
    profiles = load(own)
    tag(tree, state, sidecar="always", profiles=profiles, lightroom_crop="mine")
    before = content(tree)
    (outcome,) = phototag.decide_catalogue(photo, state=state, kind="headshot")
    assert isinstance(outcome.error, errors.WriteRefused)
    assert "mine" in outcome.error.problem
    assert "--profiles" in outcome.error.remedy
    assert content(tree) == before
    decide(photo, state, kind="headshot", profiles=profiles)
    sidecar = content(tree)["2023/portrait.jpg.xmp"]
    assert b"phototag-crop-mine" in sidecar
    assert b"crs:CropTop" in sidecar


def test_another_call_with_the_same_word_does_not_go_on_with_one_that_was_stopped(
    photo: Path, state: Path
) -> None:
    photos = [photo]
    for number in range(1, 4):
        photos.append(photo.with_name(f"{number}.jpg"))
        photos[-1].write_bytes(photo.read_bytes())
    first = phototag.decide_catalogue(photos[:2], state=state, kind="other")
    with contextlib.closing(first) as outcomes:
        next(outcomes)
    for outcome in phototag.decide_catalogue(photos[2:], state=state, kind="other"):
        assert outcome.error is None
    assert len(phototag.runs(state)) == 2
