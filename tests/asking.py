"""A program that talks to ``phototag serve --stdio``, for tests; it never waits without a limit."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import queue
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from commands import COMMAND
from processes import started

SECONDS = 90  # for one answer, the first of a start included


class Asking:
    """The other end of a service."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self._numbers = itertools.count(1)
        self._lines: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with contextlib.suppress(ValueError):  # closed by the test
            for line in self.process.stdout:
                self._lines.put(line)
        self._lines.put(None)

    def raw(self, data: bytes) -> None:
        """Send bytes as they are."""
        assert self.process.stdin is not None
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(self.process.stdin.fileno(), rest) :]

    def send(self, *lines: str | bytes) -> None:
        """Send lines as they are; a newline is added to each."""
        raw = [line.encode() if isinstance(line, str) else line for line in lines]
        self.raw(b"".join(line + b"\n" for line in raw))

    def begin(self, method: str, **params: Any) -> int:
        """Send a request, without waiting for its answer; return its id."""
        number = next(self._numbers)
        self.send(request(method, number, **params))
        return number

    def line(self, seconds: float = SECONDS) -> str | None:
        """The next line; None at the end of the output."""
        return self._lines.get(timeout=seconds)

    def next(self, seconds: float = SECONDS) -> Any:
        """What is in the next line."""
        line = self.line(seconds)
        assert line is not None, "the output has ended"
        return json.loads(line)

    def ask(self, method: str, **params: Any) -> Any:
        """Send a request and wait for its answer, when no other is under way."""
        number = self.begin(method, **params)
        answer = self.next()
        assert (answer["jsonrpc"], answer["id"]) == ("2.0", number)
        return answer

    def nothing_comes(self, seconds: float = 0.7) -> bool:
        """Whether no line comes in this time."""
        try:
            self._lines.get(timeout=seconds)
        except queue.Empty:
            return True
        return False

    def close(self) -> None:
        """Send no more."""
        assert self.process.stdin is not None
        self.process.stdin.close()

    def end(self, seconds: float = 30) -> int:
        """Send no more, and wait for the end; return the exit code."""
        self.close()
        return self.process.wait(timeout=seconds)


def request(method: str, number: Any, **params: Any) -> str:
    return json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params})


def notification(method: str, **params: Any) -> str:
    return json.dumps({"jsonrpc": "2.0", "method": method, "params": params})


@contextlib.contextmanager
def service(*words: str | Path, seconds: float = 180) -> Iterator[Asking]:
    """A service at work, whose first line has been read; killed after so many seconds."""
    command = [*COMMAND, "serve", "--stdio", *words]
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    with started(command, seconds=seconds, **pipes) as process:
        asking = Asking(process)
        ready = asking.next()
        assert (ready["method"], ready["params"]["protocol"]) == ("ready", 1)
        yield asking
