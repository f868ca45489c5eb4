"""The README: what it shows is as it is now, what it says was measured, and it can be read on a package index, too."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

import hatch_build

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
README = (ROOT / "README.md").read_text("utf-8")
SHOWN = [path for path in sorted(IMAGES.iterdir()) if path.suffix in {".svg", ".webp"}]
WIDEST, LARGEST = 1400, 150_000  # px, bytes


def docs_script(*words: str) -> str:
    """What a script of the documentation has to say, on standard output and in its complaint."""
    done = subprocess.run(
        [sys.executable, *words], capture_output=True, text=True, timeout=120, cwd=ROOT, check=False
    )
    assert done.returncode in {0, 1}, done.stderr
    return done.stdout + done.stderr


@pytest.mark.slow
def test_the_pictures_show_what_is_so_now() -> None:
    """Where this fails, look at what has changed, and run the command that the message names."""
    assert docs_script("docs/pictures.py", "--check") == ""


def test_a_picture_is_out_of_date_by_its_words_and_not_by_a_last_digit() -> None:
    code = (
        "import sys; sys.path.insert(0, 'docs'); import picture_facts; changed = picture_facts.changed;"
        "before = {'focus': '-0.9 person', 'cropping': '+4.0 face', 'gone': 'x'};"
        "print(changed(before, before), changed(before, before | {'focus': '-1.0 person', 'cropping': '+3.8 face'}),"
        "changed(before, {'focus': '-0.9 head', 'cropping': '+2.0 face', 'new': 'y'}))"
    )
    assert docs_script("-c", code) == "[] [] ['cropping', 'focus', 'gone', 'new']\n"


def test_the_badges_and_the_credits_are_those_of_the_tables() -> None:
    code = (
        "import sys; sys.path.insert(0, 'docs'); import json, badges;"
        "print(json.dumps(badges.files()))"
    )
    for name, text in json.loads(docs_script("-c", code)).items():
        assert (IMAGES / name).read_text("utf-8") == text, f"python docs/badges.py writes {name}"


@pytest.mark.parametrize("path", SHOWN, ids=lambda path: path.name)
def test_every_picture_is_small_and_shown_with_words_for_it(path: Path) -> None:
    (words,) = re.findall(rf"!\[([^\]]+)\]\(docs/images/{re.escape(path.name)}\)", README)
    assert len(words) > 10
    assert path.stat().st_size <= LARGEST
    if path.suffix == ".webp":
        with Image.open(path) as picture:
            assert picture.width <= WIDEST


def test_the_figures_are_those_that_were_measured() -> None:
    measured = ROOT / "docs" / "accuracy"
    ours = json.loads((measured / "accuracy.json").read_text("utf-8"))["scores"]["fields"]["kind"]
    people = json.loads((measured / "learning.json").read_text("utf-8"))["hard"]["kind"]
    words = " ".join(README.split())
    assert (
        f"Of {ours['n']:,} photographs with undisputed labels, {ours['accuracy']:.1%}"
        in words.replace(" %", "%")
    )
    assert f"agree on {people['agree']:.1%}" in words.replace(" %", "%")


def test_a_package_index_shows_the_words_without_what_is_in_the_repository_alone() -> None:
    text = hatch_build.description(README)
    links = re.findall(r"\]\(([^)]+)\)", text)
    assert links
    assert all(link.startswith("https://") for link in links)
    assert "![" not in text
    assert "<!--" not in text
    assert "[In your application](docs/applications.md)" in README
    assert "In your application" in text
    assert "<sub>" not in text
    for kept in re.findall(
        r"^(?:#+ |\| \*\*|pipx|phototag (?:crop|demo|tag|undo)|result).*$", README, re.MULTILINE
    ):
        assert kept in text
