"""Turns pictures by any angle, and covers mouths."""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from phototag.analysis.result import Analysis

RGB = NDArray[np.uint8]


def tilted(rgb: RGB, degrees: float) -> RGB:
    """The picture turned clockwise about its middle, on a board that holds all of it; its edges are drawn out."""
    height, width = rgb.shape[:2]
    cosine, sine = (abs(f(math.radians(degrees))) for f in (math.cos, math.sin))
    size = round(width * cosine + height * sine), round(width * sine + height * cosine)
    matrix: Any = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1)
    matrix[:, 2] += [(size[0] - width) / 2, (size[1] - height) / 2]
    turned = cv2.warpAffine(
        rgb, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return turned.astype(np.uint8)


def with_patch(rgb: RGB, analysis: Analysis, colour: tuple[int, int, int]) -> RGB:
    """The picture with a flat patch over the main face's mouth, from the nose to the chin."""
    assert analysis.scene is not None
    face = analysis.scene.main_face
    assert face is not None
    assert face.mesh is not None
    height, width = rgb.shape[:2]
    middle = face.mesh.outline[0].x / 2 + face.mesh.chin.x / 2
    half = 0.33 * face.box.width
    top, bottom = (
        (face.nose.y * 0.75 + face.mesh.chin.y * 0.25),
        face.mesh.chin.y * 0.97 + 0.03 * face.nose.y,
    )
    covered = rgb.copy()
    left, right = round((middle - half) * width), round((middle + half) * width)
    covered[round(top * height) : round(bottom * height), max(0, left) : right] = colour
    return covered


def away(one: float | None, other: float) -> float:
    """Degrees between two directions; 180 for one that is not known."""
    return 180.0 if one is None else abs((one - other + 180) % 360 - 180)
