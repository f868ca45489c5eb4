"""The service at its end: closed pipes, signals, a caller that is gone, a sealed process that is killed."""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import phototag
from asking import Asking, request, service
from commands import COMMAND
from processes import children, started, wait_until, wait_until_gone

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("service"),
    pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's"),
]
END_SECONDS = 15


def sealed_processes(asking: Asking, count: int = 1) -> list[int]:
    """The sealed processes of a service, the oldest first, once there are so many."""
    wait_until(lambda: len(children(asking.process.pid)) == count)
    return sorted(children(asking.process.pid))


@contextlib.contextmanager
def held(pid: int) -> Iterator[None]:
    """A process that does nothing meanwhile."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


def test_two_requests_at_once_do_not_wait_for_each_other(
    portrait_jpg: Path, headshot_jpg: Path
) -> None:
    photos = [str(portrait_jpg), str(headshot_jpg)]
    with service("--workers", "2") as asking:
        while len(children(asking.process.pid)) < 2:  # both are warm
            for photo in photos:
                asking.begin("analyze", path=photo)
            for _ in photos:
                assert "result" in asking.next()
        first, _ = sealed_processes(asking, 2)
        with held(first):
            numbers = {asking.begin("analyze", path=photo) for photo in photos}
            quick = asking.next()
            assert quick["id"] in numbers
            assert asking.nothing_comes()
        slow = asking.next()
        assert {quick["id"], slow["id"]} == numbers
        kinds = {
            quick["result"]["path"]: quick["result"]["kind"],
            slow["result"]["path"]: slow["result"]["kind"],
        }
        assert kinds == dict(zip(photos, ("portrait", "headshot"), strict=True))
        assert asking.end() == 0


def test_a_request_that_has_not_begun_can_be_cancelled(portrait_jpg: Path, tmp_path: Path) -> None:
    photos = [str(shutil.copy(portrait_jpg, tmp_path / f"{n}.jpg")) for n in range(4)]
    before = portrait_jpg.read_bytes()
    with service("--workers", "1") as asking:
        asking.ask("show", path=photos[0])
        (sealed,) = sealed_processes(asking)
        with held(sealed):
            asking.send(*[request("tag", f"t{n}", path=photo) for n, photo in enumerate(photos)])
            asking.send(request("cancel", "c3", id="t3"), request("cancel", "c9", id="t9"))
            found = {answer["id"]: answer for answer in (asking.next() for _ in range(3))}
            assert found["t3"]["error"]["code"] == 130
            assert found["c3"]["result"] == {"cancelled": True}
            assert found["c9"]["result"] == {"cancelled": False}
            assert asking.ask("cancel", id="t0")["result"] == {"cancelled": False}
        rest = {answer["id"]: answer for answer in (asking.next() for _ in range(3))}
        assert set(rest) == {"t0", "t1", "t2"}
        assert all(answer["result"]["changed"] for answer in rest.values())
        assert asking.end() == 0
    assert [Path(photo).read_bytes() == before for photo in photos] == [False, False, False, True]


def test_a_sealed_process_that_is_killed_is_replaced(portrait_jpg: Path) -> None:
    photo = str(portrait_jpg)
    with service("--workers", "1") as asking:
        assert asking.ask("analyze", path=photo)["result"]["kind"] == "portrait"
        (sealed,) = sealed_processes(asking)
        os.kill(sealed, signal.SIGSTOP)
        number = asking.begin("analyze", path=photo)
        assert asking.nothing_comes()
        os.kill(sealed, signal.SIGKILL)
        answer = asking.next()
        assert (answer["id"], answer["result"]["kind"]) == (number, "portrait")
        assert sealed_processes(asking) != [sealed]
        assert asking.end() == 0


def test_who_ends_two_sealed_processes_is_told_and_the_next_is_answered(
    portrait_jpg: Path, tmp_path: Path
) -> None:
    photo = str(portrait_jpg)
    with service("--workers", "1") as asking:
        assert "result" in asking.ask("analyze", path=photo)
        number, seen = 0, set[int]()
        for _ in range(2):
            wait_until(lambda: set(children(asking.process.pid)) - seen)
            (sealed,) = set(children(asking.process.pid)) - seen
            seen.add(sealed)
            os.kill(sealed, signal.SIGSTOP)
            number = number or asking.begin("analyze", path=photo)
            assert asking.nothing_comes()
            os.kill(sealed, signal.SIGKILL)
        answer = asking.next()
        assert (answer["id"], answer["error"]["code"]) == (number, 1)
        assert answer["error"]["data"]["name"] in {"WorkerDied", "WorkerStopped"}
        assert answer["error"]["data"]["on_disk"] == "the file is unchanged"
        assert asking.ask("analyze", path=photo)["result"]["kind"] == "portrait"
        assert asking.end() == 0


def test_the_end_of_the_input_comes_after_all_answers(portrait_jpg: Path, tmp_path: Path) -> None:
    photos = [str(shutil.copy(portrait_jpg, tmp_path / f"{n}.jpg")) for n in range(12)]
    with service() as asking:
        asking.send(*[request("tag", n, path=photo) for n, photo in enumerate(photos)])
        asking.close()
        assert sorted(asking.next()["id"] for _ in photos) == list(range(12))
        assert asking.line() is None
        assert asking.process.wait(timeout=END_SECONDS) == 0


def test_shutdown_is_answered_last_and_what_follows_is_not_read(
    portrait_jpg: Path, tmp_path: Path
) -> None:
    photos = [str(shutil.copy(portrait_jpg, tmp_path / f"{n}.jpg")) for n in range(6)]
    with service() as asking:
        requests = [request("analyze", n, path=photo) for n, photo in enumerate(photos)]
        asking.send(*requests, request("shutdown", "end"), request("show", "late", path=photos[0]))
        found = [asking.next() for _ in range(7)]
        assert sorted(answer["id"] for answer in found[:6]) == list(range(6))
        assert found[6] == {"jsonrpc": "2.0", "id": "end", "result": None}
        assert asking.line() is None
        assert asking.process.wait(timeout=END_SECONDS) == 0


def test_an_input_that_ends_within_a_line_is_no_reason_to_fail() -> None:
    with service() as asking:
        asking.raw(b'{"jsonrpc": "2.0", "id": 1, "meth')
        assert asking.end() == 0
        assert asking.next()["error"]["code"] == -32700
        assert asking.line() is None


@pytest.mark.parametrize("busy", [False, True])
def test_an_output_that_nobody_reads_ends_it_without_a_word(
    portrait_jpg: Path, tmp_path: Path, busy: bool
) -> None:
    photos = [str(shutil.copy(portrait_jpg, tmp_path / f"{n}.jpg")) for n in range(30)]
    reader, writer = os.pipe()
    command = [*COMMAND, "serve", "--stdio"]
    with started(command, stdin=subprocess.PIPE, stdout=writer, stderr=subprocess.PIPE) as process:
        os.close(writer)
        assert b"ready" in os.read(reader, 1000)
        wait_until(lambda: children(process.pid))
        sealed = children(process.pid)
        assert process.stdin is not None
        if busy:
            lines = [request("tag", n, path=photo) for n, photo in enumerate(photos)]
            process.stdin.write("\n".join(lines) + "\n")
            process.stdin.flush()
            os.read(reader, 1)
        os.close(reader)  # the input stays open
        assert process.wait(timeout=END_SECONDS) == 0
        assert all(map(wait_until_gone, sealed))
        assert process.stderr is not None
        assert process.stderr.read() == ""
    assert whole(photos, portrait_jpg)


def test_both_ends_that_are_closed_at_once_end_it(portrait_jpg: Path, tmp_path: Path) -> None:
    photos = [str(shutil.copy(portrait_jpg, tmp_path / f"{n}.jpg")) for n in range(30)]
    (requests, writer), (reader, answers) = os.pipe(), os.pipe()
    with started([*COMMAND, "serve", "--stdio"], stdin=requests, stdout=answers) as process:
        os.close(requests)
        os.close(answers)
        lines = [request("tag", n, path=photo) for n, photo in enumerate(photos)]
        os.write(writer, "\n".join(lines).encode())
        assert os.read(reader, 20_000).count(b"\n")
        wait_until(lambda: children(process.pid))
        sealed = children(process.pid)
        os.close(writer)
        os.close(reader)
        assert process.wait(timeout=END_SECONDS) == 0
        assert all(map(wait_until_gone, sealed))
    assert whole(photos, portrait_jpg)


@pytest.mark.parametrize(
    ("closed", "code", "said"),
    [
        ("<&-", 0, ""),
        (">&-", 3, "Error: standard output: it is closed; leave it open for the answers\n"),
        ("<&- >&-", 3, "Error: standard output: it is closed; leave it open for the answers\n"),
        ("<&- >&- 2>&-", 3, ""),
        ("</dev/null 2>&-", 0, ""),
    ],
)
def test_streams_that_were_never_open_are_no_other_file(closed: str, code: int, said: str) -> None:
    command = f"exec {' '.join(COMMAND)} serve --stdio {closed}"
    done = subprocess.run(
        ["sh", "-c", command], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (code, said)


def test_a_full_disk_behind_the_output_is_told() -> None:
    with Path("/dev/full").open("w", encoding="ascii") as full:
        done = subprocess.run(
            [*COMMAND, "serve", "--stdio"], stdin=subprocess.DEVNULL, stdout=full, stderr=subprocess.PIPE,
            text=True, timeout=60, check=False,
        )  # fmt: skip
    assert done.returncode == 3
    assert done.stderr == (
        "Error: standard output: it cannot be written (No space left on device); "
        "write it somewhere else, then start the service again\n"
    )


def whole(photos: list[str], original: Path) -> bool:
    """Whether each photo is as it was or tagged, and nothing lies beside them."""
    before = original.read_bytes()
    for photo in photos:
        changed = Path(photo).read_bytes() != before
        assert (phototag.read(photo) is not None) is changed
    left = {path.name for path in Path(photos[0]).parent.iterdir()} - {original.name}
    assert left == {Path(photo).name for photo in photos}
    return True


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_finishes_the_photos_in_progress(
    portrait_jpg: Path, tmp_path: Path, number: signal.Signals
) -> None:
    photos = [str(shutil.copy(portrait_jpg, tmp_path / f"{n}.jpg")) for n in range(40)]
    with service("--workers", "1") as asking:
        (sealed,) = sealed_processes(asking)
        asking.send(*[request("tag", n, path=photo) for n, photo in enumerate(photos)])
        found = [asking.next()]
        asking.process.send_signal(number)
        while (line := asking.line()) is not None:
            found.append(json.loads(line))
        assert asking.process.wait(timeout=END_SECONDS) == 130
        assert wait_until_gone(sealed)
        assert asking.process.stderr is not None
        assert asking.process.stderr.read() == ""
    assert sorted(answer["id"] for answer in found) == list(range(40))
    dropped = [answer for answer in found if "error" in answer]
    assert {answer["error"]["code"] for answer in dropped} == {130}
    assert 0 < len(dropped) < 40
    done = {answer["id"] for answer in found if "result" in answer}
    assert {n for n, photo in enumerate(photos) if phototag.read(photo)} == done
    assert whole(photos, portrait_jpg)


@pytest.mark.parametrize("all_asked", [False, True])
def test_a_signal_ends_it_although_nobody_reads(portrait_jpg: Path, all_asked: bool) -> None:
    """The pipe of the answers is full, and the program at its other end sleeps."""
    reader, writer = os.pipe()
    with started([*COMMAND, "serve", "--stdio"], stdin=subprocess.PIPE, stdout=writer) as process:
        assert process.stdin is not None
        for n in range(30):
            process.stdin.write(request("analyze", n, path=str(portrait_jpg)) + "\n")
        process.stdin.flush()
        wait_until(lambda: not select.select([], [writer], [], 0)[1])
        sealed = children(process.pid)
        if all_asked:
            process.stdin.close()
            time.sleep(1)
            assert process.poll() is None  # it waits for its reader
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=END_SECONDS) == 130
        assert all(map(wait_until_gone, sealed))
    os.close(reader)
    os.close(writer)


@pytest.mark.parametrize("busy", [False, True])
def test_it_ends_with_its_caller(portrait_jpg: Path, tmp_path: Path, busy: bool) -> None:
    """Its streams stay open: somebody else holds them."""
    photos = [str(shutil.copy(portrait_jpg, tmp_path / f"{n}.jpg")) for n in range(30)]
    with (
        started(["sleep", "300"]) as caller,
        service("--ends-with", str(caller.pid), "--workers", "1") as asking,
    ):
        (sealed,) = sealed_processes(asking)
        if busy:
            asking.send(*[request("tag", n, path=photo) for n, photo in enumerate(photos)])
            asking.next()
        caller.kill()  # nobody has waited for it yet: it is a zombie
        assert asking.process.wait(timeout=END_SECONDS) == 0
        assert wait_until_gone(sealed)
        assert asking.process.stderr is not None
        assert asking.process.stderr.read() == ""
    assert whole(photos, portrait_jpg)


def test_it_ends_at_once_if_its_caller_has_ended_already() -> None:
    with started(["true"]) as caller:
        caller.wait(timeout=30)
    done = subprocess.run(
        [*COMMAND, "serve", "--stdio", "--ends-with", str(caller.pid)],
        stdin=subprocess.PIPE, capture_output=False, timeout=60, check=False, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert done.returncode == 0


def test_a_killed_caller_leaves_no_process(portrait_jpg: Path) -> None:
    """Without --ends-with: the pipes close with it."""
    code = f"""
import subprocess, sys, time
service = subprocess.Popen({[*COMMAND, "serve", "--stdio"]!r}, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
service.stdout.readline()
service.stdin.write({request("analyze", 1, path=str(portrait_jpg))!r}.encode() + b"\\n")
service.stdin.flush()
service.stdout.readline()
print(service.pid, flush=True)
time.sleep(300)
"""
    with started([sys.executable, "-c", code], stdout=subprocess.PIPE) as caller:
        assert caller.stdout is not None
        pid = int(caller.stdout.readline())
        sealed = children(pid)
        assert sealed
        caller.kill()
        assert wait_until_gone(pid, END_SECONDS)
        assert all(map(wait_until_gone, sealed))


def test_a_killed_service_leaves_no_process(portrait_jpg: Path) -> None:
    with service() as asking:
        asking.ask("analyze", path=str(portrait_jpg))
        sealed = sealed_processes(asking)
        asking.begin("analyze", path=str(portrait_jpg))
        asking.process.kill()
        assert asking.process.wait(timeout=END_SECONDS) == -signal.SIGKILL
        assert all(map(wait_until_gone, sealed))


def test_other_systems_look_at_the_caller_each_second(monkeypatch: pytest.MonkeyPatch) -> None:
    from phototag.integrations.service import callers

    def no_such_call(_: int) -> int:
        raise OSError

    monkeypatch.setattr(os, "pidfd_open", no_such_call)
    told: list[float] = []
    reader, writer = os.pipe()
    with started(["sleep", "300"]) as caller:
        callers.watch(writer, caller.pid, lambda: told.append(time.monotonic()))
        time.sleep(0.3)
        assert told == []
        caller.kill()
        caller.wait(timeout=10)
    ended = time.monotonic()
    wait_until(lambda: told, 5)
    assert told[0] - ended < 2
    os.close(reader)
    os.close(writer)


def test_it_says_how_to_talk_to_it() -> None:
    done = subprocess.run(
        [*COMMAND, "serve"], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 2
    assert "phototag serve --stdio" in done.stderr
