"""How a sealed process ends: with all it has started, and with a word on whose fault it was."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import textwrap
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import attrs
import pytest

import phototag
from phototag import analyzer, errors
from phototag.options import Limits
from phototag.worker import start
from phototag.worker.ended import Ended, failure
from phototag.worker.process import SealedProcess
from processes import (
    COMMAND,
    VERSIONS,
    Hang,
    HangOnce,
    Nothing,
    Start,
    alive,
    wait_for,
    wait_until_gone,
)
from processes import started as at_work

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")


@pytest.fixture
def seconds() -> float:
    """The time limit of a request: a busy machine may well let it wait for two."""
    return 30.0


@pytest.fixture
def sealed(monkeypatch: pytest.MonkeyPatch, seconds: float) -> Iterator[SealedProcess]:
    """One that knows the jobs of the tests, and has answered once."""
    monkeypatch.setattr(start, "_COMMAND", COMMAND)
    process = SealedProcess(Limits(seconds=seconds))
    process.submit(Nothing())
    yield process
    process.close()


def child_of(sealed: SealedProcess) -> int:
    running = sealed._running
    assert running is not None
    return running._process.pid


def hang(sealed: SealedProcess, note: Path) -> object:
    return sealed.submit(Hang(note=str(note)))


def test_it_leads_a_session_of_its_own(sealed: SealedProcess) -> None:
    child = child_of(sealed)
    assert os.getsid(child) == os.getpgid(child) == child != os.getpgrp()


@pytest.mark.parametrize("seconds", [2.0])
def test_a_time_out_ends_what_the_child_has_started(sealed: SealedProcess, tmp_path: Path) -> None:
    note = tmp_path / "note"
    with pytest.raises(errors.WorkerDied, match="took longer than 2 s") as caught:
        hang(sealed, note)
    assert not isinstance(caught.value, errors.WorkerStopped)
    assert wait_until_gone(int(wait_for(note)))


@pytest.mark.parametrize("number", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_it_outlives_what_a_shutdown_sends_to_all(sealed: SealedProcess, number: str) -> None:
    child = child_of(sealed)
    os.kill(child, getattr(signal, number))
    sealed.submit(Nothing())
    assert child_of(sealed) == child


@pytest.mark.parametrize("number", ["SIGKILL", "SIGSEGV"])
def test_who_was_at_work_when_it_ended_is_tried_again(
    sealed: SealedProcess, tmp_path: Path, number: str
) -> None:
    note = tmp_path / "note"
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(sealed.submit, HangOnce(note=str(note)))
        program = int(wait_for(note))
        os.kill(child_of(sealed), getattr(signal, number))
        assert waiting.result(timeout=60) is None
    assert wait_until_gone(program)


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("SIGKILL", "was ended twice while it worked on this photo (SIGKILL)"),
        ("SIGSEGV", "made the sealed process end with status -11"),
        ("SIGABRT", "made the sealed process end with status -6"),
    ],
)
def test_who_ends_two_is_at_fault(
    sealed: SealedProcess, tmp_path: Path, number: str, said: str
) -> None:
    note = tmp_path / "note"
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(hang, sealed, note)
        for _ in range(2):
            program = int(wait_for(note))
            note.unlink()
            os.kill(child_of(sealed), getattr(signal, number))
            assert wait_until_gone(program)
        error = waiting.exception(timeout=20)
    assert type(error) is errors.WorkerDied
    assert said in error.problem
    sealed.submit(Nothing())  # by the next one


def test_an_end_before_the_work_on_a_photo_is_nobodys_fault() -> None:
    killed = Ended(
        status=-9, by_itself=True, late=0, started=True, loading=True, unsealed=False, said="", python="python",
    )  # fmt: skip
    at_work, crashed = attrs.evolve(killed, loading=False), attrs.evolve(killed, status=-11)
    assert type(failure("a.jpg", [at_work, killed])) is errors.WorkerStopped
    assert type(failure("a.jpg", [killed, at_work])) is errors.WorkerStopped
    assert type(failure("a.jpg", [killed, crashed])) is errors.WorkerStopped
    assert type(failure("a.jpg", [at_work, at_work])) is errors.WorkerDied


def test_closing_ends_what_a_job_has_left_behind(sealed: SealedProcess, tmp_path: Path) -> None:
    note = tmp_path / "note"
    sealed.submit(Start(note=str(note)))
    program = int(wait_for(note))
    assert alive(program)
    sealed.close()
    assert wait_until_gone(program)


@pytest.mark.parametrize("request_name", ["Start", "Hang"])
def test_a_killed_caller_leaves_nothing(tmp_path: Path, request_name: str) -> None:
    note = tmp_path / "note"
    text = f"""
        import sys, time
        sys.path.append({str(Path(__file__).parent)!r})
        import processes
        from pathlib import Path
        from phototag.worker import start
        from phototag.worker.process import SealedProcess
        start._COMMAND = {COMMAND!r}
        sealed = SealedProcess()
        sealed.submit(processes.Nothing())
        print(sealed._running._process.pid, flush=True)
        sealed.submit(processes.{request_name}(note={str(note)!r}))
        time.sleep(60)
    """
    with at_work([sys.executable, "-c", textwrap.dedent(text)], stdout=subprocess.PIPE) as caller:
        assert caller.stdout is not None
        child = int(caller.stdout.readline())
        program = int(wait_for(note))
        caller.kill()
    assert wait_until_gone(child)
    assert wait_until_gone(program)


# --------------------------------------------------------------------------- an analyzer is dropped


def started() -> tuple[list[phototag.Analyzer], list[int]]:
    """One analyzer, and the numbers of its processes."""
    analyzer = phototag.Analyzer(workers=2)
    for process in analyzer._pool._processes:
        process.submit(VERSIONS)
    return [analyzer], [child_of(process) for process in analyzer._pool._processes]


def drop(analyzers: list[phototag.Analyzer]) -> None:
    analyzers.clear()
    gc.collect()


def test_an_analyzer_that_is_dropped_ends_its_processes_and_says_so() -> None:
    analyzers, pids = started()
    assert all(map(alive, pids))
    with pytest.warns(ResourceWarning, match=r"call close\(\), or use a `with` statement"):
        drop(analyzers)
    assert all(map(wait_until_gone, pids))


def test_one_in_a_circle_is_collected_too() -> None:
    analyzers, pids = started()
    analyzers[0].itself = analyzers[0]  # type: ignore[attr-defined]
    with pytest.warns(ResourceWarning, match="close"):
        drop(analyzers)
    assert all(map(wait_until_gone, pids))


@pytest.mark.parametrize("how", ["never started", "closed", "left"])
def test_one_that_has_no_processes_is_dropped_in_silence(how: str) -> None:
    analyzers = [analyzer := phototag.Analyzer()]
    if how == "closed":
        analyzer._pool.submit(VERSIONS)
        analyzer.close()
    elif how == "left":
        with analyzer:
            analyzer._pool.submit(VERSIONS)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        del analyzer
        drop(analyzers)
    assert [warning for warning in said if warning.category is ResourceWarning] == []


def test_the_end_of_a_program_closes_them_without_a_word() -> None:
    text = """
        import phototag
        from phototag.worker.requests import Versions
        analyzer = phototag.Analyzer()
        analyzer._pool.submit(Versions())
        print(analyzer._pool._processes[0]._running._process.pid)
    """
    done = subprocess.run(
        [sys.executable, "-W", "always", "-c", textwrap.dedent(text)],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0
    assert "ResourceWarning" not in done.stderr
    assert wait_until_gone(int(done.stdout))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_forked_process_that_drops_it_ends_nobody_elses() -> None:
    text = """
        import gc, os, warnings, phototag
        from phototag.worker.requests import Versions
        warnings.simplefilter("error")
        analyzer = phototag.Analyzer()
        analyzer._pool.submit(Versions())
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
        if pid == 0:
            del analyzer
            gc.collect()
            os._exit(0)
        os.waitpid(pid, 0)
        child = analyzer._pool._processes[0]._running._process
        print(child.poll(), bool(analyzer._pool.submit(Versions())))
        analyzer.close()
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(text)],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("None True\n", "")


def test_the_process_of_the_module_ends_and_starts_again(portrait_jpg: Path) -> None:
    phototag.close()  # there may be one of an earlier test, or none
    phototag.close()
    assert phototag.analyze(portrait_jpg).kind == "portrait"
    sealed = analyzer.default()._pool._processes[0]
    child = child_of(sealed)
    phototag.close()
    assert wait_until_gone(child)
    assert phototag.analyze(portrait_jpg).kind == "portrait"
    assert child_of(sealed) != child
    phototag.close()
