"""What a command says where something is missing, full or misspelt."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from phototag.cli import main
from phototag.cli.report_file import ReportFile
from phototag.errors import OutputNotWritable


def said(*words: str | Path) -> Any:
    return CliRunner().invoke(main, list(map(str, words)))


def one_line(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture
def unsealed(monkeypatch: pytest.MonkeyPatch) -> None:
    from benchmarks.faults.unsealed import ThisProcess
    from phototag.worker.pool import Pool

    worker = ThisProcess()
    monkeypatch.setattr(Pool, "submit", lambda _, request: worker.submit(request))


def test_a_report_that_cannot_be_written_in_the_end_hides_neither_the_results_nor_how_to_undo_them(
    headshot_jpg: Path, tmp_path: Path, unsealed: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(report: ReportFile) -> None:
        raise OutputNotWritable("r.csv", "it cannot be written (No space left on device)", "x")

    monkeypatch.setattr(ReportFile, "write", full)
    (folder := tmp_path / "photos").mkdir()
    for name in ("a.jpg", "b.jpg"):
        (folder / name).write_bytes(headshot_jpg.read_bytes())
    words: list[str | Path] = ["--state", tmp_path / "s.sqlite3", "--workers", "1"]
    done = said("tag", folder, *words, "--report", tmp_path / "r.csv")
    assert done.exit_code == 3
    *_, undo, error = done.stderr.splitlines()
    assert undo.startswith("To undo all changes: phototag undo 1 --state ")
    assert error.startswith("Error: r.csv: it cannot be written")
    assert "2 photos in " in done.stderr


def test_a_review_names_what_is_not_there_before_it_serves_a_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = said("review", "nope", "--no-open")
    told = "nope: this file does not exist; check the path\n"
    assert (done.exit_code, done.stdout, done.stderr) == (1, "", told)
    monkeypatch.setitem(sys.modules, "uvicorn", None)  # it goes on with the others
    done = said("review", "nope", ".", "--no-open")
    assert done.exit_code == 3
    assert done.stderr.startswith(f"{told}Error: ")


@pytest.mark.parametrize("command", ["remove", "analyze", "show"])
def test_a_folder_that_cannot_be_read_is_named_as_such(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    (closed := tmp_path / "pics" / "closed").mkdir(parents=True)
    scan = os.scandir

    def refusing(path: str) -> object:
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied")
        return scan(path)

    monkeypatch.setattr(os, "scandir", refusing)
    done = said(command, closed.parent)
    assert done.exit_code == 1
    told = f"{closed}: this folder cannot be read (Permission denied); change its permissions"
    assert told in done.stderr
