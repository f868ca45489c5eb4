"""A camera's negative: a DNG of raw pixels, with the picture as a JPEG preview, as cameras write it."""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence

import numpy as np
from PIL import Image

Tag = tuple[int, str, Sequence[int]]  # number, type as ``struct`` writes it, values

TYPES = {"B": 1, "H": 3, "I": 4, "i": 10}  # of a TIFF; "i" in pairs, as rational numbers
TEXT = 2


def dng(picture: Image.Image) -> bytes:
    """The negative of a picture with even sides."""
    preview, pixels = _jpeg(picture), _mosaic(picture)
    first = _first(picture, len(preview), 0, 0)
    second = _second(picture, len(pixels), 0)
    start = 8 + len(_directory(first, 8))
    data = start + len(_directory(second, start))
    head = struct.pack("<2sHI", b"II", 42, 8)
    return (
        head
        + _directory(_first(picture, len(preview), data, start), 8)
        + _directory(_second(picture, len(pixels), data + len(preview)), start)
        + preview
        + pixels
    )


def _jpeg(picture: Image.Image) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=95)
    data = stream.getvalue()
    return data + b"\0" * (len(data) % 2)


def _mosaic(picture: Image.Image) -> bytes:
    """One colour for each pixel: red and green, green and blue."""
    rgb = np.asarray(picture.convert("RGB")).astype(np.uint16) * 257
    rows = np.empty(rgb.shape[:2], "<u2")
    for down, across, colour in ((0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 2)):
        rows[down::2, across::2] = rgb[down::2, across::2, colour]
    return rows.tobytes()


def _first(picture: Image.Image, size: int, place: int, second: int) -> list[Tag]:
    """The directory of the preview: JPEG, with the camera and the place of the other directory."""
    matrix = (1, 1, 0, 1, 0, 1, 0, 1, 1, 1, 0, 1, 0, 1, 0, 1, 1, 1)
    return [
        (254, "I", [1]), (256, "I", [picture.width]), (257, "I", [picture.height]),
        (258, "H", [8, 8, 8]), (259, "H", [7]), (262, "H", [6]), (271, "s", b"phototag\0\0"),
        (272, "s", b"test\0\0"), (273, "I", [place]), (274, "H", [1]), (277, "H", [3]),
        (278, "I", [picture.height]), (279, "I", [size]), (330, "I", [second]),
        (50706, "B", [1, 4, 0, 0]), (50707, "B", [1, 1, 0, 0]), (50708, "s", b"phototag test\0"),
        (50721, "i", matrix), (50778, "H", [21]),
    ]  # fmt: skip


def _second(picture: Image.Image, size: int, place: int) -> list[Tag]:
    """The directory of the raw pixels."""
    return [
        (254, "I", [0]), (256, "I", [picture.width]), (257, "I", [picture.height]),
        (258, "H", [16]), (259, "H", [1]), (262, "H", [32803]), (273, "I", [place]),
        (277, "H", [1]), (278, "I", [picture.height]), (279, "I", [size]), (33421, "H", [2, 2]),
        (33422, "B", [0, 1, 1, 2]),
    ]  # fmt: skip


def _directory(tags: list[Tag], start: int) -> bytes:
    """A directory at this place of the file, with the values that do not fit into it."""
    entries, beyond = b"", b""
    after = start + 2 + 12 * len(tags) + 4
    for number, kind, values in tags:
        if kind == "s":
            data, code, count = bytes(values), TEXT, len(values)
        else:
            data, code = struct.pack(f"<{len(values)}{kind}", *values), TYPES[kind]
            count = len(values) // (2 if kind == "i" else 1)
        entries += struct.pack("<HHI", number, code, count)
        if len(data) <= 4:
            entries += data.ljust(4, b"\0")
        else:
            entries += struct.pack("<I", after + len(beyond))
            beyond += data + b"\0" * (len(data) % 2)
    return struct.pack("<H", len(tags)) + entries + bytes(4) + beyond
