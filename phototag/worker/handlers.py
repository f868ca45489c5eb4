"""What the sealed process does for each request.  Modules are imported when first needed."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Final

from phototag.files import opening
from phototag.files.opening import FileState
from phototag.outcome import PhotoState, Written
from phototag.worker.requests import (
    AnyRequest,
    Cut,
    Detect,
    Draw,
    Handlers,
    Identify,
    Preview,
    Read,
    Remove,
    Versions,
    Write,
)
from phototag.worker.source import PhotoFile

if TYPE_CHECKING:
    from phototag.metadata.change import Change
    from phototag.metadata.record import Record
    from phototag.scene.measures import Scene
    from phototag.vision.decoding import Picture
    from phototag.vision.detector import Detector


@functools.cache
def _detector() -> Detector:
    from phototag.vision.detector import Detector  # noqa: PLC0415

    return Detector()


def detect(request: Detect) -> Scene:
    """Detect the scene in a file, in a file's bytes, or in an array."""
    import numpy as np  # noqa: PLC0415

    from phototag.vision import decoding  # noqa: PLC0415

    source, limit = request.source, request.max_pixels
    if isinstance(source, PhotoFile):
        picture = _decoded(source, opening.read(source.path, source.name)[0], limit)
    elif source.shape is None:
        picture = decoding.decode(source.name, source.data, limit)
    else:
        array = np.frombuffer(source.data, np.uint8).reshape(source.shape)
        picture = decoding.from_array(source.name, array, limit)
    return _detector().look(picture)


def identify(request: Identify) -> PhotoState:
    """Identify the picture in a file, and detect its scene, from the same bytes."""
    from phototag.metadata.picture_hash import digest  # noqa: PLC0415

    photo = request.photo
    data, status = opening.read(photo.path, photo.name)
    picture, state = digest(data, photo.path), FileState.of(status)
    if not request.detect:
        return PhotoState(picture=picture, state=state)
    scene = _detector().look(_decoded(photo, data, request.max_pixels))
    return PhotoState(picture=picture, state=state, scene=scene)


def preview(request: Preview) -> bytes:
    """The upright picture, reduced, as a WebP file."""
    from phototag.vision import decoding  # noqa: PLC0415

    photo = request.photo
    picture = _decoded(photo, opening.read(photo.path, photo.name)[0], request.max_pixels)
    return decoding.webp(picture.rgb, request.side, request.quality)


def draw(request: Draw) -> None:
    """Write a picture of the photo with the results drawn."""
    from phototag.worker import drawing  # noqa: PLC0415

    drawing.draw(request)


def write(request: Write) -> Written:
    """Carry out a write order for a photo."""
    from phototag.worker import writer  # noqa: PLC0415

    return writer.write(request.photo.path, request.order, request.options, request.expected)


def read(request: Read) -> Record | None:
    """Read the record in a photo."""
    from phototag.worker import writer  # noqa: PLC0415

    return writer.read(request.photo.path)


def remove(request: Remove) -> Change:
    """Remove what phototag wrote into a photo."""
    from phototag.worker import writer  # noqa: PLC0415

    return writer.remove(request.photo.path, request.options)


def cut(request: Cut) -> None:
    """Write a crop as a new file."""
    from phototag.worker import cutting  # noqa: PLC0415

    cutting.cut(request)


def versions(_: Versions) -> dict[str, str]:
    """Versions of the native libraries loaded in this process."""
    from phototag.metadata import exiv2  # noqa: PLC0415
    from phototag.vision import nets, yunet  # noqa: PLC0415

    return {
        "OpenCV": nets.OPENCV_VERSION,
        "ONNX Runtime": yunet.RUNTIME_VERSION,
        "exiv2": exiv2.EXIV2_VERSION,
    }


def _decoded(photo: PhotoFile, data: bytes, max_pixels: int) -> Picture:
    from phototag.vision import decoding  # noqa: PLC0415

    return decoding.decode(photo.name, data, max_pixels)


HANDLERS: Final[Handlers[AnyRequest]] = (
    Detect.handled_by(detect)
    | Identify.handled_by(identify)
    | Preview.handled_by(preview)
    | Draw.handled_by(draw)
    | Write.handled_by(write)
    | Read.handled_by(read)
    | Remove.handled_by(remove)
    | Cut.handled_by(cut)
    | Versions.handled_by(versions)
)
