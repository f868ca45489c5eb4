"""Small files that take as long to decode as one likes."""

from __future__ import annotations

import io
from collections.abc import Iterator

from PIL import Image

SIDE = 6000  # px


def slow_jpeg(scans: int) -> bytes:
    """A progressive JPEG that refines its grey again and again: about 30 ms for each scan of 82 bytes."""
    stream = io.BytesIO()
    Image.new("L", (SIDE, SIDE), 128).save(stream, "JPEG", progressive=True)
    data = stream.getvalue()
    parts = list(_segments(data))
    last = b"".join(part for _, part in parts[-2:])  # its table and the scan itself
    return data[:2] + b"".join(part for _, part in parts) + last * scans + b"\xff\xd9"


def _segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Every segment, a scan with its data; without start and end."""
    start = 2
    while data[start + 1] != 0xD9:
        marker = data[start + 1]
        end = start + 2 + int.from_bytes(data[start + 2 : start + 4], "big")
        if marker == 0xDA:
            while data[end] != 0xFF or data[end + 1] in {0, *range(0xD0, 0xD8)}:
                end += 1
        yield marker, data[start:end]
        start = end
