"""The line between headshot and portrait: one offset, as the mean of its posterior.

The prior says that most people draw it where everybody does, and some quite elsewhere. The likelihood allows for slips of
the pen. The mean follows contrary people fully and hardly moves for the others; there is nothing to optimise.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from phototag.scene.regression import logistic

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from phototag.analysis.decisions.evidence import Side

    Numbers = NDArray[np.float64]

# Of the prior: weight and standard deviation of those who draw the line as everybody does, and of the others.
SHARED: Final = (0.7, 0.2)
CONTRARY: Final = (0.3, 2.0)
SLIPS: Final = 0.05  # share of decisions that say nothing
SLIPS_NEAR: Final = 0.1  # the same where most decisions lie near the line, and people waver
NEAR: Final = 2.0  # log-odds
GRID: Final = np.linspace(-8.0, 8.0, 641)


def offset(sides: Sequence[Side]) -> float:
    """The offset that the decisions teach, in log-odds; 0 without decisions."""
    return float(_means(_log_likelihoods(sides), np.zeros(len(GRID)))[0]) if sides else 0.0


def without_each(sides: Sequence[Side]) -> list[float]:
    """The offset that all decisions but one teach, for each of them."""
    logs = _log_likelihoods(sides)
    return [float(mean) for mean in _means(logs, logs)]


def log_loss(side: Side, moved: float, slips: float = SLIPS) -> float:
    """How much a decision surprises a line that is moved so far, nats; slips of the pen are allowed for."""
    towards = 1.0 if side.headshot else -1.0
    chance = logistic(towards * (side.log_odds + moved))
    return -math.log((1 - slips) * chance + slips / 2)


def is_right(side: Side, moved: float) -> bool:
    """Whether a line that is moved so far agrees with a decision."""
    return (side.log_odds + moved > 0) is side.headshot


def _log_likelihoods(sides: Sequence[Side]) -> Numbers:
    """Of every decision (rows) for every offset of the grid (columns)."""
    log_odds = np.array([side.log_odds for side in sides])
    towards = np.array([1.0 if side.headshot else -1.0 for side in sides])
    near = np.mean(np.abs(log_odds) < NEAR) > 1 / 2
    slips = SLIPS_NEAR if near else SLIPS
    chances = 1 / (1 + np.exp(-towards[:, None] * (log_odds[:, None] + GRID[None, :])))
    found: Numbers = np.log((1 - slips) * chances + slips / 2)
    return found


def _means(logs: Numbers, left_out: Numbers) -> Numbers:
    """The posterior means with the rows of ``left_out`` taken away, one at a time."""
    total = logs.sum(axis=0) + np.log(_prior())
    posterior = total[None, :] - np.atleast_2d(left_out)
    weights = np.exp(posterior - posterior.max(axis=1, keepdims=True))
    means: Numbers = (weights * GRID).sum(axis=1) / weights.sum(axis=1)
    return means


def _prior() -> Numbers:
    found: Numbers = np.zeros(len(GRID))
    for weight, deviation in (SHARED, CONTRARY):
        found += weight / deviation * np.exp(-(GRID**2) / (2 * deviation**2))
    return found
