"""What goes over the connection: requests, answers and errors of JSON-RPC 2.0 (https://www.jsonrpc.org/specification).

The libraries for it that are kept up were looked at, and none follows the specification where it counts here: pjrpc takes a
request whose ``id`` is null for a notification, and refuses a whole batch for one wrong member; jsonrpcserver and json-rpc
answer the members of a batch one after the other, and none tells the ``id`` before the work begins, which ``cancel`` needs.
"""

from __future__ import annotations

import enum
import json
import math
from typing import TYPE_CHECKING, Any, Final, Self, TypeAlias

import attrs

from phototag.errors import BadArgument, PhotoError, PhototagError, SetupError
from phototag.scene import serialization

if TYPE_CHECKING:
    from collections.abc import Mapping

VERSION: Final = "2.0"  # of JSON-RPC
PROTOCOL: Final = 1  # of the methods; it may only grow
Id: TypeAlias = str | int | float | None


class Code(enum.IntEnum):
    """The code of an error; ``meaning`` says when it comes.

    Those below -32000 are the specification's; the others are the exit codes of the command line.
    """

    meaning: str

    NOT_JSON = -32700, "the line is not JSON, not UTF-8, or too long"
    NO_REQUEST = -32600, "the line is JSON, but no request"
    NO_METHOD = -32601, "there is no such method"
    BAD_PARAMS = -32602, "a parameter is missing, unknown or wrong; nothing was done"
    INTERNAL = -32603, "a bug in phototag; standard error holds the traceback"
    PHOTO = 1, "something is wrong with this photo; other photos may work"
    SETUP = 3, "a setup problem: no photo can be processed until it is fixed"
    CANCELLED = (
        130,
        "it was cancelled, or the service ended before it was its turn; nothing was done",
    )

    def __new__(cls, number: int, meaning: str) -> Self:
        """A number and its meaning."""
        code = int.__new__(cls, number)
        code._value_ = number
        code.meaning = meaning
        return code


@attrs.frozen(kw_only=True)
class Details:
    """What a program can do something with when a request has failed.

    Attributes:
        name: the class of the error, as ``phototag.errors`` calls it.
        about: the photo, the parameter, or whatever else is wrong.
        problem: what is wrong with it.
        remedy: what to do about it; empty where there is nothing to do.
        on_disk: the state of the photo's file after the error; null if the error is about no photo.
    """

    name: str
    about: str
    problem: str
    remedy: str
    on_disk: str | None = None


@attrs.frozen(kw_only=True)
class Fault:
    """Why a request has failed.

    Attributes:
        code: what kind of error it is.
        message: the problem and the remedy, in one line.
        data: the same in parts; left out where the request was not understood, or not begun.
    """

    code: Code
    message: str
    data: Details | None = None

    @classmethod
    def of(cls, error: PhototagError) -> Fault:
        """The fault that tells of an error."""
        about, problem, remedy = error.args
        on_disk = error.on_disk if isinstance(error, PhotoError) else None
        details = Details(
            name=type(error).__name__, about=about, problem=problem, remedy=remedy, on_disk=on_disk
        )
        if isinstance(error, BadArgument):
            code = Code.BAD_PARAMS
        else:
            code = Code.SETUP if isinstance(error, SetupError) else Code.PHOTO
        return cls(code=code, message=error.message, data=details)


class Refused(Exception):
    """A line, or a member of a batch, that is no request.

    Args:
        code: why.
        message: the same in words.
        id: of the request, as far as it can be told.
    """

    def __init__(self, code: Code, message: str, id: Id = None) -> None:  # noqa: A002 - as JSON-RPC calls it
        super().__init__(message)
        self.fault: Fault = Fault(code=code, message=message)
        self.id: Id = id


@attrs.frozen(kw_only=True)
class Request:
    """A request, not yet understood.

    Attributes:
        method: the name of the method.
        params: what was given by name; None if nothing was.
        id: what the answer to it is to say.
        silent: it is a notification: nobody waits for an answer, not even for an error.
    """

    method: str
    params: Mapping[str, Any]
    id: Id = None
    silent: bool = False


@attrs.frozen(kw_only=True)
class Answer:
    """The answer to a request: the result or the fault.

    Attributes:
        id: of the request.
        result: JSON values.
        fault: why there is no result; None if there is one.
    """

    id: Id
    result: Any = None
    fault: Fault | None = None

    def members(self) -> dict[str, Any]:
        """The object that is sent; it begins with version and ``id``."""
        start: dict[str, Any] = {"jsonrpc": VERSION, "id": self.id}
        if self.fault is None:
            return start | {"result": self.result}
        error = serialization.to_json(self.fault)
        if self.fault.data is None:
            del error["data"]
        return start | {"error": error}


def line_of(members: object) -> bytes:
    """An object, or those of a batch, as one line.

    It is ASCII: whatever a name holds, a line break, a direction mark or a byte that is not text, stands there escaped.
    """
    return json.dumps(members, allow_nan=False).encode("ascii") + b"\n"


def notification(method: str, params: Mapping[str, Any]) -> bytes:
    """A line to which no answer is expected."""
    return line_of({"jsonrpc": VERSION, "method": method, "params": params})


def parsed(line: bytes) -> Any:
    """The JSON in a line.

    Raises:
        Refused: it holds something else.
    """
    try:
        return json.loads(line.decode("utf-8"), parse_constant=_no_constant, parse_float=_finite)
    except UnicodeDecodeError:
        raise Refused(Code.NOT_JSON, "this line is not UTF-8") from None
    except (ValueError, RecursionError):
        raise Refused(Code.NOT_JSON, "this line is not JSON") from None


def _no_constant(name: str) -> None:
    """NaN and infinity are no JSON."""
    raise ValueError(name)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):  # 1e999, which could not be sent back as an id
        raise ValueError(text)
    return number


def request_of(value: Any) -> Request:
    """The request in a JSON value.

    Raises:
        Refused: it is none.
    """
    if not isinstance(value, dict):
        raise Refused(Code.NO_REQUEST, "a request is a JSON object")
    known = value.get("id")
    if isinstance(known, bool) or not isinstance(known, str | int | float | None):
        raise Refused(Code.NO_REQUEST, "an id is a text, a number or null")
    if value.get("jsonrpc") != VERSION:
        raise Refused(Code.NO_REQUEST, f'jsonrpc must be "{VERSION}"', known)
    method, params = value.get("method"), value.get("params", {})
    if not isinstance(method, str):
        raise Refused(Code.NO_REQUEST, "method must be a text", known)
    if isinstance(params, list):
        raise Refused(Code.BAD_PARAMS, "give the parameters by their names", known)
    if not isinstance(params, dict):
        raise Refused(Code.NO_REQUEST, "params must be an object", known)
    return Request(method=method, params=params, id=known, silent="id" not in value)
