"""What code in the sealed process could answer: the caller believes nothing that could cost a file or stop it."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import attrs
import pytest

import phototag
from benchmarks.faults.unsealed import ThisProcess
from phototag import errors
from phototag.files.content import Content
from phototag.metadata.change import Change
from phototag.options import Limits, WriteOptions
from phototag.worker import start, tasks
from phototag.worker.answers import Audited, Examination, Prepared, PreparedFile
from phototag.worker.messages import Fault, Reply
from phototag.worker.requests import GivenFile, Read, Request
from phototag.worker.source import PhotoFile

DELETED = Change(changed=True)


@attrs.frozen
class Liar:
    """Answers every request in the same way."""

    files: Sequence[tuple[int, bytes | None]]

    def submit(self, request: Request[Any]) -> Any:
        files = tuple(
            PreparedFile(
                number=number, change=DELETED, content=None if data is None else Content(data)
            )
            for number, data in self.files
        )
        return Prepared(files=files, found=None, etag="")


@pytest.fixture
def beside(portrait_jpg: Path) -> Path:
    """The sidecar of another program."""
    path = portrait_jpg.with_name("portrait.jpg.xmp")
    path.write_text("<x:xmpmeta xmlns:x='adobe:ns:meta/'/>", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "files",
    [
        [(0, None)], [(1, None)], [(7, b"x")], [(-1, b"x")], [(0, b"x"), (0, b"y")], [(0, b"")],
        [(2, b"new")],
    ],
    ids=["the photo", "a sidecar", "too high", "below 0", "twice", "empty", "one more"],
)  # fmt: skip
@pytest.mark.parametrize("task", ["remove", "write"])
def test_no_file_is_deleted_or_made(
    portrait_jpg: Path, beside: Path, files: list[tuple[int, bytes | None]], task: str
) -> None:
    before = {path: path.read_bytes() for path in portrait_jpg.parent.iterdir()}
    photo, options = PhotoFile.of(portrait_jpg), WriteOptions()
    order: Any = None
    ask: dict[str, Callable[[], object]] = {
        "remove": lambda: tasks.remove(Liar(files), photo, options),
        "write": lambda: tasks.write(Liar(files), photo, order, options),
    }
    with pytest.raises((errors.InternalError, errors.WriteRefused)):
        ask[task]()
    assert {path: path.read_bytes() for path in portrait_jpg.parent.iterdir()} == before


def test_a_sidecar_is_made_only_where_sidecars_are_allowed(portrait_jpg: Path) -> None:
    order: Any = None
    with pytest.raises(errors.InternalError):
        tasks.write(
            Liar([(1, b"new")]), PhotoFile.of(portrait_jpg), order, WriteOptions(sidecar="never")
        )
    assert list(portrait_jpg.parent.iterdir()) == [portrait_jpg]


def test_a_sidecar_of_phototags_own_still_goes(portrait_jpg: Path) -> None:
    outcome = phototag.tag(portrait_jpg, sidecar="always")
    assert outcome.change is not None
    assert portrait_jpg.with_name("portrait.jpg.xmp").exists()
    assert tasks.remove(ThisProcess(), PhotoFile.of(portrait_jpg), WriteOptions()).changed
    assert list(portrait_jpg.parent.iterdir()) == [portrait_jpg]


@pytest.mark.parametrize("number", [-1, 1, 7])
def test_an_examination_of_other_files_is_refused(portrait_jpg: Path, number: int) -> None:
    class Examiner:
        def submit(self, request: Request[Any]) -> Any:
            metadata = (Audited(number=number),)
            return Examination(picture="", undecoded=None, metadata=metadata, unremovable=None)

    with pytest.raises(errors.InternalError):
        tasks.examine(Examiner(), PhotoFile.of(portrait_jpg), Limits())


def test_an_error_is_of_a_class_that_a_picture_can_cause() -> None:
    for name in ("StateUnusable", "WriteUncertain", "WorkerStopped", "SystemExit", "CatalogueBusy"):
        error = Fault(error=name, about="a.jpg", problem="x" * 10_000, remedy="run this").error_of()
        assert type(error) is errors.InternalError
        assert len(str(error)) < 3_000


def test_descriptors_that_come_with_an_error_are_closed() -> None:
    fault = {"error": "NotAPhoto", "about": "a.jpg", "problem": "none", "remedy": ""}
    handle = os.memfd_create("left")
    with pytest.raises(errors.NotAPhoto):
        Reply({"fault": fault}, [Content(handle=handle)]).to(Read())
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(handle)


KEEPS_OPEN = """
import os, socket, struct, sys, time
sys.path.append(sys.argv[1])
from phototag.version import __version__
from phototag.worker.framing import SocketChannel
from phototag.worker.messages import receive_request, send_greeting
from phototag.worker.seal import Seal
ours = socket.socket(fileno=os.dup(0))
channel = SocketChannel(ours)
send_greeting(channel, __version__, Seal())
receive_request(channel)
{kept}
{end}
"""
MEMORY = (
    "import fcntl; kept = os.memfd_create('x', os.MFD_ALLOW_SEALING); "
    "fcntl.fcntl(kept, fcntl.F_ADD_SEALS, 15); "
    "socket.send_fds(ours, [struct.pack('>IQ', 1000, 0)], [kept])"
)
ITS_END = "socket.send_fds(ours, [struct.pack('>IQ', 1000, 0)], [ours.fileno()])"
HALF = "ours.sendall(struct.pack('>IQ', 1000, 0))"


@pytest.mark.parametrize("kept", [ITS_END, MEMORY, HALF], ids=["its end", "memory", "nothing"])
@pytest.mark.parametrize("end", ["time.sleep(60)", "os._exit(0)"], ids=["sleeps", "exits"])
def test_nobody_waits_for_an_answer_that_never_comes(
    portrait_jpg: Path, monkeypatch: pytest.MonkeyPatch, kept: str, end: str
) -> None:
    monkeypatch.setattr(start, "_COMMAND", KEEPS_OPEN.format(kept=kept, end=end))
    monkeypatch.setattr("phototag.worker.process.START_SECONDS", 4)
    begun = time.monotonic()
    with (
        phototag.Analyzer(limits=Limits(seconds=3)) as analyzer,
        pytest.raises((errors.WorkerDied, errors.InternalError)),
    ):
        analyzer.analyze(portrait_jpg)
    assert time.monotonic() - begun < 15


def test_a_message_that_is_none_ends_the_connection() -> None:
    """What a hostile child could send: sizes beyond all limits, and descriptors that are not there."""
    import socket
    import struct

    from phototag.worker.framing import MOST_TEXT, Bounds, SocketChannel

    for sizes, text in (
        ((1 << 31, 0), b""), ((2, 1 << 60), b"{}"), ((17, 0), b'{"contents": [9]}'),
        ((20, 0), b'{"contents": [null]}'), ((4, 0), b"nope"), ((100_000, 0), b"[" * 100_000), ((2, 0), b"[]"), ((2, 0), b"{}"),
    ):  # fmt: skip
        ours, theirs = socket.socketpair()
        with ours, theirs:
            theirs.sendall(struct.pack(">IQ", *sizes) + text)
            theirs.shutdown(socket.SHUT_WR)
            with pytest.raises((ValueError, EOFError)):
                SocketChannel(ours).receive(Bounds(text=MOST_TEXT, data=1000))


@pytest.mark.skipif(sys.platform != "linux", reason="memory behind a descriptor is Linux's")
def test_a_content_that_could_still_change_is_no_answer() -> None:
    import socket

    from phototag.worker import messages
    from phototag.worker.framing import SocketChannel
    from phototag.worker.sealed.new_content import new_content

    def received(content: Content) -> messages.Reply:
        ours, theirs = map(SocketChannel, socket.socketpair())
        theirs.send({"answer": {"content": True}}, [content])
        try:
            return messages.receive_reply(ours, 1 << 25)
        finally:
            ours.close()
            theirs.close()

    reply = received(new_content(bytes(1 << 25)))
    (content,) = reply.contents
    assert content.handle is not None
    assert content.read() == bytes(1 << 25)
    content.close()
    for handle in (os.memfd_create("open", os.MFD_ALLOW_SEALING), *os.pipe()):
        with pytest.raises(ValueError, match="could still change"):
            received(Content(handle=handle))


def test_an_answer_of_another_shape_is_an_error_of_ours(portrait_jpg: Path) -> None:
    from phototag.worker.messages import Reply
    from phototag.worker.process import SealedProcess

    class Twisted(SealedProcess):
        def _exchange(self, request: Request[Any]) -> Reply:
            return Reply({"answer": ["nothing", "of", "this"]}, [])

    with pytest.raises(errors.InternalError, match="does not fit"):
        tasks.detect(Twisted(), PhotoFile.of(portrait_jpg), Limits())


def test_a_photo_that_its_disk_does_not_give_is_not_readable() -> None:
    from phototag.worker.requests import Read
    from phototag.worker.sealed.preparing import read as prepare

    class Failing(Content):
        def read(self) -> bytes:
            raise OSError(5, "Input/output error")

    with pytest.raises(errors.PhotoNotReadable, match=r"cannot be read \(Input/output error\)"):
        prepare(Read(files=(GivenFile("photo.jpg", Failing()),)))
