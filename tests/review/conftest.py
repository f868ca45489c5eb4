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

from samples import SAMPLES


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state" / "here.sqlite3"


@pytest.fixture
def photos(tmp_path: Path, astronaut: Image.Image, headshot: Image.Image) -> Path:
    """A portrait and its copy, a headshot, a cat."""
    folder = tmp_path / "Pictures"
    (folder / "deep").mkdir(parents=True)
    astronaut.save(folder / "portrait.jpg", quality=95)
    shutil.copy(folder / "portrait.jpg", folder / "deep" / "copy.jpg")
    headshot.save(folder / "headshot.jpg", quality=95)
    with Image.open(SAMPLES / "chelsea.png") as cat:
        cat.convert("RGB").save(folder / "cat.jpg")
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
