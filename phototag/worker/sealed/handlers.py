"""What the sealed process does for each request.  Modules are imported when first needed."""

from __future__ import annotations

import contextlib
import functools
from typing import TYPE_CHECKING, Final

from phototag.errors import PhototagError
from phototag.worker.answers import (
    Blocks,
    Examination,
    Identified,
    Installed,
    Made,
    Prepared,
    Previewed,
)
from phototag.worker.requests import (
    AnyRequest,
    Cut,
    Detect,
    Draw,
    Examine,
    FinishBlocks,
    Handlers,
    Identify,
    Load,
    MeasureBlocks,
    Part,
    Preview,
    Read,
    Remove,
    Versions,
    Write,
)
from phototag.worker.seal import Seal
from phototag.worker.sealed.new_content import made

if TYPE_CHECKING:
    from phototag.metadata.record import Record
    from phototag.scene.measures import Scene
    from phototag.vision.decoding import Picture
    from phototag.vision.detector import Detector
    from phototag.worker.requests import GivenFile

_seal = Seal(why_not="this process is not sealed")


def holds(seal: Seal) -> None:
    """Note the seal of this process, for ``versions``."""
    global _seal  # noqa: PLW0603 - there is one per process, set when it starts
    _seal = seal


@functools.cache
def _detector() -> Detector:
    from phototag.vision.detector import Detector  # noqa: PLC0415

    return Detector()


def detect(request: Detect) -> Scene:
    """Detect the scene in the content of a file, or in an array."""
    import numpy as np  # noqa: PLC0415

    from phototag.vision import decoding  # noqa: PLC0415

    photo, limit = request.photo, request.max_pixels
    if request.shape is None:
        picture = _decoded(photo, photo.read(), limit)
    else:
        array = np.frombuffer(photo.read(), np.uint8).reshape(request.shape)
        picture = decoding.from_array(photo.label, array, limit)
    return _detector().look(picture)


def identify(request: Identify) -> Identified:
    """Identify the picture in a file, and detect its scene, from the same bytes."""
    from phototag.metadata.picture_hash import digest  # noqa: PLC0415

    data = request.photo.read()
    picture = digest(data, request.photo.label)
    if not request.detect:
        return Identified(picture=picture)
    scene = _detector().look(_decoded(request.photo, data, request.max_pixels))
    return Identified(picture=picture, scene=scene)


def preview(request: Preview) -> Previewed:
    """The upright picture, reduced, as a WebP file, and what the photo says about itself."""
    from phototag.vision import decoding  # noqa: PLC0415
    from phototag.worker.sealed import describing  # noqa: PLC0415

    picture = _decoded(request.photo, request.photo.read(), request.max_pixels)
    reduced = made(decoding.webp(picture.rgb, request.side, request.quality))
    return Previewed(content=reduced.content, about=describing.about(request))


def draw(request: Draw) -> Made:
    """A picture of the photo with the results drawn."""
    from phototag.worker.sealed import drawing  # noqa: PLC0415

    return made(drawing.draw(request))


def write(request: Write) -> Prepared:
    """Prepare a write order for a photo."""
    from phototag.worker.sealed import preparing  # noqa: PLC0415

    return preparing.write(request)


def read(request: Read) -> Record | None:
    """Read the record in a photo."""
    from phototag.worker.sealed import preparing  # noqa: PLC0415

    return preparing.read(request)


def remove(request: Remove) -> Prepared:
    """Prepare to remove what phototag wrote into a photo."""
    from phototag.worker.sealed import preparing  # noqa: PLC0415

    return preparing.remove(request)


def examine(request: Examine) -> Examination:
    """Examine a photo and its sidecars."""
    from phototag.worker.sealed import examining  # noqa: PLC0415

    return examining.examine(request)


def cut(request: Cut) -> Made:
    """A crop as a new file."""
    from phototag.worker.sealed import cutting  # noqa: PLC0415

    return made(cutting.cut(request))


def measure_blocks(request: MeasureBlocks) -> Blocks:
    """The blocks of a JPEG that make a crop."""
    from phototag.worker.sealed import cutting  # noqa: PLC0415

    return cutting.measure_blocks(request)


def finish_blocks(request: FinishBlocks) -> Made:
    """A part of a JPEG as a new file."""
    from phototag.worker.sealed import cutting  # noqa: PLC0415

    return made(cutting.finish_blocks(request))


def load(request: Load) -> None:
    """Load what later requests need; what fails here fails again, with its reason, at the request itself."""
    with contextlib.suppress(PhototagError, ImportError):
        if request.load is Part.VISION:
            _detector()
        if request.load in {Part.VISION, Part.PICTURES}:
            from phototag.vision import decoding  # noqa: F401, PLC0415
            from phototag.worker.sealed import cutting  # noqa: F401, PLC0415
        if request.load is Part.CHECK:
            from phototag.worker.sealed import examining  # noqa: F401, PLC0415
        if request.load in {Part.VISION, Part.METADATA}:
            from phototag.worker.sealed import preparing  # noqa: F401, PLC0415


def versions(_: Versions) -> Installed:
    """Versions of the native libraries loaded in this process."""
    from phototag.metadata import exiv2  # noqa: PLC0415
    from phototag.vision import nets, yunet  # noqa: PLC0415

    found = {
        "OpenCV": nets.OPENCV_VERSION,
        "ONNX Runtime": yunet.RUNTIME_VERSION,
        "exiv2": exiv2.EXIV2_VERSION,
    }
    return Installed(versions=found, seal=_seal)


def _decoded(photo: GivenFile, data: bytes, max_pixels: int) -> Picture:
    from phototag.vision import decoding  # noqa: PLC0415

    return decoding.decode(photo.label, data, max_pixels)


HANDLERS: Final[Handlers[AnyRequest]] = (
    Detect.handled_by(detect)
    | Identify.handled_by(identify)
    | Preview.handled_by(preview)
    | Draw.handled_by(draw)
    | Write.handled_by(write)
    | Read.handled_by(read)
    | Remove.handled_by(remove)
    | Examine.handled_by(examine)
    | Cut.handled_by(cut)
    | MeasureBlocks.handled_by(measure_blocks)
    | FinishBlocks.handled_by(finish_blocks)
    | Load.handled_by(load)
    | Versions.handled_by(versions)
)
