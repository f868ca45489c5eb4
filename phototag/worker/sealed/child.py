"""The child's side: closes itself, reads requests, answers them, and exits when there are no more."""

from __future__ import annotations

import contextlib
import ctypes
import faulthandler
import os
import queue
import re
import signal
import socket
import sys
import threading
import time
import traceback
from typing import TYPE_CHECKING, Any

from phototag import errors
from phototag.files.sizes import MEGABYTE
from phototag.version import __version__
from phototag.vision import allotment
from phototag.worker import messages
from phototag.worker.answers import Carrier
from phototag.worker.framing import PipeChannel, SocketChannel
from phototag.worker.messages import Fault, Incoming, Postponed
from phototag.worker.sealed import lock
from phototag.worker.sealed.handlers import HANDLERS, holds

if TYPE_CHECKING:
    from phototag.worker.framing import Channel
    from phototag.worker.requests import Handlers

    Requests = queue.SimpleQueue[Incoming | None]

END_SECONDS = 4.0  # s for the current work after the caller has ended
TOO_LITTLE = (
    "there is not enough memory for this picture",
    "raise the limit with --max-memory or Limits(memory=...)",
)
# As glibc says it. The wheels of OpenCV and mediapipe bring all but these, which every desktop has.
NO_LIBRARY = re.compile(r"(lib\S+\.so\S*): cannot open shared object file")
LIBRARIES = (
    "this library of the system is missing, which OpenCV or mediapipe needs",
    "install it; on Debian and Ubuntu: sudo apt install libgl1 libegl1 libgles2 libglib2.0-0",
)
NO_MEMORY = ("insufficient memory", "bad allocation", "bad_alloc", "out of memory")
TIDY_EVERY = 20  # requests; it takes 1 to 4 ms
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8  # constants of glibc's malloc.h
KEPT_BLOCK, KEPT_ALTOGETHER = 32 << 20, 64 << 20  # bytes; glibc accepts no larger block
GRACE = 5.0  # s from the caller's own time-out until the child ends itself


def main(memory: int, handlers: Handlers[Any] = HANDLERS) -> None:
    """Serve the caller until it ends the connection or dies.

    Args:
        memory: MB that this process may use.
        handlers: the functions that handle the requests.
    """
    _limit_memory(memory)
    seal = lock.close()  # before anything else: what is started or loaded later is closed, too
    holds(seal)
    _keep_memory()
    _leave_signals_to_the_caller()
    channel = _channel()
    with contextlib.suppress(OSError):  # the caller has ended, so the requests end too
        messages.send_greeting(channel, __version__, seal)
    waiting: Requests = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(channel, waiting), daemon=True).start()
    answered = 0
    while (request := waiting.get()) is not None:
        # A C thread that does not need the GIL: it ends a child that hangs in native code even if the caller,
        # whose time-out comes first, has ended.
        faulthandler.dump_traceback_later(request.seconds + GRACE, exit=True)
        answer = _answered(request, handlers)
        faulthandler.cancel_dump_traceback_later()
        with contextlib.suppress(OSError):
            messages.send_answer(channel, answer)
        if isinstance(answer, Carrier):
            for content in answer.contents:
                content.close()
        answered += 1
        if answered % TIDY_EVERY == 0:
            _tidy()
    if _leads_a_group() and not seal.calls:  # ends processes that a decoder has started
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.killpg(0, signal.SIGTERM)
    # Mediapipe's tasks are not closed: closing would send their usage statistics.
    os._exit(0)


def _leave_signals_to_the_caller() -> None:
    """Outlive Ctrl-C, TERM and HUP, which a terminal or a service manager sends to all processes of a run.

    The caller decides what happens to the current work; this process ends with the connection.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if os.name == "posix":
        for number in (signal.SIGTERM, signal.SIGHUP):
            # Not ignored: a program that a decoder has started would inherit that, and could not be ended.
            signal.signal(number, _do_nothing)
            signal.siginterrupt(number, False)  # noqa: FBT003 - that is its signature


def _do_nothing(_signal: int, _frame: object) -> None:
    pass


def _channel() -> Channel:
    """The connection to the caller, a socket or two pipes; what is printed goes to the log instead."""
    try:
        channel: Channel = SocketChannel(socket.socket(fileno=os.dup(0)))
    except (OSError, ValueError):  # stdin is a pipe
        channel = PipeChannel(os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb"))
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(2, 1)
    return channel


def _leads_a_group() -> bool:
    return os.name == "posix" and os.getpgrp() == os.getpid()


def _limit_memory(megabytes: int) -> None:
    """Limit the memory: a decompression bomb then fails as one photo and does not stop the machine.

    Linux counts private writable memory against this limit; other systems do not.
    """
    if sys.platform == "linux":
        import resource  # noqa: PLC0415 - not on Windows

        _, most = resource.getrlimit(resource.RLIMIT_DATA)
        wanted = megabytes * MEGABYTE
        least = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
        resource.setrlimit(resource.RLIMIT_DATA, (least, least))


def _keep_memory() -> None:
    """Reuse the memory of one picture for the next: new pages from the system cost a tenth of the time.

    By default, glibc returns every block of a picture's size to the system and requests it again, zeroed.
    """
    _glibc("mallopt", M_MMAP_THRESHOLD, KEPT_BLOCK)
    _glibc("mallopt", M_TRIM_THRESHOLD, KEPT_ALTOGETHER)
    _glibc("mallopt", M_ARENA_MAX, 1)  # else every thread of the nets keeps its own


def _tidy() -> None:
    """Return free memory to the system: pictures of many sizes leave gaps of all sizes.

    Measured with pictures of 60 sizes: 8 % growth over 600 pictures without it, none with it.
    """
    _glibc("malloc_trim", 0)


def _glibc(name: str, *arguments: int) -> None:
    """Call a function of glibc; does nothing on other systems."""
    function = getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
    if function is not None:
        function(*arguments)


def _listen(channel: Channel, waiting: Requests) -> None:
    """Pass on requests; at the end of the stream, give the current work a few seconds, then exit."""
    try:
        while True:
            waiting.put(messages.receive_request(channel))
    except MemoryError:  # the rest of the stream cannot be parsed any more
        sys.stderr.write(f"a request was too large: {TOO_LITTLE[0]}\n")
        sys.stderr.flush()
        os._exit(1)
    except (EOFError, OSError):
        waiting.put(None)
        time.sleep(END_SECONDS)
        if _leads_a_group():
            with contextlib.suppress(PermissionError):  # sealed, and alone
                os.killpg(0, signal.SIGKILL)
        os._exit(1)


def _answered(request: Incoming, handlers: Handlers[Any]) -> object:
    """Return the answer, or the error as data: no exception caused by a photo may end this process."""
    try:
        asked = request.to(handlers)
        with allotment.allotted(asked.megabytes):
            return handlers.answer(asked)
    except errors.PhototagError as error:
        return Fault.of(error)
    except allotment.NeedsMemory as error:
        return Postponed(error.megabytes)
    except MemoryError:
        return Fault.of(errors.PhotoTooLarge(request.name, *TOO_LITTLE))
    except Exception as error:  # noqa: BLE001
        return Fault.of(_trouble(error, request.name))
    finally:
        request.close()


def _trouble(error: Exception, name: str) -> errors.PhototagError:
    """What an exception of a library, or of our own code, means for whoever has asked."""
    if _is_memory(error):
        return errors.PhotoTooLarge(name, *TOO_LITTLE)
    if library := NO_LIBRARY.match(str(error)):
        return errors.PackageMissing(library[1], *LIBRARIES)
    traceback.print_exc()
    return errors.InternalError(name, f"{type(error).__name__}: {error}", errors.REPORT)


def _is_memory(error: Exception) -> bool:
    """Whether an exception of a library means that it is out of memory."""
    return any(words in str(error).lower() for words in NO_MEMORY)
