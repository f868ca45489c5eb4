"""The service keeps to JSON-RPC 2.0, whatever lines it gets, and its lines stay lines."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
from test_printable import spoil

from asking import Asking, request, service
from processes import wait_until

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("service")]
NOTHING: Any = object()


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asking]:
    state = tmp_path_factory.mktemp("service") / "state.sqlite3"
    with service("--state", state, seconds=1200) as found:
        yield found
        assert found.end() == 0


def show(number: Any = NOTHING, **more: Any) -> dict[str, Any]:
    given = {"jsonrpc": "2.0", "method": "show", "params": {"path": "none.jpg"}, **more}
    return given if number is NOTHING else {**given, "id": number}


def still_answers(asking: Asking) -> bool:
    return bool(asking.ask("show", path="none.jpg")["error"]["code"] == 1)


def test_the_first_line_says_which_version_answers(portrait_jpg: Path) -> None:
    import phototag

    with service() as asking:
        assert asking.ask("shutdown")["result"] is None
        assert asking.line() is None
        assert asking.process.wait(timeout=30) == 0
    assert phototag.__version__  # the first line is checked by ``service``


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"", -32700),
        (b"nonsense", -32700),
        (b'{"jsonrpc": "2.0", "method": "show", "params": [', -32700),
        (b"\xff\xfe{}", -32700),
        ('{"jsonrpc": "2.0"}'.encode("utf-16"), -32700),
        (b'{"jsonrpc": "2.0", "id": "\xe9", "method": "show"}', -32700),
        (b"\x00", -32700),
        (b'{"jsonrpc": "2.0",\x00 "id": 1, "method": "show"}', -32700),
        (b'{"jsonrpc": "2.0", "id": NaN, "method": "show"}', -32700),
        (b'{"jsonrpc": "2.0", "id": 1e999, "method": "show"}', -32700),
        (b"[" * 100_000, -32700),
        (b"9" * 10_000, -32700),
        (b"3", -32600),
        (b'"show"', -32600),
        (b"null", -32600),
        (b"[]", -32600),
        (b"{}", -32600),
        (b'{"jsonrpc": "1.0", "id": null, "method": "show"}', -32600),
        (b'{"jsonrpc": 2.0, "id": null, "method": "show"}', -32600),
        (b'{"jsonrpc": "2.0", "id": {}, "method": "show"}', -32600),
        (b'{"jsonrpc": "2.0", "id": true, "method": "show"}', -32600),
        (b'{"jsonrpc": "2.0", "method": 1, "params": "bar"}', -32600),
        (b'{"jsonrpc": "2.0", "id": null, "method": "show", "params": 3}', -32600),
        (b'{"jsonrpc": "2.0", "id": null, "method": "foobar"}', -32601),
        (b'{"jsonrpc": "2.0", "id": null, "method": "show", "params": ["a.jpg"]}', -32602),
        (b'{"jsonrpc": "2.0", "id": null, "method": "show"}', -32602),
    ],
)  # fmt: skip
def test_a_line_that_is_no_request_is_refused_and_the_next_answered(
    asking: Asking, line: bytes, code: int
) -> None:
    asking.send(line)
    answer = asking.next()
    assert (answer["jsonrpc"], answer["id"], answer["error"]["code"]) == ("2.0", None, code)
    assert answer["error"]["message"]
    assert still_answers(asking)


@pytest.mark.parametrize("number", [0, -7, 3.5, 10**30, "", "a", "\u2028\x1b", "\ud800", None])
def test_an_answer_says_which_request_it_answers(asking: Asking, number: Any) -> None:
    for broken in (False, True):
        asking.send(json.dumps(show(number, **({"method": "foobar"} if broken else {}))))
        answer = asking.next()
        assert answer["id"] == number
        assert type(answer["id"]) is type(number)
        assert answer["error"]["code"] == (-32601 if broken else 1)


def test_nothing_is_answered_to_a_notification(asking: Asking) -> None:
    asking.send(
        json.dumps(show()),
        json.dumps(show(method="foobar")),
        json.dumps(show(params={"path": 3})),
        json.dumps([show(), show(method="foobar")]),
    )
    assert still_answers(asking)
    assert asking.nothing_comes()


def test_a_batch_is_answered_in_one_line(asking: Asking) -> None:
    """The example of the specification, with our methods."""
    batch = [
        show("1"),
        show(),
        show("2", method="foobar"),
        {"foo": "boo"},
        show("5"),
        1,
        [],
        show(None),
    ]
    asking.send(json.dumps(batch))
    found = asking.next()
    known = {answer["id"]: answer["error"]["code"] for answer in found if answer["id"]}
    assert known == {"1": 1, "2": -32601, "5": 1}
    assert sorted(a["error"]["code"] for a in found if a["id"] is None) == [
        -32600,
        -32600,
        -32600,
        1,
    ]
    asking.send(json.dumps([1, 2, 3]))
    assert [answer["error"]["code"] for answer in asking.next()] == [-32600] * 3


def test_a_line_may_end_as_on_windows_and_the_last_one_without_an_end() -> None:
    with service() as asking:
        asking.send(json.dumps(show(1)).encode() + b"\r")
        assert asking.next()["id"] == 1
        asking.raw(json.dumps(show(2)).encode())
        assert asking.end() == 0
        assert asking.next()["id"] == 2
        assert asking.line() is None


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_a_line_of_100_megabytes_is_skipped_and_takes_no_memory(asking: Asking) -> None:
    def peak() -> int:
        status = Path(f"/proc/{asking.process.pid}/status").read_text(encoding="ascii")
        return next(int(line.split()[1]) for line in status.splitlines() if "VmHWM" in line)

    before = peak()
    asking.raw(b'{"jsonrpc": "2.0", "id": "')
    for _ in range(100):
        asking.raw(b"x" * 2**20)
    asking.raw(b'"}\n')
    answer = asking.next()
    assert (answer["id"], answer["error"]["code"]) == (None, -32700)
    assert "longer than 4 MB" in answer["error"]["message"]
    assert still_answers(asking)
    assert peak() - before < 30_000  # kB


ODD_NAMES = [
    b"line\nbreak\r\n", b'{"jsonrpc": "2.0", "id": 1, "result": 1}\n', b"\x1b[31m\x07\x7f", b"not text \xff\xc0\x80",
    "\u2028\u2029\u0085".encode(), "\u202eevil\u009b".encode(), b"'\"\\$(reboot)`", "Кошка 東京 🐈".encode(),
]  # fmt: skip


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such names")
@pytest.mark.parametrize("name", ODD_NAMES)
def test_no_name_can_break_a_line(asking: Asking, headshot_jpg: Path, name: bytes) -> None:
    as_text = str(headshot_jpg.rename(headshot_jpg.with_name(os.fsdecode(name + b".jpg"))))
    for number, method in enumerate(("analyze", "tag", "show", "remove")):
        asking.send(request(method, number, path=as_text))
        line = asking.line()
        assert line is not None
        assert line.isascii()
        assert line.endswith("\n")
        assert all(sign.isprintable() for sign in line[:-1])
        answer = json.loads(line)
        assert (answer["id"], answer["result"]["path"]) == (number, as_text)
    missing = as_text + " none.jpg"
    asking.send(request("show", 5, path=missing))
    line = asking.line()
    assert line is not None
    assert line.isascii()
    assert json.loads(line)["error"]["data"]["about"] == missing
    assert asking.nothing_comes(0.3)


def test_no_byte_of_a_photo_can_break_a_line(
    asking: Asking, headshot_jpg: Path, tmp_path: Path
) -> None:
    (lines := tmp_path / "lines.jpg").write_bytes(
        b'{"jsonrpc": "2.0", "id": 1, "result": 1}\n' * 100
    )
    assert asking.ask("analyze", path=str(lines))["error"]["data"]["name"] == "NotAPhoto"
    damaged = headshot_jpg.with_name("damaged.jpg")
    damaged.write_bytes(headshot_jpg.read_bytes()[:2000])
    assert asking.ask("analyze", path=str(damaged))["error"]["data"]["name"] == "PhotoDamaged"
    asking.ask("tag", path=str(headshot_jpg))
    spoil(headshot_jpg)
    asking.send(request("show", 1, path=str(headshot_jpg)))
    line = asking.line()
    assert line is not None
    assert line.isascii()
    assert "\u202e" in json.loads(line)["result"]["record"]["software"]


def test_a_bug_is_told_and_the_next_request_answered(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from phototag.integrations.service import methods
    from phototag.integrations.service import service as services
    from phototag.worker.pool import Pool

    results: dict[str, Callable[[], Any]] = {
        "nan": lambda: float("nan"),
        "a set": lambda: {1, 2},
        "an error": lambda: 1 // 0,
    }
    show_method = methods.BY_NAME["show"]
    monkeypatch.setitem(
        methods.BY_NAME,
        "show",
        attrs.evolve(show_method, work=lambda _, params: results[params.path]()),
    )
    monkeypatch.setitem(methods.BY_NAME, "cancel", attrs.evolve(show_method, params=int))
    (incoming, requests), (answers, outgoing) = os.pipe(), os.pipe()
    lines = [show(n, params={"path": path}) for n, path in enumerate(results)]
    os.write(requests, "".join(json.dumps(line) + "\n" for line in lines).encode())
    os.write(requests, (json.dumps(lines) + "\n" + request("cancel", 9) + "\n").encode())
    os.close(requests)
    with Pool(1) as pool:
        served = services.Service(methods.Engine(pool=pool), incoming, outgoing)
        assert served.run(threading.Event()) is services.Ending.INPUT
    rows = [json.loads(line) for line in os.read(answers, 65536).splitlines()][1:]
    for handle in (incoming, answers, outgoing):
        os.close(handle)
    single = {row["id"]: row["error"]["code"] for row in rows if isinstance(row, dict)}
    assert single == dict.fromkeys((0, 1, 2, 9), -32603)
    (batch,) = [row for row in rows if isinstance(row, list)]
    assert {row["id"]: row["error"]["code"] for row in batch} == dict.fromkeys(range(3), -32603)
    assert "ZeroDivisionError" in caplog.text


def test_what_somebody_prints_goes_to_standard_error() -> None:
    code = (
        "import os; from phototag.cli import serving; incoming, outgoing = serving._own_streams();"
        "print('noise', flush=True); os.system('echo louder'); os.write(outgoing, os.read(incoming, 9))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], input="answer\n", capture_output=True, text=True, timeout=60, check=True
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("answer\n", "noise\nlouder\n")


def test_requests_beyond_what_may_wait_stay_in_the_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody reads the answers: the service takes so many lines and no more, and goes on as soon as somebody reads."""
    from phototag.integrations.service import service as services
    from phototag.integrations.service.methods import Engine
    from phototag.worker.pool import Pool

    monkeypatch.setattr(services, "MOST_WAITING", 20)
    line = json.dumps(show(1, method="foobar")).encode() + b"\n"
    answers, outgoing = os.pipe()
    incoming, requests = os.pipe()
    os.set_blocking(requests, False)
    stopped = threading.Event()
    with Pool(1) as pool:
        served = services.Service(Engine(pool=pool), incoming, outgoing)
        thread = threading.Thread(target=served.run, args=(stopped,))
        thread.start()
        sent = 0

        def full() -> bool:
            nonlocal sent
            try:
                sent += os.write(requests, line) == len(line)
            except BlockingIOError:
                return True
            return False

        wait_until(full, 30)
        assert full()
        assert sent < 5000  # two pipes full, and twenty
        os.set_blocking(requests, True)
        os.close(requests)
        found = b""
        while found.count(b"\n") < sent + 1:
            found += os.read(answers, 65536)
        thread.join(30)
        assert not thread.is_alive()
    for handle in (answers, outgoing, incoming):
        os.close(handle)
