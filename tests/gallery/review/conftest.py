"""Photos to review, with a copy under another name, and what exiftool reads in them."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import commands
from samples import SAMPLES


@pytest.fixture(scope="session")
def analysed(
    astronaut: Image.Image, headshot: Image.Image, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A state file that knows the pictures: they are analysed once for all tests."""
    folder = tmp_path_factory.mktemp("analysed")
    _save(folder, astronaut, headshot)
    state = folder / "analysed.sqlite3"
    words = ["gallery", str(folder), "-o", str(folder / "page.html"), "--state", str(state)]
    done = commands.run(*words)
    assert done.returncode == 0, done.stderr
    return state


@pytest.fixture
def state(tmp_path: Path, analysed: Path) -> Path:
    """A state file of the test's own."""
    (tmp_path / "state").mkdir()
    return Path(shutil.copy(analysed, tmp_path / "state" / "here.sqlite3"))


def _save(folder: Path, astronaut: Image.Image, headshot: Image.Image) -> None:
    astronaut.save(folder / "portrait.jpg", quality=95)
    headshot.save(folder / "headshot.jpg", quality=95)
    with Image.open(SAMPLES / "chelsea.png") as cat:
        cat.convert("RGB").save(folder / "cat.jpg")


@pytest.fixture
def photos(tmp_path: Path, astronaut: Image.Image, headshot: Image.Image) -> Path:
    """A portrait and its copy, a headshot, a cat."""
    folder = tmp_path / "Pictures"
    (folder / "deep").mkdir(parents=True)
    _save(folder, astronaut, headshot)
    shutil.copy(folder / "portrait.jpg", folder / "deep" / "copy.jpg")
    return folder


Read = Callable[[Path], dict[str, Any]]


@pytest.fixture
def read(exiftool: str) -> Read:
    """The tags that exiftool reads, by name."""

    def read(path: Path) -> dict[str, Any]:
        command = [exiftool, "-j", "-struct", "-XMP-phototag:all", "-XMP-dc:Subject", str(path)]
        done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
        found: dict[str, Any] = json.loads(done.stdout)[0]
        return found

    return read
