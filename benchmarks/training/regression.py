"""One softmax: what it is fitted on, how, and how it is written down."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs
import numpy as np
import tomlkit
from numpy.typing import NDArray
from scipy.special import softmax
from sklearn.linear_model import LogisticRegression

from benchmarks.photos.labelled import Label
from phototag.scene.measures import Scene

Features = Callable[[Scene], Mapping[str, float | None] | None]
Matrix = NDArray[np.float64]

CONTENT = "content_"  # how the names of the content net's inputs begin
DIGITS = 4  # significant; more would be noise


@attrs.frozen(kw_only=True)
class Recipe:
    """How one model is fitted.

    Attributes:
        features: of a scene; None = the model is not asked for it.
        truth: the class of a photo; None = not labelled for this.
        classes: in the order of the file.
        strength: C of the regression, the inverse of its L2 penalty on standardised inputs.
        balance: how far classes count alike whatever their share in the photos: 0 as they come, 1
            all alike.  In between, rare answers (a profile, the face alone) are not drowned.
        clip: percentiles beyond which an input is clipped.
        content: factor of the content net's inputs after they are standardised: below 1, hundreds of
            them are held back beside the few that were chosen.
    """

    features: Features
    truth: Callable[[Label], str | None]
    classes: tuple[str, ...]
    strength: float
    balance: float = 0.0
    clip: tuple[float, float] = (0, 100)
    content: float = 1.0


@attrs.frozen(eq=False)
class Fitted:
    """A softmax on raw, clipped inputs."""

    low: Matrix
    high: Matrix
    missing: Matrix
    weights: Matrix
    intercepts: Matrix

    def chances(self, inputs: Matrix) -> Matrix:
        """Probabilities, rows x classes."""
        filled = np.where(np.isnan(inputs), self.missing, np.clip(inputs, self.low, self.high))
        found: Matrix = softmax(filled @ self.weights.T + self.intercepts, axis=1)
        return found


def logistic_weights(
    inputs: Matrix, there: NDArray[np.bool_], strength: float, balance: str | None = None
) -> tuple[Matrix, float]:
    """Weights and intercept, on raw inputs, of a regression fitted on standardised ones."""
    mean, spread = inputs.mean(0), np.maximum(inputs.std(0), 1e-6)
    found = LogisticRegression(C=strength, max_iter=5000, class_weight=balance)
    found.fit((inputs - mean) / spread, there)
    coefficients, intercept = (np.ravel(values) for values in (found.coef_, found.intercept_))
    weights: Matrix = coefficients / spread
    return weights, float(intercept[0] - weights @ mean)


def number(values: Mapping[str, float | None] | None, name: str) -> float:
    """A feature; NaN where it is not given."""
    value = None if values is None else values[name]
    return float("nan") if value is None else float(value)


def regress(
    recipe: Recipe, names: Sequence[str], inputs: Matrix, targets: NDArray[np.str_]
) -> Fitted:
    """Fit a softmax on standardised inputs; its weights are those of the raw ones."""
    low, high = np.nanpercentile(inputs, recipe.clip, axis=0)
    missing = np.nanmedian(inputs, axis=0)
    filled = np.where(np.isnan(inputs), missing, np.clip(inputs, low, high))
    mean, spread = filled.mean(0), np.maximum(filled.std(0), 1e-6)
    spread /= np.array([recipe.content if name.startswith(CONTENT) else 1.0 for name in names])
    regression = LogisticRegression(
        C=recipe.strength,
        max_iter=5000,
        class_weight=_class_weights(targets, recipe.balance),
    ).fit((filled - mean) / spread, targets)
    known = [str(name) for name in regression.classes_]
    raw, bias = regression.coef_, regression.intercept_
    if len(known) == 2:
        raw, bias = np.vstack([-raw / 2, raw / 2]), np.array([-bias[0] / 2, bias[0] / 2])
    weights = np.zeros((len(recipe.classes), inputs.shape[1]))
    intercepts = np.full(len(recipe.classes), -30.0)  # a class without a photo is never answered
    for row, name in enumerate(known):
        place = recipe.classes.index(name)
        weights[place] = raw[row] / spread
        intercepts[place] = bias[row] - float(raw[row] @ (mean / spread))
    return Fitted(low, high, missing, weights, intercepts)


def _class_weights(targets: NDArray[np.str_], balance: float) -> dict[str, float]:
    words, counts = np.unique(targets, return_counts=True)
    weights = (len(targets) / len(words) / counts) ** balance
    return dict(zip(map(str, words), map(float, weights), strict=True))


def as_table(
    recipe: Recipe, names: Sequence[str], fitted: Fitted, count: int, evidence: str
) -> Any:
    """A model as it stands in the file."""
    table = tomlkit.table()
    table["n"] = count
    table["evidence"] = evidence
    table["classes"] = [str(name) for name in recipe.classes]
    table["features"] = list(names)
    table["low"] = rounded(fitted.low)
    table["high"] = rounded(fitted.high)
    table["missing"] = rounded(fitted.missing)
    table["intercepts"] = rounded(fitted.intercepts)
    table["weights"] = [rounded(row) for row in fitted.weights]
    return table


def rounded(values: Matrix) -> list[float]:
    """Numbers of a file; see ``short``."""
    return [short(value) for value in values]


def short(value: float) -> float:
    """Without the digits that say nothing."""
    return float(f"{value:.{DIGITS}g}")
