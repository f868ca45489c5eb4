"""A small tree of photos, and its own state file."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from samples import SAMPLES


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state" / "here.sqlite3"


@pytest.fixture
def tree(tmp_path: Path, astronaut: Image.Image, headshot: Image.Image) -> Path:
    """Two folders: a portrait, a headshot, a cat, and a file that is no photo."""
    root = tmp_path / "Pictures"
    (root / "2023" / "May").mkdir(parents=True)
    astronaut.save(root / "2023" / "portrait.jpg", quality=95)
    headshot.save(root / "2023" / "May" / "headshot.JPG", "JPEG", quality=95)
    with Image.open(SAMPLES / "chelsea.png") as cat:
        cat.convert("RGB").save(root / "cat.jpg")
    (root / "broken.jpg").write_bytes(b"\xff\xd8\xff no photo")
    return root
