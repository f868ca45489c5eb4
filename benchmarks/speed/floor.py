"""The *floor*: the least that any analysis of a photo does, with nothing around it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np

from phototag.scene.models import FACE_DETECTOR
from phototag.vision import decoding, model_files
from phototag.vision.detector import MASK_SIDE, Detector
from phototag.vision.yunet import Detection


class Floor:
    """The least that can be done for a photo, with the same nets called straight."""

    def __init__(self, observer: Detector) -> None:
        self._net = observer._nets
        self._opencv = cv2.FaceDetectorYN.create(
            str(model_files.path(FACE_DETECTOR)), "", (320, 320), 0.6, 0.3, 500
        )

    def __call__(self, path: Path, detector: str, part: slice = slice(None)) -> None:
        """Read, decode, faces at 320, mesh of the largest, mask.

        Args:
            path: the photo.
            detector: opencv or ours.
            part: where in the file the picture lies that is decoded.
        """
        rgb = decoding.decode("x", path.read_bytes()[part]).rgb
        found = self._by_opencv(rgb) if detector == "opencv" else self._net.faces_at(rgb, 320).faces
        if found:
            self._net.mesh(rgb, found[0])
        self._net.person(decoding.shrink(rgb, MASK_SIDE))

    def _by_opencv(self, rgb: Any) -> list[Detection]:
        height, width = rgb.shape[:2]
        scale = 320 / max(height, width)
        size = round(width * scale), round(height * scale)
        board = np.zeros((320, 320, 3), np.uint8)
        board[: size[1], : size[0]] = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)[..., ::-1]
        rows: Any = self._opencv.detect(board)[1]
        if rows is None:
            return []
        found = [
            Detection(row[:4] / scale, row[4:14].reshape(5, 2) / scale, float(row[14]))
            for row in np.asarray(rows).astype(float)
        ]
        return sorted(found, key=lambda face: -face.box[3])
