"""A double of the review's server: it keeps to the same contract, with rows in memory and no photos behind them."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from phototag.gallery.build import live_page

TOKEN, NONCE = "a-token", "a-nonce"
FINDINGS, VALUE, SAID = 9, 1, 15  # places in a row, and in a finding
POLICY = (
    f"default-src 'none'; script-src 'nonce-{NONCE}'; style-src 'nonce-{NONCE}'; "
    "img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'"
)


class Double:
    """What the server knows.

    Args:
        rows: the photos.
        pictures: their reduced pictures.
    """

    def __init__(self, rows: list[list[Any]], pictures: list[bytes]) -> None:
        self.rows, self.pictures = rows, pictures
        self.place: Any = {}
        self.events: list[dict[str, Any]] = []
        self.refused: list[str] = []
        self.problems: dict[int, str] = {}
        self.waiting = 0
        self.is_slow = False  # answers decisions without the rows, which come with the events
        self._done: list[dict[int, list[Any]]] = []
        self._undone: list[dict[int, list[Any]]] = []

    def answer(self, method: str, path: str, asked: dict[str, str], body: Any) -> Any:
        answers: dict[tuple[str, str], Callable[[], Any]] = {
            ("GET", "/api/photos"): lambda: self._photos(int(asked["from"])),
            ("POST", "/api/decide"): lambda: self._decide(body),
            ("POST", "/api/undo"): lambda: self._back(self._done, self._undone),
            ("POST", "/api/redo"): lambda: self._back(self._undone, self._done),
            ("GET", "/api/events"): lambda: self._events(int(asked["after"])),
            ("GET", "/api/next"): lambda: {"photos": [1, 0][: int(asked["count"])]},
            ("PUT", "/api/place"): lambda: self._keep_place(body),
            ("GET", "/api/place"): lambda: self.place,
        }
        return answers[method, path]()

    def _photos(self, first: int) -> Any:
        part = self.rows[first : first + 2]  # it is still looking at the others
        return {"photos": part, "failures": ["broken.jpg: no photo"], "done": not part}

    def _events(self, after: int) -> Any:
        if len(self.events) == after:
            time.sleep(0.2)
        news = self.events[after:]
        rows = {str(event["photo"]): self.rows[event["photo"]] for event in news}
        return {
            "last": len(self.events),
            "events": news,
            "waiting": self.waiting,
            "rows": rows if self.is_slow else {},
        }

    def _keep_place(self, place: Any) -> Any:
        self.place = place
        return place

    def _decide(self, body: Any) -> Any:
        self._done.append({at: json.loads(json.dumps(self.rows[at])) for at in body["photos"]})
        for at in body["photos"]:
            row = self.rows[at]
            if body.get("left"):
                row[-1] = 1
            for field, value in body.get("said", {}).items():
                row[SAID].pop(field, None)
                if value is not None:
                    text = " ".join(map(str, value)) if isinstance(value, list) else value
                    row[SAID][field] = text
            problem = self.problems.get(at)
            if self.is_slow:
                row[FINDINGS][0][VALUE] = "made anew"
            self.events.append(
                {"photo": at, **({"problem": problem} if problem else {"written": True})}
            )
        return self._rows(body["photos"])

    def _back(self, one: list[Any], other: list[Any]) -> Any:
        if not one:
            return None
        change = one.pop()
        other.append({at: self.rows[at] for at in change})
        for at, row in change.items():
            self.rows[at] = row
        return {**self._rows(list(change)), "photos": list(change)}

    def _rows(self, ats: list[int]) -> Any:
        rows = {str(at): self.rows[at] for at in ats}
        if not self.is_slow:
            return {"change": len(self._done), "rows": rows}
        said = {at: [row[SAID], bool(row[-1])] for at, row in rows.items()}
        return {"change": len(self._done), "rows": {}, "said": said}


@contextlib.contextmanager
def serving(double: Double) -> Iterator[str]:
    """Serve a page with it; gives the page's address."""

    class Handler(BaseHTTPRequestHandler):
        def _handle(self) -> None:
            address = urlsplit(self.path)
            asked = {name: values[0] for name, values in parse_qs(address.query).items()}
            length = int(self.headers.get("Content-Length", 0))
            body = json.loads(self.rfile.read(length)) if length else None
            api = address.path.startswith("/api/")
            token = self.headers.get("X-Phototag-Token") if api else asked.get("token")
            if token != TOKEN:
                double.refused.append(self.path)
                self._send(403, b"no token", "text/plain")
            elif address.path == "/":
                self._send(200, live_page("Review", NONCE).encode(), "text/html; charset=utf-8")
            elif not api:
                at = int(address.path.rpartition("/")[2])
                self._send(200, double.pictures[at % len(double.pictures)], "image/webp")
            elif (found := double.answer(self.command, address.path, asked, body)) is None:
                self._send(409, b"{}", "application/json")
            else:
                self._send(200, json.dumps(found).encode(), "application/json")

        def _send(self, status: int, content: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Content-Security-Policy", POLICY)
            self.end_headers()
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                self.wfile.write(content)

        do_GET = do_POST = do_PUT = _handle  # noqa: N815 - the names that http.server calls

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as it is called
            """The tests say what matters."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/?token={TOKEN}"
    finally:
        server.shutdown()
        server.server_close()
