"""The jobs the child knows.  Each imports its room when it is first asked for."""

from __future__ import annotations

import base64
import functools
from typing import TYPE_CHECKING, Any

from phototag.files import opening
from phototag.files.opening import FileState
from phototag.scene import serialization

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from phototag.vision.look import Observer

    Job = Callable[[Mapping[str, Any], bytes], Any]


@functools.cache
def _observer() -> Observer:
    from phototag.vision.look import Observer  # noqa: PLC0415

    return Observer()


def look(message: Mapping[str, Any], payload: bytes) -> Any:
    """The scene in a file, in a file's bytes, or in an array."""
    import numpy as np  # noqa: PLC0415

    from phototag.vision import decoding  # noqa: PLC0415

    name, limit = message["name"], message["max_pixels"]
    if message["shape"] is not None:
        array = np.frombuffer(payload, np.uint8).reshape(message["shape"])
        picture = decoding.from_array(name, array, limit)
    else:
        data = payload if message["path"] is None else opening.read(message["path"], name)[0]
        picture = decoding.decode(name, data, limit)
    return serialization.to_json(_observer().look(picture))


def meet(message: Mapping[str, Any], _: bytes) -> Any:
    """Which picture a file holds and, unless only that is asked, its scene: of the same bytes."""
    from phototag.metadata.picture import digest  # noqa: PLC0415

    data, status = opening.read(message["path"], message["name"])
    answer = {
        "picture": digest(data, message["path"]),
        "state": serialization.to_json(FileState.of(status)),
    }
    if message["look"]:
        answer["scene"] = look({**message, "path": None, "shape": None}, data)
    return answer


def write(message: Mapping[str, Any], _: bytes) -> Any:
    """Embed a record in a file."""
    from phototag.metadata.options import Options  # noqa: PLC0415
    from phototag.metadata.record import Record  # noqa: PLC0415
    from phototag.outcome import Expected  # noqa: PLC0415
    from phototag.worker import writer  # noqa: PLC0415

    expected = message["expected"]
    written = writer.write(
        message["path"],
        serialization.from_json(message["record"], Record),
        serialization.from_json(message["options"], Options),
        None if expected is None else serialization.from_json(expected, Expected),
    )
    return serialization.to_json(written)


def preview(message: Mapping[str, Any], _: bytes) -> Any:
    """The upright picture, reduced, as a WebP file in base64."""
    from phototag.vision import decoding  # noqa: PLC0415

    name, limit = message["name"], message["max_pixels"]
    picture = decoding.decode(name, opening.read(message["path"], name)[0], limit)
    reduced = decoding.webp(picture.rgb, message["side"], message["quality"])
    return base64.b64encode(reduced).decode()


def paint(message: Mapping[str, Any], _: bytes) -> Any:
    """Write a picture of the photo with what was found in it."""
    from phototag.worker import painting  # noqa: PLC0415

    order = serialization.from_json(message["painting"], painting.Painting)
    limit = message["max_pixels"]
    painting.paint(message["path"], message["name"], order, limit)


def read(message: Mapping[str, Any], _: bytes) -> Any:
    """The record that stands in a file."""
    from phototag.worker import writer  # noqa: PLC0415

    record = writer.read(message["path"])
    return None if record is None else serialization.to_json(record)


def remove(message: Mapping[str, Any], _: bytes) -> Any:
    """Take back what phototag wrote in a file."""
    from phototag.metadata.options import Options  # noqa: PLC0415
    from phototag.worker import writer  # noqa: PLC0415

    change = writer.remove(message["path"], serialization.from_json(message["options"], Options))
    return serialization.to_json(change)


def crop(message: Mapping[str, Any], _: bytes) -> Any:
    """Write a crop as a new file."""
    from phototag.worker import cutting  # noqa: PLC0415

    cutting.cut(message["path"], serialization.from_json(message["order"], cutting.Order))


def versions(_message: Mapping[str, Any], _: bytes) -> Any:
    """Versions of the native libraries, as they are loaded here."""
    from phototag.metadata import exiv2  # noqa: PLC0415
    from phototag.vision import nets, yunet  # noqa: PLC0415

    return {
        "OpenCV": nets.OPENCV_VERSION,
        "ONNX Runtime": yunet.RUNTIME_VERSION,
        "exiv2": exiv2.EXIV2_VERSION,
    }


JOBS: dict[str, Job] = {
    "look": look,
    "meet": meet,
    "preview": preview,
    "paint": paint,
    "write": write,
    "read": read,
    "remove": remove,
    "crop": crop,
    "versions": versions,
}
