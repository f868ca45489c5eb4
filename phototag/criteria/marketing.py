"""9. Marketing: what could this picture be used for?  Derived from the others, and says so."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

import attrs

from phototag.criteria.background import BackgroundKind
from phototag.criteria.cropping import Shot
from phototag.criteria.finding import Finding, Status
from phototag.criteria.posing import Facing
from phototag.criteria.subjects import Subjects

if TYPE_CHECKING:
    from phototag.criteria.background import BackgroundFinding
    from phototag.criteria.cropping import CroppingFinding
    from phototag.criteria.mood import MoodFinding
    from phototag.criteria.posing import PosingFinding
    from phototag.criteria.subjects import SubjectsFinding


class Use(enum.StrEnum):
    """What a picture can be used for."""

    PROFILE = "profile"
    CV = "cv"
    CASTING = "casting"
    PORTFOLIO = "portfolio"
    ARTWORK = "artwork"


@attrs.frozen(kw_only=True)
class MarketingFinding(Finding):
    """Uses the picture serves.

    Attributes:
        uses: those that fit, the closest first; empty where there is no person.
    """

    uses: tuple[Use, ...]

    @property
    def value(self) -> tuple[Use, ...]:
        """``uses``, by the name that all findings share."""
        return self.uses


def judge(
    subjects: SubjectsFinding,
    cropping: CroppingFinding,
    background: BackgroundFinding,
    posing: PosingFinding,
    mood: MoodFinding,
) -> MarketingFinding:
    """Apply the rules below, from the article's own examples of who buys what."""
    if subjects.people is Subjects.NONE:
        return MarketingFinding(
            uses=(),
            status=Status.NOT_APPLICABLE,
            reason="there is no person to be marketed",
        )
    close = subjects.people is Subjects.SINGLE and cropping.shot in {
        Shot.FACE,
        Shot.HEAD_AND_SHOULDERS,
    }
    business = close and posing.facing in {Facing.FRONTAL, Facing.TURNED}
    calm = background.kind in {BackgroundKind.PLAIN, BackgroundKind.BLURRED, None}
    uses = [
        use
        for use, fits in (
            (Use.PROFILE, business),
            (Use.CV, business and posing.facing is Facing.FRONTAL and calm),
            (Use.CASTING, business and calm and mood.eyes_open is not False),
            (Use.PORTFOLIO, subjects.people is Subjects.SINGLE and not business),
            (Use.ARTWORK, not business),
        )
        if fits
    ]
    facts = f"{subjects.reason}; {cropping.shot or 'shot not known'}, background {background.kind}"
    return MarketingFinding(
        uses=tuple(uses),
        status=Status.DERIVED,
        confidence=min(subjects.confidence, cropping.confidence),
        reason=f"derived from: {facts}",
    )
