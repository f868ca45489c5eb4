"""Offsets of the classes of a model: the most probable ones under a normal prior.

The problem is convex, and has one solution: a few steps of Newton's method find it, the same every time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from phototag.analysis.decisions.evidence import Choice

    Numbers = NDArray[np.float64]

STEPS: Final = 30
LEAST: Final = 1e-12  # of a probability; keeps logs finite
ENOUGH: Final = 1e-9  # a step smaller than this ends the search
LOST: Final = 0.05  # of the log loss: no decision counts more than if it had this probability


def offsets(choices: Sequence[Choice], deviation: float) -> dict[str, float]:
    """The offsets that the decisions teach, in log-odds by class; 0 for all without decisions.

    Args:
        choices: the decisions; all with the same classes.
        deviation: standard deviation of the prior, in log-odds.
    """
    if not choices:
        return {}
    names = tuple(choices[0].chances)
    logits = np.log(np.maximum([[one.chances[name] for name in names] for one in choices], LEAST))
    said = np.array([[one.said == name for name in names] for one in choices], dtype=float)
    found = _solved(logits, said, deviation)
    return {name: float(value) for name, value in zip(names, found, strict=True)}


def moved(chances: Mapping[str, float], by: Mapping[str, float]) -> dict[str, float]:
    """The probabilities after the offsets."""
    raised = {name: chance * np.exp(by.get(name, 0.0)) for name, chance in chances.items()}
    total = sum(raised.values())
    return {name: float(value / total) for name, value in raised.items()}


def log_loss(choice: Choice, by: Mapping[str, float]) -> float:
    """How much a decision surprises the model with these offsets, nats; a slip of the pen costs no more than 3."""
    return float(-np.log(max(LOST, moved(choice.chances, by)[choice.said])))


def is_right(choice: Choice, by: Mapping[str, float]) -> bool:
    """Whether the model with these offsets agrees with a decision."""
    chances = moved(choice.chances, by)
    return max(chances, key=chances.__getitem__) == choice.said


def _solved(logits: Numbers, said: Numbers, deviation: float) -> Numbers:
    """The offsets at the minimum of the log loss plus that of the prior."""
    count = logits.shape[1]
    found: Numbers = np.zeros(count)
    for _ in range(STEPS):
        scores = logits + found
        chances = np.exp(scores - scores.max(axis=1, keepdims=True))
        chances /= chances.sum(axis=1, keepdims=True)
        slope = (chances - said).sum(axis=0) + found / deviation**2
        bend = np.diag(chances.sum(axis=0)) - chances.T @ chances + np.eye(count) / deviation**2
        step = np.linalg.solve(bend, slope)
        found = found - np.clip(step, -1.0, 1.0)
        if np.abs(step).max() < ENOUGH:
            break
    return found
