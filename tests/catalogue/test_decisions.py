"""A person's word about a photo: it holds in every run, travels with the photo, and can be forgotten."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import phototag
from phototag import Box, Decision, DrawnCrop, Kind, Place, Shot, VisibleExpression
from phototag.catalogue.state import State
from phototag.metadata.picture_hash import digest

pytestmark = pytest.mark.usefixtures("unsealed")
SAID = Decision(
    kind=Kind.HEADSHOT,
    shot=Shot.HALF_BODY,
    expression=VisibleExpression.SERIOUS,
    environment=Place.OUTDOOR,
    crops=(DrawnCrop("web_square", Box(0.1, 0.1, 0.5, 0.4)),),
)


def command(*words: str | Path) -> Result:
    from phototag.cli import main

    return CliRunner().invoke(main, [str(word) for word in words])


def picture(path: Path) -> str:
    return digest(path.read_bytes(), str(path))


def tag(state: Path, *roots: Path, **options: object) -> dict[str, phototag.TreeOutcome]:
    found = phototag.tag_catalogue(roots, state=state, **options)  # type: ignore[arg-type]
    return {Path(outcome.photo).name: outcome for outcome in found}


def decisions(state: Path) -> dict[str, Decision]:
    with State(state) as opened:
        return opened.decisions()


@pytest.fixture
def decided(tree: Path, state: Path) -> Path:
    """A photo about which a person has decided everything."""
    photo = tree / "2023" / "portrait.jpg"
    tag(state, tree, corrections={picture(photo): SAID}, keywords="full")
    return photo


def test_what_is_said_is_written(decided: Path, exiftool: str) -> None:
    record = phototag.read(decided)
    assert record is not None
    assert record.decision == SAID.words()
    assert {"headshot", "half body", "serious", "outdoor"} <= set(record.keywords.flat)
    done = subprocess.run(
        [exiftool, "-j", "-struct", "-XMP:ImageRegion", "-Subject", decided],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    (found,) = json.loads(done.stdout)
    assert {"headshot", "outdoor"} <= set(found["Subject"])
    boundaries = [region["RegionBoundary"] for region in found["ImageRegion"]]
    assert any(abs(b["RbX"] - 0.1) < 1e-3 and abs(b["RbW"] - 0.5) < 1e-3 for b in boundaries)


def test_it_travels_with_the_photo(decided: Path, tree: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "another computer.sqlite3"
    moved = decided.rename(tree / "moved.jpg")
    found = tag(elsewhere, tree, keywords="full")["moved.jpg"]
    assert found.analysis is not None
    assert found.analysis.decision.words() == SAID.words()
    assert decisions(elsewhere)[picture(moved)].words() == SAID.words()
    again = tag(elsewhere, tree, keywords="full")["moved.jpg"]
    assert again.verdict_from is phototag.VerdictSource.UNCHANGED
    assert phototag.tag(moved).kind is Kind.HEADSHOT


def test_a_dry_run_elsewhere_says_the_same_and_saves_nothing(
    decided: Path, tree: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "another computer.sqlite3"
    found = tag(elsewhere, tree, dry_run=True)[decided.name]
    assert found.kind is Kind.HEADSHOT
    assert decisions(elsewhere) == {}


def test_the_word_here_goes_before_the_one_in_the_photo(
    decided: Path, tree: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "another computer.sqlite3"
    here = {picture(decided): Decision(kind=Kind.PORTRAIT)}
    found = tag(elsewhere, tree, corrections=here)[decided.name]
    assert found.analysis is not None
    assert found.kind is Kind.PORTRAIT
    assert found.analysis.cropping.shot is Shot.HALF_BODY


@pytest.mark.parametrize("whole", [False, True])
def test_it_is_forgotten_elsewhere_too(
    decided: Path, tree: Path, tmp_path: Path, whole: bool
) -> None:
    elsewhere = tmp_path / "another computer.sqlite3"
    target = tree if whole else decided
    assert (
        command("tag", tree, "--forget", target, "--state", elsewhere).exit_code == 1
    )  # broken.jpg
    record = phototag.read(decided)
    assert record is not None
    assert record.decision == {}
    assert (record.kind, record.thought) == ("portrait", None)
    assert decisions(elsewhere) == {}


def test_undo_elsewhere_gives_the_word_back(decided: Path, tree: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "another computer.sqlite3"
    before = phototag.read(decided)
    tag(elsewhere, tree, forget=(str(decided),))
    assert [o.error for o in phototag.undo(state=elsewhere) if o.error] == []
    assert phototag.read(decided) == before


def test_what_another_program_has_made_of_it_is_left_out(decided: Path, exiftool: str) -> None:
    """The field can be changed by anybody: what is no decision is not one."""
    config = decided.with_name("config")
    config.write_text(
        "%Image::ExifTool::UserDefined = ('Image::ExifTool::XMP::Main' => {phototag => "
        "{SubDirectory => {TagTable => 'Image::ExifTool::UserDefined::phototag'}}});"
        "%Image::ExifTool::UserDefined::phototag = (GROUPS => {0 => 'XMP', 1 => 'XMP-phototag'},"
        "NAMESPACE => {'phototag' => 'NAMESPACE'}, WRITABLE => 'string', Decision => {List => 'Bag'});"
        .replace("NAMESPACE'}", f"{namespace()}'}}"),
        encoding="utf-8",
    )  # fmt: skip
    subprocess.run(
        [exiftool, "-config", config, "-overwrite_original", "-XMP-phototag:Decision=kind=vase",
         "-XMP-phototag:Decision=shot=face", "-XMP-phototag:Decision=nonsense", decided],
        capture_output=True, check=True, timeout=60,
    )  # fmt: skip
    outcome = phototag.tag(decided)
    assert outcome.analysis is not None
    assert outcome.analysis.decision == Decision(shot=Shot.FACE)


def namespace() -> str:
    from phototag.metadata.xmp.names import PHOTOTAG

    return PHOTOTAG
