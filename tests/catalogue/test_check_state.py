"""``phototag check`` of the state file, of runs that were killed, and of what they leave behind."""

from __future__ import annotations

import json
import os
import platform
import shutil
import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image

import phototag
from checks import disk, findings, found, repaired, tag
from commands import run, start
from phototag import errors
from phototag.catalogue.lock import locked
from phototag.files import temporary
from processes import read_until, started

pytestmark = pytest.mark.usefixtures("unsealed")


@pytest.fixture
def root(tmp_path: Path, headshot: Image.Image) -> Path:
    """Two photos."""
    folder = tmp_path / "Pictures"
    folder.mkdir()
    headshot.save(folder / "a.jpg", quality=95)
    headshot.rotate(3).save(folder / "b.jpg", quality=95)
    return folder


def change(state: Path, query: str, *values: object) -> int:
    with closing(sqlite3.connect(state)) as sql:
        count = sql.execute(query, values).rowcount
        sql.commit()
        sql.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return count


# --------------------------------------------------------------------------- the state file

ROWS = {
    "UPDATE photos SET written = x'00ff' WHERE name = x'612e6a7067'": ("a.jpg", "table photos"),
    "UPDATE photos SET error = '[' WHERE name = x'612e6a7067'": ("a.jpg", "table photos"),
    "UPDATE photos SET kind = 'vase' WHERE name = x'612e6a7067'": ("a.jpg", "table photos"),
    "UPDATE photos SET root = 99 WHERE name = x'612e6a7067'": ("here.sqlite3", "to no folder"),
    "UPDATE scenes SET scene = x'00' WHERE rowid = 1": ("here.sqlite3", "table scenes"),
    "UPDATE changes SET before = x'00' WHERE name = x'612e6a7067'": ("a.jpg", "table changes"),
    "UPDATE changes SET run = 99 WHERE name = x'612e6a7067'": ("here.sqlite3", "to no run"),
    "INSERT INTO decisions VALUES ('ab', 'vase')": ("here.sqlite3", "table decisions"),
}


@pytest.mark.parametrize("query", ROWS)
def test_a_row_that_cannot_be_read_is_named_and_dropped(
    root: Path, state: Path, query: str
) -> None:
    tag(root, state)
    name, told = ROWS[query]
    assert change(state, query) == 1
    before = disk(root.parent)
    (one,) = findings(root, state)
    assert (Path(one.path).name, str(one.kind)) == (name, "row_damaged")
    assert told in one.problem
    assert disk(root.parent) == before
    assert repaired(root, state) == [(name, "row_damaged")]
    assert found(root, state) == []
    assert disk(root) == {path: was for path, was in before.items() if path.startswith(str(root))}
    tag(root, state)
    assert found(root, state) == []


def test_an_index_that_does_not_fit_is_made_again(root: Path, state: Path) -> None:
    tag(root, state)
    with closing(sqlite3.connect(state)) as sql:
        sql.execute("PRAGMA writable_schema = ON")
        sql.execute(
            "UPDATE sqlite_master SET sql = 'CREATE INDEX photos_by_picture ON photos (name)'"
            " WHERE name = 'photos_by_picture'"
        )
        sql.commit()
    assert found(root, state) == [("here.sqlite3", "state_damaged")]
    assert repaired(root, state) == [("here.sqlite3", "state_damaged")]
    assert found(root, state) == []


def test_a_state_file_that_is_overwritten_in_part_leaves_the_photos_to_their_records(
    root: Path, state: Path
) -> None:
    tag(root, state)
    data = bytearray(state.read_bytes())
    data[4096 : 4096 * 3] = os.urandom(4096 * 2)
    state.write_bytes(data)
    (root / "b.jpg").write_bytes(b"")
    expected = [("b.jpg", "unreadable"), ("here.sqlite3", "state_damaged")]
    assert found(root, state) == expected
    assert found(root, state, repair=True) == expected
    state.unlink()  # the remedy
    (root / "b.jpg").unlink()
    tag(root, state)
    assert found(root, state) == []


@pytest.mark.parametrize("what", ["text", "foreign", "newer"])
def test_a_file_of_something_else_is_refused(root: Path, state: Path, what: str) -> None:
    tag(root, state)
    if what == "text":
        state.write_text("Dear diary, " * 100, encoding="utf-8")
    elif what == "foreign":
        state.unlink()
        change(state, "CREATE TABLE mine (x)")
    else:
        change(state, "PRAGMA user_version = 99")
    before = disk(root.parent)
    for repair in (False, True):
        with pytest.raises(errors.StateUnusable) as caught:
            findings(root, state, repair=repair)
        assert "--state" in caught.value.remedy
    assert disk(root.parent) == before


def test_the_log_of_a_killed_run_is_read_and_kept(root: Path, state: Path) -> None:
    tag(root, state)
    code = """
        import os, signal, sys
        from phototag.catalogue.state import State
        State(sys.argv[1])._do("INSERT INTO decisions VALUES ('ab', 'vase')")
        os.kill(os.getpid(), signal.SIGKILL)
    """
    command = [sys.executable, "-c", textwrap.dedent(code), str(state)]
    subprocess.run(command, check=False, timeout=60)
    log = state.with_name("here.sqlite3-wal")
    assert log.stat().st_size
    before = disk(root, state.parent)
    assert found(root, state) == [("here.sqlite3", "row_damaged")]  # it is in the log alone
    after = disk(root, state.parent)
    memory = str(state) + "-shm"  # shared by those who read, and no part of the data
    assert after | {memory: before[memory]} == before


def test_runs_that_have_not_ended_are_named(root: Path, state: Path) -> None:
    tag(root, state)
    change(state, "UPDATE runs SET ended = NULL")
    assert found(root, state) == [("Pictures", "interrupted")]
    assert repaired(root, state) == []
    tag(root, state, force=True)  # the remedy: the same command again
    assert found(root, state) == []
    change(state, "UPDATE runs SET ended = NULL")
    tag(root, state, keywords="full")
    (one,) = findings(root, state)
    assert "cannot be resumed" in one.remedy
    assert repaired(root, state) == [("Pictures", "interrupted")]
    assert found(root, state) == []


def test_a_disk_that_is_not_connected_is_no_reason_to_forget(root: Path, state: Path) -> None:
    tag(root, state)
    away = root.rename(root.with_name("away"))
    root.mkdir()
    assert found(root, state, repair=True) == [("Pictures", "emptied")]
    root.rmdir()
    before = disk(state.parent)
    assert found(root, state, repair=True) == [("Pictures", "unreadable")]
    assert disk(state.parent) == before
    away.rename(root)
    assert found(root, state) == []


# --------------------------------------------------------------------------- killed runs

KILLED = """
    import os, signal, sys, threading
    import phototag
    from phototag.catalogue.state import State
    from phototag.worker import tasks

    write, remember, first_is_done = tasks.write, State.remember, threading.Event()

    def remembered(self, *row):
        remember(self, *row)
        first_is_done.set()

    def killed(worker, photo, *more):
        if photo.name.endswith("b.jpg"):
            assert first_is_done.wait(60)
            if sys.argv[3] == "after":
                write(worker, photo, *more)
            os.kill(os.getpid(), signal.SIGKILL)
        return write(worker, photo, *more)

    tasks.write, State.remember = killed, remembered
    for _ in phototag.tag_catalogue(sys.argv[1], state=sys.argv[2], keywords=sys.argv[4]):
        pass
"""


def kill_at_b(root: Path, state: Path, when: str, keywords: str = "minimal") -> None:
    """A run that is killed with SIGKILL before or after it writes a photo, and before it logs that."""
    code = textwrap.dedent(KILLED)
    command = [sys.executable, "-c", code, str(root), str(state), when, keywords]
    done = subprocess.run(command, check=False, timeout=120)
    assert done.returncode == -signal.SIGKILL


@pytest.mark.parametrize("before", [False, True], ids=["first", "second"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_the_file_tells_whether_a_killed_run_wrote_it(
    root: Path, state: Path, when: str, before: bool
) -> None:
    if before:
        tag(root, state)
    kill_at_b(root, state, when, "full")
    told = {Path(one.path).name: one for one in findings(root, state)}
    assert {name: str(one.kind) for name, one in told.items()} == {
        "b.jpg": "unsettled",
        "Pictures": "interrupted",
    }
    assert ("it was written" in told["b.jpg"].problem) == (when == "after")
    photos = disk(root)
    assert repaired(root, state) == [("b.jpg", "unsettled")]
    assert disk(root) == photos
    left = [("Pictures", "interrupted")]
    if when == "before" and not before:
        left.append(("b.jpg", "never_tagged"))
    assert found(root, state) == left
    tag(root, state, keywords="full")  # the remedy
    assert found(root, state) == []
    if before:
        assert [outcome.error for outcome in phototag.undo(state=state)] == [None, None]
        record = phototag.read(root / "b.jpg")
        assert record is not None
        assert len(record.keywords.flat) == 1


def test_the_same_command_again_settles_a_killed_run(root: Path, state: Path) -> None:
    kill_at_b(root, state, "after")
    tag(root, state)
    assert found(root, state) == []


def test_a_photo_that_is_gone_since_a_run_was_killed_stays_in_the_run_log(
    root: Path, state: Path
) -> None:
    kill_at_b(root, state, "after")
    (root / "b.jpg").rename(root / "c.jpg")
    expected = [("Pictures", "interrupted"), ("b.jpg", "unsettled")]
    assert found(root, state) == expected
    assert repaired(root, state) == expected[1:]
    assert found(root, state) == expected[:1]
    tag(root, state, keywords="full")
    for _ in range(2):
        for outcome in phototag.undo(state=state):
            assert outcome.error is None
    assert phototag.read(root / "c.jpg") is None


# --------------------------------------------------------------------------- what is left behind


def test_only_files_that_are_certainly_leftovers_are_deleted(root: Path, state: Path) -> None:
    tag(root, state)
    with started([sys.executable, "-c", "pass"]) as process:
        process.wait(timeout=60)
    machine = temporary.prefix().split("-")[1]
    other = "0" * 8 if machine != "0" * 8 else "1" * 8
    dead = f".phototag-{machine}-{process.pid}-abcdefgh"
    names = {
        dead: "leftover",
        f".phototag-{machine}-{os.getpid()}-abcdefgh": None,  # a living process
        f".phototag-{other}-{process.pid}-abcdefgh": "perhaps_leftover",
        f".phototag-{other}-{process.pid}-aaaaaaaa": "leftover",  # two days old
        f".phototag-{machine}-{process.pid}-{'1' * 16}-{'2' * 32}-{'3' * 16}": "anothers",
        ".phototag-notes.txt": "not_ours",
    }
    for name in names:
        (root / name).write_text("content", encoding="utf-8")
    old = time.time() - 2 * 24 * 3600
    os.utime(root / f".phototag-{other}-{process.pid}-aaaaaaaa", (old, old))
    (root / f".phototag-{machine}-{process.pid}-folderab").mkdir()
    expected = sorted((name, kind) for name, kind in names.items() if kind)
    expected = sorted([*expected, (f".phototag-{machine}-{process.pid}-folderab", "not_ours")])
    before = disk(root)
    assert found(root, state) == expected
    assert disk(root) == before
    leftovers = [(name, kind) for name, kind in expected if kind == "leftover"]
    assert repaired(root, state) == leftovers
    assert found(root, state) == [one for one in expected if one not in leftovers]
    gone = {str(root / name) for name, _ in leftovers}
    assert disk(root) == {path: was for path, was in before.items() if path not in gone}


# --------------------------------------------------------------------------- other runs, and the command

HOLD = """
    import sys, time
    from phototag.catalogue.lock import locked
    with locked([sys.argv[1]]):
        print("held", flush=True)
        time.sleep(float(sys.argv[2]))
"""


@pytest.mark.skipif(platform.system() == "Windows", reason="locks cannot be asked about there")
def test_a_folder_in_which_a_run_is_working_is_not_judged(root: Path, state: Path) -> None:
    tag(root, state)
    command = [sys.executable, "-c", textwrap.dedent(HOLD), str(root), "60"]
    with started(command, stdout=subprocess.PIPE) as process:
        read_until(process, "held")
        for folder in (root, root.parent, root / "a.jpg"):
            for repair in (False, True):
                with pytest.raises(errors.CatalogueBusy):
                    findings(folder, state, repair=repair)
    with locked([str(root.parent / "other")]):
        assert found(root, state) == []
    command[-1] = "1.5"
    with started(command, stdout=subprocess.PIPE) as process:
        read_until(process, "held")
        assert found(root, state, wait=True) == []


def test_a_check_ends_early_when_it_is_told(root: Path, state: Path) -> None:
    stop = threading.Event()
    checked = phototag.check_catalogue(root, state=state, stop=stop)
    next(checked)
    stop.set()
    assert sum(item.photo for item in checked) < 2


def test_ctrl_c_ends_a_check(root: Path, state: Path) -> None:
    for number in range(100):
        shutil.copy(root / "a.jpg", root / f"{number:03}.jpg")
    with start("check", root, "--state", state) as process:
        assert process.stdout is not None
        assert "there is no state file" in process.stdout.readline()
        os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Stopped after" in said
    assert "Traceback" not in said


def test_the_command_says_what_is_the_matter_and_what_to_do(root: Path, state: Path) -> None:
    options = ("--state", state)
    tag(root, state)
    done = run("check", root, *options)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.startswith("2 photos checked in ")
    assert done.stderr.endswith(": no problems.\n")
    shutil.copy(root / "a.jpg", root / "new.jpg")
    phototag.remove(root / "new.jpg")
    noted = run("check", root, *options)
    assert noted.returncode == 0
    assert noted.stdout == (
        f"{root}/new.jpg: note: no run has tagged this photo; run `phototag tag` on it\n"
    )
    phototag.remove(root / "a.jpg")
    (root / "b.jpg").write_bytes((root / "b.jpg").read_bytes()[:9000])
    done = run("check", root, *options)
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert [line.split(": ")[1] for line in lines] == ["note", "problem", "note"]
    assert lines[1].startswith(f"{root}/b.jpg: problem: the picture is damaged")
    assert lines[1].endswith("; restore it from a backup")
    assert f"phototag check --repair {root} --state {state}" in done.stderr
    mended = run("check", root, *options, "--repair", "--json")
    assert mended.returncode == 1
    assert mended.stderr.endswith(": 1 problem, 1 note, 1 repaired.\n")
    rows = [json.loads(line) for line in mended.stdout.splitlines()]
    assert [(Path(row["path"]).name, row["kind"], row["repaired"]) for row in rows] == [
        ("a.jpg", "record_gone", True), ("b.jpg", "unreadable", False), ("new.jpg", "never_tagged", False),
    ]  # fmt: skip
    assert set(rows[0]) == {"schema", "path", "kind", "severity", "problem", "remedy", "repaired"}
    (root / "b.jpg").unlink()
    assert run("check", root, *options, "--repair").returncode == 0
