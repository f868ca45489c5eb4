"""The photos' own keywords and rating, from the file to the page: shown, counted, and found by the filters."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from browsing import choose, every, messages, names, one, press, until

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("applications")]


@pytest.fixture
def page(tmp_path: Path, astronaut: Image.Image, headshot: Image.Image, exiftool: str) -> Path:
    """The page of three photos: one with keywords in IPTC, one with them in a sidecar, one without."""
    (folder := tmp_path / "Pictures").mkdir()
    for name, picture in (("a", astronaut), ("b", headshot), ("c", astronaut.rotate(1))):
        picture.save(folder / f"{name}.jpg", quality=95)
    said = {
        "a.jpg": ["-IPTC:Keywords=mission", "-IPTC:Keywords=Paris", "-XMP:Rating=4"],
        "b.jpg.xmp": ["-XMP-lr:HierarchicalSubject=places|Paris <b>", "-XMP-dc:Subject=O'Hara"],
    }
    for name, words in said.items():
        command = [exiftool, "-q", "-q", "-overwrite_original", *words, str(folder / name)]
        subprocess.run(command, check=True, timeout=60)
    program = [sys.executable, "-m", "phototag"]
    state = ["--state", str(tmp_path / "state.sqlite3")]
    tag = [*program, "tag", str(folder), "--keywords", "full", *state]
    subprocess.run(tag, check=True, capture_output=True, timeout=120)
    out = tmp_path / "page.html"
    gallery = [*program, "gallery", str(folder), "-o", str(out), *state]
    subprocess.run(gallery, check=True, capture_output=True, timeout=120)
    return out


def typed(view: Any, text: str) -> list[str]:
    """The photos that are left when this is typed into the filter."""
    box = one(view, "input[name=keyword]")
    box.clear()
    box.send_keys(text)
    return names(view)


def test_own_keywords_are_shown_suggested_and_filter(
    page: Path, browser: Callable[..., Any]
) -> None:
    view = browser(page.as_uri())
    until(lambda: len(names(view)) == 3)
    choose(view, "sort", "name")
    options = every(view, "#own-keywords option")
    assert {option.get_attribute("value") for option in options} == {
        "mission", "Paris", "Paris <b>", "O'Hara",
    }  # fmt: skip
    assert typed(view, "mission") == ["a.jpg"]
    assert typed(view, "paris") == ["a.jpg", "b.jpg"]
    assert typed(view, "<b>") == ["b.jpg"]
    assert typed(view, "portrait") == []  # phototag's own words are no keywords of the photo
    one(view, "#clear").click()
    until(lambda: len(names(view)) == 3)
    choose(view, "sort", "name")  # clearing has put it back
    choose(view, "rating", "4")
    assert names(view) == ["a.jpg"]
    choose(view, "rating", "")
    until(lambda: len(names(view)) == 3)
    one(view, ".tile").click()
    for name, words in (("a.jpg", ["mission", "Paris"]), ("b.jpg", ["O'Hara", "Paris <b>"])):
        assert one(view, "#view-title").text == name
        script = (
            "const title = [...document.querySelectorAll('#view h3')].find((h) => /own/.test(h.textContent));"
            "return [...title.nextElementSibling.children].map((word) => word.textContent)"
        )
        assert sorted(view.execute_script(script)) == sorted(words)
        press(view, "\ue014")  # the right arrow
    assert messages(view) == []
