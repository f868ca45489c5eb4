"""What a run advises in the end: only what has changed or failed is named, and each command does what its line says."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from phototag.cli import main

pytestmark = pytest.mark.usefixtures("unsealed")

Tag = Callable[..., tuple[int, str]]


@pytest.fixture
def tag(state: Path) -> Tag:
    """Types ``phototag tag``; the exit code, and what was told without the option that names the state file."""

    def tag(*words: object) -> tuple[int, str]:
        typed = ["tag", *map(str, words), "--state", str(state)]
        done = CliRunner().invoke(main, typed)
        return done.exit_code, done.stderr.replace(f" --state {state}", "")

    return tag


@pytest.fixture
def folder(tree: Path) -> Path:
    """A folder with one photo, and below it one with another."""
    (tree / "broken.jpg").unlink()
    (tree / "cat.jpg").unlink()
    return tree / "2023"


@pytest.fixture
def closed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The folders that cannot be searched now, also by root."""
    names, scandir = [str(folder / "May")], os.scandir

    def refusing(path: Any) -> Any:
        if str(path) in names:
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    return names


def test_a_folder_that_cannot_be_searched_is_no_photo_and_its_photos_are_tagged_as_the_hint_says(
    folder: Path, closed: list[str], tag: Tag
) -> None:
    code, said = tag(folder)
    assert (code, "1 photo in" in said, "1 analysed" in said) == (1, True, True)
    assert "  not searched: 1 folder\n" in said
    hint = f"When the folders can be read, to go on with the same options: phototag tag {folder}\n"
    assert hint in said
    assert "--failed" not in said
    code, said = tag(folder, "--failed")
    assert (code, "No photo has failed" in said, "cannot be read" in said) == (1, False, True)
    closed.clear()
    code, said = tag(folder)
    assert (code, "headshot: 1, 1 changed" in said) == (0, True)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["analyze"], "  not searched: 1 folder\n"),
        (["crop", "--profile", "web_square", "--out", "crops"], ", 1 folder not searched.\n"),
    ],
)
def test_a_folder_that_cannot_be_searched_is_no_photo_for_commands_that_change_none(
    folder: Path, closed: list[str], words: list[str], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder.parent)
    done = CliRunner().invoke(main, [*words, str(folder)])
    assert (done.exit_code, done.output.count("cannot be read")) == (1, 1)
    assert "1 photo in" in done.output
    assert told in done.output
    assert "failed" not in done.output


def test_hints_name_only_what_has_changed_or_can_be_tried_again(folder: Path, tag: Tag) -> None:
    alone, missing = folder / "May" / "headshot.JPG", folder / "nope.jpg"
    alone = alone.rename(folder.parent / "alone.jpg")
    code, said = tag(folder, missing)
    hints = [line for line in said.splitlines() if ": phototag " in line]
    assert (code, hints) == (1, ["To undo all changes: phototag undo 1"])
    code, said = tag(alone, missing)
    hints = [line for line in said.splitlines() if ": phototag " in line]
    assert (code, hints) == (1, [f"To undo all changes: phototag remove {alone}"])


def test_changes_in_folders_and_of_single_photos_are_undone_by_two_commands(
    folder: Path, tag: Tag
) -> None:
    alone = (folder / "May" / "headshot.JPG").rename(folder.parent / "alone.jpg")
    (folder / "broken.jpg").write_text("no photo")
    _, said = tag(folder, alone)
    assert [line for line in said.splitlines() if ": phototag " in line] == [
        f"To try only the failed photos again, with the same options: phototag tag {folder} --failed",
        "To undo all changes in folders: phototag undo 1",
        f"To undo all changes of single photos: phototag remove {alone}",
    ]


def test_an_undo_that_could_do_nothing_does_not_say_that_it_has(
    folder: Path, state: Path, tag: Tag
) -> None:
    tag(folder)
    tag(folder, "--keywords", "full")
    done = CliRunner().invoke(main, ["undo", "1", "--state", str(state)])
    assert done.exit_code == 1
    assert "\nCould not be undone: run 1 of " in done.stderr
    assert "Undone" not in done.stderr
