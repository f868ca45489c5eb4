"""The exact size of a new picture."""

from __future__ import annotations

import re
from typing import Final

import attrs

from phototag.errors import BadValue, printable_name

_TEXT: Final = re.compile(r"([1-9][0-9]{0,5})[xX×]([1-9][0-9]{0,5})")  # noqa: RUF001 - people write both
MOST: Final = 65_500  # px; the most that JPEG files hold


@attrs.frozen
class Size:
    """Width and height, px."""

    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"

    def has_ratio(self, across: float, down: float) -> bool:
        """Whether this is the ratio of another width and height, to the pixel."""
        return (
            abs(self.height * across / down - self.width) <= 1
            or abs(self.width * down / across - self.height) <= 1
        )


def size(given: Size | tuple[int, int] | str | None) -> Size | None:
    """The size in an argument: ``"600x600"``, or width and height.

    Raises:
        BadValue: it is no size.
    """
    if given is None or isinstance(given, Size):
        return given
    found = _TEXT.fullmatch(given.strip()) if isinstance(given, str) else None
    sides: object = given if found is None else tuple(map(int, found.groups()))
    match sides:
        case (int(width), int(height)) if 1 <= width <= MOST and 1 <= height <= MOST:
            return Size(width, height)
    problem = (
        f"it must be width x height in pixels, at most {MOST}, not {printable_name(repr(given))}"
    )
    raise BadValue("size", problem, "for example 600x600")
