"""What keeps the code a house to live in; ruff, mypy and import-linter see to the rest."""

from __future__ import annotations

import ast
import inspect
import os
import shutil
import subprocess
import sys
import tomllib
import typing
from pathlib import Path

import attrs
import pytest

import phototag
from phototag.scene import measures

ROOT = Path(__file__).parents[1]
LONGEST_MODULE, LONGEST_FUNCTION = 400, 60  # lines
LEAST_WORDS = 3  # in the name of a test
MOST_MODULES, PACKAGES = 8, range(10, 14)  # beside the packages, and of them

PACKAGE = Path(phototag.__file__).parent  # as it is installed
SOURCES = sorted(
    path
    for folder in (
        PACKAGE,
        *(ROOT / name for name in ("benchmarks", "docs", "model_build", "tests")),
    )
    for path in folder.rglob("*.py")
)


def title(path: Path) -> str:
    return path.relative_to(PACKAGE.parent if path.is_relative_to(PACKAGE) else ROOT).as_posix()


@pytest.mark.parametrize("path", SOURCES, ids=title)
def test_nothing_is_too_long(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= LONGEST_MODULE
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            assert node.end_lineno is not None
            assert node.end_lineno - node.lineno < LONGEST_FUNCTION, node.name


@pytest.mark.parametrize("name", [name for name in phototag.__all__ if not name.startswith("_")])
def test_every_public_name_is_documented_and_typed(name: str) -> None:
    found = getattr(phototag, name)
    assert inspect.getdoc(found)
    members = [found]
    if inspect.isclass(found):
        members = [m for key, m in vars(found).items() if inspect.isfunction(m) and key[0] != "_"]
    for member in members:
        assert inspect.getdoc(member), member
        if inspect.isfunction(member):
            parameters = inspect.signature(member).parameters.keys() - {"self", "cls"}
            hinted = member.__annotations__
            assert parameters <= hinted.keys(), member
            assert "return" in hinted, member


def test_the_public_names_are_what_type_checkers_see() -> None:
    """``__getattr__`` finds at run time what the imports for type checkers promise."""
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    promised = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.If)
        for part in node.body
        if isinstance(part, ast.ImportFrom)
        for alias in part.names
    }
    assert promised == set(phototag.__all__) - {"__version__"}


def unlimited(call: ast.Call) -> bool:
    """Whether a call may wait for ever for another process or thread."""
    if not isinstance(call.func, ast.Attribute):
        return False
    name, of = call.func.attr, ast.unparse(call.func.value)
    given = {keyword.arg for keyword in call.keywords}
    if of == "subprocess":
        return name in {"call", "check_call", "check_output", "run"} and "timeout" not in given
    return name in {"communicate", "join", "wait"} and not call.args and "timeout" not in given


TESTS = sorted((ROOT / "tests").rglob("*.py"))


@pytest.mark.parametrize("path", TESTS, ids=title)
def test_nothing_is_waited_for_without_a_limit(path: Path) -> None:
    """What hangs shall fail where it hangs; ``processes.started`` starts a program with a limit."""
    calls = [
        node
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
    ]
    assert [f"line {call.lineno}" for call in calls if unlimited(call)] == []
    if path.name != "processes.py":
        assert "subprocess.Popen" not in {ast.unparse(call.func) for call in calls}


@pytest.mark.parametrize("path", TESTS, ids=title)
def test_the_name_of_a_test_says_what_holds(path: Path) -> None:
    """A subject and what is true of it, in three words at least, or a sentence below the name."""
    tests = [
        node
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]
    short = [t.name for t in tests if t.name.count("_") < LEAST_WORDS and not ast.get_docstring(t)]
    assert short == []


def test_every_measure_of_a_scene_is_read() -> None:
    """What nobody reads is not measured: it would cost time in every photo, and be stored with it."""
    own = PACKAGE / "scene" / "measures.py"
    read = {
        node.attr
        for path in PACKAGE.rglob("*.py")
        if path != own
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load)
    }
    measured = {
        field.name
        for cls in vars(measures).values()
        if inspect.isclass(cls) and attrs.has(cls)
        for field in attrs.fields(cls)
    }
    assert "faces" in measured
    assert measured - read == set()


def test_the_criteria_have_one_shape() -> None:
    from phototag.criteria import CRITERIA, Criterion, Findings, installed

    hints = typing.get_type_hints(Findings)
    folder = PACKAGE / "criteria"
    for name in CRITERIA:
        module = __import__(f"phototag.criteria.{name}", fromlist=["CRITERION"])
        assert isinstance(module.CRITERION, Criterion)
        assert module.CRITERION.finding is hints[name]
        assert installed()[name] is module.CRITERION
        *_, last = ast.parse((folder / f"{name}.py").read_text(encoding="utf-8")).body
        assert isinstance(last, ast.Assign), "the file ends with its CRITERION"


def test_modules_that_users_need_are_there_after_a_plain_import() -> None:
    code = "import phototag; assert phototag.errors.PhotoNotFound; print(dir(phototag) == sorted(phototag.__all__))"
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert run.stdout.strip() == "True"


def test_the_eleven_need_no_installation(tmp_path: Path) -> None:
    """The package on a path of one's own, without the metadata that an installation leaves."""
    shutil.copytree(
        PACKAGE, tmp_path / "phototag", ignore=shutil.ignore_patterns("*.onnx", "*.task")
    )
    beside = tmp_path / "libraries"  # those in the folder of an installed phototag, without it
    beside.mkdir()
    libraries = [str(beside)]
    for folder in map(Path, filter(None, sys.path)):
        if not (folder / "phototag").exists():
            libraries.append(str(folder))
        elif folder.name == "site-packages":
            for entry in folder.iterdir():
                if not entry.name.startswith("phototag"):
                    (beside / entry.name).symlink_to(entry)
    code = "from phototag.criteria import CRITERIA, installed; print(list(installed()) and len(CRITERIA))"
    run = subprocess.run(
        [sys.executable, "-S", "-P", "-c", code],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *libraries])},
        capture_output=True, text=True, check=False, timeout=60, cwd=tmp_path,
    )  # fmt: skip
    assert run.stdout.strip() == "11", run.stderr


def test_the_package_has_few_rooms() -> None:
    modules = {path.stem for path in PACKAGE.glob("*.py")} - {"__init__", "__main__", "version"}
    assert len(modules) <= MOST_MODULES
    assert len(list(PACKAGE.glob("*/__init__.py"))) in PACKAGES


@pytest.mark.parametrize(
    "room", sorted(path.parent for path in PACKAGE.glob("*/__init__.py")), ids=title
)
def test_each_room_says_what_it_holds_and_what_it_never_does(room: Path) -> None:
    """The first paragraph says what it holds, the next what it leaves to others."""
    held = ast.get_docstring(ast.parse((room / "__init__.py").read_text(encoding="utf-8")))
    assert held
    assert "\n\n" in held
    contributing = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert f"\n| `{room.name}/` |" in contributing


def test_the_sealed_side_is_told_of_every_module_of_the_caller() -> None:
    """A new module of ``worker`` is one that both sides know, or the sealed side may not import it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (contract,) = (
        one
        for one in project["tool"]["importlinter"]["contracts"]
        if one.get("source_modules") == ["phototag.worker.sealed"]
    )
    told = {name.removeprefix("phototag.worker.") for name in contract["forbidden_modules"]}
    modules = {path.stem for path in PACKAGE.joinpath("worker").glob("*.py")} - {"__init__"}
    assert modules - told == {"answers", "framing", "messages", "protocol", "requests", "seal"}
