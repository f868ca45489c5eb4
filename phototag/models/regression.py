"""From the scores of a logistic regression to probabilities: the one place that does it."""

from __future__ import annotations

import math
from collections.abc import Sequence

MOST = 60.0  # log-odds beyond which nothing changes; keeps the power within a float


def logistic(log_odds: float) -> float:
    """Probability of these log-odds; safe for any size.

    >>> logistic(0.0)
    0.5
    """
    return 1 / (1 + math.exp(-max(-MOST, min(MOST, log_odds))))


def softmax(scores: Sequence[float]) -> list[float]:
    """Probability of each class, in the order of their scores; they sum to 1.

    >>> softmax([1.0, 1.0])
    [0.5, 0.5]
    """
    top = max(scores)
    powers = [math.exp(score - top) for score in scores]
    total = sum(powers)
    return [power / total for power in powers]
