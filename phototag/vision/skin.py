"""Skin of the main face: how smooth and how even it is, and how sharp the eyes are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from phototag.scene.measures import Skin
from phototag.vision.surroundings import gradient, percentile, to_lab

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from phototag.vision.decoding import RGB

# Patches of the mesh that contain only skin: both cheeks and the forehead.
PATCHES = (
    (117, 118, 119, 100, 126, 142, 36, 205, 50),
    (346, 347, 348, 329, 355, 371, 266, 425, 280),
    (109, 10, 338, 337, 9, 108),
)
EYES = ((33, 160, 158, 133, 153, 144), (362, 385, 387, 263, 373, 380))
LEAST_PIXELS = 400  # with fewer skin pixels, texture cannot be distinguished from noise


def measure(rgb: RGB, mesh: NDArray[np.float64]) -> Skin | None:
    """Measure the skin; ``mesh``: 478 x 3 in px of ``rgb``.  None if there are too few pixels."""
    low = np.floor(mesh[:, :2].min(axis=0)).astype(int)
    high = np.ceil(mesh[:, :2].max(axis=0)).astype(int) + 1
    left, top = np.maximum(low, 0)
    part = rgb[top : max(top, high[1]), left : max(left, high[0])]
    if part.size == 0:
        return None
    points = np.round(mesh[:, :2] - [left, top]).astype(np.int32)
    skin, eyes = (_fill(part.shape[:2], points, groups) for groups in (PATCHES, EYES))
    if skin.sum() < LEAST_PIXELS or not eyes.any():
        return None
    _, a, b = to_lab(part[skin][None]).reshape(-1, 3).T  # of these pixels alone
    grey = cv2.cvtColor(part, cv2.COLOR_RGB2GRAY)
    fine = cv2.absdiff(grey, cv2.GaussianBlur(grey, (0, 0), 1.5))
    return Skin(
        texture_ratio=float(fine[skin].mean()) / (float(fine[eyes].mean()) + 0.5),
        evenness=float(np.hypot(a.std(), b.std())),
        eye_sharpness=float(percentile(gradient(grey)[eyes], 0.95)),
    )


def _fill(
    shape: tuple[int, ...], points: NDArray[np.int32], groups: tuple[tuple[int, ...], ...]
) -> NDArray[np.bool_]:
    board = np.zeros(shape, np.uint8)
    for group in groups:
        cv2.fillConvexPoly(board, cv2.convexHull(points[list(group)]), 1)
    return board.astype(bool)
