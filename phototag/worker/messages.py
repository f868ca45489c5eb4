"""Converts requests and answers to bytes, and back; no other module does."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Final, TypeVar

import attrs
from cattrs.preconf.json import JsonConverter

from phototag import errors
from phototag.files.content import Content, is_final
from phototag.scene.serialization import converter
from phototag.worker.answers import Carrier
from phototag.worker.framing import ANYTHING, MOST_TEXT, Bounds
from phototag.worker.seal import Seal

if TYPE_CHECKING:
    from phototag.worker.framing import Channel
    from phototag.worker.requests import Handlers, Request

A = TypeVar("A")

_LONGEST: Final = 1000  # characters of a text in an error
_SENT: Final[dict[str, type[errors.PhototagError]]] = {
    kind.__name__: kind
    for kind in (
        errors.PhotoNotReadable, errors.NotAPhoto, errors.PhotoDamaged, errors.PhotoTooLarge, errors.PhotoTooSmall,
        errors.FormatNotInstalled, errors.FormatNotWritable, errors.MetadataDamaged, errors.NotMade,
        errors.WriteRefused, errors.InternalError, errors.ModelsMissing, errors.PackageMissing,
    )
}  # fmt: skip


@functools.cache
def _converter() -> JsonConverter:
    """As for everything else; the contents of files travel beside the JSON text, and it holds only their places."""
    made = converter().copy()
    made.register_unstructure_hook(Content, lambda _: True)
    made.register_structure_hook(Content, lambda _, __: Content())
    return made


@attrs.frozen(kw_only=True)
class Fault:
    """An error in the form in which it is sent to the caller.

    Attributes:
        error: name of the error's class.
        about: the label of the file concerned, or whatever else is wrong.
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

    def error_of(self) -> errors.PhototagError:
        """The error itself; of a class that a sealed process has a reason to send, and of limited length."""
        kind = _SENT.get(self.error, errors.InternalError)
        about, problem, remedy = (
            text[:_LONGEST] for text in (self.about, self.problem, self.remedy)
        )
        return kind(about, problem, remedy)


class Postponed(Exception):
    """The sealed process has not begun: the picture needs more memory than the request allows.

    Args:
        megabytes: how much it needs.
    """

    def __init__(self, megabytes: float) -> None:
        super().__init__(megabytes)
        self.megabytes = megabytes


@attrs.frozen
class _Received:
    """A received message."""

    values: dict[str, Any]
    contents: list[Content]

    def close(self) -> None:
        """Close the descriptors."""
        for content in self.contents:
            content.close()


@attrs.frozen
class Incoming(_Received):
    """A received request."""

    @property
    def seconds(self) -> float:
        """The time that it may take."""
        return float(self.values["seconds"])

    @property
    def name(self) -> str:
        """The label of the photo."""
        return str(self.values["name"])

    def to(self, handlers: Handlers[Any]) -> Request[Any]:
        """The request itself; any exception here is a bug in phototag."""
        kind = handlers.named(self.values["request"])
        request: Request[Any] = _converter().structure(self.values["values"], kind)
        return request.with_contents(self.contents)


@attrs.frozen
class Reply(_Received):
    """A received answer, not yet converted to the type that the request defines."""

    def to(self, request: Request[A]) -> A:
        """The answer to this request.

        Raises:
            PhototagError: the error that the sealed process has sent.
            Postponed: the picture needs more memory than the request allows.
        """
        if "postponed" in self.values and request.megabytes is not None:
            self.close()
            raise Postponed(float(self.values["postponed"]))
        if "fault" in self.values:
            self.close()
            raise _converter().structure(self.values["fault"], Fault).error_of()
        kind = request.answer_type()
        answer: Any = None
        if kind is not type(None):  # None needs no conversion, and the converter has none
            answer = _converter().structure(self.values["answer"], kind)
        if isinstance(answer, Carrier):
            answer = answer.with_contents(self.contents)
        elif self.contents:
            raise ValueError("contents that were not asked for")
        found: A = answer
        return found


def send_request(channel: Channel, request: Request[Any], seconds: float) -> None:
    """Send a request, with the time it may take; raises OSError if the other process has ended."""
    envelope = {
        "request": type(request).__name__,
        "name": request.name,
        "seconds": seconds,
        "values": _converter().unstructure(request),
    }
    channel.send(envelope, request.contents)


def receive_request(channel: Channel) -> Incoming:
    """Receive the next request; raises as ``Channel.receive`` does."""
    return Incoming(*channel.receive(ANYTHING))


def send_answer(channel: Channel, answer: object) -> None:
    """Send an answer: a value of the request's answer type, a ``Fault``, or ``Postponed``."""
    if isinstance(answer, Postponed):
        channel.send({"postponed": answer.megabytes})
        return
    values = _converter().unstructure(answer)
    if isinstance(answer, Fault):
        channel.send({"fault": values})
    else:
        channel.send({"answer": values}, answer.contents if isinstance(answer, Carrier) else ())


def receive_reply(channel: Channel, most: int) -> Reply:
    """Receive the answer to the oldest unanswered request; raises as ``Channel.receive`` does.

    Args:
        channel: the connection.
        most: limit in bytes for all contents of the answer.
    """
    received = channel.receive(Bounds(text=MOST_TEXT, data=most, trusted=is_final))
    reply = Reply(*received)
    if sum(content.size for content in reply.contents) > most:
        reply.close()
        raise ValueError("contents that are too large")
    return reply


def send_greeting(channel: Channel, version: str, seal: Seal) -> None:
    """Send phototag's version, and what is closed to the sealed process."""
    channel.send({"phototag": version, "seal": _converter().unstructure(seal)})


def receive_greeting(channel: Channel, most: int) -> tuple[str, Seal]:
    """Receive the version of phototag in the other process, and its seal; raises as ``Channel.receive`` does.

    Args:
        channel: the connection.
        most: limit in bytes; the output of another program is not a message, but could look like a huge one.
    """
    greeting, contents = channel.receive(Bounds(text=most, data=0, trusted=lambda _: False))
    assert not contents
    version: str = greeting["phototag"]
    return version, _converter().structure(greeting["seal"], Seal)
