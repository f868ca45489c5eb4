"""MoveNet SinglePose Lightning on ONNX Runtime: 17 points of the clearest person, and where others are.

The net gives four maps of 48 x 48 cells; the points are computed from them as in the graph that Google published
(TensorFlow Hub, ``movenet/singlepose/lightning/4``), within 0.07 px of 192 on 1,321 photographs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs
import cv2
import numpy as np

from phototag.scene.models import MOVENET
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
PEAK = 5  # cells; a centre is the highest within this square
LEAST_CENTRE, MOST_PEOPLE = 0.08, 8  # weaker centres are noise; the net's maps hold no more people
# of the picture's width: the mean distance between the points of one person in a picture and in its mirror image is
# below it in 98 photos of 100 with one person
SAME = 0.08
_ROW, _COLUMN = np.mgrid[:CELLS, :CELLS].astype(np.float32)
_MIDDLE = 1 / (np.hypot(_ROW - CELLS / 2, _COLUMN - CELLS / 2) + 1.8)
_MIDDLE = _MIDDLE.astype(np.float16).astype(np.float32)


@attrs.frozen(eq=False)
class Found:
    """One person.

    Attributes:
        strength: the net's score for the middle of a person, 0..1.
        points: 17 x 3: x and y in fractions of the picture (a little more than 1 for a point beyond its edge), and
            the net's score, 0..1.
    """

    strength: float
    points: Floats


@attrs.frozen(eq=False)
class Bodies:
    """What one run of the net finds.

    Attributes:
        points: 17 x 3 of the person preferred by the net: clear, and near the middle.
        people: everybody, strongest first.
    """

    points: Floats
    people: tuple[Found, ...]


class BodyDetector:
    """The loaded net.  Use from one thread only."""

    def __init__(self) -> None:
        self._net = session(MOVENET)

    def detect(self, rgb: RGB) -> Bodies:
        """The people in a picture, H x W x 3."""
        board, filled = letterboxed(rgb)
        maps = _Maps(*self._net.run(MAPS, {"image": board[None]}))
        found = tuple(
            Found(strength, maps.points(row, column, filled))
            for row, column, strength in maps.peaks()
        )
        return Bodies(maps.points(*maps.preferred(), filled), found)

    def mean_with_mirror(self, rgb: RGB, seen: Bodies) -> Bodies:
        """The mean of the points in the picture, as seen, and in its mirror image.

        In a couple the net may prefer one person in the picture and the other in the mirror image. The mean of both
        would lie between them: the clearer one is taken instead.
        """
        mirrored = self.detect(np.ascontiguousarray(rgb[:, ::-1])).points[list(MIRRORED)]
        mirrored[:, 0] = 1 - mirrored[:, 0]
        points = seen.points
        trusted = np.minimum(points[:, 2], mirrored[:, 2])
        apart = np.abs(points[:, 0] - mirrored[:, 0])
        if float((apart * trusted).sum()) <= SAME * float(trusted.sum()):
            points = ((points + mirrored) / 2).astype(np.float32)
        elif mirrored[:, 2].sum() > points[:, 2].sum():
            points = mirrored
        return Bodies(points, seen.people)


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


class _Maps:
    """The four maps of one run."""

    def __init__(self, heatmap: Any, centre: Any, regress: Any, offset: Any) -> None:
        self._scores = heatmap[0]
        self._centre = centre[0, 0]
        self._guesses, self._shifts = (
            maps.reshape(POINTS, 2, CELLS, CELLS) for maps in (regress, offset)
        )

    def preferred(self) -> tuple[int, int]:
        """Row and column of the strongest centre, weighted towards the middle of the square."""
        return divmod(int(np.argmax(self._centre * _MIDDLE)), CELLS)

    def peaks(self) -> list[tuple[int, int, float]]:
        """Rows, columns and scores of the centres of people, strongest first."""
        around = cv2.dilate(self._centre, np.ones((PEAK, PEAK), np.uint8))
        rows, columns = np.nonzero((self._centre == around) & (self._centre >= LEAST_CENTRE))
        scores = self._centre[rows, columns]
        strongest = np.argsort(-scores, kind="stable")[:MOST_PEOPLE]
        return [(int(rows[n]), int(columns[n]), float(scores[n])) for n in strongest]

    def points(self, row: int, column: int, filled: Floats) -> Floats:
        """x, y (fractions of the picture) and score of every point of the person with this centre.

        The regression at the centre gives a first guess of each point; the point is the cell with the highest score,
        weighted by its distance to the guess, and moved by the cell's offset.
        """
        guess = self._guesses[:, :, row, column] + np.array([row, column], np.float32)
        distance = np.sqrt((_ROW - guess[:, :1, None]) ** 2 + (_COLUMN - guess[:, 1:, None]) ** 2)
        weighted = (self._scores / (distance + NEAR)).reshape(POINTS, -1)
        rows, columns = np.divmod(weighted.argmax(1), CELLS)
        every = np.arange(POINTS)
        moved = np.stack([columns, rows], 1) + self._shifts[every, ::-1, rows, columns]
        scores = self._scores[every, rows, columns][:, None]
        return np.concatenate([moved / CELLS / filled, scores], 1).astype(np.float32)
