"""A run that somebody ended goes on: only what is the photo's own fault is remembered."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import phototag
from commands import COMMAND, run, start
from phototag import errors
from phototag.catalogue.settled import is_settled
from phototag.options import Limits
from phototag.outcome import PhotoState
from phototag.worker import start as worker_start
from phototag.worker import tasks
from phototag.worker.protocol import Worker
from phototag.worker.source import PhotoFile
from processes import COMMAND as COMMAND_OF_TESTS
from processes import children, started, wait_until_gone
from trees import content

COUNT = 40

linux = pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")


@pytest.fixture
def many(tmp_path: Path, portrait_jpg: Path) -> Path:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(COUNT):
        shutil.copy(portrait_jpg, folder / f"{number:03}.jpg")
    return folder


def failures(state: Path) -> list[tuple[str, str]]:
    """The photos whose failure is remembered, and why."""
    with closing(sqlite3.connect(state)) as sql:
        return sql.execute("SELECT name, error FROM photos WHERE error IS NOT NULL").fetchall()


def first_line(process: subprocess.Popen[str]) -> None:
    """Wait until a photo has been tagged."""
    assert process.stdout is not None
    assert process.stdout.readline()


@pytest.fixture
def undisturbed(many: Path) -> dict[str, bytes]:
    """What the same photos are after a run that nobody disturbs."""
    shutil.copytree(many, copy := many.with_name("copy"))
    for _ in phototag.tag_catalogue(copy, state=many.with_name("copy.sqlite3")):
        pass
    return content(copy)


def goes_on(folder: Path, state: Path) -> None:
    """The same command again does what is left, and all is well."""
    done = run("tag", folder, "--state", state)
    assert (done.returncode, "failed" in done.stderr) == (0, False), done.stderr
    assert failures(state) == []
    with phototag.Analyzer() as analyzer:
        assert [path.name for path in folder.iterdir() if analyzer.read(path) is None] == []
    assert {path.suffix for path in folder.iterdir()} == {".jpg"}


@linux
@pytest.mark.parametrize("number", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_what_is_sent_to_the_group_costs_no_photo(many: Path, state: Path, number: str) -> None:
    with start("tag", many, "--state", state) as process:
        first_line(process)
        sealed = children(process.pid)
        os.killpg(process.pid, getattr(signal, number))
        _, said = process.communicate(timeout=60)
    assert sealed
    assert process.returncode == 130
    assert "failed" not in said
    assert "run the same command again to resume" in said
    assert all(map(wait_until_gone, sealed))
    assert failures(state) == []
    goes_on(many, state)


def read_report(report: Path) -> list[tuple[str, str, bool, str | None]]:
    """Name, kind, whether it was changed, and the error of each photo in a report."""
    columns = ("path", "kind", "changed", "error")
    if report.suffix == ".sqlite":
        with closing(sqlite3.connect(report)) as sql:
            found = sql.execute(f"SELECT {', '.join(columns)} FROM phototag_report").fetchall()
    else:
        text = report.read_text("utf-8")
        listed = (
            json.loads(text)["photos"]
            if report.suffix == ".json"
            else csv.DictReader(text.splitlines())
        )
        found = [tuple(row[name] for name in columns) for row in listed]
    return [
        (Path(path).name, kind, said in {True, "yes"}, e or None) for path, kind, said, e in found
    ]


@linux
@pytest.mark.parametrize("form", ["csv", "json", "sqlite"])
def test_the_report_of_a_stopped_run_is_whole_and_has_what_was_done(
    many: Path, state: Path, tmp_path: Path, form: str
) -> None:
    report = tmp_path / f"report.{form}"
    with start("tag", many, "--state", state, "--report", report) as process:
        first_line(process)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    listed = read_report(report)
    assert f"Stopped after {len(listed)} " in said
    assert 0 < len(listed) < COUNT
    with phototag.Analyzer() as analyzer:
        tagged = [path.name for path in sorted(many.iterdir()) if analyzer.read(path) is not None]
    assert listed == [(name, "portrait", True, None) for name in tagged]
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    done = run("tag", many, "--state", state, "--report", report)  # it replaces the first
    assert done.returncode == 0
    again = read_report(report)
    assert [name for name, *_ in again] == sorted(path.name for path in many.iterdir())
    assert [name for name, _, changed, _ in again if not changed] == tagged


@linux
def test_a_hang_up_of_the_caller_alone_ends_it_in_good_order(many: Path, state: Path) -> None:
    with start("tag", many, "--state", state) as process:
        first_line(process)
        process.send_signal(signal.SIGHUP)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Stopped after" in said
    goes_on(many, state)


@linux
def test_under_nohup_a_hang_up_is_nothing(many: Path, state: Path) -> None:
    with started(
        ["nohup", *COMMAND, "tag", many, "--state", state],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        first_line(process)
        process.send_signal(signal.SIGHUP)
        _, said = process.communicate(timeout=120)
    assert (process.returncode, f"{COUNT} photos in" in said) == (0, True), said


@linux
def test_the_time_is_up_and_the_same_command_again(
    many: Path, state: Path, undisturbed: dict[str, bytes]
) -> None:
    """As `timeout -s TERM` does it: TERM to the command, and another to its whole group."""
    program = shutil.which("timeout")
    if program is None:
        pytest.skip("timeout, a program of GNU, is not installed")
    words = [program, "-s", "TERM", "--preserve-status", "3600", *COMMAND]
    with started(
        [*words, "tag", many, "--state", state],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    ) as process:  # fmt: skip
        first_line(process)
        process.send_signal(signal.SIGALRM)  # the hour is over
        _, said = process.communicate(timeout=60)
    assert (process.returncode, "Stopped after" in said) == (130, True), said
    assert content(many) != undisturbed
    goes_on(many, state)
    assert content(many) == undisturbed


@linux
def test_a_service_manager_ends_every_process(many: Path, state: Path) -> None:
    with start("tag", many, "--state", state) as process:
        first_line(process)
        for number in (signal.SIGTERM, signal.SIGHUP):
            for pid in (*children(process.pid), process.pid):
                os.kill(pid, number)
        _, said = process.communicate(timeout=60)
    assert (process.returncode, "failed" in said) == (130, False), said
    goes_on(many, state)


@linux
def test_the_sealed_process_is_killed_for_its_memory(
    many: Path, state: Path, undisturbed: dict[str, bytes]
) -> None:
    with start("tag", many, "--state", state, "--json", "--workers", "1") as process:
        first_line(process)
        (child,) = children(process.pid)
        os.kill(
            child, signal.SIGSTOP
        )  # so that it is at work on a photo, whatever the machine does
        time.sleep(0.5)
        os.kill(child, signal.SIGKILL)
        _, said = process.communicate(timeout=60)
    assert (process.returncode, "failed" in said) == (0, False), said
    assert failures(state) == []
    assert content(many) == undisturbed


@linux
def test_the_photo_that_ends_two_sealed_processes_is_to_blame(
    tree: Path, state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tree / "broken.jpg").unlink()
    shutil.copy(tree / "cat.jpg", tree / "unlucky.jpg")
    shutil.copy(tree / "cat.jpg", tree / "late.jpg")
    for name, end in (
        ("cat", b"DIE ALWAYS"),
        ("late", b"DIE WRITING"),
        ("unlucky", f"DIE ONCE {tmp_path / 'died'}".encode()),
    ):
        with (tree / f"{name}.jpg").open("ab") as file:
            file.write(end)
    before = content(tree)

    def tag(**options: Any) -> dict[str, phototag.TreeOutcome]:
        outcomes = phototag.tag_catalogue(tree, state=state, **options)
        return {Path(outcome.photo).name: outcome for outcome in outcomes}

    monkeypatch.setattr(worker_start, "_COMMAND", COMMAND_OF_TESTS)
    first = tag()
    assert (tmp_path / "died").exists()
    failed = {name: outcome.error for name, outcome in first.items() if outcome.error}
    assert set(failed) == {"cat.jpg", "late.jpg"}
    for error in failed.values():
        assert type(error) is errors.WorkerDied
        assert "ended twice" in error.problem
        assert "--failed" in error.remedy
    after = content(tree)
    assert {name for name in after if after[name] == before[name]} == {"cat.jpg", "late.jpg"}
    again = tag()
    assert {str(outcome.verdict_from) for outcome in again.values()} == {"unchanged"}
    assert {name: str(again[name].error) for name in failed} == {
        n: str(e) for n, e in failed.items()
    }
    assert [run.changes for run in phototag.runs(state)] == [3]
    monkeypatch.undo()
    assert [outcome.error for outcome in tag(failed=True).values()] == [None, None]


# What older state files hold, and whether it is tried again.
OLD = {
    "made the sealed process end with status -15": True,
    "made the sealed process end with status -9 (W0000 some | lines | of its log)": True,
    "made the sealed process end with status -1": True,
    "made the sealed process end with status -2": True,
    "made the sealed process end with status -11": False,
    "made the sealed process end with status -6 (terminate called)": False,
    "made the sealed process end with status 1": False,
    "took longer than 60 s and was stopped": False,
}


@pytest.mark.usefixtures("unsealed")
@pytest.mark.parametrize("problem", OLD)
def test_an_older_state_file_is_read_with_the_same_eyes(
    tree: Path, state: Path, monkeypatch: pytest.MonkeyPatch, problem: str
) -> None:
    identify = tasks.identify

    def dying(worker: Worker, photo: PhotoFile, limits: Limits, **how: Any) -> PhotoState:
        if photo.path.endswith("cat.jpg"):
            raise errors.WorkerDied(photo.name, "made the sealed process end with status -11")
        return identify(worker, photo, limits, **how)

    with monkeypatch.context() as patched:
        patched.setattr(tasks, "identify", dying)
        list(phototag.tag_catalogue(tree, state=state))
    with closing(sqlite3.connect(state)) as sql:
        said = json.dumps(["WorkerDied", str(tree / "cat.jpg"), problem, ""])
        changed = sql.execute("UPDATE photos SET error = ? WHERE name = ?", (said, b"cat.jpg"))
        assert changed.rowcount == 1
        sql.commit()
    again = {Path(o.photo).name: o for o in phototag.tag_catalogue(tree, state=state)}["cat.jpg"]
    assert (again.error is None, str(again.verdict_from)) == (
        (True, "analysed") if OLD[problem] else (False, "unchanged")
    )


def test_a_failure_is_settled_if_the_photo_is_to_blame() -> None:
    assert is_settled(errors.NotAPhoto("a.jpg", "it is a text"))
    assert is_settled(errors.WorkerDied("a.jpg", "took longer than 60 s and was stopped"))
    assert not is_settled(errors.WorkerStopped("a.jpg", "the sealed process was ended"))
    assert not is_settled(errors.WorkerNotStarted("a.jpg", "there is no Python"))
    assert not is_settled(errors.PhotoNotReadable("a.jpg", "no permission to read it"))
