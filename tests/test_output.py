"""A full disk behind stdout, or a reader that has gone: a word on stderr and an exit code, never a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from commands import COMMAND, run
from phototag.cli.exit_codes import ExitCode

pytestmark = pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")

FULL = "standard output: it cannot be written (No space left on device)"


def full(*words: str | Path, buffered: bool = True) -> tuple[int, str]:
    environment = os.environ | {"PYTHONUNBUFFERED": "" if buffered else "1"}
    with Path("/dev/full").open("w", encoding="utf-8") as device:
        done = subprocess.run(
            [*COMMAND, *words],
            stdout=device, stderr=subprocess.PIPE, text=True, timeout=120, check=False, env=environment,
        )  # fmt: skip
    return done.returncode, done.stderr


def closed(*words: str | Path) -> tuple[int, str]:
    """Nobody reads it, as behind `| head -0`."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run(
            [*COMMAND, *words],
            stdout=writer, stderr=subprocess.PIPE, text=True, timeout=120, check=False,
        )  # fmt: skip
    finally:
        os.close(writer)
    return done.returncode, done.stderr


@pytest.mark.parametrize("buffered", [True, False])
@pytest.mark.parametrize("words", ["--version", "--help", "tag --help", "keywords"])
def test_a_full_disk(words: str, buffered: bool) -> None:
    code, said = full(*words.split(), buffered=buffered)
    assert (code, said.count("\n")) == (ExitCode.SETUP, 1), said
    assert FULL in said


@pytest.mark.parametrize("form", [["--json"], []])
def test_a_full_disk_ends_a_run(
    portrait_jpg: Path, headshot_jpg: Path, form: list[str], tmp_path: Path
) -> None:
    code, said = full("analyze", *form, portrait_jpg, headshot_jpg)
    assert (code, "Traceback" in said, FULL in said) == (ExitCode.SETUP, False, True), said
    (folder := tmp_path / "photos").mkdir()
    portrait_jpg.rename(folder / "portrait.jpg")
    words: list[str | Path] = ["tag", *form, folder, "--state", tmp_path / "state.sqlite3"]
    code, said = full(*words)
    assert (code, "Traceback" in said, FULL in said) == (ExitCode.SETUP, False, True), said
    again = run(*words, "--json")
    assert '"changed": false' in again.stdout  # the photo is tagged, and known
    code, said = full(*words, "--dry-run", "--keywords", "full")  # a table
    assert (code, "Traceback" in said, FULL in said) == (ExitCode.SETUP, False, True), said


def test_a_reader_that_has_gone(portrait_jpg: Path) -> None:
    code, said = closed("analyze", "--json", portrait_jpg)
    assert code == ExitCode.SETUP
    assert said == (
        "Error: standard output: it cannot be written (the program that read it has ended), "
        "so the command was stopped\n"
    )


@pytest.mark.skipif(sys.platform == "win32", reason="a POSIX shell")
def test_no_stdout_and_a_full_stderr_are_no_reason_to_stop(portrait_jpg: Path) -> None:
    command = " ".join([*COMMAND, "tag", str(portrait_jpg)])
    done = subprocess.run(["sh", "-c", f"{command} >&-"], timeout=120, check=False)
    assert done.returncode == 0
    missing = " ".join([*COMMAND, "analyze", "missing.jpg", str(portrait_jpg)])
    mixed = subprocess.run(
        ["sh", "-c", f"{missing} 2>/dev/full"],
        stdout=subprocess.PIPE, timeout=120, text=True, check=False,
    )  # fmt: skip
    assert (mixed.returncode, "Portrait" in mixed.stdout) == (ExitCode.SOME_FAILED, True)


def test_a_name_that_the_terminal_cannot_show(portrait_jpg: Path, tmp_path: Path) -> None:
    photo = portrait_jpg.rename(tmp_path / "人.jpg")
    done = subprocess.run(
        [*COMMAND, "analyze", photo],
        stdout=subprocess.PIPE, timeout=120, check=False, env=os.environ | {"PYTHONIOENCODING": "latin-1"},
    )  # fmt: skip
    assert (done.returncode, b"\\u4eba.jpg" in done.stdout) == (0, True)
