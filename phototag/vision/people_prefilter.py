"""A first hint, by what the content net saw: can this be a picture of people at all?

Where no face is found and the hint is faint, the costly looks are spared: the face detector's finest
pass and the body.  Landscapes, meals and documents are most of many a catalogue.
"""

from __future__ import annotations

import functools
import math
import operator
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from phototag.scene import serialization

if TYPE_CHECKING:
    from collections.abc import Sequence

FILE = Path(__file__).with_name("people_prefilter.toml")


@attrs.frozen(kw_only=True)
class Hint:
    """A logistic regression on the means of the content net's earlier map.

    Attributes:
        weights: one a channel.
        intercept: of the regression.
        least: chance of people from which every look is taken.
        n: photos it was fitted on.
        evidence: what it costs and spares, cross-validated by source.
    """

    weights: tuple[float, ...]
    intercept: float
    least: float
    n: int
    evidence: str

    def of_people(self, content: Sequence[float]) -> bool:
        """Whether there may be people in a picture with this content (see ``content``)."""
        score = self.intercept + sum(map(operator.mul, self.weights, content))
        return 1 / (1 + math.exp(-score)) >= self.least


@functools.cache
def default() -> Hint:
    """The hint that phototag ships; scenes must be seen again when it changes."""
    return serialization.from_json(tomllib.loads(FILE.read_text(encoding="utf-8")), Hint)
