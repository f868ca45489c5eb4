"""A first estimate from what one pass of each net sees: can this be a picture of people at all?

If not, the finer passes of the face detector, those on turned copies of the picture, and the body net's second pass are
left out. Many catalogues consist mostly of landscapes, meals and documents.

The numbers are not part of ``calibration.toml``: they decide what is detected, not what it means. After a new
calibration, stored scenes are judged again; after a new prefilter, they must be detected again.
"""

from __future__ import annotations

import functools
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from phototag.scene import serialization
from phototag.scene.regression import Logistic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from phototag.scene.measures import Figure
    from phototag.vision.nets import FacePass

FILE = Path(__file__).with_name("people_prefilter.toml")


@attrs.frozen(kw_only=True)
class Prefilter(Logistic):
    """A regression on what ``inputs`` gives.

    Attributes:
        least: least probability of people at which no step is left out.
    """

    least: float

    def may_show_people(self, seen: Sequence[float]) -> bool:
        """Whether there may be people in a picture with these inputs."""
        return self.chance(seen) >= self.least


def inputs(
    content: Sequence[float], figures: Sequence[Figure], first: FacePass
) -> tuple[float, ...]:
    """What the prefilter decides by.

    Args:
        content: of the picture's middle (see ``content.of_middle``).
        figures: the people whom the body net sees.
        first: the face detector's first pass.

    Returns:
        The content; of the clearest figures, their strength, clearness and the visibility of their heads; and the score
        of the best candidate for a face.
    """
    return (
        *content,
        max((one.strength for one in figures), default=0.0),
        max((one.clearness for one in figures), default=0.0),
        max((one.head_visibility for one in figures), default=0.0),
        max((one.score for one in first.candidates), default=0.0),
    )


@functools.cache
def default() -> Prefilter:
    """The prefilter that phototag ships; scenes must be detected again when it changes."""
    return serialization.from_json(tomllib.loads(FILE.read_text(encoding="utf-8")), Prefilter)
