"""Crops of whole trees: names, exact sizes, people one by one, and what is there already."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

import phototag
from commands import rows, run, start
from phototag import errors
from phototag.analysis.decisions.decision import Decision, DrawnCrop
from phototag.catalogue.crop_names import Template
from phototag.catalogue.state import State
from phototag.cli import main
from phototag.scene.geometry import Box
from phototag.worker.pool import Pool
from trees import content

PROFILE = "casting_8x10"
Crops = list[phototag.CropOutcome]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "crops"


def crops(tree: Path, out: Path, state: Path, **more: Any) -> Crops:
    options = {"profile": PROFILE, "out": out, "state": state, **more}
    return list(phototag.crop_catalogue(tree, **options))


def by_name(found: Crops) -> dict[str, phototag.CropOutcome]:
    return {Path(one.photo).name: one for one in found}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, unsealed: None) -> list[str]:
    """The requests to the sealed process."""
    submit, names = Pool.submit, []

    def noted(self: Pool, request: Any) -> Any:
        names.append(type(request).__name__)
        return submit(self, request)

    monkeypatch.setattr(Pool, "submit", noted)
    return names


def test_the_tree_is_made_again_and_a_second_call_does_nothing(
    tree: Path, out: Path, state: Path, asked: list[str]
) -> None:
    before = content(tree)
    first = by_name(crops(tree, out, state))
    assert content(tree) == before
    assert set(content(out)) == {
        "2023/portrait.casting_8x10.jpg",
        "2023/May/headshot.casting_8x10.JPG",
    }
    assert first["portrait.jpg"].made
    assert first["cat.jpg"].error is None
    assert first["cat.jpg"].reason == "no person is the subject"
    assert isinstance(first["broken.jpg"].error, errors.PhotoError)
    with Image.open(out / "2023" / "portrait.casting_8x10.jpg") as made:
        assert made.size == first["portrait.jpg"].pixels
    made_then = content(out)
    asked.clear()
    again = by_name(crops(tree, out, state))
    assert asked == ["Identify", "Identify"]  # of the broken one
    assert content(out) == made_then
    assert not any(one.made for one in again.values())
    for name in ("portrait.jpg", "headshot.JPG"):
        assert again[name].target == first[name].target
        assert again[name].pixels == first[name].pixels


def test_what_a_run_has_seen_is_not_analysed_again(
    tree: Path, out: Path, state: Path, asked: list[str]
) -> None:
    list(phototag.tag_catalogue(tree, state=state))
    asked.clear()
    crops(tree, out, state)
    assert sorted(asked) == ["Cut", "Cut", "Identify", "Identify", "Read", "Read", "Read"]


def test_tagging_the_photos_does_not_make_crops_anew_but_a_retouched_picture_is_told(
    tree: Path, out: Path, state: Path, unsealed: None
) -> None:
    crops(tree, out, state)
    made = content(out)
    list(phototag.tag_catalogue(tree, state=state))
    assert not any(one.error for one in crops(tree / "2023", out / "2023", state))
    assert not any(one.made for one in crops(tree, out, state))
    with Image.open(tree / "2023" / "portrait.jpg") as whole:
        brighter = whole.point([min(255, value + 20) for value in range(256)] * 3)
    brighter.save(tree / "2023" / "portrait.jpg", quality=95)
    told = by_name(crops(tree, out, state))["portrait.jpg"].error
    assert isinstance(told, errors.WriteRefused)
    assert "already exists" in told.problem
    assert content(out) == made


def test_a_crop_that_is_gone_is_made_again_and_one_that_was_edited_is_left(
    tree: Path, out: Path, state: Path, unsealed: None
) -> None:
    crops(tree, out, state)
    gone, edited = (
        out / "2023" / "portrait.casting_8x10.jpg",
        out / "2023/May/headshot.casting_8x10.JPG",
    )
    gone.unlink()
    edited.write_bytes(b"retouched by hand")
    again = by_name(crops(tree, out, state))
    assert again["portrait.jpg"].made
    assert gone.exists()
    told = again["headshot.JPG"].error
    assert isinstance(told, errors.WriteRefused)
    assert "has been changed since phototag made it" in told.problem
    assert edited.read_bytes() == b"retouched by hand"


def test_a_file_of_somebody_else_is_left_and_without_the_state_ones_own_are_known_by_their_bytes(
    tree: Path, out: Path, state: Path, tmp_path: Path, unsealed: None
) -> None:
    (out / "2023").mkdir(parents=True)
    theirs = out / "2023" / "portrait.casting_8x10.jpg"
    theirs.write_bytes(b"somebody else's")
    first = by_name(crops(tree, out, state))
    assert isinstance(first["portrait.jpg"].error, errors.WriteRefused)
    assert theirs.read_bytes() == b"somebody else's"
    theirs.unlink()
    theirs.symlink_to(tmp_path / "elsewhere.jpg")
    assert isinstance(by_name(crops(tree, out, state))["portrait.jpg"].error, errors.WriteRefused)
    assert not (tmp_path / "elsewhere.jpg").exists()
    theirs.unlink()
    crops(tree, out, state)
    made = content(out)
    anew = by_name(crops(tree, out, tmp_path / "other.sqlite3"))
    assert [anew[name].made for name in ("portrait.jpg", "headshot.JPG")] == [False, False]
    assert not anew["portrait.jpg"].error
    assert content(out) == made


def test_exact_sizes_are_reduced_and_enlarged_only_if_told(
    tree: Path, out: Path, state: Path, unsealed: None
) -> None:
    exact = by_name(crops(tree, out, state, size="120x150"))
    assert exact["headshot.JPG"].pixels == (120, 150)
    with Image.open(exact["headshot.JPG"].target) as made:
        assert made.size == (120, 150)
    large = by_name(crops(tree, out / "large", state, size="2000x2500"))
    told = large["portrait.jpg"].error
    assert isinstance(told, errors.CropRefused)
    assert "fewer than 2000x2500" in told.problem
    assert "--enlarge" in told.remedy
    enlarged = crops(tree, out / "enlarged", state, size=(700, 875), enlarge=True)
    with Image.open(by_name(enlarged)["portrait.jpg"].target) as made:
        assert made.size == (700, 875)
    again = by_name(crops(tree, out / "large", state, size="2000x2500"))["portrait.jpg"].error
    assert again is not None
    assert again.args == told.args


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (
            {"size": "600x500"},
            r"600x500 has not the ratio 4:5 of casting_8x10; for example 600x750",
        ),
        ({"size": "600"}, "it must be width x height in pixels"),
        ({"size": (0, 5)}, "it must be width x height in pixels"),
        ({"size": "99999x99999"}, "at most 65500"),
        ({"profile": "casting_8x1"}, "did you mean casting_8x10"),
        ({"lossless": True, "level": True}, "lossless cannot be combined with size and level"),
        ({"lossless": True, "lightroom": True}, "lossless and lightroom cannot be combined"),
        ({"people": "all"}, "it must be one of main, each"),
        ({"name": "{stem}"}, r"it ends neither in .\{ext\} nor in a suffix like .jpg"),
        ({"name": "{stem}.{size}.{ext}"}, r"it has \{size\}; a template consists of text and"),
        ({"name": "{stem.x}.{ext}"}, r"it has \{stem.x\}"),
        ({"name": "{stem!r}.{ext}"}, r"it has \{stem!r\}"),
        ({"name": "{stem:9}.{ext}"}, r"it has \{stem:9\}"),
        ({"name": "{}.{ext}"}, r"it has \{\}"),
        ({"name": "{stem.{ext}"}, "cannot be read"),
        ({"name": "../{stem}.{ext}"}, "it names a folder"),
        ({"people": "each", "name": "{stem}.{ext}"}, r"it needs \{person\}"),
    ],
)
def test_what_cannot_be_is_said_before_anything_is_done(
    tree: Path, out: Path, state: Path, options: dict[str, Any], says: str
) -> None:
    with pytest.raises(errors.BadValue, match=says):
        crops(tree, out, state, **options)
    assert not out.exists()


def test_without_a_folder_for_the_new_files_nothing_is_done(tree: Path) -> None:
    with pytest.raises(errors.BadValue, match="it is missing; give the folder of the new files"):
        next(phototag.crop_catalogue(tree, profile=PROFILE))


def test_new_files_are_not_among_the_photos(tree: Path, state: Path, unsealed: None) -> None:
    for inside in (tree, tree.parent):
        with pytest.raises(errors.BadValue, match="the new files would be among the photos"):
            crops(tree, inside, state)
    first = crops(tree, tree / "crops", state)
    assert sum(one.made for one in first) == 2
    assert len(crops(tree, tree / "crops", state)) == len(first)


def test_of_two_photos_with_the_same_name_the_second_is_refused(
    tmp_path: Path, headshot: Image.Image, out: Path, state: Path, unsealed: None
) -> None:
    tree = tmp_path / "two"
    tree.mkdir()
    headshot.save(tree / "jane.bmp")
    headshot.save(tree / "jane.gif")
    first, second = crops(tree, out, state)
    assert (first.made, Path(first.target).name) == (True, "jane.casting_8x10.jpg")
    assert isinstance(second.error, errors.WriteRefused)
    assert "its crop would have the same name as that of" in second.error.problem
    assert "jane.bmp" in second.error.problem
    mine = crops(tree, out, state, name="{folder}-{stem}-{profile}.png")
    assert Path(mine[0].target).name == "two-jane-casting_8x10.png"
    with Image.open(mine[0].target) as made:
        assert made.format == "PNG"


def test_a_stem_with_braces_is_only_a_name() -> None:
    template = Template.of("{stem}-{{x}}.{ext}", each=False, copies=False)
    assert template.name("/a/{profile}.jpg", "p", 0, copies=False) == "{profile}-{x}.jpg"


def test_each_person_of_a_group_gets_a_crop(
    tmp_path: Path, astronaut: Image.Image, out: Path, state: Path, unsealed: None
) -> None:
    tree = tmp_path / "group"
    tree.mkdir()
    both = Image.new("RGB", (1024, 512))
    both.paste(astronaut, (0, 0))
    both.paste(astronaut.transpose(Image.Transpose.FLIP_LEFT_RIGHT), (512, 0))
    both.save(tree / "two.jpg", quality=95)
    (alone,) = crops(tree, out, state)
    assert isinstance(alone.error, errors.CropRefused)
    found = crops(tree, out, state, people="each")
    made = [one for one in found if one.made]
    assert [one.person for one in found] == [1, 2]
    assert [Path(one.target).name for one in made] == [
        "two.casting_8x10.1.jpg",
        "two.casting_8x10.2.jpg",
    ]
    pictures = [
        np.asarray(Image.open(one.target).resize((64, 64)).convert("L"), int) for one in made
    ]
    assert np.abs(pictures[0] - pictures[1]).mean() > 10  # two different parts of the photo
    assert {one.pixels[0] * 5 for one in made} == {one.pixels[1] * 4 for one in made}
    assert not any(one.made for one in crops(tree, out, state, people="each"))


def test_a_crop_that_a_person_has_drawn_is_made_as_drawn(
    tree: Path, out: Path, state: Path, unsealed: None
) -> None:
    list(phototag.tag_catalogue(tree, state=state))
    crops(tree, out, state)
    with State(state) as book:
        (picture,) = book._one("SELECT picture FROM photos WHERE name = ?", b"portrait.jpg")
    drawn = Decision(crops=(DrawnCrop(PROFILE, Box(0.25, 0.125, 0.4, 0.5)),))
    list(phototag.tag_catalogue(tree, state=state, corrections={picture: drawn}))
    told = by_name(crops(tree, out, state))["portrait.jpg"].error
    assert isinstance(told, errors.WriteRefused)  # the one that was suggested is not written over
    made = by_name(crops(tree, out / "drawn", state, level=True))["portrait.jpg"]
    assert made.made
    assert "as you drew it" in made.reason
    with Image.open(made.target) as cut, Image.open(tree / "2023" / "portrait.jpg") as whole:
        part = np.asarray(whole.crop((128, 64, 333, 320)), int)
        assert np.abs(np.asarray(cut, int) - part).mean() < 2


# ----------------------------------------------------------------------- the command


def test_the_command_says_what_it_does_and_exits_by_it(tree: Path, out: Path, state: Path) -> None:
    words: list[str | Path] = ["crop", tree, "--profile", PROFILE, "-o", out, "--state", state]
    done = run(*words)
    assert done.returncode == 1
    assert len(done.stdout.splitlines()) == 2
    assert f"{out}/2023/portrait.casting_8x10.jpg: " in done.stdout
    assert "broken.jpg: " in done.stderr
    assert "2 crops made, 1 photo of nobody, 1 failed." in done.stderr
    (tree / "broken.jpg").unlink()
    again = run(*words, "--json")
    assert again.returncode == 0
    assert [row["made"] for row in rows(again.stdout)] == [False, False, False]
    assert "2 there already" in again.stderr
    quiet = run(*words, "--quiet")
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, "", "")
    assert "there already" in run(*words, "--verbose").stdout


def test_several_photos_need_a_folder(tree: Path) -> None:
    done = CliRunner().invoke(main, ["crop", str(tree), "--profile", PROFILE])
    assert done.exit_code == 2
    assert "Several photos need a folder" in done.output


def size_of(picture: Path) -> str:
    with Image.open(picture) as made:
        return f"{made.width} x {made.height}"


def test_one_photo_to_a_file_or_into_a_folder(
    portrait_jpg: Path, tmp_path: Path, unsealed: None
) -> None:
    def crop(*words: str) -> str:
        done = CliRunner().invoke(main, ["crop", str(portrait_jpg), "--profile", PROFILE, *words])
        assert done.exit_code == 0, done.output
        return done.output

    crop()
    there = tmp_path / "portrait.casting_8x10.jpg"
    content = there.read_bytes()
    assert crop() == f"{there}: {size_of(there)} px, there already\n"
    assert '"made": false' in crop("--json")
    assert "there already" in crop("-o", str(there))
    there.write_bytes(b"somebody else's")
    refused = CliRunner().invoke(main, ["crop", str(portrait_jpg), "--profile", PROFILE])
    assert (refused.exit_code, there.read_bytes()) == (1, b"somebody else's")
    assert f"{there} already exists, and is not this crop" in refused.output
    there.write_bytes(content)
    crop("-o", str(tmp_path / "mine.png"), "--size", "200x250")
    with Image.open(tmp_path / "mine.png") as made:
        assert made.size == (200, 250)
    crop("-o", f"{tmp_path}/new/")
    assert (tmp_path / "new" / "portrait.casting_8x10.jpg").exists()


def test_a_killed_run_is_resumed(
    tmp_path: Path, astronaut: Image.Image, out: Path, state: Path
) -> None:
    tree = tmp_path / "many"
    tree.mkdir()
    for number in range(12):
        astronaut.crop((0, number, 512, 500)).save(tree / f"{number:02}.jpg", quality=95)
    words: list[str | Path] = [
        "crop",
        tree,
        "--profile",
        PROFILE,
        "-o",
        out,
        "--state",
        state,
        "--workers",
        "1",
    ]
    with start(*words) as running:
        until = time.monotonic() + 60
        while len(list(out.glob("*.jpg"))) < 3 and time.monotonic() < until:
            time.sleep(0.02)
        os.killpg(running.pid, 9)
    there = len(list(out.glob("*.jpg")))
    assert 3 <= there < 12
    done = run(*words)
    assert (done.returncode, len(list(out.iterdir()))) == (0, 12), done.stderr
    undisturbed = tmp_path / "undisturbed"
    run(*words[:5], undisturbed, "--state", tmp_path / "new.sqlite3")
    assert content(undisturbed) == content(out)


def test_the_photos_metadata_and_profile_are_in_a_sized_crop(
    tree: Path, out: Path, state: Path, exiftool: str, unsealed: None
) -> None:
    photo = tree / "2023" / "portrait.jpg"
    shutil.copy(photo, tree / "copy.jpg")
    tags = ["-XMP-dc:Creator=Jane", "-IPTC:Keywords=mission", "-EXIF:Artist=Jane"]
    subprocess.run(
        [exiftool, "-q", "-overwrite_original", *tags, str(photo)], check=True, timeout=60
    )
    made = by_name(crops(tree, out, state, size="200x250"))["portrait.jpg"].target
    command = [exiftool, "-s3", "-XMP-dc:Creator", "-IPTC:Keywords", "-EXIF:Artist", "-ImageSize"]
    said = subprocess.run(
        [*command, made], capture_output=True, text=True, check=True, timeout=60
    ).stdout
    assert said.splitlines() == ["Jane", "mission", "Jane", "200x250"]
