"""Remedies name the command that changes the installation at hand."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

import phototag
from phototag import installing

PACKAGE = Path(phototag.__file__).parent
ROOT = Path(__file__).parents[1]
WAYS = {
    "pip": (None, "pip install 'phototag[review]'", "pip install -U x"),
    "pipx": (
        "pipx_metadata.json",
        "pipx inject phototag-2 starlette uvicorn",
        "pipx runpip phototag-2 install -U x",
    ),
    "uv": (
        "uv-receipt.toml",
        "uv pip install --python '{}' 'phototag[review]'",
        "uv pip install --python '{}' -U x",
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_the_command_is_that_of_the_program_which_has_installed_phototag(
    way: str, tmp_path: Path
) -> None:
    file, adding, words = WAYS[way]
    (prefix := tmp_path / "a folder" / "phototag-2").mkdir(parents=True)
    if file:
        (prefix / file).write_text("", encoding="utf-8")
    assert installing.adding("review", str(prefix)) == adding.format(prefix)
    assert installing.installing("-U x", f"{prefix}") == words.format(prefix)


def test_the_packages_of_the_extras_are_those_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    for extra, packages in installing.PACKAGES.items():
        stated = tuple(re.match(r"[\w-]+", one)[0] for one in extras[extra])  # type: ignore[index]
        assert stated == packages


def test_no_remedy_names_a_command_of_its_own() -> None:
    """That of ``ray.py`` is for the readers of its own text."""
    found = {
        path.name
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.search(r"pipx? (install|inject|runpip)", node.value)
    }
    assert found == {"installing.py", "ray.py"}
