"""Converts requests and answers to bytes, and back; no other module does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

import attrs

from phototag import errors
from phototag.scene.serialization import converter, from_json, to_json
from phototag.worker import framing

if TYPE_CHECKING:
    from phototag.worker.requests import Handlers, Request

A = TypeVar("A")


@attrs.frozen(kw_only=True)
class Fault:
    """An error in the form in which it is sent to the caller.

    Attributes:
        error: name of the error's class.
        about: the file concerned, by the sealed process's name for it (the photo, a sidecar, a new file), or
            whatever else is wrong.
        problem: what is wrong.
        remedy: what to do about it.
    """

    error: str
    about: str
    problem: str
    remedy: str

    @classmethod
    def of(cls, error: errors.PhototagError) -> Fault:
        """Make a fault of an error."""
        about, problem, remedy = error.args
        return cls(error=type(error).__name__, about=about, problem=problem, remedy=remedy)

    def raised_for(self, request: Request[Any]) -> errors.PhototagError:
        """The error that the caller gets, with the caller's name for the photo."""
        kind, problem = errors.by_name(self.error), self.problem
        if not issubclass(kind, errors.PhotoError):
            return kind(self.about, problem, self.remedy)
        if self.about not in {request.name, request.path}:
            problem = f"{errors.printable_name(self.about)}: {problem}"
        return kind(request.name, problem, self.remedy)


@attrs.frozen
class Incoming:
    """A received request."""

    values: dict[str, Any]
    payload: bytes

    @property
    def seconds(self) -> float:
        """The time that it may take."""
        return float(self.values["seconds"])

    @property
    def name(self) -> str:
        """The caller's name for the photo."""
        return str(self.values["name"])

    def to(self, handlers: Handlers[Any]) -> Request[Any]:
        """The request itself; any exception here is a bug in phototag."""
        request = from_json(self.values["values"], handlers.named(self.values["request"]))
        return request.with_payload(self.payload)


@attrs.frozen
class Reply:
    """A received answer, not yet converted to the type that the request defines."""

    values: dict[str, Any]
    payload: bytes

    def to(self, request: Request[A]) -> A:
        """The answer to this request.

        Raises:
            PhototagError: the error that the sealed process has sent.
        """
        if "fault" in self.values:
            raise from_json(self.values["fault"], Fault).raised_for(request)
        kind = request.answer_type()
        # Types that the converter does not handle: bytes are sent separately, and None needs no conversion.
        plain: dict[Any, Any] = {bytes: self.payload, type(None): None}
        answer: A = (
            plain[kind] if kind in plain else converter().structure(self.values["answer"], kind)
        )
        return answer


def send_request(stream: BinaryIO, request: Request[Any], seconds: float) -> None:
    """Send a request, with the time it may take; raises OSError if the other process has ended."""
    payload = request.payload
    bare = request.with_payload(b"") if payload else request
    envelope = {
        "request": type(request).__name__,
        "name": request.name,
        "seconds": seconds,
        "values": to_json(bare),
    }
    framing.send(stream, envelope, payload)


def receive_request(stream: BinaryIO) -> Incoming:
    """Receive the next request; raises as ``framing.receive`` does."""
    return Incoming(*framing.receive(stream))


def send_answer(stream: BinaryIO, answer: object) -> None:
    """Send an answer: a value of the request's answer type, or a ``Fault``."""
    if isinstance(answer, Fault):
        framing.send(stream, {"fault": to_json(answer)})
    elif isinstance(answer, bytes):
        framing.send(stream, {}, answer)
    else:
        framing.send(stream, {"answer": to_json(answer)})


def receive_reply(stream: BinaryIO) -> Reply:
    """Receive the answer to the oldest unanswered request; raises as ``framing.receive`` does."""
    return Reply(*framing.receive(stream))


def send_greeting(stream: BinaryIO, version: str) -> None:
    """Send phototag's version."""
    framing.send(stream, {"phototag": version})


def receive_greeting(stream: BinaryIO, most: int) -> str:
    """Receive the version of phototag in the other process; raises as ``framing.receive`` does.

    Args:
        stream: the stream to read.
        most: limit in bytes; the output of another program is not a message, but could look like a huge one.
    """
    greeting, _ = framing.receive(stream, most=most)
    version: str = greeting["phototag"]
    return version
