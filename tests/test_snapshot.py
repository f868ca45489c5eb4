"""The bytes of a file before a write, the memory that they are kept in, and what is done aside."""

from __future__ import annotations

import hashlib
import os
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from phototag.files import buffer, snapshot
from phototag.files.aside import LEAST, aside
from phototag.files.buffer import Buffer
from phototag.files.content import Content
from phototag.files.snapshot import Snapshot
from phototag.worker.framing import ANYTHING, SocketChannel

SIZES = [0, 1, 1 << 16, (1 << 16) + 1, LEAST + 5]


@pytest.fixture(autouse=True)
def no_free_buffers() -> Iterator[None]:
    buffer._FREE.clear()
    yield
    buffer._FREE.clear()


def taken(path: Path) -> Snapshot:
    with path.open("rb") as file:
        return Snapshot(Content(handle=file.fileno()))


def is_in(found: Snapshot, path: Path) -> bool:
    with path.open("rb") as file:
        return found.is_in(file.fileno())


@pytest.mark.skipif(not hasattr(os, "preadv"), reason="there only hashes are compared")
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("most", [0, buffer.MOST_KEPT], ids=["hash", "bytes"])
def test_every_difference_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int, most: int
) -> None:
    monkeypatch.setattr(snapshot, "MOST_KEPT", most)
    data = bytes(range(256)) * (size // 256 + 1)
    (path := tmp_path / "file").write_bytes(data[:size])
    before = taken(path)
    assert is_in(before, path)
    assert before.digest() == hashlib.sha256(data[:size]).digest()
    others = [data[: size + 1], data[: size - 1] if size else b"x"]
    places = {0, size // 2, size - 1} if size else set()
    others += [data[:at] + bytes([data[at] ^ 1]) + data[at + 1 : size] for at in places]
    for other in others:
        path.write_bytes(other)
        assert not is_in(before, path)
    path.write_bytes(data[:size])
    assert is_in(before, path)
    before.close()


def test_of_a_file_that_grows_the_hash_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (path := tmp_path / "file").write_bytes(b"more than was said")
    monkeypatch.setattr(Content, "size", 4)
    before = taken(path)
    assert before.digest() == hashlib.sha256(b"more than was said").digest()
    assert is_in(before, path)


def test_memory_is_used_again_as_soon_as_nobody_refers_to_it() -> None:
    first = Buffer(5)
    first.view[:] = b"first"
    second = Buffer(6)
    second.view[:] = b"second"
    assert bytes(first.view) == b"first"
    memory = first.view.obj
    del first
    assert Buffer(3).view.obj is memory
    assert bytes(second.view) == b"second"


def test_memory_of_which_there_is_a_view_is_not_used_again() -> None:
    view = Buffer(5).view
    view[:] = b"first"
    Buffer(5).view[:] = b"other"
    assert bytes(view) == b"first"


def test_a_large_buffer_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(buffer, "MOST_KEPT", 100)
    Buffer(101)
    assert not buffer._FREE
    with pytest.raises((MemoryError, OverflowError)):
        Buffer(1 << 62)


def test_a_content_stays_what_it_is_while_others_arrive() -> None:
    ours, theirs = map(SocketChannel, socket.socketpair())
    kept = []
    for letter in (b"a", b"b", b"c"):
        theirs.send({}, [Content(letter * 20_000), Content(letter)])
        kept.append(ours.receive(ANYTHING)[1])
    for (long, short), letter in zip(kept, (b"a", b"b", b"c"), strict=True):
        assert long.read() == letter * 20_000
        assert short.read() == letter
        assert long.digest() == hashlib.sha256(letter * 20_000).digest()
    ours.close()
    theirs.close()


def test_little_is_done_at_once_and_much_aside() -> None:
    by: list[threading.Thread] = []

    def work() -> None:
        by.append(threading.current_thread())

    aside(work, LEAST - 1)
    assert by == [threading.current_thread()]
    aside(work, LEAST)()
    assert by[1] is not threading.current_thread()


def test_without_a_thread_it_is_done_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    class NoThread(threading.Thread):
        def start(self) -> None:
            raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading, "Thread", NoThread)
    done: list[int] = []
    work: Callable[[], None] = lambda: done.append(1)  # noqa: E731 - typed
    aside(work, LEAST)
    assert done == [1]
