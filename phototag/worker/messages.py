"""Requests and answers as bytes, and back: the one place that knows both."""

from __future__ import annotations

import sys
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
    """An error on its way to the caller.

    Attributes:
        error: name of its class.
        about: the file at fault, as the sealed process calls it (the photo, a sidecar, a new file), or
            what else is wrong.
        problem: what is wrong.
        remedy: what to do about it.
    """

    error: str
    about: str
    problem: str
    remedy: str

    @classmethod
    def of(cls, error: errors.PhototagError) -> Fault:
        """What there is to say of an error."""
        about, problem, remedy = error.args
        return cls(error=type(error).__name__, about=about, problem=problem, remedy=remedy)

    def raised_for(self, request: Request[Any]) -> errors.PhototagError:
        """The error as the caller gets it: of the photo as the caller calls it."""
        kind, problem = errors.by_name(self.error), self.problem
        if not issubclass(kind, errors.PhotoError):
            return kind(self.about, problem, self.remedy)
        if self.about not in {request.name, request.path}:
            problem = f"{errors.printable_name(self.about)}: {problem}"
        return kind(request.name, problem, self.remedy)


@attrs.frozen
class Incoming:
    """A request as it arrives."""

    values: dict[str, Any]
    payload: bytes

    @property
    def seconds(self) -> float:
        """How long it may take."""
        return float(self.values["seconds"])

    @property
    def name(self) -> str:
        """The photo as the caller calls it."""
        return str(self.values["name"])

    def to(self, handlers: Handlers[Any]) -> Request[Any]:
        """The request itself; whatever is raised is a mistake in phototag."""
        request = from_json(self.values["values"], handlers.named(self.values["request"]))
        return request.with_payload(self.payload)


@attrs.frozen
class Reply:
    """An answer as it arrives, before the request says of which type it is."""

    values: dict[str, Any]
    payload: bytes

    def to(self, request: Request[A]) -> A:
        """The answer to this request.

        Raises:
            PhototagError: what the sealed process says is wrong.
        """
        if "fault" in self.values:
            raise from_json(self.values["fault"], Fault).raised_for(request)
        kind = request.answer_type()
        # What the converter has no way for: bytes travel beside it, and None is nothing to convert.
        plain: dict[Any, Any] = {bytes: self.payload, type(None): None}
        answer: A = (
            plain[kind] if kind in plain else converter().structure(self.values["answer"], kind)
        )
        return answer


def send_request(stream: BinaryIO, request: Request[Any], seconds: float) -> None:
    """Hand over a request that may take so long; raises OSError when the other side is gone."""
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
    """The next request; errors as for ``framing.receive``."""
    return Incoming(*framing.receive(stream))


def send_answer(stream: BinaryIO, answer: object) -> None:
    """Answer with a value of the request's answer type, or with a ``Fault``."""
    if isinstance(answer, Fault):
        framing.send(stream, {"fault": to_json(answer)})
    elif isinstance(answer, bytes):
        framing.send(stream, {}, answer)
    else:
        framing.send(stream, {"answer": to_json(answer)})


def receive_reply(stream: BinaryIO) -> Reply:
    """The answer to the oldest request that has none yet; errors as for ``framing.receive``."""
    return Reply(*framing.receive(stream))


def send_greeting(stream: BinaryIO, version: str) -> None:
    """Say who this is."""
    framing.send(stream, {"phototag": version})


def receive_greeting(stream: BinaryIO, most: int = sys.maxsize) -> str:
    """The version of phototag at the other side; errors as for ``framing.receive``.

    Args:
        stream: to read from.
        most: bytes; another program's output is no message, and may seem a huge one.
    """
    greeting, _ = framing.receive(stream, most=most)
    version: str = greeting["phototag"]
    return version
