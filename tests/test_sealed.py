"""The sealed process: what happens inside it stays inside."""

from __future__ import annotations

import ast
import gc
import logging
import os
import signal
import subprocess
import sys
import textwrap
import time
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, get_args

import pytest
from PIL import Image

import phototag
from phototag import errors
from phototag.analyzer import Analyzer
from phototag.errors import PhotoError
from phototag.files.content import Content
from phototag.options import Limits
from phototag.worker import tasks
from phototag.worker.messages import Fault
from phototag.worker.process import SealedProcess
from phototag.worker.requests import AnyRequest, Detect, GivenFile, Request
from phototag.worker.sealed.handlers import HANDLERS
from phototag.worker.start import child_environment
from processes import Unknown, alive, photo, started, wait_until, wait_until_gone

HEAVY = ("cv2", "mediapipe", "pyexiv2", "numpy")


@pytest.fixture
def sealed() -> Iterator[SealedProcess]:
    process = SealedProcess(Limits(seconds=20))
    yield process
    process.close()


def look(sealed: SealedProcess, path: Path) -> object:
    return tasks.detect(sealed, photo(path), Limits())


def child_of(sealed: SealedProcess) -> int:
    running = sealed._running
    assert running is not None
    return running._process.pid


def script(text: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(text), *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_importing_phototag_loads_nothing_heavy() -> None:
    done = script(f"import sys, phototag; print([m for m in {HEAVY} if m in sys.modules])")
    assert done.stdout == "[]\n"


def test_a_script_needs_no_main_guard(portrait_jpg: Path, tmp_path: Path) -> None:
    path = tmp_path / "three_lines.py"
    path.write_text(
        f"import os, sys, phototag\nprint(phototag.analyze({str(portrait_jpg)!r}).kind)\n"
        f"print([m for m in {HEAVY} if m in sys.modules])\n"
        "print(phototag.analyzer.default()._pool._processes[0]._running._process.pid)\n",
        encoding="utf-8",
    )
    done = subprocess.run(
        [sys.executable, str(path)], capture_output=True, text=True, timeout=120, check=False
    )
    kind, heavy, pid = done.stdout.splitlines()
    assert (kind, heavy, done.stderr) == ("portrait", "[]", "")
    assert wait_until_gone(int(pid))


def test_a_single_crash_costs_no_photo(sealed: SealedProcess, portrait_jpg: Path) -> None:
    look(sealed, portrait_jpg)
    os.kill(child_of(sealed), signal.SIGABRT)
    assert look(sealed, portrait_jpg)


def test_a_hang_costs_one_photo(portrait_jpg: Path) -> None:
    sealed = SealedProcess(Limits(seconds=4))
    look(sealed, portrait_jpg)
    os.kill(child_of(sealed), signal.SIGSTOP)
    started = time.monotonic()
    with pytest.raises(errors.WorkerDied, match=r"took longer than \d+ s"):
        look(sealed, portrait_jpg)
    assert time.monotonic() - started < 10
    assert look(sealed, portrait_jpg)
    sealed.close()


@pytest.mark.parametrize("fault", [signal.SIGSTOP, signal.SIGKILL])
def test_who_waits_behind_a_fault_is_served_by_the_next_child(
    portrait_jpg: Path, fault: signal.Signals
) -> None:
    """Two requests are under way; the child ends at the first one's, and the second is not lost."""
    sealed = SealedProcess(Limits(seconds=4))
    look(sealed, portrait_jpg)
    running = sealed._running
    assert running is not None
    os.kill(child_of(sealed), signal.SIGSTOP)
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(look, sealed, portrait_jpg) for _ in range(2)]
        deadline = time.monotonic() + 1.5
        while len(running._tickets) < 2 and time.monotonic() < deadline:
            time.sleep(0.01)
        assert len(running._tickets) == 2
        os.kill(running._process.pid, fault)
        failures = [future.exception() for future in both]
    # Being late is the first one's own fault; being killed once is not.
    late = [failure for failure in failures if failure is not None]
    assert len(late) == (fault == signal.SIGSTOP)
    assert all(isinstance(failure, errors.WorkerDied) for failure in late)
    sealed.close()


def test_answers_go_to_those_who_asked(astronaut: Image.Image, tmp_path: Path) -> None:
    sizes = [(64 + 8 * n, 100) for n in range(12)]
    paths = [tmp_path / f"{width}.png" for width, _ in sizes]
    for path, size in zip(paths, sizes, strict=True):
        astronaut.resize(size).save(path)
    with Analyzer() as analyzer, ThreadPoolExecutor(6) as pool:
        scenes = list(pool.map(analyzer.detect, paths * 3))
    assert [(seen.image.width, seen.image.height) for seen in scenes] == sizes * 3


def test_a_stopped_child_cannot_block_a_large_payload(portrait_jpg: Path) -> None:
    sealed = SealedProcess(Limits(seconds=4))
    look(sealed, portrait_jpg)
    os.kill(child_of(sealed), signal.SIGSTOP)
    big = Detect(files=(GivenFile("big", Content(bytes(5_000_000))),), max_pixels=10**9)
    with pytest.raises(errors.WorkerDied):
        sealed.submit(big)
    sealed.close()


def test_a_damaged_photo_leaves_the_child_alive(
    sealed: SealedProcess, portrait_jpg: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(portrait_jpg.read_bytes()[:9000])
    with pytest.raises(errors.PhotoDamaged):
        look(sealed, broken)
    before = child_of(sealed)
    assert look(sealed, portrait_jpg)
    assert child_of(sealed) == before


def test_a_mistake_of_ours_is_an_error_and_not_the_end(
    sealed: SealedProcess, portrait_jpg: Path
) -> None:
    with pytest.raises(errors.InternalError, match="KeyError"):
        sealed.submit(Unknown())
    assert look(sealed, portrait_jpg)


def test_native_chatter_goes_to_logging(
    sealed: SealedProcess, portrait_jpg: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, logger="phototag.worker"):
        look(sealed, portrait_jpg)
        sealed.close()
    assert caplog.records


def test_closing_ends_the_child_and_the_next_call_starts_another(
    sealed: SealedProcess, portrait_jpg: Path
) -> None:
    look(sealed, portrait_jpg)
    before = child_of(sealed)
    sealed.close()
    assert not alive(before)
    assert look(sealed, portrait_jpg)


def test_a_killed_parent_leaves_no_orphan(portrait_jpg: Path) -> None:
    text = f"""
        import phototag, time
        phototag.analyze({str(portrait_jpg)!r})
        print(phototag.analyzer.default()._pool._processes[0]._running._process.pid, flush=True)
        time.sleep(60)
    """
    with started([sys.executable, "-c", textwrap.dedent(text)], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert alive(child)
        parent.kill()
    assert wait_until_gone(child)


def test_ctrl_c_in_the_middle_ends_parent_and_child(portrait_jpg: Path) -> None:
    text = f"""
        import phototag
        phototag.analyze({str(portrait_jpg)!r})
        print(phototag.analyzer.default()._pool._processes[0]._running._process.pid, flush=True)
        while True:
            phototag.analyze({str(portrait_jpg)!r})
    """
    with started(
        [sys.executable, "-c", textwrap.dedent(text)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        time.sleep(0.3)
        os.killpg(parent.pid, signal.SIGINT)
        _, said = parent.communicate(timeout=20)
    assert "KeyboardInterrupt" in said
    assert wait_until_gone(child)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_forked_process_gets_a_child_of_its_own(portrait_jpg: Path) -> None:
    done = script(
        """
        import os, sys, phototag
        first = phototag.analyze(sys.argv[1]).kind
        pid = os.fork()
        second = phototag.analyze(sys.argv[1]).kind
        if pid == 0:
            os._exit(0 if second == first else 1)
        print(os.waitpid(pid, 0)[1], second == first)
        """,
        str(portrait_jpg),
    )
    assert (done.stdout, done.returncode) == ("0 True\n", 0)


def test_a_module_in_the_working_folder_is_not_picked_up(
    portrait_jpg: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "numpy.py").write_text("raise SystemExit(3)\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with Analyzer() as analyzer:
        assert analyzer.analyze(portrait_jpg).kind == "portrait"


def test_the_child_has_no_way_out() -> None:
    environment = child_environment()
    assert environment["https_proxy"] == environment["HTTPS_PROXY"] == "http://127.0.0.1:9"
    assert not {"no_proxy", "NO_PROXY"} & set(environment)


def test_analyze_many_streams_in_order_and_goes_on_after_a_failure(
    portrait_jpg: Path, headshot_jpg: Path
) -> None:
    photos: list[str | Path] = [portrait_jpg, headshot_jpg, "missing.jpg"] * 5
    with Analyzer(workers=2) as analyzer:
        outcomes = list(analyzer.analyze_many(photos))
    kinds = [outcome.analysis and outcome.analysis.kind for outcome in outcomes]
    assert kinds == ["portrait", "headshot", None] * 5
    assert [type(outcome.error) for outcome in outcomes[2::3]] == [errors.PhotoNotFound] * 5


def test_a_stream_takes_no_more_than_it_needs(portrait_jpg: Path) -> None:
    taken = 0

    def endless() -> Iterator[Path]:
        nonlocal taken
        while True:
            taken += 1
            yield portrait_jpg

    with Analyzer(workers=1) as analyzer:
        stream = analyzer.analyze_many(endless())
        for _ in range(3):
            next(stream)
        stream.close()
    assert taken < 12


def test_every_request_of_phototag_has_a_handler() -> None:
    gc.collect()  # attrs makes each class twice, and drops the first
    asked = [cls for cls in all_below(Request) if cls.__module__.startswith("phototag.")]
    concrete = {cls for cls in asked if not cls.__subclasses__()}
    assert set(HANDLERS._table) == concrete == set(get_args(AnyRequest))


def all_below(cls: type[Any]) -> list[type[Any]]:
    return [each for sub in cls.__subclasses__() for each in (sub, *all_below(sub))]


def test_ctrl_c_while_a_request_is_sent_confuses_nobody(
    sealed: SealedProcess, portrait_jpg: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from phototag.worker.framing import SocketChannel

    look(sealed, portrait_jpg)
    real = SocketChannel.send

    def interrupted(*arguments: object) -> None:
        monkeypatch.setattr(SocketChannel, "send", real)
        raise KeyboardInterrupt

    monkeypatch.setattr(SocketChannel, "send", interrupted)
    with pytest.raises(KeyboardInterrupt):
        look(sealed, portrait_jpg)
    assert look(sealed, portrait_jpg)


def test_a_fork_while_a_request_is_out_hangs_nobody(
    sealed: SealedProcess, portrait_jpg: Path
) -> None:
    look(sealed, portrait_jpg)
    running = sealed._running
    assert running is not None
    os.kill(child_of(sealed), signal.SIGSTOP)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(look, sealed, portrait_jpg)
        wait_until(lambda: running._tickets)
        time.sleep(0.1)
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore", DeprecationWarning
            )  # of newer Pythons: there are threads
            forked = os.fork()
        if forked == 0:
            os._exit(0 if sealed._running is None else 1)
        deadline = time.monotonic() + 5
        ended, status = 0, 1
        while not ended and time.monotonic() < deadline:
            ended, status = os.waitpid(forked, os.WNOHANG)
            time.sleep(0.01)
        if not ended:
            os.kill(forked, signal.SIGKILL)
        os.kill(child_of(sealed), signal.SIGCONT)
        assert waiting.result(60)  # the parent keeps its answer
    assert (ended, status) == (forked, 0)


def test_a_child_that_died_idle_costs_no_photo(sealed: SealedProcess, portrait_jpg: Path) -> None:
    look(sealed, portrait_jpg)
    child, running = child_of(sealed), sealed._running
    assert running is not None
    os.kill(child, signal.SIGKILL)
    running._process.wait(8)
    assert look(sealed, portrait_jpg)
    assert child_of(sealed) != child


def test_where_descriptors_cannot_be_sent_the_bytes_are(
    portrait_jpg: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Windows: two pipes, and the contents of files in them."""
    from phototag.files import opening
    from phototag.worker import start

    monkeypatch.setattr(opening, "SENDS_HANDLES", False)
    monkeypatch.setattr(start, "SENDS_HANDLES", False)
    before = portrait_jpg.read_bytes()
    with Analyzer() as analyzer:
        assert analyzer.tag(portrait_jpg).kind == "portrait"
        assert portrait_jpg.read_bytes() != before
        target, _ = analyzer.crop(portrait_jpg, "casting_8x10", tmp_path / "crop.jpg")
        with Image.open(target) as crop:
            assert crop.size > (200, 200)
        assert analyzer.remove(portrait_jpg).changed
    assert portrait_jpg.read_bytes() == before


def test_an_error_that_the_sealed_process_raises_can_be_sent() -> None:
    """Any other would come out as a bug of phototag."""
    package = Path(phototag.__file__).parent
    named = {
        node.id
        for room in ("worker/sealed", "vision", "metadata")
        for file in (package / room).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Name)
    }
    kinds = {
        name
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, PhotoError)
    }
    raised = named & kinds
    assert "NotMade" in raised
    for name in raised - {"PhotoError"}:
        fault = Fault(error=name, about="a.jpg", problem="it is so", remedy="wait")
        assert type(fault.error_of()).__name__ == name
