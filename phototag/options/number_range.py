"""A range of whole numbers, as somebody writes it."""

from __future__ import annotations

import re
from typing import Final

import attrs

from phototag.errors import BadType, BadValue, printable_name

_TEXT: Final = re.compile(r"([0-9]{1,9})(-([0-9]{1,9})?)?")


@attrs.frozen
class NumberRange:
    """The whole numbers from one to another, including both.

    Attributes:
        least: the lowest.
        most: the highest; None = there is no limit.
    """

    least: int
    most: int | None

    def __contains__(self, number: int) -> bool:
        return self.least <= number and (self.most is None or number <= self.most)


def number_range(name: str, given: NumberRange | int | str) -> NumberRange:
    """The range in an argument: a number, or a text such as ``"2"``, ``"2-5"`` or ``"2-"``.

    Args:
        name: of the argument.
        given: the argument.

    Raises:
        BadType: it is neither a number nor a text.
        BadValue: it is no range.
    """
    if isinstance(given, NumberRange):
        return given
    if isinstance(given, bool) or not isinstance(given, int | str):
        raise BadType(name, f"it must be a number or a range, not {type(given).__name__}")
    found = _TEXT.fullmatch(str(given).strip())
    if found is not None:
        least, to, most = found.groups()
        last = int(most or least) if most or not to else None
        if last is None or int(least) <= last:
            return NumberRange(int(least), last)
    problem = f"it must be a number such as 2, or a range such as 2-5 or 2-, not {printable_name(repr(given))}"
    raise BadValue(name, problem)
