"""Undo finds photos that were moved since by their picture, or says which run it is and stops."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image

import phototag
from phototag import errors
from phototag.cli import main
from trees import content

pytestmark = pytest.mark.usefixtures("unsealed")


def tag(root: Path, state: Path, **options: object) -> None:
    for _ in phototag.tag_catalogue(root, state=state, **options):  # type: ignore[arg-type]
        pass


def undo(state: Path, run: int | None = None, **options: object) -> dict[str, str]:
    """The names of the photos that could not be taken back, and why."""
    outcomes = phototag.undo(run=run, state=state, **options)  # type: ignore[arg-type]
    return {Path(o.photo).name: str(o.error) for o in outcomes if o.error is not None}


def left(state: Path) -> list[int]:
    return [run.changes for run in phototag.runs(state)]


def moved(before: dict[str, bytes], **names: str) -> dict[str, bytes]:
    return {names.get(name.replace(".jpg", ""), name): data for name, data in before.items()}


def test_one_that_was_renamed_into_another_folder(tree: Path, state: Path) -> None:
    before = content(tree)
    tag(tree, state)
    (tree / "2023" / "new").mkdir()
    (tree / "cat.jpg").rename(tree / "2023" / "new" / "kitten.jpeg")
    assert undo(state) == {}
    assert content(tree) == moved(before, cat="2023/new/kitten.jpeg")
    assert left(state) == [0]


def test_two_that_have_changed_places(tree: Path, state: Path) -> None:
    before = content(tree)
    tag(tree, state)
    between = content(tree)
    tag(tree, state, keywords="full")
    first, second = tree / "cat.jpg", tree / "2023" / "portrait.jpg"
    first.rename(tree / "third.jpg")
    second.rename(first)
    (tree / "third.jpg").rename(second)
    swapped = {"cat": "2023/portrait.jpg", "2023/portrait": "cat.jpg"}
    assert undo(state) == {}
    record = phototag.read(first)
    assert record is not None
    assert record.keywords.flat == ("portrait",)
    assert content(tree)["2023/portrait.jpg"] == between["cat.jpg"]
    assert undo(state) == {}
    assert content(tree) == moved(before, **swapped)


def test_a_run_after_the_move_comes_first(tree: Path, state: Path) -> None:
    before = content(tree)
    tag(tree, state)
    (tree / "2023" / "portrait.jpg").rename(tree / "me.jpg")
    tag(tree, state, keywords="full")
    refused = undo(state, 1)
    assert "run 2 changed it later" in refused["me.jpg"]
    assert undo(state, 2) == {}
    assert undo(state, 1) == {}
    assert content(tree) == moved(before, **{"2023/portrait": "me.jpg"})


def test_a_run_on_a_folder_inside_is_a_later_one_too(tree: Path, state: Path) -> None:
    before = content(tree)
    tag(tree, state)
    tag(tree / "2023", state, keywords="full")
    assert f"undo that run first: phototag undo 2 --state {state}" in undo(state, 1)["portrait.jpg"]
    assert undo(state) == {}
    assert undo(state) == {}
    assert content(tree) == before


def test_a_copy_that_was_never_tagged_is_left_alone(tree: Path, state: Path) -> None:
    shutil.copy(tree / "cat.jpg", tree.parent / "original.jpg")
    tag(tree, state)
    tag(tree, state, keywords="full", faces=True)
    (tree / "2023" / "portrait.jpg").unlink()
    (tree / "cat.jpg").unlink()
    shutil.copy(tree.parent / "original.jpg", tree / "copy.jpg")
    before = (tree / "copy.jpg").read_bytes()
    assert list(undo(state)) == ["portrait.jpg"]
    assert sorted(undo(state, 1)) == ["cat.jpg", "portrait.jpg"]
    assert (tree / "copy.jpg").read_bytes() == before


def test_one_that_was_retouched_is_still_that_photo(tree: Path, state: Path) -> None:
    tag(tree, state)
    portrait = tree / "2023" / "portrait.jpg"
    with Image.open(portrait) as image:
        image.convert("L").save(portrait, xmp=image.info["xmp"])
    assert phototag.read(portrait) is not None
    assert undo(state) == {}
    assert phototag.read(portrait) is None


def test_another_photo_in_its_place_is_none_of_its_business(tree: Path, state: Path) -> None:
    tag(tree, state)
    tag(tree, state, keywords="full")  # to be taken back means: to be written
    with Image.open(tree / "cat.jpg") as image:
        image.rotate(180).save(tree / "2023" / "portrait.jpg")
    before = (tree / "2023" / "portrait.jpg").read_bytes()
    refused = undo(state)
    assert "another picture is there" in refused["portrait.jpg"]
    assert f"phototag undo 2 --moved-to FOLDER --state {state};" in refused["portrait.jpg"]
    assert (tree / "2023" / "portrait.jpg").read_bytes() == before


def test_a_folder_that_was_moved_is_named_and_found_when_said(tree: Path, state: Path) -> None:
    before = content(tree)
    tag(tree, state)
    tagged = content(tree)
    tree.rename(tree.with_name("Moved"))
    with pytest.raises(errors.PhotosMissing) as caught:
        undo(state)
    said = str(caught.value)
    assert said.startswith(f"run 1: nothing was undone, since its photos are not in {tree} (")
    assert "cat.jpg, portrait.jpg, headshot.JPG" in said
    assert f"phototag undo 1 --moved-to FOLDER --state {state};" in said
    assert content(tree.with_name("Moved")) == tagged
    tag(tree.with_name("Moved"), state)  # now its place is known
    with pytest.raises(errors.PhotosMissing, match=f"--moved-to {tree.with_name('Moved')}"):
        undo(state)
    with pytest.raises(errors.BadValue, match="does not exist"):
        undo(state, moved_to=tree)
    assert undo(state, moved_to=[tree.with_name("Moved")]) == {}
    assert content(tree.with_name("Moved")) == before
    assert left(state) == [0]


def test_no_older_run_is_undone_in_its_place(tree: Path, state: Path) -> None:
    late = tree / "late.jpg"
    tag(tree, state)
    with Image.open(tree / "cat.jpg") as cat:
        cat.rotate(180).save(late)
    tag(tree, state)
    tagged = content(tree)
    late.unlink()
    del tagged["late.jpg"]
    done = CliRunner().invoke(main, ["undo", "--state", str(state)])
    assert done.exit_code == 3
    assert "run 2: nothing was undone" in done.stderr
    assert f"to undo the run before it: phototag undo 1 --state {state}\n" in done.stderr
    assert content(tree) == tagged
    assert left(state) == [3, 1]
    assert undo(state, 1) == {}
    assert left(state) == [0, 1]


def test_what_is_there_is_taken_back_and_the_rest_named(tree: Path, state: Path) -> None:
    before = content(tree)
    tag(tree, state)
    gone = tree.parent / "elsewhere.jpg"
    (tree / "cat.jpg").rename(gone)
    done = CliRunner().invoke(main, ["undo", "--state", str(state)])
    assert done.exit_code == 1
    assert "it is not where run 1 left it, and its picture was not found in" in done.stderr
    assert content(tree) == {name: data for name, data in before.items() if name != "cat.jpg"}
    dry = ["undo", "--state", str(state), "--moved-to", str(gone)]
    assert CliRunner().invoke(main, [*dry, "--dry-run"]).exit_code == 0
    assert gone.read_bytes() != before["cat.jpg"]
    assert CliRunner().invoke(main, dry).exit_code == 0
    assert gone.read_bytes() == before["cat.jpg"]
