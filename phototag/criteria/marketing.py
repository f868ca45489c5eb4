"""9. Marketing: what could this picture be used for?  Derived from the other criteria, and marked as such."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

import attrs

from phototag.criteria.background import BackgroundFinding, BackgroundKind
from phototag.criteria.criterion import Criterion, Earlier
from phototag.criteria.cropping import CroppingFinding, Shot
from phototag.criteria.finding import Finding, Status
from phototag.criteria.mood import MoodFinding
from phototag.criteria.posing import Facing, PosingFinding
from phototag.criteria.subjects import Subjects, SubjectsFinding
from phototag.wording import plain

if TYPE_CHECKING:
    from phototag.criteria.calibration import Calibration
    from phototag.scene.measures import Scene


class Use(enum.StrEnum):
    """What a picture can be used for."""

    PROFILE = "profile"
    CV = "cv"
    CASTING = "casting"
    PORTFOLIO = "portfolio"
    ARTWORK = "artwork"


@attrs.frozen(kw_only=True)
class MarketingFinding(Finding):
    """Uses that the picture suits.

    Attributes:
        uses: those that fit, the closest first; empty without a person.
    """

    uses: tuple[Use, ...]

    @property
    def value(self) -> tuple[Use, ...]:
        """``uses``, under the name that all findings share."""
        return self.uses


def judge(_: Scene, __: Calibration, earlier: Earlier) -> MarketingFinding:
    """Apply the rules below, taken from the article's examples of who buys what."""
    subjects, cropping, posing = (
        earlier[SubjectsFinding],
        earlier[CroppingFinding],
        earlier[PosingFinding],
    )
    background, mood = earlier[BackgroundFinding], earlier[MoodFinding]
    if subjects.people is Subjects.NONE:
        return MarketingFinding(
            uses=(),
            status=Status.NOT_APPLICABLE,
            reason="there is no person",
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
    shot = plain(cropping.shot) or "shot size unknown"
    facts = f"{subjects.reason}; {shot}, background {plain(background.kind) or Status.UNDECIDED}"
    return MarketingFinding(
        uses=tuple(uses),
        status=Status.DERIVED,
        confidence=min(subjects.confidence, cropping.confidence),
        reason=f"derived from: {facts}",
    )


CRITERION = Criterion(
    finding=MarketingFinding,
    judge=judge,
    after=(SubjectsFinding, CroppingFinding, BackgroundFinding, PosingFinding, MoodFinding),
)
