"""What all eleven findings have in common."""

from __future__ import annotations

import enum
import functools
from collections.abc import Sequence
from typing import Final

import attrs


class Status(enum.StrEnum):
    """How a finding came about."""

    MEASURED = "measured"
    DERIVED = "derived"  # from other findings, not from pixels
    UNDECIDED = "undecided"  # the picture does not show it
    NOT_APPLICABLE = "not_applicable"  # the question does not apply to this picture
    DECIDED = "decided"  # a person has said so


DIGITS: Final = 6  # decimals of log-odds


def settled(log_odds: float) -> float:
    """Log-odds as a result has them, with ``DIGITS`` decimals and never ``-0.0``.

    >>> settled(-0.0000001), settled(0.1 + 0.2)
    (0.0, 0.3)
    """
    return round(log_odds, DIGITS) + 0.0


@attrs.frozen(kw_only=True)
class Finding:
    """The result of one criterion.  The classes of the eleven criteria add their named measures.

    Attributes:
        status: how it came about.
        contribution: log-odds towards headshot (+) or portrait (-); 0 = no influence. In a result it is rounded to
            six decimals, as are the starting point and the sum, so that they add up as they are printed.
        confidence: probability that the value is right, 0..1; 0 if there is no value.
        reason: one sentence made from the measures.
    """

    status: Status
    contribution: float = 0.0
    confidence: float = 0.0
    reason: str

    @property
    def value(self) -> object:
        """The finding in one word (or a tuple of words); None if it cannot be determined."""
        raise NotImplementedError


def numbered(content: Sequence[float], region: str = "") -> dict[str, float]:
    """The content net's output as named features of a model, with the name of the region it is the mean of."""
    return dict(zip(_names(len(content), region), content, strict=True))


@functools.cache
def _names(count: int, region: str) -> tuple[str, ...]:
    return tuple(f"content_{region}{number}" for number in range(count))


def ramp(value: float, low: float, high: float) -> float:
    """0 at ``low``, 1 at ``high``, linear between and constant beyond; ``high`` may be less than ``low``."""
    return max(0.0, min(1.0, (value - low) / (high - low)))
