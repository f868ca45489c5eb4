"""The six nets: faces, mesh, expression, person mask, body, content."""

from __future__ import annotations

import functools
import math
import sys
import types
from typing import TYPE_CHECKING, Any

import attrs
import cv2
import numpy as np

from phototag.scene.models import CONTENT_NET, EXPRESSION_NET, FACE_LANDMARKER, SELFIE_SEGMENTER
from phototag.vision import model_files
from phototag.vision.decoding import halved
from phototag.vision.figures import HEAD_POINTS
from phototag.vision.movenet import Bodies, BodyDetector
from phototag.vision.yunet import FACE_SCORE, Detection, FaceDetector, session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from phototag.vision.decoding import RGB

OPENCV_VERSION = cv2.__version__
CONTENT_MAPS = ("late", "last")  # 192 x 7 x 7 and 320 x 7 x 7
CONTENT_SIDE, CONTENT_ZERO, CONTENT_UNIT = 224, 127, 128  # px; 8-bit levels
MESH_MARGIN, MESH_SIDE = 1.6, 256  # crop side in face-box sides, and in px
EXPRESSION_MARGINS, EXPRESSION_SIDE = (
    (1.0, 1.2),
    64,
)  # the same; the scores of both crops are averaged
EXPRESSION_DIGITS = 4  # decimals; the scores are stored with every photo
# The crop of the mouth: side in face-box sides, px, and how far its middle is below the face's, in face heights.
MOUTH_SIZE, MOUTH_SIDE, MOUTH_BELOW = 0.8, 96, 0.25
# The crop in which the body net must see the same head: side in face-box sides, middle below the face's.
HEAD_SIZE, HEAD_BELOW = 3.5, 0.5
HEAD_CLEAR = 3  # of these, the clearest are counted
AROUND = 0.4  # face sides by which a point of the head may lie outside the face's box
LUMA = np.array(
    [0.2989, 0.587, 0.114], np.float32
)  # of R, G and B in the grey that the net was trained on
_UNUSED_IMPORTS = ("matplotlib", "matplotlib.pyplot", "sounddevice")


@attrs.frozen(eq=False)
class FacePass:
    """What one pass of the face detector finds.

    Attributes:
        candidates: all that may be a face, largest first.
    """

    candidates: list[Detection]
    _look: Callable[[], list[Detection]]

    @functools.cached_property
    def faces(self) -> list[Detection]:
        """The faces, largest first; if there are several candidates, the mirror image is looked at, too."""
        return self._look()

    @property
    def seen(self) -> list[Detection]:
        """The candidates that are faces in the picture itself, whatever its mirror image shows."""
        return [one for one in self.candidates if one.score >= FACE_SCORE]


class Nets:
    """The loaded models.  Use from one thread only; make one per process."""

    def __init__(self) -> None:
        model_files.require()
        cv2.setNumThreads(1)  # many sealed processes in parallel use the cores better
        vision = _import_tasks()
        self._mediapipe = sys.modules["mediapipe"]
        base = self._mediapipe.tasks.BaseOptions
        self._yunet = FaceDetector()
        self._body = BodyDetector()
        self._content = session(CONTENT_NET)
        self._expression = session(EXPRESSION_NET)
        self._mesh = vision.FaceLandmarker.create_from_options(
            vision.FaceLandmarkerOptions(
                base_options=base(model_asset_path=str(model_files.path(FACE_LANDMARKER))),
                num_faces=1,
            )
        )
        self._segmenter = vision.ImageSegmenter.create_from_options(
            vision.ImageSegmenterOptions(
                base_options=base(model_asset_path=str(model_files.path(SELFIE_SEGMENTER))),
                output_confidence_masks=True,
            )
        )

    def faces_at(
        self, rgb: RGB, side: int, within: tuple[int, int, int, int] | None = None
    ) -> FacePass:
        """One pass of the face detector.

        Args:
            rgb: the seen picture.
            side: px of the picture's long side in this pass.
            within: left, top, right and bottom of the part that is looked at; None for the whole picture.
        """
        left, top, right, bottom = within or (0, 0, rgb.shape[1], rgb.shape[0])
        part = rgb[top:bottom, left:right]
        long = max(part.shape[:2])
        pixels = round(side * long / max(rgb.shape[:2]))
        picture, scale = reduced(part, pixels), pixels / long

        def placed(rows: NDArray[np.float32]) -> list[Detection]:
            found = [
                Detection(
                    row[:4] / scale + [left, top, 0, 0],
                    row[4:14].reshape(5, 2) / scale + [left, top],
                    float(row[14]),
                )
                for row in rows.astype(float)
            ]
            return sorted(found, key=lambda face: -face.box[2] * face.box[3])

        rows = self._yunet.candidates(picture)
        return FacePass(placed(rows), lambda: placed(self._yunet.faces(picture, rows)))

    def mesh(self, rgb: RGB, face: Detection) -> NDArray[np.float64] | None:
        """478 x 3 face points in px of ``rgb`` (z in the same unit, away from the viewer)."""
        side = MESH_MARGIN * max(face.box[2:])
        crop, corner, scale = _square(rgb, face.box[:2] + face.box[2:] / 2, side, MESH_SIDE)
        found = self._mesh.detect(self._image(crop)).face_landmarks
        if not found:
            return None
        points = np.array([[point.x, point.y, point.z] for point in found[0]], np.float64)
        placed: NDArray[np.float64] = points * (MESH_SIDE * scale) + [*corner, 0]
        return placed

    def person(self, rgb: RGB) -> NDArray[np.float32]:
        """Probability 0..1 that a pixel belongs to a person, of the size of ``rgb``."""
        masks = self._segmenter.segment(self._image(rgb)).confidence_masks
        mask: NDArray[np.float32] = np.squeeze(masks[-1].numpy_view()).copy()  # else a view
        return mask.reshape(rgb.shape[:2])

    def content(self, rgb: RGB) -> list[NDArray[np.float32]]:
        """Late maps (channels x height x width) of a net trained to recognise what pictures show.

        The picture is stretched to the net's square input.
        """
        side = (CONTENT_SIDE, CONTENT_SIDE)
        return self._late_maps(cv2.resize(rgb, side, interpolation=cv2.INTER_AREA))

    def mouth(self, rgb: RGB, face: Detection) -> NDArray[np.float32]:
        """The mean of every channel of the earlier of these maps over the mouth of a face."""
        centre = face.box[:2] + face.box[2:] * [0.5, 0.5 + MOUTH_BELOW]
        crop, _, _ = _square(rgb, centre, MOUTH_SIZE * max(face.box[2:]), MOUTH_SIDE)
        earlier = self._late_maps(crop)[0]
        means: NDArray[np.float32] = earlier.mean(axis=(1, 2))
        return means

    def _late_maps(self, square: RGB) -> list[NDArray[np.float32]]:
        scaled = (square.astype(np.float32) - CONTENT_ZERO) / CONTENT_UNIT
        planes = np.ascontiguousarray(scaled.transpose(2, 0, 1)[None])
        return [found[0] for found in self._content.run(CONTENT_MAPS, {"picture": planes})]

    def bodies(self, rgb: RGB) -> Bodies:
        """The people in a picture, as bodies."""
        return self._body.detect(rgb)

    def bodies_exactly(self, rgb: RGB, seen: Bodies) -> Bodies:
        """The same more exactly: the mean of what was seen in a picture and of what its mirror image shows."""
        return self._body.mean_with_mirror(rgb, seen)

    def head_in_crop(self, rgb: RGB, face: Detection) -> float:
        """How clearly the body net sees a head where a face was found, 0..1: by a crop around the face."""
        x, y, wide, high = face.box
        centre = face.box[:2] + face.box[2:] * [0.5, 0.5 + HEAD_BELOW]
        crop, corner, scale = _square(rgb, centre, HEAD_SIZE * max(wide, high), CONTENT_SIDE)
        points = self._body.detect(crop).points[:HEAD_POINTS]
        places = points[:, :2] * (CONTENT_SIDE * scale) + corner
        low = np.array([x - AROUND * wide, y - AROUND * high])
        inside = ((places > low) & (places < low + (1 + 2 * AROUND) * face.box[2:])).all(axis=1)
        return float(np.sort(points[:, 2] * inside)[-HEAD_CLEAR:].mean())

    def expression(self, rgb: RGB, face: Detection) -> tuple[float, ...]:
        """Seven scores for what a face shows, which add up to 1; inputs of the criterion mood."""
        centre, largest = face.box[:2] + face.box[2:] / 2, max(face.box[2:])
        crops = np.stack(
            [
                _square(rgb, centre, margin * largest, EXPRESSION_SIDE)[0]
                for margin in EXPRESSION_MARGINS
            ]
        )
        grey = (crops.astype(np.float32) @ LUMA) / 255 * 2 - 1
        (scores,) = self._expression.run(None, {"image": grey[:, None]})
        return tuple(round(float(score), EXPRESSION_DIGITS) for score in scores.mean(axis=0))

    def _image(self, rgb: RGB) -> object:
        return self._mediapipe.Image(
            image_format=self._mediapipe.ImageFormat.SRGB, data=np.ascontiguousarray(rgb)
        )


def reduced(rgb: RGB, side: int) -> RGB:
    """The picture with its long side at ``side`` px, for the face detector.

    Halved exactly as often as possible; the rest, a factor below 2, by INTER_LINEAR: INTER_AREA takes a third of the
    time of the pass that follows, and the same faces are found.
    """
    height, width = rgb.shape[:2]
    scale = side / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return cv2.resize(halved(rgb, side), size, interpolation=cv2.INTER_LINEAR)


def turned_back(rgb: RGB, turn: int) -> RGB:
    """The picture turned counter-clockwise by this many degrees: 0, 90, 180 or 270."""
    return np.ascontiguousarray(np.rot90(rgb, turn // 90)) if turn else rgb


def _square(
    rgb: RGB, centre: NDArray[np.float64], side: float, pixels: int
) -> tuple[RGB, NDArray[np.float64], float]:
    """Return (crop of ``pixels`` px, its upper left corner in px of the picture, picture px per crop px).

    Black outside the picture. Cut, then resized with INTER_AREA: cv2.warpAffine accepts that flag but uses
    INTER_LINEAR, which causes aliasing when shrinking (yaw changes by up to 8 degrees).
    """
    whole = 2 ** max(0, int(math.log2(side / pixels)))  # divides evenly when it is halved
    size = max(1, round(side / whole) * whole)
    left, top = (int(value) for value in np.round(centre - size / 2))
    part = rgb[max(0, top) : max(0, top + size), max(0, left) : max(0, left + size)]
    cut = np.zeros((size, size, 3), np.uint8)
    cut[max(0, -top) :, max(0, -left) :][: part.shape[0], : part.shape[1]] = part
    cut = halved(cut, pixels)
    how = cv2.INTER_AREA if len(cut) > pixels else cv2.INTER_LINEAR
    crop = cv2.resize(cut, (pixels, pixels), interpolation=how)
    return crop, np.array([left, top], float), size / pixels


def _import_tasks() -> Any:
    """Import mediapipe's vision tasks without the plotting and audio packages that it also imports.

    Empty modules replace those during the import: 230 ms instead of 650 ms.
    """
    with _StandIns(_UNUSED_IMPORTS):
        from mediapipe.tasks.python import vision  # noqa: PLC0415 - only while the empty modules are in place

    return vision


class _StandIns:
    """Context in which modules of these names are empty; modules already loaded stay."""

    def __init__(self, names: Iterable[str]) -> None:
        self._added = [name for name in names if name not in sys.modules]

    def __enter__(self) -> None:
        sys.modules.update({name: types.ModuleType(name) for name in self._added})

    def __exit__(self, *_: object) -> None:
        for name in self._added:
            sys.modules.pop(name, None)
