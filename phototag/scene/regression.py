"""Converts the scores of a logistic regression to probabilities, for all of phototag."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence

import attrs

MOST = 60.0  # log-odds are clipped here; keeps the exponential within a float


def logistic(log_odds: float) -> float:
    """Convert log-odds to a probability; safe for any value.

    >>> logistic(0.0)
    0.5
    """
    return 1 / (1 + math.exp(-max(-MOST, min(MOST, log_odds))))


def log_odds(chance: float) -> float:
    """Convert a probability to log-odds; safe for 0 and 1.

    >>> log_odds(0.5)
    0.0
    """
    least = math.exp(-MOST)
    return math.log(max(least, chance)) - math.log(max(least, 1 - chance))


def softmax(scores: Sequence[float]) -> list[float]:
    """The probability of each class, in the order of the scores; they sum to 1.

    >>> softmax([1.0, 1.0])
    [0.5, 0.5]
    """
    top = max(scores)
    powers = [math.exp(score - top) for score in scores]
    total = sum(powers)
    return [power / total for power in powers]


@attrs.frozen(kw_only=True)
class Logistic:
    """A logistic regression: whether something is there.

    Attributes:
        weights: one per input.
        intercept: of the regression.
        n: number of pictures it was fitted on.
        evidence: how well it performs, cross-validated by source.
    """

    weights: tuple[float, ...]
    intercept: float
    n: int
    evidence: str

    def chance(self, inputs: Sequence[float]) -> float:
        """Probability that it is there, 0..1."""
        return logistic(self.intercept + sum(map(operator.mul, self.weights, inputs)))
