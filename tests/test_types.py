"""What the type checker must find: mistakes are put into copies of the modules, all at once."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

import phototag
from phototag.worker.requests import AnyRequest

pytest.importorskip("mypy", reason="mypy, which checks the types, is not installed")

PACKAGE = Path(phototag.__file__).parent
REQUESTS = {cls.__name__ for cls in get_args(AnyRequest)}
Places = set[tuple[str, int]]  # file below the package, line


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package's code that may be spoiled."""
    folder = tmp_path_factory.mktemp("types") / "phototag"
    shutil.copytree(PACKAGE, folder, ignore=shutil.ignore_patterns("__pycache__", "*.onnx", "*.t*"))
    shutil.copy(PACKAGE / "py.typed", folder)
    return folder


def found(copy: Path, *modules: str) -> Places:
    """Where mypy finds an error in the copy."""
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--cache-dir", str(copy.parent / "cache"),
         "--ignore-missing-imports", *(modules or ("-p", "phototag"))],
        capture_output=True, text=True, check=False, timeout=300, cwd=copy.parent,
    )  # fmt: skip
    places = re.findall(r"^phototag/(\S+?):(\d+): error:", done.stdout, re.MULTILINE)
    assert places, done.stdout + done.stderr
    return {(file, int(line)) for file, line in places}


def misspelt_fields(copy: Path) -> tuple[Places, set[str]]:
    """One field of every request that the package makes is misspelt; where, and of which classes."""
    places, names = set(), set()
    for path in copy.rglob("*.py"):
        lines = path.read_text("utf-8").splitlines(keepends=True)
        calls = [
            node
            for node in ast.walk(ast.parse("".join(lines)))
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in REQUESTS
        ]
        for call in calls:
            at = call.func.lineno - 1
            start = call.func.end_col_offset or 0
            lines[at] = f"{lines[at][: start + 1]}misspelt=1, {lines[at][start + 1 :]}"
            if call.keywords:  # instead of another one
                row, column = call.keywords[0].lineno - 1, call.keywords[0].col_offset
                shift = len("misspelt=1, ") if row == at else 0
                lines[at] = lines[at].replace("misspelt=1, ", "", 1)
                column += shift - len("misspelt=1, ") if row == at else 0
                lines[row] = f"{lines[row][:column]}mis{lines[row][column:]}"
            places.add((str(path.relative_to(copy)), call.lineno))
            names.add(call.func.id)  # type: ignore[attr-defined]  # it is a name
        if calls:
            path.write_text("".join(lines), "utf-8")
    return places, names


def misspelt_options(copy: Path) -> Places:
    """Every option that a command uses is misspelt; where."""
    places = set()
    for path in (copy / "cli").glob("*.py"):
        lines = path.read_text("utf-8").splitlines(keepends=True)
        for number, line in enumerate(lines, 1):
            spoiled = re.sub(r"\boptions\.(?=[a-z]\w*\b(?!\())(\w+)", r"options.\1_", line)
            if spoiled != line and "import" not in line:
                lines[number - 1] = spoiled
                places.add((str(path.relative_to(copy)), number))
        path.write_text("".join(lines), "utf-8")
    return places


def test_misspelt_fields_and_options_are_errors(copy: Path) -> None:
    fields, names = misspelt_fields(copy)
    options = misspelt_options(copy)
    assert names == REQUESTS
    assert len(options) >= 30
    errors = found(copy)
    # The error of a call over several lines is at its first, or at the field.
    near = {(file, line - step) for file, line in errors for step in (0, 1)}
    assert fields <= near, fields - near
    assert options <= errors, options - errors


def test_a_request_without_a_handler_is_an_error(copy: Path) -> None:
    text = (PACKAGE / "worker" / "sealed" / "handlers.py").read_text("utf-8")
    entries = re.findall(r"^ *(?:\| )?(\w+)\.handled_by\(\w+\)$", text, re.MULTILINE)
    assert set(entries) == REQUESTS
    made = []
    for name in entries:
        without = re.sub(rf"^ *(\| )?{name}\.handled_by\(\w+\)\n", "", text, flags=re.MULTILINE)
        without = re.sub(r"= \(\n *\| ", "= (\n    ", without)
        path = copy / "worker" / f"handlers_without_{name.lower()}.py"
        path.write_text(without, "utf-8")
        made.append(path)
    errors = {
        file for file, _ in found(copy, *(str(path.relative_to(copy.parent)) for path in made))
    }
    assert {str(path.relative_to(copy)) for path in made} <= errors


def test_an_answer_of_another_type_is_an_error(copy: Path) -> None:
    text = (PACKAGE / "worker" / "sealed" / "handlers.py").read_text("utf-8")
    spoiled, count = re.subn(
        r"(?m)^(def (?!holds|_)[a-z_]+\([^)]*\)) -> .*:$", r"\1 -> complex:", text
    )
    assert count == len(REQUESTS)
    path = copy / "worker" / "sealed" / "handlers_of_another_type.py"
    path.write_text(
        spoiled + "\n\ndef asked(pool: Pool) -> int:\n    return pool.submit(Versions())\n", "utf-8"
    )
    lines = path.read_text("utf-8").replace(
        "from phototag.worker.requests import (",
        "from phototag.worker.pool import Pool\nfrom phototag.worker.requests import (",
        1,
    )
    path.write_text(lines, "utf-8")
    errors = found(copy, str(path.relative_to(copy.parent)))
    entries = {
        (str(path.relative_to(copy)), number)
        for number, line in enumerate(lines.splitlines(), 1)
        if ".handled_by(" in line or "return pool.submit(Versions())" in line
    }
    assert len(entries) == len(REQUESTS) + 1
    assert entries <= errors
