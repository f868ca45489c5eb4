"""The answers to the page of a review."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from phototag.errors import PhotoError, PhototagError, printable
from phototag.gallery.build import live_page
from phototag.gallery.review import request_bodies
from phototag.gallery.review.guard import NONCE
from phototag.gallery.review.request_bodies import BadRequest
from phototag.gallery.review.session import MOST_TOGETHER, NothingToUndo, UnknownPhoto

if TYPE_CHECKING:
    from starlette.requests import Request

    from phototag.gallery.review.changes import Answer
    from phototag.gallery.review.session import Session

POLL_SECONDS: Final = 20.0  # how long a request for events waits for one
LOOK_SECONDS: Final = 0.05  # between two looks for events
ASKED: Final = 5  # photos that are asked about at a time
MOST_ASKED: Final = 200
_WEBP: Final = "image/webp"
_UNKNOWN: Final = "there is no such photo"

Handler = Callable[["Request", Exception], "Response"]


def make(session: Session, title: str) -> Starlette:
    """The application that serves a session.

    Args:
        session: the review.
        title: of the page.
    """
    answers = Answers(session, title)
    return Starlette(
        routes=[
            Route("/", answers.page),
            Route("/thumb/{number:int}", answers.thumbnail),
            Route("/large/{number:int}", answers.large),
            Route("/api/photos", answers.photos),
            Route("/api/decide", answers.decide, methods=["POST"]),
            Route("/api/undo", answers.undo, methods=["POST"]),
            Route("/api/redo", answers.redo, methods=["POST"]),
            Route("/api/events", answers.events),
            Route("/api/next", answers.next),
            Route("/api/place", answers.place),
            Route("/api/place", answers.keep_place, methods=["PUT"]),
        ],
        exception_handlers={
            BadRequest: _told(400),
            UnknownPhoto: _told(404, _UNKNOWN),
            NothingToUndo: _told(409, "there is nothing to undo"),
            PhotoError: _told(404),
            PhototagError: _told(503),
            HTTPException: _of_http,
            Exception: _told(500, "this is a bug in phototag; see its output"),
        },
    )


class Answers:
    """One method for each address.

    Args:
        session: the review.
        title: of the page.
    """

    def __init__(self, session: Session, title: str) -> None:
        self._session, self._title = session, title

    def page(self, request: Request) -> Response:
        """The page."""
        return HTMLResponse(
            live_page(self._title, request.scope[NONCE], self._session.crop_profiles)
        )

    def thumbnail(self, request: Request) -> Response:
        """A reduced picture."""
        made = self._session.thumbnail(request.path_params["number"])
        return Response(made, media_type=_WEBP)

    def large(self, request: Request) -> Response:
        """A picture in the size of a screen."""
        return Response(self._session.large(request.path_params["number"]), media_type=_WEBP)

    def photos(self, request: Request) -> Response:
        """The rows from a number on."""
        rows, failures, done = self._session.photos(request_bodies.number(request, "from", 0))
        more = json.dumps({"failures": failures, "done": done}).encode()
        return _json(b'{"photos":[' + b",".join(rows) + b"]," + more[1:])

    async def decide(self, request: Request) -> Response:
        """Decide about photos, or note that they were left as they are."""
        found = await request_bodies.body(request, request_bodies.DECISION_BYTES)
        wish = request_bodies.wish(found, self._session.profiles)
        if wish.said is None:
            return _changed(await run_in_threadpool(self._session.leave, wish.photos))
        return _changed(await run_in_threadpool(self._session.decide, wish.photos, wish.said))

    def undo(self, _: Request) -> Response:
        """Undo the last change."""
        return _changed(self._session.undo(), listed=True)

    def redo(self, _: Request) -> Response:
        """Make the last change again that was undone."""
        return _changed(self._session.redo(), listed=True)

    async def events(self, request: Request) -> Response:
        """What became of the photos that were to be written; waits for news."""
        after = request_bodies.number(request, "after", 0)
        loop = asyncio.get_running_loop()
        end = loop.time() + POLL_SECONDS
        while True:
            last, events, waiting = self._session.writer.events(after, MOST_TOGETHER)
            over = loop.time() >= end or self._session.is_ending
            if events or over or await request.is_disconnected():
                anew = {
                    event.photo: self._session.row(event.photo) for event in events if event.anew
                }
                told = {"last": last, "events": [event.to_dict() for event in events]}
                return _json(_with_rows({**told, "waiting": waiting}, anew))
            await asyncio.sleep(LOOK_SECONDS)

    def next(self, request: Request) -> Response:
        """The photos to ask about."""
        count = request_bodies.number(request, "count", ASKED)
        return JSONResponse({"photos": self._session.nearest(min(count, MOST_ASKED))})

    def place(self, _: Request) -> Response:
        """What the page remembers."""
        return _json(json.dumps(self._session.place()).encode())

    async def keep_place(self, request: Request) -> Response:
        """Remember this."""
        found = await request_bodies.body(request, request_bodies.PLACE_BYTES)
        await run_in_threadpool(self._session.keep_place, found)
        return _json(json.dumps(found).encode())


def _changed(answer: Answer, *, listed: bool = False) -> Response:
    told: dict[str, Any] = {"change": answer.change, "said": answer.said}
    if listed:
        told["photos"] = [*answer.rows, *answer.said]
    return _json(_with_rows(told, answer.rows))


def _with_rows(told: dict[str, Any], rows: Mapping[int, bytes]) -> bytes:
    """A JSON object with the rows of photos, which are JSON already, by their numbers."""
    made = b",".join(b'"%d":%s' % (number, row) for number, row in rows.items())
    return json.dumps(told).encode()[:-1] + b',"rows":{%s}}' % made


def _json(content: bytes) -> Response:
    return Response(content, media_type="application/json")


def _told(status: int, text: str = "") -> Handler:
    """Tell an error in one line; its own text, if none is given."""

    def told(_: Request, error: Exception) -> Response:
        return JSONResponse({"error": text or printable(str(error))}, status)

    return told


def _of_http(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return JSONResponse({"error": error.detail}, error.status_code, error.headers)
