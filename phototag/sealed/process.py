"""The caller's side of a sealed process: start it, talk to it, end it."""

from __future__ import annotations

import collections
import concurrent.futures.thread  # noqa: F401 - its hook at the end of the interpreter is registered before ours
import contextlib
import logging
import os
import subprocess
import sys
import threading
import time
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from phototag import errors
from phototag.limits import Limits
from phototag.sealed import wire

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

START_SECONDS = 60.0  # s more for the first one: imports and models from a cold disk
END_SECONDS = 5.0  # s to finish the work in hand when told to end
DEAD_PROXY = "http://127.0.0.1:9"  # port 9 of this machine: nothing listens there
LOG_LINES = 40  # of the child's stderr, kept for the error when it dies

# -P: the folder the user works in is no place to import modules from.  The package's own folder is
# appended last, for callers who put it on sys.path by hand; it shadows nothing there.
_COMMAND = (
    "import sys; sys.path.append(sys.argv[1]); from phototag.sealed.child import main; "
    "main(int(sys.argv[2]))"
)
_log = logging.getLogger("phototag.sealed")


def child_environment() -> dict[str, str]:
    """The caller's environment, with every https request sent to a port where nobody listens.

    mediapipe posts usage statistics with a libcurl of its own and has no switch to turn that off.
    """
    environment = dict(os.environ)
    for name in ("no_proxy", "NO_PROXY", "all_proxy", "ALL_PROXY"):
        environment.pop(name, None)
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        environment[name] = DEAD_PROXY
    return environment


class SealedProcess:
    """One child.  It starts with the first request; safe to use from several threads.

    It does one request after the other.  The next one may be on its way already: while the caller makes
    something of an answer, the child is at work.

    ``subprocess`` and not multiprocessing's "spawn", which imports the caller's ``__main__`` again:
    a script would need an ``if __name__`` guard to call ``analyze``.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._lock = threading.Lock()
        self._running: _Running | None = None
        _LIVING.add(self)

    def ask(self, name: str, message: Mapping[str, Any], payload: bytes = b"") -> Any:
        """Send a request and wait for its answer (JSON values).

        Args:
            name: the photo, for errors.
            message: ``job`` and its arguments, JSON values.
            payload: raw bytes that go with it.

        Raises:
            WorkerDied: the child crashed or took longer than allowed; the next call works.
            PhototagError: what the child says is wrong with the photo.
        """
        reply = None
        while reply is None:  # the photo before it may end the child
            reply = self._exchange(name, message, payload)
        if "error" in reply:
            fault = reply["error"]
            problem = fault["problem"]
            if fault["file"] not in {name, message.get("path")}:  # a sidecar, or a new file
                problem = f"{errors.shown(fault['file'])}: {problem}"
            raise errors.by_name(fault["type"])(name, problem, fault["remedy"])
        return reply["result"]

    def _exchange(
        self, name: str, message: Mapping[str, Any], payload: bytes
    ) -> dict[str, Any] | None:
        """The answer; None if the child ended before it came to this request."""
        running, ticket = None, object()
        try:
            with self._lock:
                if self._running is not None and self._running.died_idle():
                    self._running.kill()  # by no photo's fault: nobody waits for it
                    self._running = None
                if self._running is None:
                    self._running = _Running(self._limits)
                running = self._running
                running.line_up(ticket)
                running.send(message, payload, self._limits.seconds)
            return running.answer(ticket, self._limits.seconds)
        except (OSError, EOFError, ValueError) as error:
            if running is None:
                raise  # it could not be started, which is no photo's fault
            guilty = running.is_first(ticket) and not running.given_up
            self._drop(running)
            if guilty:
                raise errors.WorkerDied(name, *running.obituary()) from error
            return None
        except BaseException:
            # Ctrl-C in the middle of an exchange: the answer would be taken for the next one.
            if running is not None:
                running.given_up = True
                self._drop(running)
            raise

    def _drop(self, running: _Running) -> None:
        """Have nothing more to do with a child; who still waits for it asks the next one."""
        running.fail()
        running.kill()
        with self._lock:
            if self._running is running:
                self._running = None

    def close(self) -> None:
        """End the child when it has answered; the next request starts another."""
        with self._lock:
            running, self._running = self._running, None
        if running is not None:
            running.end()

    def forget(self) -> None:
        """In a forked child: let go of the parent's process without touching it."""
        self._lock = threading.Lock()
        running, self._running = self._running, None
        if running is not None:
            running.forget()


class _Running:
    """A child that has been started."""

    def __init__(self, limits: Limits) -> None:
        package = str(Path(__file__).resolve().parents[2])
        self._answered = False
        self._late = 0.0
        self._failed = False
        self.given_up = False  # by somebody who was interrupted
        self._tickets: collections.deque[object] = collections.deque()  # of those not answered yet
        self._turn = threading.Condition()
        self._log: collections.deque[str] = collections.deque(maxlen=LOG_LINES)
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", _COMMAND, package, str(limits.memory)],
            env=child_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self._drain = threading.Thread(
            target=_drain, args=(self._process.stderr, self._log), daemon=True
        )
        self._drain.start()
        self._deadlines: dict[
            object, tuple[float, float]
        ] = {}  # and how long it was from the start
        self._ended = threading.Event()
        threading.Thread(target=self._watch, args=(limits.seconds,), daemon=True).start()

    def line_up(self, ticket: object) -> None:
        """Take a place in the row of those who wait for an answer."""
        with self._turn:
            self._tickets.append(ticket)

    def is_first(self, ticket: object) -> bool:
        """Whether the child was at nobody else's work before this one's."""
        with self._turn:
            return self._tickets[0] is ticket

    def died_idle(self) -> bool:
        """Whether the child has ended while nobody waited for an answer."""
        with self._turn:
            return not self._tickets and self._process.poll() is not None

    def send(self, message: Mapping[str, Any], payload: bytes, timeout: float) -> None:
        """Hand over a request."""
        limit = self._limit(timeout)
        with self._watched(limit):
            wire.send(self._stdin, {**message, "limit": limit}, payload)

    def answer(self, ticket: object, timeout: float) -> dict[str, Any] | None:
        """The answer, when it is this one's turn; None if the one before has ended the child."""
        with self._turn:
            self._turn.wait_for(lambda: self._failed or self._tickets[0] is ticket)
            if self._failed:
                return None
        with self._watched(self._limit(timeout)):
            reply, _ = wire.receive(self._stdout)
        self._answered = True
        with self._turn:
            self._tickets.popleft()
            self._turn.notify_all()
        return reply

    def fail(self) -> None:
        """Nobody gets an answer any more."""
        with self._turn:
            self._failed = True
            self._turn.notify_all()

    def _limit(self, timeout: float) -> float:
        return timeout if self._answered else timeout + START_SECONDS

    @contextlib.contextmanager
    def _watched(self, limit: float) -> Iterator[None]:
        """Killing the child ends every wait: a full pipe, a stopped child, a hung decoder."""
        wait = object()
        self._deadlines[wait] = (time.monotonic() + limit, limit)
        try:
            yield
        finally:
            del self._deadlines[wait]

    def _watch(self, least: float) -> None:
        """One thread for all waits: a new deadline is never nearer than the next look at them."""
        pause = least
        while not self._ended.wait(pause):
            now = time.monotonic()
            deadline, limit = min(list(self._deadlines.values()), default=(now + least, least))
            if now >= deadline:
                self._too_late(limit)
                return
            pause = min(least, deadline - now)

    def obituary(self) -> tuple[str, str]:
        """Bury a child that died; why it did, and what the user can do."""
        self.kill()
        self._drain.join(1)
        if self._late:
            return (
                f"took longer than {self._late:g} s and was stopped",
                "allow it more with --timeout or Limits(seconds=...)",
            )
        status = self._process.returncode
        last = " | ".join(list(self._log)[-3:])
        said = f" ({last})" if last else ""
        return f"made the sealed process end with status {status}{said}", ""

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        self.let_go()

    def end(self) -> None:
        """Close its stdin, which tells it to finish and leave; kill it if it does not."""
        with self._turn:
            self._turn.wait_for(lambda: self._failed or not self._tickets)
        with contextlib.suppress(OSError):
            self._stdin.close()
        try:
            self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._drain.join(1)
        self.let_go()

    def forget(self) -> None:
        """In a forked process: close what was inherited, past the buffers and locks of lost threads."""
        for stream in (self._stdin, self._stdout):
            with contextlib.suppress(OSError):
                stream.raw.close()  # type: ignore[attr-defined]  # a BufferedReader or -Writer

    def let_go(self) -> None:
        self._ended.set()
        for stream in (self._stdin, self._stdout):
            with contextlib.suppress(OSError):
                stream.close()

    def _too_late(self, limit: float) -> None:
        _log.warning("no answer after %.0f s, stopping the sealed process", limit)
        self._late = limit
        self._process.kill()

    @property
    def _stdin(self) -> BinaryIO:
        assert self._process.stdin is not None
        return self._process.stdin  # type: ignore[return-value]

    @property
    def _stdout(self) -> BinaryIO:
        assert self._process.stdout is not None
        return self._process.stdout  # type: ignore[return-value]


def _drain(stream: BinaryIO, kept: collections.deque[str]) -> None:
    """Carry the child's stderr over to ``logging``, line by line, until it ends."""
    with stream:
        for line in stream:
            text = line.decode(errors="replace").rstrip()
            kept.append(text)
            _log.debug("%s", text)


# Every process object alive: closed at interpreter exit, forgotten after a fork.
_LIVING: weakref.WeakSet[SealedProcess] = weakref.WeakSet()


def _close_all() -> None:
    for process in list(_LIVING):
        process.close()


def _forget_all() -> None:
    for process in list(_LIVING):
        process.forget()


# Not atexit: threads of a pool are joined before atexit runs, and they may wait for a child.  The hooks run
# in the reverse of their order: ours comes before that of the pools.
threading._register_atexit(_close_all)  # type: ignore[attr-defined]  # noqa: SLF001
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_all)
