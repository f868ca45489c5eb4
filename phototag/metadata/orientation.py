"""Converts boxes from the upright picture to the stored pixels, and back.

The Exif orientation tells how to turn the stored pixels to get the upright picture. Only this module of
phototag deals with stored pixels.

Source: Exif 2.32, 4.6.4, tag 274.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from phototag.scene.geometry import Box

_Map = Callable[[Box], tuple[float, float]]

# By orientation: the corner (x, y), in the stored picture, of a box of the upright picture. For 5 to 8, the
# stored picture lies on its side: width and height are swapped.
_CORNERS: Final[dict[int, _Map]] = {
    1: lambda box: (box.x, box.y),
    2: lambda box: (1 - box.right, box.y),
    3: lambda box: (1 - box.right, 1 - box.bottom),
    4: lambda box: (box.x, 1 - box.bottom),
    5: lambda box: (box.y, box.x),
    6: lambda box: (box.y, 1 - box.right),
    7: lambda box: (1 - box.bottom, 1 - box.right),
    8: lambda box: (1 - box.bottom, box.x),
}
_FIRST_SIDEWAYS: Final = 5
# 6 and 8 are each other's inverse; every other orientation is its own inverse.
_INVERSE: Final = {6: 8, 8: 6}


def stored(box: Box, orientation: int) -> Box:
    """Convert a box of the upright picture to fractions of the stored picture."""
    x, y = _CORNERS[orientation](box)
    if orientation >= _FIRST_SIDEWAYS:
        return Box(x, y, box.height, box.width)
    return Box(x, y, box.width, box.height)


def upright(box: Box, orientation: int) -> Box:
    """Convert a box of the stored picture to fractions of the upright picture."""
    return stored(box, _INVERSE.get(orientation, orientation))
