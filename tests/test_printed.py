"""How much commands print, folders for commands that change nothing, and the report of a run as a file."""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from benchmarks.faults.unsealed import ThisProcess
from commands import rows, run
from phototag.cli import desktop, main
from phototag.cli.report import NO_PHOTOS
from phototag.integrations.dialogs import Dialogs
from phototag.vision import decoding
from phototag.worker.pool import Pool

NO_HEIC = "an extra package is needed to read HEIC"
REMEDY = "pip install 'phototag[heif]'"


@pytest.fixture
def tree(portrait_jpg: Path, headshot_jpg: Path, tmp_path: Path) -> Path:
    (folder := tmp_path / "photos").mkdir()
    shutil.move(portrait_jpg, folder / "b.jpg")
    shutil.move(headshot_jpg, folder / "=a.jpg")
    (folder / "c.jpg").write_text("no photo", encoding="utf-8")
    return folder


@pytest.fixture
def unsealed(monkeypatch: pytest.MonkeyPatch) -> None:
    worker = ThisProcess()
    monkeypatch.setattr(Pool, "submit", lambda _, request: worker.submit(request))


def said(*words: str | Path) -> Any:
    return CliRunner().invoke(main, list(map(str, words)))


def test_a_line_for_each_changed_photo_its_changes_with_verbose_and_nothing_if_quiet(
    tree: Path, tmp_path: Path, unsealed: None
) -> None:
    state: list[str | Path] = ["--state", tmp_path / "state.sqlite3", "--workers", "1"]
    done = said("tag", tree, *state)
    assert [line.split(": ")[0] for line in done.stdout.splitlines()] == [
        str(tree / "=a.jpg"),
        str(tree / "b.jpg"),
    ]
    assert "3 photos in" in done.stderr
    verbose = said("tag", tree, "--keywords", "full", "--verbose", *state)
    assert "  added to lr:hierarchicalSubject: " in verbose.stdout
    quiet = said("tag", tree, "--keywords", "minimal", "--quiet", *state)
    assert (quiet.exit_code, quiet.stdout) == (1, "")
    (line,) = quiet.stderr.splitlines()
    assert line.startswith(f"{tree / 'c.jpg'}: ")
    as_json = said("tag", tree, "--json", *state)
    assert len(rows(as_json.stdout)) == 3
    assert "3 photos in" in as_json.stderr
    single = said("tag", tree / "b.jpg", "--workers", "1")
    assert single.stdout.rstrip().endswith("; nothing to change")
    gone = said("remove", tree / "b.jpg")
    assert gone.stdout == f"{tree / 'b.jpg'}: changed\n"


@pytest.mark.parametrize(
    "words",
    [
        ["analyze"], ["check"], ["decide", "--kind", "headshot"], ["crop", "--profile", "wallet", "-o", "crops"], ["gallery", "-o", "page.html"],
        ["list"], ["list", "--format", "json"], ["list", "--format", "paths"], ["remove"], ["show"], ["show", "--json"],
        ["tag"], ["tag", "--json"], ["desktop", "show"], ["desktop", "tag"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_where_there_is_no_photo_each_command_says_so_in_the_same_words(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unsealed: None
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Dialogs, "found", lambda: Dialogs(None, None, None))
    monkeypatch.setattr(desktop, "terminal", lambda: None)
    (tmp_path / "photos").mkdir()
    done = said(*words, "photos")
    assert done.exit_code == 0
    assert done.stdout == "" or "note: there is no state file" in done.stdout  # of check
    assert done.stderr.splitlines()[-1] == NO_PHOTOS
    if words[0] != "desktop":
        quiet = said(*words, "--quiet", "photos")
        assert (quiet.exit_code, quiet.output) == (0, "")


def test_a_list_in_which_no_photo_fits_says_so(tree: Path, tmp_path: Path, unsealed: None) -> None:
    state = ["--state", str(tmp_path / "state.sqlite3")]
    said("tag", tree, *state, "--workers", "1")
    done = said("list", tree, *state, "--kind", "other")
    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr.startswith("None of the 2 photos that are known fits these options.\n")


def test_a_failure_is_told_again_at_the_end_only_where_much_was_printed_since(
    tree: Path, unsealed: None
) -> None:
    few = said("analyze", tree / "c.jpg", tree / "b.jpg", "--workers", "1")
    assert few.stderr.count("c.jpg: ") == 1
    assert "\n  failed: 1\n" in few.stderr
    much = said("analyze", tree / "c.jpg", *[tree / "b.jpg"] * 4, "--workers", "1")
    assert len(much.stdout.splitlines()) > 20
    assert much.stderr.count("c.jpg: ") == 2
    assert f"  failed: 1\n    {tree / 'c.jpg'}: " in much.stderr
    for_programs = said("analyze", tree / "c.jpg", tree / "b.jpg", "--json", "--workers", "1")
    assert for_programs.stderr.count("c.jpg: ") == 1  # standard output may be elsewhere


@pytest.mark.parametrize(
    "words", [["analyze"], ["tag"], ["crop", "--profile", "wallet", "-o", "new"]]
)
def test_a_package_that_is_missing_is_told_once_with_the_number_of_photos(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unsealed: None
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(decoding, "_register_heif", lambda: False)
    (tmp_path / "photos").mkdir()
    for number in range(30):
        heic = b"\0\0\0\x18ftypheic\0\0\0\0heicmif1" + bytes([number]) * 100
        (tmp_path / "photos" / f"{number:02}.heic").write_bytes(heic)
    state = [] if words == ["analyze"] else ["--state", "state.sqlite3"]
    done = said(*words, "photos", *state, "--workers", "1")
    assert done.exit_code == 1
    first, *_, last = done.stderr.splitlines()
    assert first == f"photos/00.heic: {NO_HEIC}; {REMEDY}"
    assert last == f"30 photos in all: {NO_HEIC}"
    assert (done.stderr.count(REMEDY), done.stderr.count(".heic: ")) == (1, 1)
    as_json = rows(said(*words, "photos", *state, "--workers", "1", "--json").stdout)
    assert [row["error"]["message"] for row in as_json] == [f"{NO_HEIC}; {REMEDY}"] * 30  # type: ignore[index]
    quiet = said(*words, "photos", *state, "--workers", "1", "--quiet")
    assert quiet.output == f"{first}\n{last}\n"


def test_undo_says_which_run_it_undoes_and_which_one_is_undone_already(
    tree: Path, tmp_path: Path, unsealed: None
) -> None:
    state = ["--state", str(tmp_path / "state.sqlite3"), "--workers", "1"]
    assert "there is no run to undo; `phototag remove` takes" in said("undo", *state).stderr
    (tree / "c.jpg").unlink()
    begun = dt.datetime.now().astimezone()
    said("tag", tree, *state)
    which = rf"run 1 of {begun:%Y-%m}-\d\d \d\d:\d\d in {re.escape(str(tree))}"
    assert re.search(
        rf"^Would be undone: {which}\.$", said("undo", "--dry-run", *state).stderr, re.MULTILINE
    )
    assert said("undo", "--quiet", *state, "--dry-run").output == ""
    (tree / "b.jpg").rename(tmp_path / "b.jpg")
    first = said("undo", *state)
    assert first.exit_code == 1
    assert re.search(rf"^Undone in part: {which}\.$", first.stderr, re.MULTILINE)
    (tmp_path / "b.jpg").rename(tree / "b.jpg")
    assert re.search(rf"^Undone: {which}\.$", said("undo", "1", *state).stderr, re.MULTILINE)
    for words, nothing in ((["undo"], "no run"), (["undo", "1"], "nothing of run 1")):
        told = said(*words, *state).stderr
        assert re.search(rf"there is {nothing} to undo: {which} is undone already; ", told)


def test_show_and_analyze_take_folders(tree: Path, unsealed: None) -> None:
    said("tag", tree / "b.jpg", "--workers", "1")
    shown = said("show", tree, "--json")
    first, second, failed = rows(shown.stdout)
    assert (first["record"], second["record"]["kind"]) == (None, "portrait")  # type: ignore[index]
    assert "error" in failed
    assert shown.exit_code == 1
    analysed = said("analyze", tree, "--json", "--workers", "1")
    assert [Path(str(row["path"])).name for row in rows(analysed.stdout)] == [
        "=a.jpg",
        "b.jpg",
        "c.jpg",
    ]
    quiet = said("analyze", tree / "b.jpg", "--quiet", "--workers", "1")
    assert (quiet.exit_code, quiet.stdout, quiet.stderr) == (0, "", "")


def test_a_report_has_a_row_for_each_photo_in_every_form(
    tree: Path, tmp_path: Path, unsealed: None
) -> None:
    state: list[str | Path] = ["--state", tmp_path / "state.sqlite3", "--workers", "1"]
    forms = {form: tmp_path / f"report.{form}" for form in ("csv", "json", "sqlite")}
    said("tag", tree, *state, "--report", forms["csv"])
    first, second, failed = csv.DictReader(forms["csv"].read_text(encoding="utf-8").splitlines())
    assert (first["kind"], first["changed"], first["people"]) == ("headshot", "yes", "1")
    assert second["path"] == str(tree / "b.jpg")
    assert failed["kind"] == ""
    assert failed["error"]
    said("tag", tree, *state, "--report", forms["json"])
    found = json.loads(forms["json"].read_text(encoding="utf-8"))
    rows_again = found["photos"]
    assert (found["what"], len(rows_again)) == ("phototag report", 3)
    assert rows_again[0]["changed"] is False
    assert rows_again[0]["shot"] == first["shot"]
    assert f"{rows_again[0]['confidence']:.2f}" == first["confidence"]
    said("tag", tree, *state, "--report", forms["sqlite"])
    with sqlite3.connect(forms["sqlite"]) as database:
        stored = database.execute(
            "SELECT path, kind, changed, crops FROM phototag_report ORDER BY path"
        ).fetchall()
    database.close()
    assert [row[:3] for row in stored] == [
        (str(tree / "=a.jpg"), "headshot", 0),
        (str(tree / "b.jpg"), "portrait", 0),
        (str(tree / "c.jpg"), None, 0),
    ]
    assert json.loads(stored[0][3]) == rows_again[0]["crops"]


def test_a_report_tells_what_was_seen_in_a_photo_that_could_not_be_written(
    tree: Path, tmp_path: Path, unsealed: None
) -> None:
    photo, report = tree / "b.jpg", tmp_path / "report.json"
    data = photo.read_bytes()
    broken = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta"
    block = b"\xff\xe1" + (len(broken) + 2).to_bytes(2, "big") + broken
    photo.write_bytes(data[:2] + block + data[2:])
    words: list[str | Path] = [
        "tag",
        tree,
        "--state",
        tmp_path / "state.sqlite3",
        "--workers",
        "1",
        "--report",
        report,
    ]
    for _ in range(2):
        assert said(*words).exit_code == 1
        _, row, damaged = json.loads(report.read_text(encoding="utf-8"))["photos"]
        assert (row["kind"], row["people"], row["changed"]) == ("portrait", 1, False)
        assert row["error"]
        assert (damaged["kind"], damaged["people"]) == (None, None)


def test_a_cell_of_a_report_is_no_formula(
    tree: Path, tmp_path: Path, unsealed: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tree)
    said("tag", "=a.jpg", "--workers", "1", "--report", tmp_path / "report.csv")
    (row,) = csv.DictReader((tmp_path / "report.csv").read_text(encoding="utf-8").splitlines())
    assert row["path"] == "'=a.jpg"


@pytest.mark.parametrize("form", ["csv", "json", "sqlite"])
def test_a_report_replaces_a_report_and_no_other_file(
    tree: Path, tmp_path: Path, unsealed: None, form: str
) -> None:
    target, photo = tmp_path / f"report.{form}", tree / "b.jpg"
    target.write_text("name,amount\nrent,900\n", encoding="utf-8")
    before = photo.read_bytes()
    done = said("tag", photo, "--workers", "1", "--report", target)
    assert (done.exit_code, photo.read_bytes()) == (3, before)
    assert "this file exists already, and phototag did not write it" in done.stderr
    assert target.read_text(encoding="utf-8") == "name,amount\nrent,900\n"
    target.unlink()
    for _ in range(2):
        assert said("tag", photo, "--workers", "1", "--report", target).exit_code == 0
    assert target.stat().st_mode & 0o777 == 0o600


def test_a_report_has_one_of_three_forms(portrait_jpg: Path) -> None:
    before = portrait_jpg.read_bytes()
    done = run("tag", portrait_jpg, "--report", "report.txt")
    assert (done.returncode, portrait_jpg.read_bytes()) == (2, before)
    assert "the name of a report ends in .csv, .json, .sqlite" in done.stderr
