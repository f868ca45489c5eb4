"""The command line, as a user calls it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from commands import rows, run, start
from phototag.cli import main
from phototag.cli.exit_codes import ExitCode

# What opens pictures, what writes into them, what judges them, and what draws on a terminal or serves a page.
NOT_FOR_LISTS = (
    "numpy", "cv2", "mediapipe", "onnxruntime", "pyexiv2", "PIL", "rich", "starlette", "logging", "concurrent",
    "phototag.analysis.result", "phototag.analysis.shapes", "phototag.analyzer", "phototag.vision",
    "phototag.metadata.containers",
    "phototag.worker.pool", "phototag.catalogue.logged_write", "phototag.catalogue.cropping", "phototag.cli.tagging",
)  # fmt: skip


def test_analyze_says_the_verdict_and_why(headshot_jpg: Path) -> None:
    done = run("analyze", headshot_jpg)
    assert (done.returncode, done.stderr) == (0, "")
    name, verdict, reason, *_ = done.stdout.splitlines()
    assert name == str(headshot_jpg)
    assert verdict.strip().startswith("Headshot")
    assert "of the frame's height" in reason


def test_analyze_prints_a_line_of_json_for_each_photo_and_each_error(
    headshot_jpg: Path, portrait_jpg: Path
) -> None:
    done = run("analyze", "--json", headshot_jpg, "missing.jpg", portrait_jpg)
    first, error, second = rows(done.stdout)
    assert done.returncode == 1
    assert done.stderr.startswith("3 photos in ")
    assert (first["kind"], second["kind"]) == ("headshot", "portrait")
    assert error == {
        "schema": 1,
        "path": "missing.jpg",
        "error": {"type": "PhotoNotFound", "message": "this file does not exist; check the path"},
    }


def test_the_exit_code_says_which_family_of_errors_it_was(
    portrait_jpg: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing, notes = tmp_path / "none.jpg", tmp_path / "notes.txt"
    notes.write_text("Dear diary, " * 200, encoding="utf-8")
    assert run("analyze", missing, portrait_jpg).returncode == ExitCode.SOME_FAILED
    assert run("crop", portrait_jpg, "--profile", "nonsense").returncode == ExitCode.USAGE
    assert run("crop", missing, "--profile", "web_square").returncode == ExitCode.SOME_FAILED
    refused: list[list[str | Path]] = [
        ["tag", tmp_path, "--state", notes], ["tag", portrait_jpg, "--corrections", notes],
        ["tag", portrait_jpg, "--vocabulary", notes], ["undo", "--state", tmp_path / "new"],
        ["watch", portrait_jpg], ["gallery", portrait_jpg, "-o", tmp_path / "page.jpg"],
    ]  # fmt: skip
    for words in refused:
        done = run(*words)
        assert (done.returncode, done.stderr[:7]) == (ExitCode.SETUP, "Error: "), words
        assert "Traceback" not in done.stderr
    monkeypatch.setenv("PHOTOTAG_PYTHON", "/nowhere/python")
    done = run("analyze", "--json", portrait_jpg, missing)
    assert done.returncode == ExitCode.SETUP
    assert [row["path"] for row in rows(done.stdout)] == [str(portrait_jpg), str(missing)]
    of_first, of_missing = (str(row["error"]) for row in rows(done.stdout))
    assert "/nowhere/python: " in of_first
    assert "this file does not exist" in of_missing  # which needs no process


def test_the_help_lists_the_exit_codes() -> None:
    said = " ".join(run("--help").stdout.split())
    for code in ExitCode:
        assert f" {code} {code.meaning}" in said


def test_wrong_usage_is_status_2() -> None:
    assert run("analyze").returncode == 2
    assert run("tag", "--iptc", "perhaps", "a.jpg").returncode == 2
    assert run("tag", "--min-confidence", "7", "a.jpg").returncode == 2


def test_tag_show_tag_again_remove(headshot_jpg: Path) -> None:
    before = headshot_jpg.read_bytes()
    told = run("tag", "--verbose", headshot_jpg)
    assert (told.returncode, told.stderr) == (0, "")
    assert "added to dc:subject: headshot" in told.stdout
    tagged = headshot_jpg.read_bytes()
    assert tagged != before

    shown = run("show", headshot_jpg).stdout
    assert "phototag|kind|headshot" in shown
    assert "crop casting_8x10, 4:5" in shown

    again = run("tag", headshot_jpg)
    assert "nothing to change" in again.stdout
    assert headshot_jpg.read_bytes() == tagged

    assert run("remove", headshot_jpg).returncode == 0
    assert headshot_jpg.read_bytes() == before
    assert "no phototag metadata" in run("show", headshot_jpg).stdout


def test_dry_run_changes_nothing_and_says_what_would(headshot_jpg: Path) -> None:
    before = headshot_jpg.read_bytes()
    done = run("tag", "--dry-run", headshot_jpg)
    assert "would be added to dc:subject: headshot" in done.stdout
    assert headshot_jpg.read_bytes() == before


def test_tag_prints_as_json_what_it_added(headshot_jpg: Path) -> None:
    (row,) = rows(run("tag", "--json", headshot_jpg).stdout)
    assert (row["path"], row["kind"], row["changed"]) == (str(headshot_jpg), "headshot", True)
    assert row["added"]["dc:subject"] == ["headshot"]  # type: ignore[index]


def test_levels_of_keywords_and_threshold(headshot_jpg: Path) -> None:
    run("tag", "--keywords", "full", headshot_jpg)
    record = rows(run("show", "--json", headshot_jpg).stdout)[0]["record"]
    assert "phototag|shot|head and shoulders" in record["keywords"]["hierarchical"]  # type: ignore[index]
    run("tag", "--min-confidence", "1", headshot_jpg)
    record = rows(run("show", "--json", headshot_jpg).stdout)[0]["record"]
    assert record["keywords"]["flat"] == []  # type: ignore[index]


def test_a_folder_with_good_and_bad_files(portrait_jpg: Path, tmp_path: Path) -> None:
    folder = tmp_path / "album"
    (folder / "inner").mkdir(parents=True)
    (folder / ".hidden").mkdir()
    (folder / "x.lrdata").mkdir()
    for target in ("a.jpg", "inner/b.JPG", ".hidden/c.jpg", "x.lrdata/d.jpg", "read_only.jpg"):
        shutil.copy(portrait_jpg, folder / target)
    (folder / "read_only.jpg").chmod(0o444)
    (folder / "text.jpg").write_text("no photo", encoding="utf-8")
    (folder / "empty.png").touch()
    (folder / "notes.txt").write_text("left alone", encoding="utf-8")
    (folder / "truncated.jpg").write_bytes(portrait_jpg.read_bytes()[:20000])
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    done = run("tag", "--json", folder)
    assert done.returncode == 1
    told = {Path(str(row["path"])).name: row for row in rows(done.stdout)}
    failed = {name: row["error"]["type"] for name, row in told.items() if "error" in row}  # type: ignore[index]
    assert failed == {
        "empty.png": "NotAPhoto",
        "read_only.jpg": "WriteRefused",
        "text.jpg": "NotAPhoto",
        "truncated.jpg": "PhotoDamaged",
    }
    assert set(told) - set(failed) == {"a.jpg", "b.JPG"}
    changed = {path.name for path, data in before.items() if path.read_bytes() != data}
    assert changed == {"a.jpg", "b.JPG"}
    assert {path for path in folder.rglob("*") if path.is_file()} == set(before)


@pytest.mark.skipif(sys.platform != "linux", reason="such names exist on Linux only")
@pytest.mark.parametrize(
    "name", [b"caf\xe9.jpg", b"new\nline.jpg", "größe.jpg".encode(), b"-a.jpg"]
)
def test_odd_names_are_photos_like_others(portrait_jpg: Path, tmp_path: Path, name: bytes) -> None:
    path = tmp_path / os.fsdecode(name)
    shutil.copy(portrait_jpg, path)
    done = run("tag", "--json", path)
    assert (done.returncode, done.stderr) == (0, "")
    assert rows(done.stdout)[0]["path"] == str(path)
    assert run("analyze", path).returncode == 0


def test_a_file_that_vanishes_is_reported(portrait_jpg: Path, tmp_path: Path) -> None:
    gone = tmp_path / "gone.jpg"
    gone.symlink_to(tmp_path / "never.jpg")
    done = run("analyze", gone, portrait_jpg)
    assert (done.returncode, "this file does not exist" in done.stderr) == (1, True)
    assert "Portrait" in done.stdout


def test_ctrl_c_finishes_what_is_in_hand_and_says_how_to_go_on(
    portrait_jpg: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(300):
        shutil.copy(portrait_jpg, folder / f"{number:03}.jpg")
    with start("tag", folder) as process:
        assert process.stdout is not None
        process.stdout.readline()
        started = time.monotonic()
        os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=30)
    assert time.monotonic() - started < 5
    assert process.returncode == 130
    assert "run the same command again to resume" in said
    assert {path.suffix for path in folder.iterdir()} == {".jpg"}
    for path in folder.iterdir():
        with Image.open(path) as image:
            image.load()


def test_doctor_finds_this_installation_well() -> None:
    done = run("doctor")
    assert done.returncode == 0, done.stdout
    assert "the sealed process works" in done.stdout


def test_the_demo_tags_two_photos_in_a_new_folder(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    done = run("demo", folder)
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in folder.iterdir()) == ["headshot.jpg", "portrait.jpg"]
    assert "Headshot, " in done.stdout
    assert "Portrait, " in done.stdout
    assert "casting_8x10" in run("show", folder / "portrait.jpg").stdout
    assert run("demo", folder).returncode == 3  # never over what is there


def test_a_list_loads_nothing_that_it_does_not_need(portrait_jpg: Path, tmp_path: Path) -> None:
    state = tmp_path / "state.sqlite3"
    assert run("tag", portrait_jpg.parent, "--state", state).returncode == 0
    text = f"""
import sys
from phototag.cli import main
main(["list", {str(portrait_jpg.parent)!r}, "--state", {str(state)!r}], standalone_mode=False)
print([name for name in sys.modules if name.startswith({NOT_FOR_LISTS})])
"""
    done = subprocess.run(
        [sys.executable, "-c", text], capture_output=True, text=True, timeout=60, check=True
    )
    assert "portrait.jpg" in done.stdout
    assert done.stdout.endswith("[]\n")


def test_help_of_every_command() -> None:
    for command in main.commands:
        done = run(command, "--help")
        assert (done.returncode, "Usage:" in done.stdout) == (0, True)


def test_own_words_and_the_list_of_them(portrait_jpg: Path, tmp_path: Path) -> None:
    words = tmp_path / "words.toml"
    words.write_text('root = "Bildart"\n[words]\nkind.portrait = "Porträt"\n', encoding="utf-8")
    listed = run("keywords", "--vocabulary", words, "--keywords", "minimal").stdout
    assert listed == "[Bildart]\n\t[kind]\n\t\theadshot\n\t\tPorträt\n\t[review]\n\t\tdoubtful\n"
    done = run("tag", "-v", "--vocabulary", words, portrait_jpg)
    assert "added to lr:hierarchicalSubject: Bildart|kind|Porträt" in done.stdout
    back = run("tag", "-v", portrait_jpg)
    assert "removed from dc:subject: Porträt" in back.stdout
    words.write_text('[words]\nkind.nonsense = "x"\n', encoding="utf-8")
    wrong = run("tag", "--vocabulary", words, portrait_jpg)
    assert wrong.returncode == 3
    assert "there is no value of kind 'nonsense'" in wrong.stderr.replace("\n", " ")


def test_thresholds_on_the_command_line(portrait_jpg: Path) -> None:
    standard = ("tag", "-v", "--keywords", "standard", portrait_jpg)
    assert "half body" in run(*standard).stdout
    unsure = run(*standard, "--min-confidence", "cropping=1", "--min-confidence", "0.2")
    assert "removed from dc:subject: half body" in unsure.stdout
    assert "note: nothing claimed about cropping, since it is below 1" in unsure.stdout
    assert run("tag", "--min-confidence", "2", portrait_jpg).returncode == 2
    assert run("tag", "--min-confidence", "nonsense=0.5", portrait_jpg).returncode == 2


def test_what_a_threshold_holds_back_is_said(portrait_jpg: Path, tmp_path: Path) -> None:
    note = "nothing claimed, since it is below 1"
    (folder := tmp_path / "photos").mkdir()
    photo = portrait_jpg.rename(folder / "a.jpg")
    least = ("--min-confidence", "1")
    state = ("--state", tmp_path / "state.sqlite3")
    assert f"note: {note}" in run("analyze", *least, photo).stdout
    assert rows(run("analyze", *least, "--json", photo).stdout)[0]["notes"] == [note]
    assert "notes" not in rows(run("analyze", "--json", photo).stdout)[0]
    assert f"note: {note}" in run("tag", "--dry-run", *least, photo).stdout
    table = run("tag", "--dry-run", *least, *state, folder).stdout
    assert "nothing claimed" in table
    (row,) = rows(run("tag", "--json", *least, *state, folder).stdout)
    assert row["notes"] == [note]
    assert f"note: {note}" in run("show", photo).stdout
    (shown,) = rows(run("show", "--json", photo).stdout)
    assert shown["record"]["withheld"] == {"kind": 1.0}  # type: ignore[index]


def test_a_sidecar_is_named(portrait_jpg: Path) -> None:
    done = run("tag", "--verbose", "--sidecar", "always", "--faces", portrait_jpg)
    assert f"written to {portrait_jpg}.xmp" in done.stdout
    assert "added to mwg-rs:Regions" in done.stdout
    assert "portrait" in run("show", portrait_jpg).stdout
    run("remove", portrait_jpg.parent)
    assert [path.name for path in portrait_jpg.parent.iterdir()] == [portrait_jpg.name]


def test_a_crop_for_lightroom_that_nobody_knows(portrait_jpg: Path) -> None:
    done = run("tag", "--lightroom-crop", "casting_8x11", portrait_jpg)
    assert done.returncode == 2
    assert "it must be one of casting_8x10, linkedin" in done.stderr


def test_the_page_of_a_gallery_obeys_the_umask(portrait_jpg: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    mask = os.umask(0o77)
    try:
        assert run("gallery", portrait_jpg, "-o", page).returncode == 0
    finally:
        os.umask(mask)
    assert page.stat().st_mode & 0o777 == 0o600


def test_a_damaged_sidecar_is_named(portrait_jpg: Path) -> None:
    beside = portrait_jpg.with_name("portrait.jpg.xmp")
    beside.write_text("<x>", encoding="utf-8")
    done = run("tag", portrait_jpg, "--json")
    (row,) = rows(done.stdout)
    assert row["path"] == str(portrait_jpg)
    assert "portrait.jpg.xmp: " in str(row["error"])
    assert "the file is unchanged" in str(row["error"])


def test_the_log_shows_what_the_sealed_process_logs(portrait_jpg: Path) -> None:
    usual, logged = run("analyze", portrait_jpg), run("--log", "analyze", portrait_jpg)
    assert usual.stdout == logged.stdout
    assert usual.stderr == ""
    assert "phototag.worker: " in logged.stderr
