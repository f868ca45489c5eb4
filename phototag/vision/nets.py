"""The six nets: faces, mesh, expression, person mask, body, content."""

from __future__ import annotations

import math
import sys
import types
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from phototag import models
from phototag.vision.decoding import halved
from phototag.vision.movenet import BodyDetector
from phototag.vision.yunet import Detection, FaceDetector, session

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from phototag.vision.decoding import RGB

OPENCV_VERSION = cv2.__version__
# A face with this score and this height ends the cascade at 320 px: this pass finds every labelled headshot, and 65 %
# of photos stop there after 7 ms; small faces and groups need the 640 px pass (30 ms).
QUICK_SCORE, QUICK_HEIGHT = 0.8, 0.25
CASCADE = (320, 640)
CELL = 32  # px of the face detector's coarsest map
# YuNet finds faces from 10 px. If the largest one has less than three times that in the second pass, others may be
# missing: a third pass finds them.
FINE_SIDE, FINE_FACE, FINE_LEAST = 1024, 30, 900  # px; px of the second pass; px of the picture
CONTENT_MAPS = ("late", "last")  # 192 x 7 x 7 and 320 x 7 x 7
CONTENT_SIDE, CONTENT_ZERO, CONTENT_UNIT = 224, 127, 128  # px; 8-bit levels
MESH_MARGIN, MESH_SIDE = 1.6, 256  # crop side in face-box sides, and in px
EXPRESSION_MARGINS, EXPRESSION_SIDE = (
    (1.0, 1.2),
    64,
)  # the same; the scores of both crops are averaged
EXPRESSION_DIGITS = 4  # decimals; the scores are stored with every photo
LUMA = np.array(
    [0.2989, 0.587, 0.114], np.float32
)  # of R, G and B in the grey that the net was trained on
_UNUSED_IMPORTS = ("matplotlib", "matplotlib.pyplot", "sounddevice")


class Nets:
    """The loaded models.  Use from one thread only; make one per process."""

    def __init__(self) -> None:
        models.require()
        cv2.setNumThreads(1)  # many sealed processes in parallel use the cores better
        vision = _import_tasks()
        self._mediapipe = sys.modules["mediapipe"]
        base = self._mediapipe.tasks.BaseOptions
        self._yunet = FaceDetector()
        self._body = BodyDetector()
        self._content = session(models.CONTENT_NET)
        self._expression = session(models.EXPRESSION_NET)
        self._mesh = vision.FaceLandmarker.create_from_options(
            vision.FaceLandmarkerOptions(
                base_options=base(model_asset_path=str(models.path("face_landmarker.task"))),
                num_faces=1,
            )
        )
        self._segmenter = vision.ImageSegmenter.create_from_options(
            vision.ImageSegmenterOptions(
                base_options=base(model_asset_path=str(models.path("selfie_segmenter.tflite"))),
                output_confidence_masks=True,
            )
        )

    def faces(self, rgb: RGB, *, finest: bool = True) -> list[Detection]:
        """Faces, largest first.

        Args:
            rgb: the seen picture.
            finest: also search for the smallest faces if no other is found.
        """
        height, side = rgb.shape[0], max(rgb.shape[:2])
        found: list[Detection] = []
        for reduced in CASCADE:
            found = self._faces_at(rgb, reduced)
            if found and found[0].score >= QUICK_SCORE and found[0].box[3] >= QUICK_HEIGHT * height:
                break
        else:
            missed = found[0].box[3] * CASCADE[-1] < FINE_FACE * side if found else finest
            if missed and side >= FINE_LEAST:
                found = max(found, self._faces_at(rgb, FINE_SIDE), key=len)
        return found

    def _faces_at(self, rgb: RGB, side: int) -> list[Detection]:
        """One pass with the long side at ``side`` px; the board is padded to whole cells."""
        height, width = rgb.shape[:2]
        scale = side / max(height, width)
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        rgb = halved(rgb, side)
        how = cv2.INTER_AREA if max(rgb.shape[:2]) > side else cv2.INTER_LINEAR
        whole = -(-size[1] // CELL) * CELL, -(-size[0] // CELL) * CELL
        board = np.zeros((*whole, 3), np.uint8)
        board[: size[1], : size[0]] = cv2.resize(rgb, size, interpolation=how)
        faces = [
            Detection(row[:4] / scale, row[4:14].reshape(5, 2) / scale, float(row[14]))
            for row in self._yunet.detect(board).astype(float)
        ]
        return sorted(faces, key=lambda face: -face.box[2] * face.box[3])

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
        stretched = cv2.resize(rgb, side, interpolation=cv2.INTER_AREA).astype(np.float32)
        scaled = (stretched - CONTENT_ZERO) / CONTENT_UNIT
        planes = np.ascontiguousarray(scaled.transpose(2, 0, 1)[None])
        return [found[0] for found in self._content.run(CONTENT_MAPS, {"picture": planes})]

    def body(self, rgb: RGB, *, twice: bool) -> NDArray[np.float32]:
        """17 x 3 of x, y (fractions of the picture) and score of the clearest person.

        Args:
            rgb: the picture.
            twice: also run the mirrored picture, and return the mean of both.
        """
        return self._body.detect_twice(rgb) if twice else self._body.detect(rgb)

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
