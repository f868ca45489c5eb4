"""10. Typical situations: on which occasions are such pictures taken?  Derived, and marked as such."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

import attrs

from phototag.criteria.criterion import Criterion, Earlier
from phototag.criteria.cropping import CroppingFinding, Shot
from phototag.criteria.finding import Finding, Status
from phototag.criteria.marketing import MarketingFinding, Use
from phototag.criteria.subjects import Subjects, SubjectsFinding
from phototag.wording import plain

if TYPE_CHECKING:
    from phototag.criteria.calibration import Calibration
    from phototag.scene.measures import Scene


class Occasion(enum.StrEnum):
    """Occasions on which such pictures are typically taken."""

    BUSINESS = "business"
    ACTING = "acting"
    MODELLING = "modelling"
    COUPLE = "couple"
    GROUP = "group"


@attrs.frozen(kw_only=True)
class SituationFinding(Finding):
    """Occasions that fit.

    Attributes:
        occasions: those that fit, the closest first; empty if none can be determined.
    """

    occasions: tuple[Occasion, ...]

    @property
    def value(self) -> tuple[Occasion, ...]:
        """``occasions``, under the name that all findings share."""
        return self.occasions


def judge(_: Scene, __: Calibration, earlier: Earlier) -> SituationFinding:
    """Apply the article's list: who uses headshots, and on which occasions portraits are taken."""
    subjects, cropping, marketing = (
        earlier[SubjectsFinding],
        earlier[CroppingFinding],
        earlier[MarketingFinding],
    )
    if subjects.people is Subjects.NONE:
        return SituationFinding(
            occasions=(), status=Status.NOT_APPLICABLE, reason="there is no person"
        )
    body = cropping.shot in {Shot.THREE_QUARTER, Shot.FULL_BODY}
    single = subjects.people is Subjects.SINGLE
    occasions = [
        occasion
        for occasion, fits in (
            (Occasion.BUSINESS, Use.CV in marketing.uses),
            (Occasion.ACTING, Use.CASTING in marketing.uses),
            (Occasion.MODELLING, single and body),
            (Occasion.COUPLE, subjects.people is Subjects.COUPLE),
            (Occasion.GROUP, subjects.people is Subjects.GROUP),
        )
        if fits
    ]
    if not occasions:
        return SituationFinding(
            occasions=(),
            status=Status.UNDECIDED,
            reason="this framing of one person has no typical occasion",
        )
    return SituationFinding(
        occasions=tuple(occasions),
        status=Status.DERIVED,
        confidence=min(subjects.confidence, cropping.confidence),
        reason=f"derived from: {subjects.reason}, {plain(cropping.shot)}, "
        f"uses {plain(marketing.uses) or 'none'}",
    )


CRITERION = Criterion(
    finding=SituationFinding,
    judge=judge,
    after=(SubjectsFinding, CroppingFinding, MarketingFinding),
)
