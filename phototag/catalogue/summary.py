"""A verdict in short: what lists and reports show of a photo, without its scene."""

from __future__ import annotations

import enum
import functools
import json
from typing import TYPE_CHECKING, Any, Final

import attrs

from phototag.catalogue.database import DAMAGED, DamagedRow
from phototag.criteria.background import BackgroundKind
from phototag.criteria.cropping import Shot
from phototag.criteria.environment import Place
from phototag.criteria.mood import VisibleExpression
from phototag.criteria.verdict import DOUBT, Grade, Kind

if TYPE_CHECKING:
    from phototag.analysis.result import Analysis

DIGITS = 4  # decimals of the confidence, as in the record in a photo


@attrs.frozen(kw_only=True)
class Summary:
    """A verdict in short.

    Attributes:
        kind: headshot, portrait or other.
        confidence: probability that ``kind`` is right, 0..1; 1 if a person has decided.
        grade: for headshots; None if it cannot be determined.
        shot, expression, background, environment: the findings; None if the picture does not show it.
        people: how many people are the subject.
        crops: names of the crop profiles for which there is a crop.
        decided: what a person has decided: ``kind``, ``shot``, ``crop:linkedin`` ...
    """

    kind: Kind
    confidence: float
    grade: Grade | None = None
    shot: Shot | None = None
    people: int = 0
    expression: VisibleExpression | None = None
    background: BackgroundKind | None = None
    environment: Place | None = None
    crops: tuple[str, ...] = ()
    decided: tuple[str, ...] = ()

    @property
    def doubtful(self) -> bool:
        """Whether phototag is not sure, and no person has decided."""
        return self.confidence < DOUBT and "kind" not in self.decided

    @classmethod
    def of(cls, analysis: Analysis) -> Summary:
        """The summary of an analysis."""
        return cls(
            kind=analysis.kind,
            confidence=round(analysis.confidence, DIGITS),
            grade=analysis.grade,
            shot=analysis.cropping.shot,
            people=analysis.subjects.count,
            expression=analysis.mood.expression,
            background=analysis.background.kind,
            environment=analysis.environment.place,
            crops=tuple(crop.profile for crop in analysis.crops),
            decided=tuple(analysis.decision.words()),
        )

    def text(self) -> str:
        """The summary as it is stored."""
        return json.dumps([getattr(self, name) for name in _NAMES], separators=(",", ":"))

    @classmethod
    def of_text(cls, text: Any) -> Summary:
        """The summary in the result of ``text``.

        Raises:
            DamagedRow: it is something else.
        """
        try:
            stored = dict(zip(_NAMES, json.loads(text), strict=True))
            return cls(
                **_findings(*(stored[name] for name in _FINDINGS)),
                confidence=float(stored["confidence"]),
                people=int(stored["people"]),
                crops=tuple(map(str, stored["crops"])),
                decided=tuple(map(str, stored["decided"])),
            )
        except DAMAGED as error:
            raise DamagedRow from error


@functools.lru_cache(maxsize=4096)  # the same few values for every photo
def _findings(*texts: str | None) -> dict[str, Any]:
    """The findings in these texts."""
    return {
        name: None if text is None and name != "kind" else of(text)  # type: ignore[arg-type]  # None is refused by the enum
        for (name, of), text in zip(_FINDINGS.items(), texts, strict=True)
    }


_FINDINGS: Final[dict[str, type[enum.StrEnum]]] = {
    "kind": Kind,
    "grade": Grade,
    "shot": Shot,
    "expression": VisibleExpression,
    "background": BackgroundKind,
    "environment": Place,
}
_NAMES = tuple(field.name for field in attrs.fields(Summary))
