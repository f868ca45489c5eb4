"""Commands that work through folders, as a user calls them."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from commands import rows, run, start
from phototag.cli import main
from processes import read_until


@pytest.fixture
def tree(portrait_jpg: Path, headshot_jpg: Path, tmp_path: Path) -> Path:
    """Two photos and a broken one, in two folders."""
    root = tmp_path / "Pictures"
    (root / "deep").mkdir(parents=True)
    shutil.copy(portrait_jpg, root / "portrait.jpg")
    shutil.copy(headshot_jpg, root / "deep" / "headshot.jpg")
    (root / "broken.jpg").write_text("no photo")
    return root


def test_a_catalogue_from_the_first_run_to_its_end(tree: Path) -> None:
    before = {path: path.read_bytes() for path in tree.rglob("*.jpg")}
    state = ("--state", tree.parent / "state.sqlite3")
    plan = run("tag", tree, "--dry-run", *state)
    assert plan.returncode == 1
    assert "would be added" in plan.stdout
    assert "dc:subject: headshot" in plan.stdout
    assert "headshot: 1, 1 would be changed" in plan.stderr
    assert {path: path.read_bytes() for path in tree.rglob("*.jpg")} == before
    first = run("tag", tree, *state)
    assert first.returncode == 1
    assert "3 photos in" in first.stderr
    assert "2 known from earlier" in first.stderr
    assert first.stderr.count("broken.jpg: ") == 1
    assert f"with the same options: phototag tag {tree} --failed --state {state[1]}" in first.stderr
    assert f"To undo all changes: phototag undo 1 --state {state[1]}" in first.stderr
    again = run("tag", tree, *state)
    assert (again.stdout, "3 unchanged" in again.stderr) == ("", True)
    (tree / "broken.jpg").write_bytes(before[tree / "portrait.jpg"])
    retried = run("tag", tree, "--failed", *state, "--json")
    assert (retried.returncode, retried.stderr) == (0, "")
    (row,) = rows(retried.stdout)
    assert (row["path"], row["kind"]) == (str(tree / "broken.jpg"), "portrait")
    assert (row["verdict_from"], row["changed"]) == ("recalled", True)
    listed = run("undo", "--list", *state)
    assert [line.split()[0] for line in listed.stdout.splitlines()] == ["1", "2"]
    listed = run("undo", "--list", "--json", *state)
    assert [(row["number"], row["roots"]) for row in rows(listed.stdout)] == [
        (1, [str(tree)]), (2, [str(tree)]),
    ]  # fmt: skip
    assert run("undo", *state).returncode == 0
    listed = run("undo", "--list", *state)
    assert [line.split()[0] for line in listed.stdout.splitlines()] == ["1"]
    assert run("undo", "1", *state).returncode == 0
    assert run("undo", "--list", *state).stdout == ""
    assert (tree / "portrait.jpg").read_bytes() == before[tree / "portrait.jpg"]
    nothing = run("undo", *state)
    assert (nothing.returncode, "there is no run to undo" in nothing.stderr) == (3, True)


@pytest.mark.parametrize("name", ["there/report.csv", "mine.csv"])
def test_a_report_that_cannot_be_written_stops_the_run_before_the_first_photo(
    tree: Path, name: str
) -> None:
    (tree.parent / "mine.csv").write_text("mine")
    before = {path: path.read_bytes() for path in tree.rglob("*.jpg")}
    done = run("tag", tree, "--report", tree.parent / name)
    assert (done.returncode, done.stdout) == (3, "")
    assert "choose another name" in done.stderr
    assert "overwrite" not in done.stderr  # there is no such option
    assert {path: path.read_bytes() for path in tree.rglob("*.jpg")} == before


def test_what_is_written_without_a_keyword_is_named(tree: Path) -> None:
    landscape = Image.new("RGB", (320, 240), (90, 140, 220))
    for name in ("sky.jpg", "sky.gif"):
        landscape.save(tree / name)
    record = "phototag's record of the verdict"
    assert record in " ".join(run("tag", "--dry-run", tree).stdout.split())
    assert f"  written: {record}\n" in run("tag", "--verbose", tree).stdout
    told = run("remove", "--dry-run", tree).stdout
    assert f"would be taken out of {tree / 'sky.gif.xmp'}\n  would be removed: {record}\n" in told
    assert "would be written" not in told


def test_unchanged_photos_as_json(tree: Path) -> None:
    run("tag", tree)
    found = rows(run("tag", tree, "--json").stdout)
    assert [Path(str(row["path"])).name for row in found] == [
        "broken.jpg",
        "portrait.jpg",
        "headshot.jpg",
    ]
    assert "error" in found[0]
    assert found[1] | {"path": ""} == {
        "schema": 1, "path": "", "kind": "portrait", "dry_run": False,
        "verdict_from": "unchanged", "keywords": {
            "flat": ["portrait"], "hierarchical": ["phototag|kind|portrait"],
            "scene": ["010200", "010600", "011700"],
        }, "changed": False, "files": [], "added": {}, "removed": {},
        "declined": {}, "left_out": {}, "notes": [], "not_kept": [],
    }  # fmt: skip


def test_the_keywords_of_a_photo_are_named_whatever_was_done_to_it(
    tree: Path, exiftool: str, tmp_path: Path
) -> None:
    state = ["--state", str(tmp_path / "state.sqlite3"), "--json"]
    (photo,) = tree.rglob("headshot.jpg")

    def keywords(*words: str | Path) -> tuple[object, object]:
        found = rows(run("tag", *words, *state).stdout)
        (row,) = [row for row in found if row["path"] == str(photo)]
        return row["verdict_from"], row["keywords"]["flat"]  # type: ignore[index]  # an object

    three = ["headshot", "head and shoulders", "one person"]
    level = ["--keywords", "standard"]
    assert keywords(tree, *level, "--dry-run") == ("analysed", three)
    assert keywords(tree, *level) == ("recalled", three)
    assert keywords(tree, *level) == ("unchanged", three)
    command = [exiftool, "-q", "-overwrite_original", "-XMP-dc:Subject-=one person", str(photo)]
    subprocess.run(command, check=True, timeout=60)
    assert keywords(tree, *level) == ("recalled", three[:2])  # deleted by the user
    assert keywords(tree, *level) == ("unchanged", three[:2])
    assert keywords(photo, *level) == ("analysed", three[:2])
    assert keywords(photo, *level, "--force", "--dry-run") == ("analysed", three)
    with contextlib.closing(sqlite3.connect(state[1])) as sql, sql:
        sql.execute("UPDATE photos SET keywords = NULL")  # as earlier versions left it
    assert keywords(tree, *level) == ("unchanged", three)
    with contextlib.closing(sqlite3.connect(state[1])) as sql, sql:
        sql.execute("UPDATE photos SET keywords = '[1'")  # damaged
    assert keywords(tree, *level) == ("unchanged", three)
    removed = rows(run("remove", photo, "--json").stdout)
    assert "keywords" not in removed[0]


def test_progress_is_told_in_lines_where_there_is_no_terminal(
    tree: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from click.testing import CliRunner

    from phototag.cli import report

    monkeypatch.setattr(report, "LINE_SECONDS", 0.0)
    done = CliRunner().invoke(main, ["tag", str(tree)])
    assert done.exit_code == 1
    assert "1 of 3 photos, " in done.output
    assert "1 portrait, 1 failed" in done.output


def test_a_state_file_of_something_else_is_named(tree: Path) -> None:
    (tree / "diary.txt").write_text("Dear diary, " * 200)
    done = run("tag", tree, "--state", tree / "diary.txt")
    assert done.returncode == 3
    assert "diary.txt: " in done.stderr
    assert "--state" in done.stderr
    assert "Traceback" not in done.stderr


def test_watch_until_ctrl_c(tree: Path, portrait_jpg: Path) -> None:
    with start("watch", tree, "--settled", "0.3") as process:
        read_until(process, "headshot.jpg")
        shutil.copy(portrait_jpg, tree / "arrived.jpg")
        read_until(process, "arrived.jpg")
        os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=10)
    assert process.returncode == 1  # broken.jpg
    assert "Traceback" not in said


def test_single_photos_are_taken_back_by_remove(tree: Path) -> None:
    portrait, headshot = tree / "portrait.jpg", next(tree.rglob("headshot.jpg"))
    tagged = run("tag", portrait, headshot)
    assert f"To undo all changes: phototag remove {portrait} {headshot}" in tagged.stderr
    assert "phototag undo" not in tagged.stderr
    removed = run("remove", portrait, headshot, "--json")
    assert [row["changed"] for row in rows(removed.stdout)] == [True, True]
    assert all("verdict_from" not in row for row in rows(removed.stdout))
    told = run("remove", portrait, headshot).stderr
    assert "2 photos in" in told
    assert "0 changed" in told
    assert "analysed" not in told
    for photo in (portrait, headshot):
        run("tag", photo)
        photo.chmod(0o444)
    refused = run("remove", portrait, headshot)
    assert (refused.returncode, "analysed" in refused.stderr) == (1, False)


def test_failed_goes_with_a_folder(portrait_jpg: Path) -> None:
    done = run("tag", "--failed", portrait_jpg)
    assert (done.returncode, "--failed needs a folder" in done.stderr) == (2, True)
