"""A review as its page sees it: the command in a process of its own, spoken to over HTTP."""

from __future__ import annotations

import contextlib
import http.client
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import attrs

import processes


@attrs.frozen
class Reply:
    """An answer of the server."""

    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def json(self) -> Any:
        """Its JSON."""
        return json.loads(self.content)


@attrs.define
class Client:
    """Speaks to a server as its page does, unless told otherwise."""

    process: subprocess.Popen[str]
    address: str

    @property
    def port(self) -> int:
        """Where it listens."""
        port = urlsplit(self.address).port
        assert port is not None
        return port

    @property
    def token(self) -> str:
        """Who knows it is answered."""
        return parse_qs(urlsplit(self.address).query)["token"][0]

    def ask(
        self,
        path: str,
        method: str = "GET",
        body: object = None,
        headers: dict[str, str | None] | None = None,
    ) -> Reply:
        """One request; a header that is None is left out."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        usual: dict[str, str | None] = {
            "Host": f"127.0.0.1:{self.port}", "X-Phototag-Token": self.token,
        }  # fmt: skip
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        with contextlib.closing(connection):
            connection.putrequest(method, path, skip_host=True)
            for name, value in {**usual, **(headers or {})}.items():
                if value is not None:
                    connection.putheader(name, value)
            if body is not None:
                connection.putheader("Content-Length", str(len(data)))
            connection.endheaders(None if body is None else data)
            got = connection.getresponse()
            return Reply(got.status, {k.lower(): v for k, v in got.getheaders()}, got.read())

    def get(self, path: str) -> Any:
        """The JSON at an address."""
        reply = self.ask(path)
        assert reply.status == 200, reply
        return reply.json

    def post(self, path: str, **body: object) -> Any:
        """The JSON that answers a JSON object."""
        reply = self.ask(path, "POST", body)
        assert reply.status == 200, reply
        return reply.json

    def loaded(self) -> list[Any]:
        """All rows, when all photos have been analysed."""
        rows: list[Any] = []
        deadline = time.monotonic() + 120
        while True:
            found = self.get(f"/api/photos?from={len(rows)}")
            rows += found["photos"]
            if found["done"]:
                return rows
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def numbers(self) -> dict[str, int]:
        """The number of each photo, by its name."""
        return {row[3]: number for number, row in enumerate(self.loaded())}

    def written(self, after: int = 0) -> list[dict[str, Any]]:
        """The events, when nothing is waiting any more."""
        events: list[dict[str, Any]] = []
        while True:
            found = self.get(f"/api/events?after={after}")
            events += found["events"]
            after = found["last"]
            if not found["waiting"]:
                return events

    def end(self) -> tuple[int, str]:
        """Press Ctrl-C; the exit code, and what was said on standard error."""
        self.process.send_signal(signal.SIGINT)
        _, said = self.process.communicate(timeout=60)
        return self.process.returncode, said


@contextlib.contextmanager
def review(*paths: str | Path, state: Path, options: tuple[str, ...] = ()) -> Iterator[Client]:
    """A review of photos."""
    words = ["review", *map(str, paths), "--state", str(state), "--no-open", *options]
    with processes.started(
        [sys.executable, "-m", "phototag", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert address, process.communicate(timeout=60)
        yield Client(process, address)
