"""A person's decision about one picture, which holds instead of phototag's own findings."""

from __future__ import annotations

import enum
import math
from collections.abc import Mapping
from typing import Final

import attrs

from phototag.criteria.cropping import CroppingFinding, Shot
from phototag.criteria.environment import EnvironmentFinding, Place
from phototag.criteria.finding import Finding, Status
from phototag.criteria.mood import MoodFinding, VisibleExpression
from phototag.criteria.verdict import Kind
from phototag.scene.geometry import Box
from phototag.wording import said_and_thought

CROP: Final = "crop:"  # begins the field of a crop; the profile's name follows


class Field(enum.StrEnum):
    """What a person can decide, and what phototag can learn from it."""

    KIND = "kind"
    SHOT = "shot"
    EXPRESSION = "expression"
    ENVIRONMENT = "environment"


VALUES: Final[Mapping[Field, type[enum.StrEnum]]] = {
    Field.KIND: Kind,
    Field.SHOT: Shot,
    Field.EXPRESSION: VisibleExpression,
    Field.ENVIRONMENT: Place,
}


@attrs.frozen
class DrawnCrop:
    """A crop that a person has drawn.

    Attributes:
        profile: name of the crop profile that it replaces.
        box: the crop, in fractions of the upright picture.
    """

    profile: str
    box: Box


@attrs.frozen(kw_only=True)
class Decision:
    """What a person has decided about one picture; None = nothing was said about that.

    Attributes:
        kind: headshot, portrait or other.
        shot: the shot size.
        expression: the visible expression.
        environment: where it was taken.
        crops: crops that the person has drawn, by profile.
    """

    kind: Kind | None = None
    shot: Shot | None = None
    expression: VisibleExpression | None = None
    environment: Place | None = None
    crops: tuple[DrawnCrop, ...] = ()

    def __bool__(self) -> bool:
        return self != NOTHING

    def with_(self, later: Decision) -> Decision:
        """Both decisions; where they differ, the later one holds."""
        return Decision.of(self.words() | later.words())

    def words(self) -> dict[str, str]:
        """The decision as texts, by field: how it is stored, and written into photos.

        >>> Decision(kind=Kind.HEADSHOT, crops=(DrawnCrop("linkedin", Box(0.1, 0, 0.5, 0.5)),)).words()
        {'kind': 'headshot', 'crop:linkedin': '0.1 0 0.5 0.5'}
        """
        said = {str(field): getattr(self, field) for field in Field}
        texts = {field: str(value) for field, value in said.items() if value is not None}
        return texts | {f"{CROP}{crop.profile}": _from_box(crop.box) for crop in self.crops}

    @classmethod
    def of(cls, words: Mapping[str, str]) -> Decision:
        """The decision in the result of ``words``.

        Raises:
            ValueError: a field or a value is not one of a decision.
        """
        crops = tuple(
            DrawnCrop(field.removeprefix(CROP), _to_box(text))
            for field, text in sorted(words.items())
            if field.startswith(CROP)
        )
        values = {
            Field(field): VALUES[Field(field)](text)
            for field, text in words.items()
            if not field.startswith(CROP)
        }
        return cls(crops=crops, **{str(field): value for field, value in values.items()})  # type: ignore[arg-type]  # each is of its own field

    @classmethod
    def readable(cls, words: Mapping[str, str]) -> Decision:
        """The same, from a place that other programs can change: what is not understood is left out."""
        kept = {}
        for field, text in words.items():
            try:
                cls.of({field: text})
            except ValueError:
                continue
            kept[field] = text
        return cls.of(kept)

    def amended(self, finding: Finding) -> Finding:
        """The finding with what the person has decided in place of its value."""
        changed: Finding
        said: enum.StrEnum
        if isinstance(finding, CroppingFinding) and self.shot is not None:
            changed, said = attrs.evolve(finding, shot=self.shot), self.shot
        elif isinstance(finding, MoodFinding) and self.expression is not None:
            changed, said = attrs.evolve(finding, expression=self.expression), self.expression
        elif isinstance(finding, EnvironmentFinding) and self.environment is not None:
            said = self.environment
            changed = attrs.evolve(finding, place=said, inside=said is not Place.OUTDOOR)
        else:
            return finding
        thought = None if finding.value is None else str(finding.value)
        return attrs.evolve(
            changed,
            status=Status.DECIDED,
            confidence=1.0,
            reason=said_and_thought(str(said), thought, finding.confidence),
        )


NOTHING: Final = Decision()


def _from_box(box: Box) -> str:
    return " ".join(f"{side:.6g}" for side in (box.x, box.y, box.width, box.height))


def _to_box(text: str) -> Box:
    x, y, width, height = map(float, text.split())
    box = Box(x, y, width, height)
    edges = (x, y, width, height)
    slack = 1e-5  # the sides are rounded
    inside = min(x, y) >= -slack and max(box.right, box.bottom) <= 1 + slack
    if not all(map(math.isfinite, edges)) or min(width, height) <= 0 or not inside:
        raise ValueError(f"{text!r} is not a box inside the picture")
    return box
