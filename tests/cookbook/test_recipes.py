"""Every recipe of the cookbook runs as it stands on the page, and prints what the page shows."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from recipes import PAGES, ROOT, Block, Kitchen, Recipe, agree, environment, recipes
from type_checking import mypy_path

# In one process: they share their photos and one warm process.
pytestmark = [pytest.mark.xdist_group("cookbook"), pytest.mark.slow, pytest.mark.timeout(180)]
RECIPES = list(recipes())
OPTIONAL = ("fastapi", "pandas", "uvicorn")  # packages that a recipe may need
LEAST = 25  # recipes


def name(recipe: Recipe) -> str:
    """The anchor of its heading."""
    return re.sub(r"[^\w -]", "", recipe.title).lower().replace(" ", "-")


def missing(recipe: Recipe) -> list[str]:
    """What has to be installed for a recipe."""
    text = "\n".join(block.text for block in recipe.blocks)
    packages = [
        one for one in OPTIONAL if re.search(rf"^(import|from)? *{one}\b", text, re.MULTILINE)
    ]
    return [
        *(one for one in packages if importlib.util.find_spec(one) is None),
        *(one for one in recipe.programs if shutil.which(one) is None),
    ]


@pytest.mark.parametrize("recipe", RECIPES, ids=name)
def test_a_recipe_prints_what_its_page_shows(
    recipe: Recipe,
    request: pytest.FixtureRequest,
    one_process: None,
    monkeypatch: pytest.MonkeyPatch,
    update: bool,
) -> None:
    if lacking := missing(recipe):
        pytest.skip(f"not installed: {', '.join(lacking)}")
    home: Path = request.getfixturevalue("untagged" if recipe.writes else "tagged")
    monkeypatch.chdir(home)
    for variable in [one for one in os.environ if one.startswith("XDG_")]:
        monkeypatch.delenv(variable)
    for variable in ("HOME", "PATH"):
        monkeypatch.setenv(variable, environment(home)[variable])
    for block, printed in zip(recipe.blocks, Kitchen(home).run(recipe), strict=True):
        if agree(block.printed, printed):
            continue
        assert update, f"the page shows:\n{block.printed}\nit prints:\n{printed}"
        page = recipe.page.read_text("utf-8")
        assert page.count(block.source) == 1
        recipe.page.write_text(page.replace(block.source, block.shown(printed)), "utf-8")


def test_a_service_of_a_recipe_listens_on_a_port_that_is_free(tmp_path: Path) -> None:
    text = "echo service --port 8471 | tee told; echo 127.0.0.1:8471 >> told\n"
    block = Block("sh", text, file="", ready="", last="", printed="", source="")
    recipe = Recipe(PAGES[0], "A service", writes=True, blocks=(block,))
    assert Kitchen(tmp_path).run(recipe) == ["service --port 8471\n"], "as the page has it"
    first, second = re.findall(r"\d{4,5}$", (tmp_path / "told").read_text("utf-8"), re.MULTILINE)
    assert first == second != "8471"


def test_there_are_enough_recipes_and_each_is_in_the_list() -> None:
    assert len(RECIPES) >= LEAST
    listed = (ROOT / "docs" / "cookbook.md").read_text("utf-8")
    links = re.findall(r"\]\(cookbook/([\w.]+)#([\w-]+)\)", listed)
    linked = Counter((page, anchor) for page, anchor in links)
    assert linked == Counter((recipe.page.name, name(recipe)) for recipe in RECIPES)


@pytest.fixture(scope="module")
def code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All Python of the pages as files: a recipe each, and a block each."""
    folder = tmp_path_factory.mktemp("code")
    for part in ("recipes", "blocks"):
        (folder / part).mkdir()
    for number, recipe in enumerate(RECIPES):
        if recipe.python:
            (folder / "recipes" / f"recipe_{number}.py").write_text(recipe.python, "utf-8")
        for place, block in enumerate(recipe.blocks):
            if block.language == "python":
                (folder / "blocks" / f"block_{number}_{place}.py").write_text(block.text, "utf-8")
                if block.file:
                    (folder / "recipes" / block.file).write_text(block.text, "utf-8")
    return folder


def checked(folder: Path, *command: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *command],
        capture_output=True, text=True, check=False, timeout=150, cwd=folder,
        env={**environment(folder), **mypy_path()},
    )  # fmt: skip
    return f"{done.stdout}{done.stderr}" if done.returncode else ""


def test_the_python_of_the_recipes_passes_the_strictest_checks_of_mypy(code: Path) -> None:
    pytest.importorskip("mypy", reason="mypy, which checks the types, is not installed")
    settings = "[mypy]\nfollow_imports = silent\n[mypy-pandas.*]\nignore_missing_imports = True\n"
    (code / "mypy.ini").write_text(settings, "utf-8")
    words = (
        "--strict",
        "--config-file",
        "mypy.ini",
        "--cache-dir",
        "cache",
        "--scripts-are-modules",
    )
    files = sorted(str(path.relative_to(code)) for path in (code / "recipes").iterdir())
    assert checked(code, "mypy", *words, *files) == ""


def test_the_python_of_the_recipes_is_formatted_as_that_of_phototag(code: Path) -> None:
    pytest.importorskip("ruff", reason="ruff, which formats Python, is not installed")
    settings = str(ROOT / "pyproject.toml")
    assert checked(code, "ruff", "format", "--diff", "-q", "--config", settings, "blocks") == ""


def test_every_page_of_recipes_is_read() -> None:
    assert [page.name for page in PAGES] == [
        "administrators.md",
        "photographers.md",
        "programmers.md",
    ]
    for page in PAGES:
        own = [recipe for recipe in RECIPES if recipe.page == page]
        assert page.read_text("utf-8").count("\n## ") == len(own)


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        ("a.jpg: 70 % sure", "a.jpg:  over 99 % sure\n", True),
        ("yaw 1", "yaw -2.5", True),
        ("a.jpg: 70 % ...", "a.jpg: 80 % sure,\nby cropping", True),
        ("a.jpg: headshot", "a.jpg: portrait", False),
        ("a.jpg", "a.jpg\nb.jpg", False),
        ("", "a.jpg", False),
    ],
)
def test_only_figures_and_spaces_may_differ(shown: str, printed: str, same: bool) -> None:
    assert agree(shown, printed) is same
