"""One label, as a line of the file and as what is made of it."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.photos import labelled
from benchmarks.photos.labelled import Label


@pytest.fixture
def line() -> dict[str, Any]:
    """A casual headshot in a studio."""
    return {
        "id": "a",
        "file": "a.jpg",
        "source": "someone/photos",
        "kind": "headshot",
        "subjects": 1,
        "crop": "head_and_shoulders",
        "background": "plain",
        "environment": "studio",
        "mood": "serious",
        "head": "frontal",
        "sure": True,
        "strict": False,
    }


@pytest.fixture
def label(line: dict[str, Any]) -> Label:
    return labelled.label(line)
