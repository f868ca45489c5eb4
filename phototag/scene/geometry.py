"""Points and boxes in fractions of the upright picture."""

from __future__ import annotations

import attrs

LEAST_INSIDE = 0.25  # share of a region that must be inside a frame for the region to be kept


@attrs.frozen
class Point:
    """A place in the upright picture: x to the right, y down, 0..1 inside the frame."""

    x: float
    y: float

    def turned(self, degrees: int) -> Point:
        """The place when the picture around it is turned clockwise by 0, 90, 180 or 270 degrees."""
        point = self
        for _ in range(degrees // 90):
            point = Point(1 - point.y, point.x)
        return point


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

    def within(self, frame: Box) -> Box | None:
        """The part inside a frame, in fractions of that frame; None if less than a quarter is inside."""
        left, top = max(self.x, frame.x), max(self.y, frame.y)
        right, bottom = min(self.right, frame.right), min(self.bottom, frame.bottom)
        if right <= left or bottom <= top:
            return None
        part = Box(
            (left - frame.x) / frame.width,
            (top - frame.y) / frame.height,
            (right - left) / frame.width,
            (bottom - top) / frame.height,
        )
        return part if part.area * frame.area >= LEAST_INSIDE * self.area else None

    def turned(self, degrees: int) -> Box:
        """The box when the picture around it is turned clockwise by 0, 90, 180 or 270 degrees."""
        box = self
        for _ in range(degrees // 90):
            box = Box(1 - box.bottom, box.x, box.height, box.width)
        return box

    @property
    def area(self) -> float:
        """Share of the picture, 0..1."""
        return self.width * self.height
