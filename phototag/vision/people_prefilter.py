"""A quick first estimate from the content net: can this be a picture of people at all?

If no face is found and people are unlikely, the slowest step is skipped: the face detector's finest pass.
Many catalogues consist mostly of landscapes, meals and documents.

The numbers are not part of ``calibration.toml``: they decide what is detected, not what it means. After a new
calibration, stored scenes are judged again; after a new prefilter, they must be detected again.
"""

from __future__ import annotations

import functools
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from phototag.models.regression import Logistic
from phototag.scene import serialization

if TYPE_CHECKING:
    from collections.abc import Sequence

FILE = Path(__file__).with_name("people_prefilter.toml")


@attrs.frozen(kw_only=True)
class Prefilter(Logistic):
    """A regression on the means of the content net's earlier map over the middle of the picture.

    Attributes:
        least: least probability of people at which the step is not skipped.
    """

    least: float

    def may_show_people(self, content: Sequence[float]) -> bool:
        """Whether there may be people in a picture with this content (see ``content``)."""
        return self.chance(content) >= self.least


@functools.cache
def default() -> Prefilter:
    """The prefilter that phototag ships; scenes must be detected again when it changes."""
    return serialization.from_json(tomllib.loads(FILE.read_text(encoding="utf-8")), Prefilter)
