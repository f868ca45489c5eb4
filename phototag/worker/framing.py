"""Messages between caller and child: a JSON object, raw bytes after it, and open descriptors.

JSON and not pickle: the process that reads hostile pictures can then send numbers and text, but no code. Descriptors
travel through a Unix socket; systems without them send the bytes.
"""

from __future__ import annotations

import array
import contextlib
import json
import math
import os
import socket
import struct
from collections.abc import Callable
from typing import IO, TYPE_CHECKING, Any, Final, Protocol

import attrs

from phototag.files.buffer import Buffer
from phototag.files.content import Content
from phototag.files.sizes import MEGABYTE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_SIZES: Final = struct.Struct(">IQ")  # bytes of JSON, bytes of contents in memory
_MOST_HANDLES: Final = 16  # a photo has at most four sidecars
MOST_TEXT: Final = 64 * MEGABYTE  # what a hostile child may make the caller parse
_CONTENTS: Final = "contents"  # key of the sizes of the contents; None for one behind a descriptor


@attrs.frozen(kw_only=True)
class Bounds:
    """What is accepted from the other process.

    Attributes:
        text: largest JSON text, bytes.
        data: largest sum of contents in memory, bytes.
        trusted: whether a descriptor may be received.
    """

    text: float = math.inf
    data: float = math.inf
    trusted: Callable[[int], bool] = lambda _: True


#: Of messages from a process that has touched no picture.
ANYTHING: Final = Bounds()


class Channel(Protocol):
    """One end of the connection between caller and child."""

    def send(self, message: Mapping[str, Any], contents: Sequence[Content] = ()) -> None:
        """Send one message; raises OSError if the other process has ended."""

    def receive(self, bounds: Bounds) -> tuple[dict[str, Any], list[Content]]:
        """Receive one message.

        Raises:
            EOFError: the other process has ended.
            ValueError: this is not a message, or it is out of bounds.
        """
        raise NotImplementedError

    def finish(self) -> None:
        """Send nothing more; the other process sees the end, and its answers can still be received."""

    def abort(self) -> None:
        """End the connection for both sides; whoever waits for a message gets ``EOFError``."""

    def close(self) -> None:
        """Close this process's end."""


class SocketChannel:
    """A connected Unix socket."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected

    def send(self, message: Mapping[str, Any], contents: Sequence[Content] = ()) -> None:
        """See ``Channel``."""
        text, parts, handles = _packed(message, contents)
        sizes = _SIZES.pack(len(text), sum(map(len, parts)))
        if socket.send_fds(self._socket, [sizes], handles) < len(sizes):
            raise OSError("the connection accepts no message")
        for part in (text, *parts):
            self._socket.sendall(part)

    def receive(self, bounds: Bounds) -> tuple[dict[str, Any], list[Content]]:
        """See ``Channel``."""
        sizes, handles = self._start()
        try:
            _refuse_untrusted(handles, bounds)
            text_size, data_size = _checked(sizes, bounds)
            text, data = bytearray(text_size), Buffer(data_size)
            self._fill(text)
            self._fill(data.view)
            return _unpacked(text, data, handles)
        except BaseException:
            for handle in handles:
                os.close(handle)
            raise

    def _start(self) -> tuple[bytes, list[int]]:
        """The sizes of a message, and its descriptors; programs that this process starts do not inherit them."""
        room = socket.CMSG_SPACE(_MOST_HANDLES * array.array("i").itemsize)
        flags = getattr(socket, "MSG_CMSG_CLOEXEC", 0)
        sizes, beside, _, _ = self._socket.recvmsg(_SIZES.size, room, flags)
        handles = array.array("i")
        for level, kind, data in beside:
            if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                handles.frombytes(data[: len(data) - len(data) % handles.itemsize])
        for handle in handles:
            os.set_inheritable(handle, False)  # noqa: FBT003 - it takes no keyword
        return sizes, list(handles)

    def _fill(self, target: bytearray | memoryview) -> None:
        view = memoryview(target)
        while view:
            count = self._socket.recv_into(view)
            if not count:
                raise EOFError
            view = view[count:]

    def finish(self) -> None:
        """See ``Channel``."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)

    def abort(self) -> None:
        """See ``Channel``.

        The end of the child is not enough: it may have sent its own end of the connection in a message.
        """
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """See ``Channel``."""
        self._socket.close()


class PipeChannel:
    """Two pipes, for systems on which descriptors cannot be sent."""

    def __init__(self, source: IO[bytes], target: IO[bytes]) -> None:
        self._source, self._target = source, target

    def send(self, message: Mapping[str, Any], contents: Sequence[Content] = ()) -> None:
        """See ``Channel``."""
        text, parts, _ = _packed(message, [Content(one.read()) for one in contents])
        for part in (_SIZES.pack(len(text), sum(map(len, parts))), text, *parts):
            self._target.write(part)
        self._target.flush()

    def receive(self, bounds: Bounds) -> tuple[dict[str, Any], list[Content]]:
        """See ``Channel``."""
        sizes = _checked(self._exactly(_SIZES.size), bounds)
        text, data = self._exactly(sizes[0]), Buffer(sizes[1])
        data.view[:] = self._exactly(sizes[1])
        return _unpacked(text, data, [])

    def _exactly(self, size: int) -> bytes:
        data = self._source.read(size) if size else b""
        if len(data) < size:
            raise EOFError
        return data

    def finish(self) -> None:
        """See ``Channel``."""
        with contextlib.suppress(OSError):
            self._target.close()

    def abort(self) -> None:
        """See ``Channel``; the pipes end with the child."""

    def close(self) -> None:
        """See ``Channel``."""
        for stream in (self._source, self._target):
            with contextlib.suppress(OSError):
                stream.close()


def _refuse_untrusted(handles: Sequence[int], bounds: Bounds) -> None:
    """Refuse them before the rest of a message, for which a hostile process could let the receiver wait."""
    if not all(map(bounds.trusted, handles)):
        raise ValueError("a content that could still change")


def _packed(
    message: Mapping[str, Any], contents: Sequence[Content]
) -> tuple[bytes, list[bytes | memoryview], list[int]]:
    """The JSON text, the contents in memory, and the descriptors of the others."""
    sizes = [None if one.data is None else len(one.data) for one in contents]
    parts = [one.data for one in contents if one.data is not None]
    handles = [one.handle for one in contents if one.handle is not None]
    text = json.dumps({**message, _CONTENTS: sizes}).encode()  # ASCII: other names as \\udcXX
    return text, parts, handles


def _checked(sizes: bytes, bounds: Bounds) -> tuple[int, int]:
    if len(sizes) < _SIZES.size:
        raise EOFError
    text, data = _SIZES.unpack(sizes)
    for size, most in ((text, bounds.text), (data, bounds.data)):
        if size > most:
            raise ValueError(f"a message of {size} bytes")
    return text, data


def _unpacked(
    text: bytes | bytearray, data: Buffer, handles: Sequence[int]
) -> tuple[dict[str, Any], list[Content]]:
    try:
        message = json.loads(text)
    except (RecursionError, MemoryError) as error:
        raise ValueError("this is not a message") from error
    sizes = message.pop(_CONTENTS, None) if isinstance(message, dict) else None
    if not isinstance(sizes, list):
        raise ValueError("this is not a message")  # noqa: TRY004 - the sender is wrong, not a caller
    contents: list[Content] = []
    place, left = 0, list(handles)
    for size in sizes:
        if size is None and not left:
            raise ValueError("a descriptor is missing")
        if size is None:
            contents.append(Content(handle=left.pop(0)))
        else:
            contents.append(Content(data.view[place : place + size], buffer=data))
            place += size
    if left or place != data.size:  # also a size that is beyond the data
        raise ValueError("the contents do not fit the message")
    return message, contents
