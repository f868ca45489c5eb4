"""The table of the models and the checks against it."""

import hashlib
from pathlib import Path

import pytest

from phototag.errors import ModelsMissing
from phototag.scene import models
from phototag.vision import model_files

CONTENTS = {"one.task": b"first", "two.onnx": b"second"}


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two small models in it, in place of the real ones."""
    table = {name: hashlib.sha256(data).hexdigest() for name, data in CONTENTS.items()}
    for name, data in CONTENTS.items():
        (tmp_path / name).write_bytes(data)
    monkeypatch.setattr(models, "MODELS", table)
    monkeypatch.setattr(model_files, "FOLDER", tmp_path)
    return tmp_path


def test_the_table_holds_six_digests() -> None:
    assert len(models.MODELS) == 6
    assert {len(bytes.fromhex(digest)) for digest in models.MODELS.values()} == {32}


def test_the_table_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        models.MODELS["another.task"] = "0" * 64  # type: ignore[index]


def test_the_models_are_in_a_folder_beside_the_module() -> None:
    assert model_files.path(models.FACE_LANDMARKER).parent == model_files.FOLDER
    assert model_files.FOLDER.parent == Path(model_files.__file__).resolve().parent


def test_path_of_an_unknown_model() -> None:
    with pytest.raises(KeyError, match=r"palm\.task"):
        model_files.path("palm.task")


def test_right_files_have_no_problems(installed: Path) -> None:
    assert model_files.verify(installed) == []
    model_files.require()
    model_files.require("one.task")


def test_verify_looks_into_the_installation_by_default(installed: Path) -> None:
    (installed / "one.task").unlink()
    assert model_files.verify() == ["one.task is missing"]


def test_a_wrong_file_is_named_with_both_digests(installed: Path) -> None:
    (installed / "two.onnx").write_bytes(b"other")
    (sentence,) = model_files.verify(installed)
    assert sentence.startswith("two.onnx is not the expected file")
    assert hashlib.sha256(b"other").hexdigest() in sentence
    assert models.MODELS["two.onnx"] in sentence


def test_a_file_that_cannot_be_read(installed: Path) -> None:
    (installed / "two.onnx").unlink()
    (installed / "two.onnx").mkdir()
    (sentence,) = model_files.verify(installed)
    assert sentence.startswith("two.onnx cannot be read")


def test_require_says_what_to_do(installed: Path) -> None:
    (installed / "one.task").unlink()
    with pytest.raises(ModelsMissing) as caught:
        model_files.require()
    assert str(caught.value) == (
        "phototag: one.task is missing; reinstall phototag, which includes the models"
    )


def test_require_looks_only_at_what_is_asked_for(installed: Path) -> None:
    (installed / "one.task").unlink()
    model_files.require("two.onnx")
    with pytest.raises(ModelsMissing):
        model_files.require("one.task")


def test_identity_changes_with_the_models(installed: Path) -> None:
    before = models.identity()
    models.MODELS["two.onnx"] = "0" * 64  # type: ignore[index]
    assert len(before) == 12
    assert models.identity() != before


def test_identity_does_not_depend_on_order(
    installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = models.identity()
    monkeypatch.setattr(models, "MODELS", dict(reversed(list(models.MODELS.items()))))
    assert models.identity() == before
