"""A quick first estimate, from what the content net saw: can this be a picture of people at all?

Where no face is found and people are unlikely, the slow steps are left out: the face detector's finest
pass and the body.  Landscapes, meals and documents are most of many a catalogue.

The numbers are not part of ``calibration.toml``: they decide what is seen, not what it means.  After a
new calibration stored scenes are judged again; after a new prefilter they must be seen again.
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
    from collections.abc import Sequence

FILE = Path(__file__).with_name("people_prefilter.toml")


@attrs.frozen(kw_only=True)
class Prefilter:
    """A logistic regression on the means of the content net's earlier map.

    Attributes:
        weights: one a channel.
        intercept: of the regression.
        least: probability of people from which every step is taken.
        n: photos it was fitted on.
        evidence: what it costs and saves, cross-validated by source.
    """

    weights: tuple[float, ...]
    intercept: float
    least: float
    n: int
    evidence: str

    def may_show_people(self, content: Sequence[float]) -> bool:
        """Whether there may be people in a picture with this content (see ``content``)."""
        score = self.intercept + sum(map(operator.mul, self.weights, content))
        return logistic(score) >= self.least


@functools.cache
def default() -> Prefilter:
    """The prefilter that phototag ships; scenes must be seen again when it changes."""
    return serialization.from_json(tomllib.loads(FILE.read_text(encoding="utf-8")), Prefilter)
