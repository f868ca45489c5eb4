"""Fit the prefilter (``phototag/vision/people_prefilter.toml``) and say what it costs and saves."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import tomlkit
from numpy.typing import NDArray
from scipy.special import expit

from benchmarks.photos.folds import grouped
from benchmarks.photos.store import Row
from benchmarks.training.regression import logistic_weights, rounded, short

Floats = NDArray[np.float64]

STRENGTH = 0.03  # of the regression (C): a stronger one is certain that some people are nobody
LEAST = 0.1  # probability of people from which every step is taken
SHUFFLES = 5


def fit(rows: Sequence[Row], date: str) -> str:
    """The text of ``people_prefilter.toml``, fitted on the sure labels among ``rows``.

    Args:
        rows: labels with their scenes.
        date: of the fit, ISO 8601; it stands in the evidence.
    """
    sure = [(label, scene) for label, scene in rows if label.sure]
    inputs = np.array([scene.content for _, scene in sure])
    people = np.array([label.kind != "other" for label, _ in sure])
    faceless = np.array([not scene.faces for _, scene in sure])
    chances = np.zeros((SHUFFLES, len(sure)))
    for seed in range(SHUFFLES):
        fold = np.array(grouped([label.source for label, _ in sure], seed=seed))
        for held in sorted(set(fold)):
            weights, intercept = logistic_weights(
                inputs[fold != held], people[fold != held], STRENGTH
            )
            chances[seed, fold == held] = expit(inputs[fold == held] @ weights + intercept)
    weights, intercept = logistic_weights(inputs, people, STRENGTH)
    spared = (chances.max(0) < LEAST)[~people & faceless]
    document = tomlkit.document()
    document["n"] = len(sure)
    document["least"] = LEAST
    document["evidence"] = (
        f"of {people.sum()} photos of people the faintest has {chances.min(0)[people].min():.3f}; "
        f"{spared.sum()} of {len(spared)} without people or faces are below {LEAST}; the worst of "
        f"{SHUFFLES} shuffles, cross-validated by source; fitted {date}"
    )
    document["intercept"] = short(intercept)
    document["weights"] = rounded(weights)
    return tomlkit.dumps(document)
