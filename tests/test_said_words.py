"""What a command says where something is missing, full or misspelt."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from phototag.cli import main
from phototag.cli.report_file import ReportFile
from phototag.errors import OutputNotWritable, as_typed


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


@pytest.mark.parametrize(
    "words",
    [
        ["integrate", "digiKam", "--remove"],
        ["list", "--kind", "Headshot", "."],
        ["list", "--crop", "Casting_8X10", "."],
        ["tag", "--workers", "AUTO", "--keywords", "Full", "--min-confidence", "Mood=0.9", "."],
        ["completion", "BASH"],
    ],
)
def test_words_are_known_whatever_their_capital_letters(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    done = said(*words)
    assert done.exit_code == 0, done.output


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("integrate digikan", "'[APP]': it must be one of darktable, digikam"),
        ("list . --crop nope", "'--crop': it must be one of casting_8x10"),
        ("list . --kind nope", "'--kind': 'nope' is not one of"),
        ("undo abc", "'[RUN]': 'abc' is not the number of a run; `phototag undo --list` lists"),
        ("undo 0", "'[RUN]': '0' is not the number of a run"),
    ],
)
def test_a_value_that_is_refused_is_told_in_one_way(words: str, told: str) -> None:
    done = said(*words.split())
    assert done.exit_code == 2
    assert f"Error: Invalid value for {told}" in one_line(done.stderr)


def test_what_was_not_given_is_not_called_an_invalid_value(tmp_path: Path) -> None:
    done = said("decide", tmp_path)
    assert (done.exit_code, done.stderr[:30]) == (2, "Error: kind: nothing is decide")


def test_a_file_whose_name_looks_like_options_gets_a_hint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert said("show", "-rf.jpg").stderr.endswith("Error: No such option '-r'.\n")
    Path("-rf.jpg").touch()
    told = said("show", "-rf.jpg")
    assert told.stderr.endswith("If you mean the file of this name, type ./-rf.jpg\n")
    assert told.exit_code == 2


def test_a_folder_to_watch_that_is_not_there_is_told_as_any_other_path() -> None:
    done = said("watch", "nope")
    assert (done.exit_code, done.stderr) == (1, "nope: this file does not exist; check the path\n")


def test_a_gallery_without_a_photo_is_not_written(tmp_path: Path) -> None:
    page = tmp_path / "n.htm"
    done = said("gallery", tmp_path / "nope", "-o", page, "--workers", "1")
    assert (done.exit_code, page.exists()) == (1, False)
    assert done.stderr.endswith(f"{page}: not written, since there is no photo to show\n")


def test_a_list_without_a_run_says_that_there_is_none(tmp_path: Path) -> None:
    for more in ((), ("--json",)):
        done = said("undo", "--list", "--state", tmp_path / "s.sqlite3", *more)
        assert (done.exit_code, done.stdout) == (0, "")
        assert done.stderr == "There is no run to undo.\n"


def test_what_is_not_known_is_told_in_the_singular_and_in_the_plural(tmp_path: Path) -> None:
    words: list[str | Path] = ["list", tmp_path, "--state", tmp_path / "s.sqlite3"]
    for count, them in ((1, "it"), (2, "them")):
        (tmp_path / f"{count}.jpg").touch()
        told = said(*words).stderr
        assert f"no run has seen {them}, or none could analyse {them}." in told
        assert (
            f"To have {them} tagged, or to see why not (add the options of earlier runs): phototag tag {tmp_path} --state {words[-1]}"
            in told
        )


@pytest.mark.skipif(sys.platform != "linux", reason="such names exist on Linux only")
def test_a_name_that_is_no_text_is_printed_readably_and_in_a_command_so_that_it_can_be_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    name = os.fsdecode(b"lat\xe9n.jpg")
    assert said("show", name).stderr.startswith("lat\\xe9n.jpg: this file does not exist")
    Path(name).touch()
    told = said("list", name, "--state", "s.sqlite3").stderr
    assert told.endswith(
        "tagged, or to see why not (add the options of earlier runs): phototag tag $'lat\\xe9n.jpg' --state s.sqlite3\n"
    )
    if bash := shutil.which("bash"):
        typed = ["-c", f"printf %s {as_typed(name)}"]
        done = subprocess.run([bash, *typed], capture_output=True, timeout=30, check=True)
        assert done.stdout == os.fsencode(name)
