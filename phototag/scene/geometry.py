"""Points and boxes in fractions of the upright picture."""

from __future__ import annotations

import math

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

    def part_of(self, box: Box) -> Box | None:
        """The part of a box that is inside this one, in fractions of this one; None if less than a quarter is."""
        return box.within(self)

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


@attrs.frozen
class TurnedBox:
    """A rectangle in a picture that has been turned around its middle.

    Attributes:
        box: the rectangle, in fractions of the picture's width and height; the origin is the upper left corner of the
            picture as it was before.
        angle: degrees by which the picture was turned clockwise.
        ratio: width of the picture / its height.
    """

    box: Box
    angle: float
    ratio: float

    def part_of(self, box: Box) -> Box | None:
        """As for ``Box``; the box is moved with the picture, and its sides stay level."""
        centre = turned_around(
            Point(box.centre.x * self.ratio, box.centre.y), self.angle, Point(self.ratio / 2, 0.5)
        )
        left, top = centre.x / self.ratio - box.width / 2, centre.y - box.height / 2
        return Box(left, top, box.width, box.height).within(self.box)


def turned_around(point: Point, degrees: float, centre: Point) -> Point:
    """Where a point is when the picture is turned clockwise around a centre; x and y in the same unit."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    x, y = point.x - centre.x, point.y - centre.y
    return Point(centre.x + cos * x - sin * y, centre.y + sin * x + cos * y)
