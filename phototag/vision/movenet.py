"""MoveNet SinglePose Lightning on ONNX Runtime: 17 points of the clearest person.

The net gives four maps of 48 x 48 cells; the points are computed from them as in the graph that Google published
(TensorFlow Hub, ``movenet/singlepose/lightning/4``), within 0.07 px of 192 on 1,321 photographs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import cv2
import numpy as np

from phototag import models
from phototag.vision.decoding import halved
from phototag.vision.yunet import session

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from phototag.vision.decoding import RGB

    Floats = NDArray[np.float32]

SIDE: Final = 192  # px of the square input
CELLS: Final = 48  # of a map, along each side
POINTS: Final = 17
MIRRORED: Final = (
    0,
    2,
    1,
    4,
    3,
    6,
    5,
    8,
    7,
    10,
    9,
    12,
    11,
    14,
    13,
    16,
    15,
)  # left and right exchanged
MAPS: Final = ("heatmap", "centre", "regress", "offset")
# The published graph stores these constants as half floats; rounded in the same way, the same cells are chosen.
NEAR: Final = np.float32(
    np.float16(1.8)
)  # cells; added to distances, so that near cells differ little
_ROW, _COLUMN = np.mgrid[:CELLS, :CELLS].astype(np.float32)
_MIDDLE = 1 / (np.hypot(_ROW - CELLS / 2, _COLUMN - CELLS / 2) + 1.8)
_MIDDLE = _MIDDLE.astype(np.float16).astype(np.float32)


class BodyDetector:
    """The loaded net.  Use from one thread only."""

    def __init__(self) -> None:
        self._net = session(models.MOVENET)

    def detect(self, rgb: RGB) -> Floats:
        """The points of one person: the clearest, preferably near the middle.

        Args:
            rgb: H x W x 3.

        Returns:
            17 x 3: x and y in fractions of the picture (a little more than 1 for a point beyond its edge), and the
            net's score, 0..1.
        """
        board, filled = letterboxed(rgb)
        points: Floats = _points(*self._net.run(MAPS, {"image": board[None]}))
        points[:, :2] /= filled
        return points

    def detect_twice(self, rgb: RGB) -> Floats:
        """The mean of ``detect`` for the picture and for its mirror image."""
        mirrored = self.detect(np.ascontiguousarray(rgb[:, ::-1]))[list(MIRRORED)]
        mirrored[:, 0] = 1 - mirrored[:, 0]
        mean: Floats = ((self.detect(rgb) + mirrored) / 2).astype(np.float32)
        return mean


def letterboxed(rgb: RGB) -> tuple[RGB, Floats]:
    """The picture in the upper left corner of a black square; the parts of its width and height that it fills."""
    rgb = halved(rgb, SIDE)
    height, width = rgb.shape[:2]
    scale = SIDE / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    board = np.zeros((SIDE, SIDE, 3), np.uint8)
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    board[: size[1], : size[0]] = cv2.resize(rgb, size, interpolation=how)
    return board, np.array([side / SIDE for side in size], np.float32)


def _points(heatmap: Any, centre: Any, regress: Any, offset: Any) -> Floats:
    """x, y (fractions of the square) and score of every point.

    The person is the strongest centre, weighted towards the middle. The regression at the centre gives a first guess
    of each point; the point is the cell with the highest score, weighted by its distance to the guess, and moved by
    the cell's offset.
    """
    scores = heatmap[0]
    guesses, shifts = (maps.reshape(POINTS, 2, CELLS, CELLS) for maps in (regress, offset))
    row, column = divmod(int(np.argmax(centre[0, 0] * _MIDDLE)), CELLS)
    guess = guesses[:, :, row, column] + np.array([row, column], np.float32)
    distance = np.sqrt((_ROW - guess[:, :1, None]) ** 2 + (_COLUMN - guess[:, 1:, None]) ** 2)
    rows, columns = np.divmod((scores / (distance + NEAR)).reshape(POINTS, -1).argmax(1), CELLS)
    every = np.arange(POINTS)
    moved = np.stack([columns, rows], 1) + shifts[every, ::-1, rows, columns]
    return np.concatenate([moved / CELLS, scores[every, rows, columns][:, None]], 1).astype(
        np.float32
    )
