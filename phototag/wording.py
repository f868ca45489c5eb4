"""How numbers and values are put into words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

MOST_SURE = 0.99


def percent(share: float) -> str:
    """``0.523`` as ``52 %``."""
    return f"{100 * share:.0f} %"


def certainty(confidence: float) -> str:
    """``0.973`` as ``97 %``; never 100 %."""
    return f"over {percent(MOST_SURE)}" if confidence > MOST_SURE else percent(confidence)


def sure(confidence: float) -> str:
    """``0.973`` as ``97 % sure``; never 100 %."""
    return f"{certainty(confidence)} sure"


def said_and_thought(said: str, thought: str | None, confidence: float) -> str:
    """A person's word beside what phototag thought.

    >>> said_and_thought("headshot", "portrait", 0.59)
    'you said headshot; phototag thought portrait, 59 %'
    """
    if thought is None:
        return f"you said {plain(said)}; phototag could not tell"
    if thought == said:
        return f"you said {plain(said)}; so did phototag, {certainty(confidence)}"
    return f"you said {plain(said)}; phototag thought {plain(thought)}, {certainty(confidence)}"


def counted(count: int, what: str) -> str:
    """A number of things.

    Args:
        count: the number.
        what: one of them, a word that gets an s.

    >>> counted(1, "photo"), counted(2, "photo")
    ('1 photo', '2 photos')
    """
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def signed(number: float) -> str:
    """``3.3`` as ``+3.3``, zero as ``0.0``."""
    return f"{number:+.1f}" if number else "0.0"


def adding_up(parts: Sequence[float], digits: int) -> tuple[tuple[float, ...], float]:
    """The parts and their sum, rounded so that the numbers shown add up.

    The sum is rounded to the nearest number, one in the middle to the even one. All parts are rounded down; then those with the largest remainders are
    rounded up instead, until the parts add up to the sum (largest remainder method).

    Args:
        parts: finite numbers.
        digits: number of decimals.

    Returns:
        The parts, each with an error of less than one unit of the last decimal, and their sum as decimal
        numbers. None of them is ``-0.0``.

    >>> adding_up([0.14, 0.13, 0.14], 1)
    ((0.2, 0.1, 0.1), 0.4)
    >>> adding_up([1.25, -0.9], 1)
    ((1.3, -0.9), 0.4)
    """
    unit = 10**digits
    exact = [Fraction(repr(part)) * unit for part in parts]  # as they are printed elsewhere
    units = [math.floor(part) for part in exact]
    total = round(sum(exact))
    most_lost = sorted(range(len(parts)), key=lambda at: units[at] - exact[at])
    for at in most_lost[: max(0, total - sum(units))]:
        units[at] += 1
    return tuple(count / unit for count in units), sum(units) / unit


def in_words(names: Sequence[str]) -> str:
    """The names as part of a sentence.

    >>> in_words(["focus", "cropping", "mood"])
    'focus, cropping and mood'
    """
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def plain(value: object) -> str:
    """A finding's value in words; empty for None."""
    if isinstance(value, (tuple, list)):
        return ", ".join(map(plain, value))
    return "" if value is None else str(value).replace("_", " ")
