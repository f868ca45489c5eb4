"""The service: reads requests, has them done, and answers as they are done."""

from __future__ import annotations

import enum
import errno
import logging
import threading
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from phototag.errors import OutputNotWritable, PhototagError
from phototag.files.sizes import MEGABYTE
from phototag.integrations.service import callers
from phototag.integrations.service.jobs import Job, Jobs
from phototag.integrations.service.messages import (
    PROTOCOL,
    Answer,
    Code,
    Fault,
    Refused,
    Request,
    as_json,
    notification,
    parsed,
    request_of,
)
from phototag.integrations.service.methods import BY_NAME, When, photo_of
from phototag.integrations.service.params import params_of
from phototag.integrations.service.streams import LONGEST_LINE, Outlet, lines
from phototag.version import __version__
from phototag.worker.requests import Versions

if TYPE_CHECKING:
    from collections.abc import Callable

    from phototag.integrations.service.messages import Id
    from phototag.integrations.service.methods import Engine

MOST_WAITING: Final = (
    10_000  # requests, and answers that nobody has read: further lines wait in the pipe
)
_LOOK_SECONDS: Final = 0.5  # between two looks at a signal, which does not end a wait
_PATIENCE_SECONDS: Final = 2.0  # for who reads nothing, when the service has to end
_CANCELLED: Final = Fault(code=Code.CANCELLED, message="this was cancelled; nothing was done")
_TOO_LATE: Final = Fault(code=Code.CANCELLED, message="the service ended first; nothing was done")
_log = logging.getLogger("phototag.service")


class Ending(enum.Enum):
    """Why the service ended."""

    INPUT = "the end of the input, or `shutdown`: all is answered"
    STOPPED = "a signal"
    CALLER = "nobody is there any more"


class Service:
    """Answers requests until nobody sends any more.

    Args:
        engine: does the work.
        incoming: descriptor that requests are read from.
        outgoing: descriptor that answers are written to.
        caller: number of the process with which the service ends; None = none.
    """

    def __init__(
        self, engine: Engine, incoming: int, outgoing: int, *, caller: int | None = None
    ) -> None:
        self.engine: Engine = engine
        self._incoming, self._outgoing, self._caller = incoming, outgoing, caller
        self._jobs = Jobs()
        self._warmed = threading.Event()
        self._ended = threading.Event()
        self._why = Ending.INPUT
        self._trouble: OSError | None = None
        self._last: list[Job] = []  # that are done after all others

    def run(self, stopped: threading.Event) -> Ending:
        """Answer, and return why no more is to be answered.

        Args:
            stopped: set by a signal: photos in progress are finished, and no other is begun.

        Raises:
            OutputNotWritable: answers cannot be written, although somebody is there to read them.
        """
        self._outlet = Outlet(self._outgoing, self._not_written)
        self._outlet.send(notification("ready", {"phototag": __version__, "protocol": PROTOCOL}))
        callers.watch(self._outgoing, self._caller, partial(self._end, Ending.CALLER))
        # Two a process, as for a stream of photos: while one works, the next is made ready. Daemons: see Outlet.
        for work in (self._warm, self._read, *[self._work] * (2 * self.engine.pool.workers)):
            threading.Thread(target=work, name="phototag-service", daemon=True).start()
        while not (self._ended.wait(_LOOK_SECONDS) or stopped.is_set()):
            pass
        if stopped.is_set():
            self._end(Ending.STOPPED)
        return self._finish(stopped)

    def cancel(self, known: Id) -> bool:
        """Cancel the requests with this id that have not been begun; return whether there were any."""
        found = self._jobs.taken_back(known)
        for job in found:
            job.reply(Answer(id=job.request.id, fault=_CANCELLED))
        return bool(found)

    # ------------------------------------------------------------------ the end

    def _end(self, why: Ending) -> None:
        """Read no more, for this reason; the first one counts, unless a later one leaves no time."""
        if not self._ended.is_set() or why is not Ending.INPUT:
            self._why = why
        self._ended.set()

    def _not_written(self, error: OSError) -> None:
        if error.errno != errno.EPIPE:
            self._trouble = error
        self._end(Ending.CALLER)

    def _finish(self, stopped: threading.Event) -> Ending:
        """Answer what is to be answered, and end."""
        self._jobs.finish()
        while True:
            if self._in_a_hurry(stopped):
                for job in self._jobs.drop():
                    job.reply(Answer(id=job.request.id, fault=_TOO_LATE))
            if self._jobs.wait_until_done(_LOOK_SECONDS):
                break
        for job in self._last:
            self._do(job)
        self._outlet.finish()
        sent = -1
        while not self._outlet.wait_until_sent(_PATIENCE_SECONDS):
            if self._in_a_hurry(stopped) and self._outlet.sent == sent:
                break  # nobody reads
            sent = self._outlet.sent
        if self._trouble is not None:
            why = self._trouble.strerror or str(self._trouble)
            problem = f"it cannot be written ({why})"
            remedy = "write it somewhere else, then start the service again"
            raise OutputNotWritable("standard output", problem, remedy)
        return self._why

    def _in_a_hurry(self, stopped: threading.Event) -> bool:
        """Whether there is a reason not to do all that was asked for."""
        if stopped.is_set():
            self._end(Ending.STOPPED)
        return self._why is not Ending.INPUT

    # ------------------------------------------------------------------ requests

    def _warm(self) -> None:
        """Start a sealed process: a first request that came meanwhile would start another, as all are busy."""
        try:
            self.engine.pool.submit(Versions())
        except PhototagError as error:  # the first request tells its caller
            _log.debug("no sealed process: %s", error)
        finally:
            self._warmed.set()

    def _read(self) -> None:
        """Take the lines, to the end of the input."""
        for line in lines(self._incoming):
            if line is None:
                problem = f"this line is longer than {LONGEST_LINE // MEGABYTE} MB; it was skipped"
                self._send(Answer(id=None, fault=Fault(code=Code.NOT_JSON, message=problem)))
            else:
                self._take(line)
            while not self._ended.is_set() and not self._has_room():
                pass
            if self._last or self._ended.is_set():
                break
        self._end(Ending.INPUT)

    def _has_room(self) -> bool:
        return self._jobs.wait_for_room(MOST_WAITING, _LOOK_SECONDS) and self._outlet.wait_for_room(
            MOST_WAITING, _LOOK_SECONDS
        )

    def _take(self, line: bytes) -> None:
        """Understand a line, and have done what it asks for."""
        try:
            found = parsed(line)
        except Refused as refused:
            self._send(Answer(id=None, fault=refused.fault))
            return
        if not isinstance(found, list):
            self._begin(found, self._send)
        elif not found:
            fault = Fault(code=Code.NO_REQUEST, message="a batch holds at least one request")
            self._send(Answer(id=None, fault=fault))
        else:
            batch = Batch(len(found), self._outlet.send)
            for member in found:
                self._begin(member, batch.answered)

    def _begin(self, value: Any, send: Callable[[Answer | None], None]) -> None:
        """Have a request done; what is sent for it is None if it is a notification."""
        try:
            request = request_of(value)
        except Refused as refused:
            send(Answer(id=refused.id, fault=refused.fault))
            return

        def reply(answer: Answer) -> None:
            send(None if request.silent else answer)

        try:
            job, when = self._job(request, reply)
        except Exception as error:  # noqa: BLE001 - whatever it is, somebody waits for the answer
            reply(Answer(id=request.id, fault=_fault_of(error)))
            return
        if when is When.AT_ONCE:
            self._do(job)
        elif when is When.LAST:
            self._last.append(job)
        elif not self._jobs.add(job):
            reply(Answer(id=request.id, fault=_TOO_LATE))

    def _job(self, request: Request, reply: Callable[[Answer], None]) -> tuple[Job, When]:
        method = BY_NAME.get(request.method)
        if method is None:
            names = ", ".join(BY_NAME)
            raise Refused(Code.NO_METHOD, f"there is no such method; there are: {names}")
        params = params_of(method.params, request.params)
        work = partial(method.work, self, params)
        return Job(request=request, work=work, reply=reply, photo=photo_of(params)), method.when

    def _work(self) -> None:
        """Do one job after the other, until no more will come."""
        self._warmed.wait()
        while (job := self._jobs.next()) is not None:
            try:
                self._do(job)
            finally:
                self._jobs.done(job)

    def _do(self, job: Job) -> None:
        known = job.request.id
        try:
            answer = Answer(id=known, result=as_json(job.work()))
        except Exception as error:  # noqa: BLE001 - as above
            answer = Answer(id=known, fault=_fault_of(error))
        job.reply(answer)

    def _send(self, answer: Answer | None) -> None:
        if answer is not None:
            self._outlet.send(answer.text)


def _fault_of(error: Exception) -> Fault:
    """What somebody is told of an error; a traceback goes to standard error."""
    if isinstance(error, Refused):
        return error.fault
    if isinstance(error, PhototagError):
        return Fault.of(error)
    _log.error("a bug in phototag ended a request", exc_info=error)
    problem = f"a bug in phototag ({type(error).__name__}); standard error holds the traceback"
    return Fault(code=Code.INTERNAL, message=problem)


class Batch:
    """The answers to a batch, which are sent together.

    Args:
        count: of its members.
        send: sends a line.
    """

    def __init__(self, count: int, send: Callable[[str], None]) -> None:
        self._missing, self._send = count, send
        self._answers: list[str] = []
        self._lock = threading.Lock()

    def answered(self, answer: Answer | None) -> None:
        """A member has been answered; None if it is a notification."""
        with self._lock:
            self._missing -= 1
            if answer is not None:
                self._answers.append(answer.text)
            complete = not self._missing
        if complete and self._answers:  # nothing is sent for notifications alone
            self._send(f"[{', '.join(self._answers)}]")
