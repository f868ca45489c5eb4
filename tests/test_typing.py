"""A program that uses phototag passes the strictest checks of mypy and pyright, and mistakes in it are found."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import phototag
from type_checking import mypy_path

CLIENT = Path(__file__).with_name("typing_client.py")
LONGEST = 60  # lines
PACKAGE = Path(phototag.__file__).parent
NARROWED = "if outcome.error is None:\n                if outcome.analysis.kind"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def mypy(folder: Path) -> str:
    pytest.importorskip("mypy", reason="mypy, which checks the types, is not installed")
    # The configuration says that typed code of libraries is followed, but not complained about.
    (folder / "mypy.ini").write_text("[mypy]\nfollow_imports = silent\n", "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file", "mypy.ini", "--cache-dir", str(folder / "cache"),
         "client.py"],
        capture_output=True, text=True, check=False, timeout=250, cwd=folder,
        env={**mypy_path(), "PATH": ""},
    )  # fmt: skip
    return done.stdout + done.stderr


def pyright(folder: Path) -> str:
    command = shutil.which("pyright", path=str(Path(sys.executable).parent)) or shutil.which(
        "pyright"
    )
    if command is None:
        pytest.skip("pyright, which checks the types, is not installed")
    settings = {
        "include": ["client.py"],
        "extraPaths": [str(PACKAGE.parent)],
        "typeCheckingMode": "strict",
    }
    (folder / "pyrightconfig.json").write_text(json.dumps(settings), "utf-8")
    done = subprocess.run(
        [command, "--pythonpath", sys.executable, "--project", str(folder)],
        capture_output=True, text=True, check=False, timeout=250,
    )  # fmt: skip
    return done.stdout + done.stderr


CHECKERS = pytest.mark.parametrize(
    ("check", "content"),
    [(mypy, "Success: no issues found in 1 source file"), (pyright, "0 errors, 0 warnings")],
)


@CHECKERS
def test_a_client_of_sixty_lines_passes_without_a_cast(
    tmp_path: Path, check: Callable[[Path], str], content: str
) -> None:
    text = CLIENT.read_text("utf-8")
    assert text.count("\n") <= LONGEST
    assert not [word for word in ("cast(", "ignore", "Any", "assert") if word in text]
    (tmp_path / "client.py").write_text(text, "utf-8")
    assert content in check(tmp_path)


@CHECKERS
def test_an_analysis_of_a_photo_that_may_have_failed_is_an_error(
    tmp_path: Path, check: Callable[[Path], str], content: str
) -> None:
    text = CLIENT.read_text("utf-8")
    assert NARROWED in text
    careless = text.replace(NARROWED, NARROWED.replace("outcome.error is None", "outcome.photo"))
    (tmp_path / "client.py").write_text(careless, "utf-8")
    found = check(tmp_path)
    assert content not in found
    assert '"kind"' in found
