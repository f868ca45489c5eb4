"""Crops that are there already, and new files that cannot be made."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image

import phototag
from phototag import errors
from phototag.cli import main

PROFILE = "casting_8x10"


@pytest.fixture
def photo(tmp_path: Path, headshot: Image.Image, unsealed: None) -> Path:
    (folder := tmp_path / "photos").mkdir()
    headshot.save(folder / "jane.jpg", quality=95)
    return folder / "jane.jpg"


def test_a_crop_that_phototag_has_tagged_is_there_already_and_an_edited_one_is_not(
    photo: Path, tmp_path: Path, state: Path
) -> None:
    out = tmp_path / "crops"

    def again() -> phototag.CropOutcome:
        made = phototag.crop_catalogue(photo.parent, profile=PROFILE, out=out, state=state)
        (outcome,) = made
        return outcome

    made = Path(again().target)
    assert all(done.error is None for done in phototag.tag_catalogue(out, state=state))
    tagged = made.read_bytes()
    for _ in range(2):
        outcome = again()
        assert (outcome.made, outcome.error, outcome.target) == (False, None, str(made))
    one = CliRunner().invoke(main, ["crop", str(photo), "--profile", PROFILE, "-o", str(made)])
    assert (one.exit_code, "there already" in one.output) == (0, True)
    assert made.read_bytes() == tagged
    with Image.open(made) as image:
        image.convert("L").save(made, quality=95)
    refused = again().error
    assert isinstance(refused, errors.WriteRefused)
    assert "has been changed since phototag made it" in refused.problem


def test_of_a_name_that_is_too_long_it_is_said_which_name_to_shorten(
    photo: Path, headshot: Image.Image
) -> None:
    long = photo.with_name("n" * 250 + ".jpg")
    photo.rename(long)
    done = CliRunner().invoke(main, ["crop", str(long), "--profile", PROFILE])
    assert done.exit_code == 1
    assert "(no file was made); choose a shorter name: of one crop with -o FILE" in done.output
    animation = long.with_suffix(".gif")
    headshot.save(animation)
    done = CliRunner().invoke(main, ["tag", str(animation), "--workers", "1"])
    assert done.exit_code == 1
    assert "its name would be longer than the disk allows (no file was made)" in done.output
    assert "give the photo a shorter name" in done.output


def test_a_crop_beside_its_photo_is_not_cropped_again(
    photo: Path, tmp_path: Path, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    phototag.crop(photo, PROFILE)
    alone = f"alone.{PROFILE}.jpg"
    (photo.parent / alone).write_bytes(photo.read_bytes())
    (photo.parent / "alone.xmp").touch()  # of a photo that was deleted

    def cropped() -> list[str]:
        out = tmp_path / "crops"
        made = phototag.crop_catalogue(photo.parent, profile=PROFILE, out=out, state=state)
        return [Path(one.photo).name for one in made]

    assert cropped() == [alone, "jane.jpg"]
    (photo.parent / f"{photo.stem}.{PROFILE}.png").write_bytes(b"")
    looked, listed = [], os.listdir

    def gone(folder: str) -> list[str]:
        if Path(folder) != photo.parent:
            return listed(folder)
        looked.append(folder)
        raise FileNotFoundError(folder)

    monkeypatch.setattr(os, "listdir", gone)
    assert alone in cropped()
    assert len(looked) == 1
