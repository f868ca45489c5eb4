"""The command line, as a user calls it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from phototag.cli import main

COMMAND = [sys.executable, "-m", "phototag"]


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def rows(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def test_analyze_says_the_verdict_and_why(headshot_jpg: Path) -> None:
    done = run("analyze", headshot_jpg)
    assert (done.returncode, done.stderr) == (0, "")
    name, verdict, reason, *_ = done.stdout.splitlines()
    assert name == str(headshot_jpg)
    assert verdict.strip().startswith("Headshot")
    assert "of the frame's height" in reason


def test_analyze_as_json(headshot_jpg: Path, portrait_jpg: Path) -> None:
    done = run("analyze", "--json", headshot_jpg, "missing.jpg", portrait_jpg)
    first, error, second = rows(done.stdout)
    assert (done.returncode, done.stderr) == (1, "")
    assert (first["kind"], second["kind"]) == ("headshot", "portrait")
    assert error == {
        "schema": 1,
        "path": "missing.jpg",
        "error": {"type": "PhotoNotFound", "message": "there is no such file; check the name"},
    }


def test_wrong_usage_is_status_2() -> None:
    assert run("analyze").returncode == 2
    assert run("tag", "--iptc", "perhaps", "a.jpg").returncode == 2
    assert run("tag", "--min-confidence", "7", "a.jpg").returncode == 2


def test_tag_show_tag_again_remove(headshot_jpg: Path) -> None:
    before = headshot_jpg.read_bytes()
    told = run("tag", headshot_jpg)
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
    assert "phototag wrote nothing here" in run("show", headshot_jpg).stdout


def test_dry_run_changes_nothing_and_says_what_would(headshot_jpg: Path) -> None:
    before = headshot_jpg.read_bytes()
    done = run("tag", "--dry-run", headshot_jpg)
    assert "would be added to dc:subject: headshot" in done.stdout
    assert headshot_jpg.read_bytes() == before


def test_tag_as_json(headshot_jpg: Path) -> None:
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
    assert (done.returncode, "there is no such file" in done.stderr) == (1, True)
    assert "Portrait" in done.stdout


def test_ctrl_c_finishes_what_is_in_hand_and_says_how_to_go_on(
    portrait_jpg: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(300):
        shutil.copy(portrait_jpg, folder / f"{number:03}.jpg")
    with subprocess.Popen(
        [*COMMAND, "tag", folder],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        started = time.monotonic()
        os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=30)
    assert time.monotonic() - started < 5
    assert process.returncode == 1
    assert "run the same command again to go on" in said
    assert {path.suffix for path in folder.iterdir()} == {".jpg"}
    for path in folder.iterdir():
        with Image.open(path) as image:
            image.load()


def test_doctor_finds_this_installation_well() -> None:
    done = run("doctor")
    assert done.returncode == 0, done.stdout
    assert "the sealed process works" in done.stdout


def test_demo(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    done = run("demo", folder)
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in folder.iterdir()) == ["headshot.jpg", "portrait.jpg"]
    assert "Headshot, " in done.stdout
    assert "Portrait, " in done.stdout
    assert "casting_8x10" in run("show", folder / "portrait.jpg").stdout
    assert run("demo", folder).returncode == 1  # never over what is there


def test_help_of_every_command() -> None:
    for command in main.commands:
        done = run(command, "--help")
        assert (done.returncode, "Usage:" in done.stdout) == (0, True)


def test_own_words_and_the_list_of_them(portrait_jpg: Path, tmp_path: Path) -> None:
    words = tmp_path / "words.toml"
    words.write_text('root = "Bildart"\n[words]\nkind.portrait = "Porträt"\n', encoding="utf-8")
    listed = run("keywords", "--vocabulary", words, "--keywords", "minimal").stdout
    assert listed == "[Bildart]\n\t[kind]\n\t\theadshot\n\t\tPorträt\n"
    done = run("tag", "--vocabulary", words, portrait_jpg)
    assert "added to lr:hierarchicalSubject: Bildart|kind|Porträt" in done.stdout
    back = run("tag", portrait_jpg)
    assert "removed from dc:subject: Porträt" in back.stdout
    words.write_text('[words]\nkind.nonsense = "x"\n', encoding="utf-8")
    wrong = run("tag", "--vocabulary", words, portrait_jpg)
    assert wrong.returncode == 2
    assert "there is no value of kind 'nonsense'" in wrong.stderr.replace("\n", " ")


def test_thresholds_on_the_command_line(portrait_jpg: Path) -> None:
    standard = ("tag", "--keywords", "standard", portrait_jpg)
    assert "half body" in run(*standard).stdout
    unsure = run(*standard, "--min-confidence", "cropping=1", "--min-confidence", "0.2")
    assert "removed from dc:subject: half body" in unsure.stdout
    assert run("tag", "--min-confidence", "2", portrait_jpg).returncode == 2
    assert run("tag", "--min-confidence", "nonsense=0.5", portrait_jpg).returncode == 2


def test_a_sidecar_is_named(portrait_jpg: Path) -> None:
    done = run("tag", "--sidecar", "always", "--faces", portrait_jpg)
    assert f"written to {portrait_jpg}.xmp" in done.stdout
    assert "added to mwg-rs:Regions" in done.stdout
    assert "portrait" in run("show", portrait_jpg).stdout
    run("remove", portrait_jpg.parent)
    assert [path.name for path in portrait_jpg.parent.iterdir()] == [portrait_jpg.name]


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
    assert first.stderr.count("no photo") + first.stderr.count("broken.jpg") >= 2
    assert f"with the same options: phototag tag {tree} --failed --state {state[1]}" in first.stderr
    assert f"Take it all back: phototag undo 1 --state {state[1]}" in first.stderr
    again = run("tag", tree, *state)
    assert (again.stdout, "3 as they were" in again.stderr) == ("", True)
    (tree / "broken.jpg").write_bytes(before[tree / "portrait.jpg"])
    retried = run("tag", tree, "--failed", *state, "--json")
    assert (retried.returncode, retried.stderr) == (0, "")
    (row,) = rows(retried.stdout)
    assert (row["path"], row["kind"]) == (str(tree / "broken.jpg"), "portrait")
    assert (row["verdict_from"], row["changed"]) == ("recalled", True)
    listed = run("undo", "--list", *state)
    assert [line.split()[0] for line in listed.stdout.splitlines()] == ["1", "2"]
    listed = run("undo", "--list", "--json", *state)
    assert [(row["number"], row["root"]) for row in rows(listed.stdout)] == [
        (1, str(tree)), (2, str(tree)),
    ]  # fmt: skip
    assert run("undo", *state).returncode == 0
    assert run("undo", "1", *state).returncode == 0
    assert (tree / "portrait.jpg").read_bytes() == before[tree / "portrait.jpg"]
    nothing = run("undo", *state)
    assert (nothing.returncode, "there is no run to take back" in nothing.stderr) == (1, True)


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
        "verdict_from": "unchanged", "changed": False, "files": [], "added": {}, "removed": {},
        "declined": {},
    }  # fmt: skip


def test_progress_is_told_in_lines_where_there_is_no_terminal(
    tree: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from click.testing import CliRunner

    from phototag import report
    from phototag.cli import main

    monkeypatch.setattr(report, "LINE_SECONDS", 0.0)
    done = CliRunner().invoke(main, ["tag", str(tree)])
    assert done.exit_code == 1
    assert "1 of 3 photos, " in done.output
    assert "1 portrait, 1 failed" in done.output


def test_a_state_file_of_something_else_is_named(tree: Path) -> None:
    (tree / "diary.txt").write_text("Dear diary, " * 200)
    done = run("tag", tree, "--state", tree / "diary.txt")
    assert done.returncode == 1
    assert "diary.txt: " in done.stderr
    assert "--state" in done.stderr
    assert "Traceback" not in done.stderr


def test_watch_until_ctrl_c(tree: Path, portrait_jpg: Path) -> None:
    with subprocess.Popen(
        [*COMMAND, "watch", tree, "--settled", "0.3"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        while "headshot.jpg" not in process.stdout.readline():
            pass
        shutil.copy(portrait_jpg, tree / "arrived.jpg")
        while "arrived.jpg" not in process.stdout.readline():
            pass
        os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=10)
    assert process.returncode == 1  # broken.jpg
    assert "Traceback" not in said


def test_single_photos_are_taken_back_by_remove(tree: Path) -> None:
    portrait, headshot = tree / "portrait.jpg", next(tree.rglob("headshot.jpg"))
    tagged = run("tag", portrait, headshot)
    assert f"Take it all back: phototag remove {portrait} {headshot}" in tagged.stderr
    assert "phototag undo" not in tagged.stderr
    removed = run("remove", portrait, headshot, "--json")
    assert [row["changed"] for row in rows(removed.stdout)] == [True, True]
    assert all("verdict_from" not in row for row in rows(removed.stdout))
    told = run("remove", portrait, headshot).stderr
    assert "2 photos in" in told
    assert "0 changed" in told
    assert "looked at" not in told
    for photo in (portrait, headshot):
        run("tag", photo)
        photo.chmod(0o444)
    refused = run("remove", portrait, headshot)
    assert (refused.returncode, "looked at" in refused.stderr) == (1, False)


def test_each_folder_is_taken_back_by_its_own_run(tree: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "again.jpg").write_bytes((tree / "portrait.jpg").read_bytes())
    told = run("tag", tree, other, "--state", tmp_path / "own.sqlite3").stderr
    assert [line.split()[6] for line in told.splitlines() if "phototag undo" in line] == ["1", "2"]


def test_failed_goes_with_a_folder(portrait_jpg: Path) -> None:
    done = run("tag", "--failed", portrait_jpg)
    assert (done.returncode, "--failed goes with a folder" in done.stderr) == (2, True)


def test_a_crop_for_lightroom_that_nobody_knows(portrait_jpg: Path) -> None:
    done = run("tag", "--lightroom-crop", "casting_8x11", portrait_jpg)
    assert done.returncode == 2
    assert "there is no profile casting_8x11, there are casting_8x10" in done.stderr


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
    assert "the file is as it was" in str(row["error"])


def test_verbose_shows_what_the_sealed_process_logs(portrait_jpg: Path) -> None:
    usual, verbose = run("analyze", portrait_jpg), run("--verbose", "analyze", portrait_jpg)
    assert usual.stdout == verbose.stdout
    assert usual.stderr == ""
    assert "phototag.sealed: " in verbose.stderr
