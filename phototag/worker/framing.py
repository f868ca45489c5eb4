"""Messages between caller and child: a JSON object, and raw bytes after it.

JSON and not pickle: the process that reads hostile pictures can then send numbers and text, but no code.
"""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Mapping

_SIZES = struct.Struct(">IQ")  # bytes of JSON, bytes of payload


def send(stream: BinaryIO, message: Mapping[str, Any], payload: bytes = b"") -> None:
    """Write one message; raises OSError if the other process has ended."""
    text = json.dumps(message).encode()  # ASCII: names that are not UTF-8 are sent as \\udcXX
    stream.write(_SIZES.pack(len(text), len(payload)))
    stream.write(text)
    stream.write(payload)
    stream.flush()


def receive(stream: BinaryIO, *, most: int | None = None) -> tuple[dict[str, Any], bytes]:
    """Read one message of at most ``most`` bytes.

    Raises:
        EOFError: the other process has ended.
        ValueError: this is not a message.
    """
    text_size, payload_size = _SIZES.unpack(_exactly(stream, _SIZES.size))
    if most is not None and text_size + payload_size > most:
        raise ValueError(f"a message of {text_size + payload_size} bytes")
    text = _exactly(stream, text_size)
    message = json.loads(text)
    return message, _exactly(stream, payload_size)


def _exactly(stream: BinaryIO, size: int) -> bytes:
    data = stream.read(size) if size else b""
    if len(data) < size:
        raise EOFError
    return data
