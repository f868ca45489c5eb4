"""A small tree of photos, and its own state file."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from benchmarks.faults.unsealed import ThisProcess
from phototag.worker.pool import Pool
from phototag.worker.requests import Request
from phototag.worker.start import DEAD_PROXY
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


@pytest.fixture
def unsealed(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests are answered in this process, one after the other: no sealed process needs to start and load models.

    Not in a test with the mark ``sealed``, which is about what several processes do at once.
    """
    if request.node.get_closest_marker("sealed"):
        return
    worker, lock = ThisProcess(), threading.Lock()
    os.environ["https_proxy"] = DEAD_PROXY  # until the end, when mediapipe closes

    def submit(_: Pool, request: Request[Any]) -> Any:
        with lock:
            return worker.submit(request)

    monkeypatch.setattr(Pool, "submit", submit)
