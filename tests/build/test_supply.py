"""Where the models come from, and the errors when they do not come."""

import hashlib
import shutil
from pathlib import Path

import pytest

from model_build import ModelBuildError, sources, supply
from phototag.scene import models
from phototag.vision import model_files

CONTENTS = {name: name.encode() for name in models.MODELS}


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the models be small files, whose digests are right all the same."""
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in CONTENTS.items()}
    monkeypatch.setattr(models, "MODELS", digests)
    monkeypatch.setattr(supply, "MODELS", digests)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Where the models shall go: a folder that is not there yet."""
    return tmp_path / "phototag" / "vision" / "models"


@pytest.fixture
def given(tmp_path: Path) -> Path:
    """The folder of the user, with the finished files in it."""
    folder = tmp_path / "given"
    folder.mkdir()
    for name, data in CONTENTS.items():
        (folder / name).write_bytes(data)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_finished_files_are_copied(table: None, target: Path, given: Path) -> None:
    report = supply.supply_models(target, {"PHOTOTAG_MODELS": str(given)})
    assert contents(target) == CONTENTS
    assert report == f"the models were copied from {given}"


def test_nothing_is_done_when_they_are_there(table: None, given: Path) -> None:
    before = {file: file.stat().st_mtime_ns for file in given.iterdir()}
    report = supply.supply_models(given, {"PHOTOTAG_MODELS": "/nowhere"})
    assert {file: file.stat().st_mtime_ns for file in given.iterdir()} == before
    assert report == "the models are already in place"


def test_a_wrong_file_in_place_is_replaced(table: None, target: Path, given: Path) -> None:
    target.mkdir(parents=True)
    (target / models.MOVENET).write_bytes(b"of an older version")
    supply.supply_models(target, {"PHOTOTAG_MODELS": str(given)})
    assert contents(target) == CONTENTS


def test_a_missing_and_a_wrong_file_are_named(table: None, target: Path, given: Path) -> None:
    (given / models.FACE_DETECTOR).unlink()
    (given / models.SELFIE_SEGMENTER).write_bytes(b"other")
    with pytest.raises(ModelBuildError) as caught:
        supply.supply_models(target, {"PHOTOTAG_MODELS": str(given)})
    message = str(caught.value)
    assert f"PHOTOTAG_MODELS={given}" in message
    assert f"{models.FACE_DETECTOR} is missing" in message
    assert f"{models.SELFIE_SEGMENTER} is not the expected file" in message
    for source in sources.SOURCES:
        assert f"{source.filename} is missing" in message
    assert models.FACE_LANDMARKER not in message
    assert not target.exists()


@pytest.mark.parametrize("source", sources.SOURCES)
def test_a_source_with_other_bytes_is_refused(
    target: Path, tmp_path: Path, source: sources.Wheel | sources.Package
) -> None:
    (tmp_path / source.filename).write_bytes(b"something else")
    with pytest.raises(ModelBuildError, match=f"{source.filename} is not the expected file"):
        supply.supply_models(target, {"PHOTOTAG_MODELS": str(tmp_path)})
    assert not target.exists()


@pytest.mark.slow
@pytest.mark.network
def test_from_the_sources_and_then_from_the_finished_files(
    source_folder: Path, target: Path, tmp_path: Path
) -> None:
    report = supply.supply_models(target, {"PHOTOTAG_MODELS": str(source_folder)})
    assert report == f"the models were made from the wheels and the package in {source_folder}"
    assert model_files.verify(target) == []
    second = tmp_path / "second"
    report = supply.supply_models(second, {"PHOTOTAG_MODELS": str(target)})
    assert report == f"the models were copied from {target}"
    assert model_files.verify(second) == []


@pytest.mark.slow
@pytest.mark.network
def test_one_source_that_was_changed(source_folder: Path, target: Path, tmp_path: Path) -> None:
    for source in sources.SOURCES:
        shutil.copy(source_folder / source.filename, tmp_path)
    package = tmp_path / sources.HUMAN.filename
    package.write_bytes(package.read_bytes() + b"\0")
    with pytest.raises(ModelBuildError) as caught:
        supply.supply_models(target, {"PHOTOTAG_MODELS": str(tmp_path)})
    assert f"{package.name} is not the expected file" in str(caught.value)
    assert sources.MEDIAPIPE.filename + " is" not in str(caught.value)
    assert not target.exists()


def test_a_folder_that_is_not_there(target: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelBuildError, match="is not a folder"):
        supply.supply_models(target, {"PHOTOTAG_MODELS": str(tmp_path / "nowhere")})


def test_models_that_came_out_differently_are_not_packed(
    table: None, target: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(supply, "build_models", lambda _: {**CONTENTS, models.FACE_DETECTOR: b"x"})
    monkeypatch.setattr(sources, "problems", lambda _: [])
    with pytest.raises(ModelBuildError, match=f"{models.FACE_DETECTOR} came out with sha256"):
        supply.supply_models(target, {"PHOTOTAG_MODELS": str(tmp_path)})
    assert not target.exists()
