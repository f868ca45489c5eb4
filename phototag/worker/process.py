"""The caller's side of a sealed process: start it, talk to it, end it."""

from __future__ import annotations

import collections
import concurrent.futures.thread  # noqa: F401 - its hook at the end of the interpreter is registered before ours
import contextlib
import logging
import os
import signal
import threading
import time
import weakref
from typing import TYPE_CHECKING, Any, BinaryIO, Final, TypeVar

from phototag import errors
from phototag.options import Limits
from phototag.version import __version__
from phototag.worker import messages
from phototag.worker.start import REMEDY, interpreter, started

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phototag.worker.messages import Reply
    from phototag.worker.requests import Request

A = TypeVar("A")

START_SECONDS = 60.0  # s more for the first one: imports and models from a cold disk
END_SECONDS = 5.0  # s to finish the work in hand when told to end
PATIENCE_SECONDS = 2.0  # s in which a child whose pipe is closed ends of itself, and shows how
MOST_GREETING = 1000  # bytes; another program's output is no message, and may seem a huge one
LOG_LINES = 40  # of the child's stderr, kept for the error when it dies
# Ended so, it was not at fault, and neither was the photo: shutdown, kill, the out-of-memory killer.
STOPPED_BY: Final = {
    -int(getattr(signal, name))
    for name in ("SIGTERM", "SIGHUP", "SIGINT", "SIGKILL")
    if hasattr(signal, name)  # Windows has some of them
}

_log = logging.getLogger("phototag.worker")


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

    def submit(self, request: Request[A]) -> A:
        """Send a request and wait for its answer.

        Raises:
            WorkerDied: the child crashed or took longer than allowed; the next call works.
            WorkerStopped: somebody else ended it.
            WorkerNotStarted: there is no Python for it.
            PhototagError: what the child says is wrong with the photo.
        """
        reply = None
        while reply is None:  # the photo before it may end the child
            reply = self._exchange(request)
        return reply.to(request)

    def _exchange(self, request: Request[Any]) -> Reply | None:
        """What came back; None if the child ended before it came to this request."""
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
                running.send(request, self._limits.seconds)
            return running.answer(ticket, self._limits.seconds)
        except (OSError, EOFError, ValueError) as error:
            if running is None:
                raise  # it could not be started, which is no photo's fault
            guilty = running.is_first(ticket) and not running.given_up
            self._drop(running, 0.0 if isinstance(error, ValueError) else PATIENCE_SECONDS)
            if guilty:
                raise running.fault(request.name) from error
            return None
        except BaseException:
            # Ctrl-C in the middle of an exchange: the answer would be taken for the next one.
            if running is not None:
                running.given_up = True
                self._drop(running)
            raise

    def _drop(self, running: _Running, patience: float = 0.0) -> None:
        """Have nothing more to do with a child; who still waits for it asks the next one."""
        running.fail()
        running.kill(patience)
        with self._lock:
            if self._running is running:
                self._running = None

    def close(self) -> None:
        """End the child when it has answered; the next request starts another."""
        with self._lock:
            running, self._running = self._running, None
        if running is not None:
            running.end()

    def abandon(self) -> bool:
        """End the child without waiting for answers that nobody will take; whether there was one."""
        running, self._running = self._running, None
        if running is None:
            return False
        running.fail()
        running.kill()
        return True

    def forget(self) -> None:
        """In a forked child: let go of the parent's process without touching it."""
        self._lock = threading.Lock()
        running, self._running = self._running, None
        if running is not None:
            running.forget()


class _Running:
    """A child that has been started.

    It is a process group of its own, and ends with all that it has started.  Until it is buried the
    number of both is nobody else's.
    """

    def __init__(self, limits: Limits) -> None:
        self._greeted = False  # it is phototag, and of our version
        self._answered = False
        self._late = 0.0
        self._failed = False
        self.given_up = False  # by somebody who was interrupted
        self._tickets: collections.deque[object] = collections.deque()  # of those not answered yet
        self._turn = threading.Condition()
        self._log: collections.deque[str] = collections.deque(maxlen=LOG_LINES)
        self._python = interpreter()
        self._process = started(limits)
        self._grave = threading.RLock()
        self._buried = False
        self._by_itself = False  # it had ended before we ended it
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
            return not self._tickets and self._has_ended()

    def send(self, request: Request[Any], timeout: float) -> None:
        """Hand over a request."""
        limit = self._limit(timeout)
        with self._watched(limit):
            messages.send_request(self._stdin, request, limit)

    def answer(self, ticket: object, timeout: float) -> Reply | None:
        """The answer, when it is this one's turn; None if the one before has ended the child."""
        with self._turn:
            self._turn.wait_for(lambda: self._failed or self._tickets[0] is ticket)
            if self._failed:
                return None
        with self._watched(self._limit(timeout)):
            if not self._greeted:
                self._greet()
            reply = messages.receive_reply(self._stdout)
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

    def _greet(self) -> None:
        """Hear who it is, which it says as soon as it can."""
        version = messages.receive_greeting(self._stdout, MOST_GREETING)
        if version != __version__:
            self._log.append(f"it has phototag {version}, but this is phototag {__version__}")
            raise ValueError(version)
        self._greeted = True

    def fault(self, name: str) -> errors.PhototagError:
        """Why a child died at a photo, and what the user can do; it is dead and buried."""
        self._drain.join(1)
        status = self._process.returncode
        last = " | ".join(list(self._log)[-3:])
        if self._by_itself and not self._late and status in STOPPED_BY:
            return errors.WorkerStopped(
                name,
                f"the sealed process was ended by {signal.Signals(-status).name} from outside",
                "run the same command again; if there is too little memory, use fewer --workers",
            )
        if not self._greeted:
            why = f"no answer within {self._late:g} s" if self._late else f"status {status}"
            problem = f"the sealed process did not start ({last or why})"
            return errors.WorkerNotStarted(self._python, problem, REMEDY)
        if self._late:
            return errors.WorkerDied(
                name,
                f"took longer than {self._late:g} s and was stopped",
                "raise the limit with --timeout or Limits(seconds=...)",
            )
        said = f" ({last})" if last else ""
        return errors.WorkerDied(name, f"made the sealed process end with status {status}{said}")

    def kill(self, patience: float = 0.0) -> None:
        """End the child with all that it has started.

        Args:
            patience: s in which it may end of itself.
        """
        self._await_end(patience)
        with self._grave:
            if not self._buried:
                self._by_itself = self._has_ended()
                self._end_group()
                self._process.wait()
                self._buried = True
        self.let_go()

    def end(self) -> None:
        """Close its stdin, which tells it to finish and leave; kill it if it does not."""
        with self._turn:
            self._turn.wait_for(lambda: self._failed or not self._tickets)
        with contextlib.suppress(OSError):
            self._stdin.close()
        self.kill(END_SECONDS)
        self._drain.join(1)

    def _await_end(self, seconds: float) -> None:
        """Wait until it has ended of itself, at most so long."""
        deadline, pause = time.monotonic() + seconds, 0.001
        while not self._has_ended() and time.monotonic() < deadline:
            time.sleep(pause)
            pause = min(2 * pause, 0.05)

    def _has_ended(self) -> bool:
        """Whether it has ended; where that can be told so, the system is not asked how: it stays a zombie."""
        if self._process.returncode is None and hasattr(os, "waitid"):  # not in every macOS
            with contextlib.suppress(ChildProcessError):  # the caller ignores its children's ends
                how = os.WEXITED | os.WNOHANG | os.WNOWAIT
                return os.waitid(os.P_PID, self._process.pid, how) is not None
        return self._process.poll() is not None

    def _end_group(self) -> None:
        if os.name == "posix":
            with contextlib.suppress(ProcessLookupError, PermissionError):  # gone, or zombies alone
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()

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
        with self._grave:
            if not self._buried and not self._has_ended():
                self._late = limit
                self._end_group()

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
