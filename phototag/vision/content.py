"""What a picture shows, and what surrounds its people, as numbers from a trained net.

The late maps of a net trained on the 1,000 classes of ImageNet respond to animals, furniture, fields and curtains.
Their means over the whole picture distinguish people from everything else; their means around the people distinguish
places and backdrops. A single number means nothing by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from phototag.vision.surroundings import Bools, Mask

    Maps = Sequence[NDArray[np.float32]]

# "Around the people" is a slightly larger region here than in ``surroundings.py`` (there 11 px, and at least a share
# of the picture): the weights were fitted on means over this region.
TRACE = 0.1  # mask probability from which a pixel shows a person
GROW = 9  # px by which people are grown before the rest counts as around them
EDGE = 2 / 7  # of a map's side, beyond which a cell does not belong to the middle
LOWER = 2 / 7  # of a map's height
DIGITS = 4  # significant; the numbers are stored with every photo
LEAST = 1e-9  # numbers closer to zero than this are stored with fewer digits


def of_middle(maps: Maps) -> tuple[float, ...]:
    """The mean of every channel of the earlier map over the middle of the picture, where its subject is."""
    height, width = maps[0].shape[1:]
    middle = maps[0][:, _inner(height), _inner(width)]
    return _rounded(middle.mean(axis=(1, 2)))


def below(maps: Maps) -> tuple[float, ...]:
    """The mean of every channel of the earlier map over the lower part of the picture, where the frame cuts people."""
    height = maps[0].shape[1]
    return _rounded(maps[0][:, height - round(LOWER * height) :].mean(axis=(1, 2)))


def of_all(maps: Maps) -> tuple[float, ...]:
    """The mean of every channel of the earlier map over the whole picture."""
    return _rounded(maps[0].mean(axis=(1, 2)))


def _inner(side: int) -> slice:
    edge = round(EDGE * side)
    return slice(edge, side - edge)


def around_people(maps: Maps, mask: Mask) -> tuple[float, ...] | None:
    """The mean of every channel of both maps around the people; None when they fill the frame."""
    around = _around_people(mask)
    if not around.any():
        return None
    layers = np.concatenate(maps)
    size = layers.shape[:0:-1]
    every_other = np.ascontiguousarray(around[::2, ::2], np.float32)  # enough for 7 x 7 cells
    weight = cv2.resize(every_other, size, interpolation=cv2.INTER_AREA)
    return _rounded((layers * weight).sum(axis=(1, 2)) / weight.sum())


def _around_people(mask: Mask) -> Bools:
    people = cv2.dilate((mask >= TRACE).astype(np.uint8), np.ones((GROW, GROW), np.uint8))
    around: Bools = people == 0
    return around


def _rounded(values: NDArray[np.float32]) -> tuple[float, ...]:
    exact = values.astype(float)
    size = np.floor(np.log10(np.maximum(np.abs(exact), LEAST)))
    scale = 10.0 ** (DIGITS - 1 - size)
    return tuple((np.round(exact * scale) / scale).tolist())
