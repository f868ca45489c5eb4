"""The page about installing says what the package says of itself."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from phototag.cli.examination import EXTRAS
from phototag.worker.sealed.child import LIBRARIES

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "install.md").read_text("utf-8")
OURS = {"test", "benchmarks", "docs", "dev"}  # extras for who changes phototag
PYTHON = "Programming Language :: Python :: "


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    with (ROOT / "pyproject.toml").open("rb") as file:
        found: dict[str, Any] = tomllib.load(file)["project"]
    return found


def test_the_page_names_the_pythons_of_the_package(project: dict[str, Any]) -> None:
    stated = {one.removeprefix(PYTHON) for one in project["classifiers"] if one.startswith(PYTHON)}
    (sentence,) = re.findall(r"You need Python ([^a-z]+(?:or [\d.]+)?) and", PAGE)
    assert set(re.findall(r"3\.\d+", sentence)) == stated - {"3"}


def test_the_page_and_doctor_name_every_extra(project: dict[str, Any]) -> None:
    extras = set(project["optional-dependencies"]) - OURS
    assert set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)) == extras
    assert set(EXTRAS) == extras


def test_only_one_opencv_is_asked_for(project: dict[str, Any]) -> None:
    """Two would unpack into the same folder."""
    extras = [one for every in project["optional-dependencies"].values() for one in every]
    asked = [one for one in (*project["dependencies"], *extras) if one.startswith("opencv")]
    assert [re.match(r"[\w-]+", one)[0] for one in asked] == ["opencv-contrib-python"]  # type: ignore[index]


def test_the_page_and_the_error_name_the_same_libraries() -> None:
    said = re.findall(r"\blib[\w.-]+", LIBRARIES[1])
    assert len(said) == 4
    for page in (PAGE, (ROOT / "docs" / "troubleshooting.md").read_text("utf-8")):
        assert " ".join(said) in page
