"""Whether something covers the mouth of the main face: a mask, a hand, a microphone, a glass.

The face mesh draws a mouth also where none can be seen. The content net, on a small crop around the mouth, tells skin
and lips from cloth and fingers.

As the numbers of ``people_prefilter.py``, these are not part of ``calibration.toml``: they are fitted on pictures whose
mouths were covered for it (``python -m benchmarks mouth-cover``). From which probability an expression is not told is
a number of the criterion mood.
"""

from __future__ import annotations

import functools
import operator
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from phototag.models.regression import logistic
from phototag.scene import serialization

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FILE = Path(__file__).with_name("mouth_cover.toml")
DIGITS = 4  # decimals; the probability is stored with every photo


@attrs.frozen(kw_only=True)
class MouthCover:
    """A logistic regression on the means of the content net's earlier map over the mouth.

    Attributes:
        weights: one per channel.
        intercept: of the regression.
        n: number of pictures it was fitted on.
        evidence: how well it performs, cross-validated by source.
    """

    weights: tuple[float, ...]
    intercept: float
    n: int
    evidence: str

    def chance(self, mouth: NDArray[np.float32]) -> float:
        """Probability that the mouth with this content (see ``Nets.mouth``) is covered."""
        score = self.intercept + sum(map(operator.mul, self.weights, map(float, mouth)))
        return round(logistic(score), DIGITS)


@functools.cache
def default() -> MouthCover:
    """The regression that phototag ships; scenes must be detected again when it changes."""
    return serialization.from_json(tomllib.loads(FILE.read_text(encoding="utf-8")), MouthCover)
