"""Points and boxes in fractions of the upright picture."""

from __future__ import annotations

import attrs


@attrs.frozen
class Point:
    """A place in the upright picture: x to the right, y down, 0..1 inside the frame."""

    x: float
    y: float


@attrs.frozen
class Box:
    """A rectangle in the upright picture; ``x, y`` is its upper left corner, all in 0..1."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """X of the right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Y of the lower edge."""
        return self.y + self.height

    @property
    def centre(self) -> Point:
        """Middle of the box."""
        return Point(self.x + self.width / 2, self.y + self.height / 2)

    @property
    def area(self) -> float:
        """Share of the picture, 0..1."""
        return self.width * self.height
