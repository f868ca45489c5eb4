"""By which Python the sealed process is started, and what is said where there is none."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import phototag
from commands import run
from phototag import errors
from phototag.worker import process, start


def program(path: Path, text: str, mode: int = 0o755) -> Path:
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def refusal() -> errors.WorkerNotStarted:
    with phototag.Analyzer() as analyzer, pytest.raises(errors.WorkerNotStarted) as caught:
        analyzer.analyze(b"a picture")
    return caught.value


def test_the_python_that_is_named_is_taken(
    portrait_jpg: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trace = tmp_path / "trace"
    named = program(
        tmp_path / "python", f'#!/bin/sh\necho started >> {trace}\nexec "{sys.executable}" "$@"\n'
    )
    monkeypatch.setenv("PHOTOTAG_PYTHON", str(named))
    monkeypatch.setattr(sys, "frozen", True, raising=False)  # it has none of its own
    with phototag.Analyzer() as analyzer:
        assert analyzer.analyze(portrait_jpg).kind == "portrait"
    assert trace.read_text(encoding="utf-8") == "started\n"


@pytest.mark.parametrize("what", ["missing", "not executable", "a folder", "no program"])
def test_an_interpreter_that_cannot_be_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    named = tmp_path / "python"
    if what == "a folder":
        named.mkdir()
    elif what == "not executable":
        program(named, "#!/bin/sh\n", 0o644)
    elif what == "no program":
        program(named, "\0\0\0\0")
    monkeypatch.setattr(sys, "executable", str(named))
    error = refusal()
    assert error.name == str(named)
    assert (
        "set PHOTOTAG_PYTHON to a Python interpreter with this version of phototag" in error.remedy
    )
    assert isinstance(error.__cause__, OSError)


@pytest.mark.parametrize("executable", [None, ""])
def test_an_embedded_python_that_does_not_know_where_it_lies(
    monkeypatch: pytest.MonkeyPatch, executable: str | None
) -> None:
    monkeypatch.setattr(sys, "executable", executable)
    assert "PHOTOTAG_PYTHON" in refusal().remedy


def test_a_frozen_application_is_not_started_in_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    application = program(tmp_path / "application", f"#!/bin/sh\ntouch {tmp_path}/started\n")
    monkeypatch.setattr(sys, "executable", str(application))
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    error = refusal()
    assert "frozen" in error.problem
    assert "PHOTOTAG_PYTHON" in error.remedy
    assert not (tmp_path / "started").exists()


def test_a_program_that_takes_itself_for_a_python_starts_itself_once(tmp_path: Path) -> None:
    trace, application = tmp_path / "trace", tmp_path / "application"
    text = f"""
import sys, phototag
open({str(trace)!r}, "a").write("started\\n")
sys.executable = {str(application)!r}
try:
    phototag.analyze(b"a picture")
except phototag.PhototagError as error:
    sys.exit(str(error))
"""
    program(application, f"#!{sys.executable}\n{text}")
    done = subprocess.run(
        [application], capture_output=True, text=True, timeout=60, check=False, cwd=tmp_path
    )
    assert done.returncode == 1
    assert done.stderr.startswith(f"{application}: the sealed process did not start (")
    assert "PHOTOTAG_PYTHON" in done.stderr
    assert trace.read_text(encoding="utf-8") == "started\n" * 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("exit 0", "status 0"),
        ("exit 7", "status 7"),
        ("head -c 100000 /dev/zero", "did not start"),
        ("yes", "did not start"),
        (f'exec "{sys.executable}" -I -S -c "import phototag"', "No module named"),
    ],
    ids=["nothing", "failure", "zeros", "endless", "no packages"],
)
def test_what_is_no_python_with_phototag_is_told_from_a_photo_that_crashes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, said: str
) -> None:
    monkeypatch.setenv("PHOTOTAG_PYTHON", str(program(tmp_path / "x", f"#!/bin/sh\n{text}\n")))
    if text == "yes":
        monkeypatch.setattr(process, "START_SECONDS", 3.0)
    error = refusal()
    assert said in error.problem
    assert "PHOTOTAG_PYTHON" in error.remedy


def test_another_version_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "__version__", "99.0")
    error = refusal()
    assert f"it has phototag {phototag.__version__}, but this is phototag 99.0" in error.problem


def test_no_photo_is_remembered_for_it(
    portrait_jpg: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree, state = portrait_jpg.parent, tmp_path / "state.sqlite3"
    with monkeypatch.context() as patched:
        patched.setenv("PHOTOTAG_PYTHON", "/nowhere/python")
        (outcome,) = phototag.tag_catalogue(tree, state=state)
    assert type(outcome.error) is errors.WorkerNotStarted
    (outcome,) = phototag.tag_catalogue(tree, state=state)
    assert (outcome.error, outcome.kind) == (None, "portrait")


def test_doctor_names_the_python_that_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(start.PYTHON, "/nowhere/python")
    done = run("doctor")
    assert done.returncode == 3
    assert "the sealed process does not work (/nowhere/python, set in PHOTOTAG_PYTHON)" in (
        done.stdout
    )
    assert "No such file" in done.stdout


def test_a_sealed_process_knows_that_it_is_one() -> None:
    assert start.child_environment()[start.SEALED] == "1"
    assert start.SEALED not in os.environ
