"""The caller's side of a sealed process: starts it, communicates with it, ends it."""

from __future__ import annotations

import collections
import concurrent.futures.thread  # noqa: F401 - its exit hook must be registered before phototag's
import contextlib
import logging
import os
import signal
import threading
import time
import weakref
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

from phototag import errors
from phototag.files.sizes import MEGABYTE
from phototag.options import Limits
from phototag.version import __version__
from phototag.worker import messages
from phototag.worker.ended import AT_MOST, Ended, failure
from phototag.worker.requests import Load, Part
from phototag.worker.start import interpreter, started

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phototag.worker.messages import Reply
    from phototag.worker.requests import Request

A = TypeVar("A")

START_SECONDS = 60.0  # s to start, and again to load a part: imports and models from a cold disk
END_SECONDS = 5.0  # s to finish the current work when told to end
PATIENCE_SECONDS = 2.0  # s for a child with a closed pipe to end by itself, with its exit status
MOST_GREETING = 1000  # bytes; another program's output could look like a huge message
LOG_LINES = 40  # of the child's stderr, kept for the error message if it dies
LONGEST_LINE = 8192  # bytes; longer lines are cut into pieces

_log = logging.getLogger("phototag.worker")


class _ChildEnded(Exception):
    """A child has ended when it was the turn of this request."""

    def __init__(self, how: Ended) -> None:
        super().__init__(how)
        self.how = how


class SealedProcess:
    """One child process.  It starts with the first request; safe to use from several threads.

    It handles one request after the other. The next one may already be sent, so that the child works while
    the caller processes an answer.

    It uses ``subprocess`` and not multiprocessing's "spawn", which imports the caller's ``__main__`` again: a
    script would then need an ``if __name__`` guard to call ``analyze``.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._lock = threading.Lock()
        self._running: _Running | None = None
        _LIVING.add(self)

    def submit(self, request: Request[A]) -> A:
        """Send a request and wait for its answer.

        A request at whose work the child ended is sent to another one, once: only the photo that ends two is to
        blame.

        Raises:
            WorkerDied: two children ended at work on it, or it took too long; the next call works.
            WorkerStopped: two children ended, not both at work on it.
            WorkerNotStarted: there is no Python to run it.
            PhototagError: the child's error for the photo.
            Postponed: the picture needs more memory than the request allows.
        """
        reply = None
        ends: list[Ended] = []
        while reply is None:  # an earlier photo may end the child
            try:
                reply = self._exchange(request)
            except _ChildEnded as error:
                ends.append(error.how)
                if len(ends) == AT_MOST or not error.how.may_be_bad_luck:
                    raise failure(request.name, ends) from error
        try:
            return reply.to(request)
        except (errors.PhototagError, messages.Postponed):
            raise
        except Exception as error:  # whatever the converter raises for values that do not fit
            reply.close()
            self.abandon()  # it is broken, or hostile
            problem = f"the answer of the sealed process does not fit ({type(error).__name__})"
            raise errors.InternalError(request.name, problem, errors.REPORT) from error

    def _exchange(self, request: Request[Any]) -> Reply | None:
        """Return the reply; None if the child ended before it reached this request."""
        running, ticket, first = None, object(), None
        try:
            with self._lock:
                running = self._running = self._alive()
                # What is loaded once does not count against the time of a photo.
                if request.part is not Part.NONE and request.part not in running.loaded:
                    running.loaded.add(request.part)
                    running.line_up(first := object())
                    running.send(Load(load=request.part), START_SECONDS)
                running.line_up(ticket)
                running.send(request, self._limits.seconds)
            if first is not None:
                loaded = running.answer(first, START_SECONDS)
                if loaded is None:
                    return None
                loaded.close()
            return running.answer(ticket, self._limits.seconds)
        except (OSError, EOFError, ValueError) as error:
            if running is None:
                raise  # it could not be started: not the fault of a photo
            loading = first is not None and running.is_first(first)
            its_turn = (loading or running.is_first(ticket)) and not running.given_up
            self._drop(running, 0.0 if isinstance(error, ValueError) else PATIENCE_SECONDS)
            if its_turn:
                raise _ChildEnded(running.ended(loading=loading)) from error
            return None
        except BaseException:
            # Ctrl-C during an exchange: the answer would otherwise be mistaken for that of the next request.
            if running is not None:
                running.given_up = True
                self._drop(running)
            raise

    def _alive(self) -> _Running:
        """The child, or a new one if there is none that lives."""
        if self._running is not None and self._running.died_idle():
            self._running.kill()  # not the fault of a photo: nobody waits for it
            self._running = None
        return self._running or _Running(self._limits)

    def _drop(self, running: _Running, patience: float = 0.0) -> None:
        """Give up a child; callers that still wait for it submit to the next one."""
        running.fail()
        running.kill(patience)
        with self._lock:
            if self._running is running:
                self._running = None

    def close(self) -> None:
        """End the child after its last answer; the next request starts a new one."""
        with self._lock:
            running, self._running = self._running, None
        if running is not None:
            running.end()

    def abandon(self) -> bool:
        """End the child without waiting for answers; return whether there was a child."""
        running, self._running = self._running, None
        if running is None:
            return False
        running.fail()
        running.kill()
        return True

    def forget(self) -> None:
        """In a forked process: drop the parent's child without affecting it."""
        self._lock = threading.Lock()
        running, self._running = self._running, None
        if running is not None:
            running.forget()


class _Running:
    """A started child.

    It has its own process group, and is ended together with all processes that it has started. The system
    does not reuse the number of process and group before its exit status has been read.
    """

    def __init__(self, limits: Limits) -> None:
        self._greeted = False  # it is phototag, of the same version
        self.loaded: set[Part] = set()  # or about to be
        self._late = 0.0
        self._failed = False
        self._unsealed = False  # although a seal is required
        self.given_up = False  # by an interrupted caller
        self._tickets: collections.deque[object] = collections.deque()  # of unanswered requests
        self._turn = threading.Condition()
        self._log: collections.deque[str] = collections.deque(maxlen=LOG_LINES)
        self._python = interpreter()
        self._process, self._channel = started(limits)
        self._require_seal = limits.require_seal
        self._most = limits.memory * MEGABYTE  # what a child can have made
        self._grave = threading.RLock()
        self._buried = False
        self._by_itself = False  # it ended without being killed
        self._drain = threading.Thread(
            target=_drain, args=(self._process.stderr, self._log), daemon=True
        )
        self._drain.start()
        self._deadlines: dict[object, tuple[float, float]] = {}  # and its length from the start
        self._ended = threading.Event()
        least = min(limits.seconds, START_SECONDS)
        threading.Thread(target=self._watch, args=(least,), daemon=True).start()

    def line_up(self, ticket: object) -> None:
        """Join the queue of callers that wait for an answer."""
        with self._turn:
            self._tickets.append(ticket)

    def is_first(self, *tickets: object) -> bool:
        """Whether the child's current request is one of this caller's."""
        with self._turn:
            return self._tickets[0] in tickets

    def died_idle(self) -> bool:
        """Whether the child has ended while nobody waited for an answer."""
        with self._turn:
            return not self._tickets and self._has_ended()

    def send(self, request: Request[Any], timeout: float) -> None:
        """Send a request."""
        with self._watched(timeout if self._greeted else timeout + START_SECONDS):
            messages.send_request(self._channel, request, timeout)

    def answer(self, ticket: object, timeout: float) -> Reply | None:
        """Return the answer when it is this ticket's turn; None if an earlier request has ended the child."""
        with self._turn:
            self._turn.wait_for(lambda: self._failed or self._tickets[0] is ticket)
            if self._failed:
                return None
        if not self._greeted:
            with self._watched(START_SECONDS):
                self._greet()
        with self._watched(timeout):
            reply = messages.receive_reply(self._channel, self._most)
        with self._turn:
            self._tickets.popleft()
            self._turn.notify_all()
        return reply

    def fail(self) -> None:
        """Mark the child as failed: no caller gets an answer any more, nor waits for one."""
        with self._turn:
            self._failed = True
            self._turn.notify_all()
        self._channel.abort()

    @contextlib.contextmanager
    def _watched(self, limit: float) -> Iterator[None]:
        """Kill the child after the limit, which ends any wait: a full pipe, a stopped child, a hung decoder."""
        wait = object()
        self._deadlines[wait] = (time.monotonic() + limit, limit)
        try:
            yield
        finally:
            del self._deadlines[wait]

    def _watch(self, least: float) -> None:
        """Use one thread for all waits: a new deadline is never earlier than the thread's next check."""
        pause = least
        while not self._ended.wait(pause):
            now = time.monotonic()
            deadline, limit = min(list(self._deadlines.values()), default=(now + least, least))
            if now >= deadline:
                self._too_late(limit)
                return
            pause = min(least, deadline - now)

    def _greet(self) -> None:
        """Receive the child's greeting, which it sends as soon as it has started."""
        version, seal = messages.receive_greeting(self._channel, MOST_GREETING)
        if version != __version__:
            self._log.append(f"it has phototag {version}, but this is phototag {__version__}")
            raise ValueError(version)
        if self._require_seal and not seal.holds:
            self._log.append(f"the seal does not hold: {seal.why_not}")
            self._unsealed = True
            raise ValueError(seal)
        self._greeted = True

    def ended(self, *, loading: bool) -> Ended:
        """How it has ended; call it after ``kill``.

        Args:
            loading: it was loading a part, not yet at work on the photo.
        """
        self._drain.join(1)
        return Ended(
            status=self._process.returncode,
            by_itself=self._by_itself,
            late=self._late,
            started=self._greeted,
            loading=loading,
            unsealed=self._unsealed,
            said=" | ".join(list(self._log)[-3:]),
            python=self._python,
        )

    def kill(self, patience: float = 0.0) -> None:
        """End the child together with all processes that it has started.

        Args:
            patience: s to wait for it to end by itself.
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
        """End the connection, which tells it to finish and exit; kill it if it does not."""
        with self._turn:
            self._turn.wait_for(lambda: self._failed or not self._tickets)
        self._channel.finish()
        self.kill(END_SECONDS)
        self._drain.join(1)

    def _await_end(self, seconds: float) -> None:
        """Wait until it has ended by itself, at most this long."""
        deadline, pause = time.monotonic() + seconds, 0.001
        while not self._has_ended() and time.monotonic() < deadline:
            time.sleep(pause)
            pause = min(2 * pause, 0.05)

    def _has_ended(self) -> bool:
        """Whether it has ended; if possible, its exit status is not read, so that it stays a zombie."""
        if self._process.returncode is None and hasattr(os, "waitid"):  # not on every macOS
            with contextlib.suppress(ChildProcessError):  # the caller ignores SIGCHLD
                how = os.WEXITED | os.WNOHANG | os.WNOWAIT
                return os.waitid(os.P_PID, self._process.pid, how) is not None
        return self._process.poll() is not None

    def _end_group(self) -> None:
        if os.name == "posix":
            with contextlib.suppress(ProcessLookupError, PermissionError):  # ended, or only zombies
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()

    def forget(self) -> None:
        """In a forked process: close the inherited connection, which stays open in the parent."""
        self._channel.close()

    def let_go(self) -> None:
        self._ended.set()
        self._channel.close()

    def _too_late(self, limit: float) -> None:
        _log.warning("no answer after %.0f s, stopping the sealed process", limit)
        with self._grave:
            if not self._buried and not self._has_ended():
                self._late = limit
                self._end_group()
        self._channel.abort()


def _drain(stream: BinaryIO, kept: collections.deque[str]) -> None:
    """Pass the child's stderr to ``logging``, line by line, until it ends."""
    with stream:
        while line := stream.readline(LONGEST_LINE):
            text = errors.printable(line.decode(errors="replace").rstrip())
            kept.append(text)
            _log.debug("%s", text)


# All living process objects: closed at interpreter exit, dropped after a fork.
_LIVING: weakref.WeakSet[SealedProcess] = weakref.WeakSet()


def _close_all() -> None:
    for process in list(_LIVING):
        process.close()


def _forget_all() -> None:
    for process in list(_LIVING):
        process.forget()


# Not atexit: threads of a pool are joined before atexit runs, and they may wait for a child. The hooks run in
# reverse order: this one runs before that of the pools.
threading._register_atexit(_close_all)  # type: ignore[attr-defined]  # noqa: SLF001
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_all)
