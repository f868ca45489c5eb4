"""The eleven criteria of the article: a ``Scene`` in, eleven typed findings out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from phototag.criteria import (
    background,
    cropping,
    environment,
    focus,
    marketing,
    mood,
    posing,
    printing,
    retouching,
    situation,
    subjects,
)
from phototag.criteria.background import BackgroundFinding
from phototag.criteria.cropping import CroppingFinding, Shot
from phototag.criteria.environment import EnvironmentFinding
from phototag.criteria.finding import Finding
from phototag.criteria.focus import FocusFinding
from phototag.criteria.marketing import MarketingFinding
from phototag.criteria.mood import MoodFinding
from phototag.criteria.posing import PosingFinding
from phototag.criteria.printing import PrintingFinding
from phototag.criteria.retouching import RetouchingFinding
from phototag.criteria.situation import SituationFinding
from phototag.criteria.subjects import SubjectsFinding

if TYPE_CHECKING:
    from phototag.calibration import Calibration
    from phototag.scene import Scene


@attrs.frozen(kw_only=True)
class Findings:
    """The eleven findings, in the article's order."""

    focus: FocusFinding
    subjects: SubjectsFinding
    cropping: CroppingFinding
    mood: MoodFinding
    environment: EnvironmentFinding
    retouching: RetouchingFinding
    background: BackgroundFinding
    posing: PosingFinding
    marketing: MarketingFinding
    situation: SituationFinding
    printing: PrintingFinding

    def items(self) -> tuple[tuple[str, Finding], ...]:
        """Name and finding, in order."""
        return tuple((name, getattr(self, name)) for name in CRITERIA)


CRITERIA = tuple(field.name for field in attrs.fields(Findings))


def judge(scene: Scene, calibration: Calibration) -> Findings:
    """Ask all eleven; the derived ones last, of the others."""
    people = subjects.judge(scene, calibration)
    cut = cropping.judge(scene, calibration)
    behind = background.judge(scene, calibration)
    pose = posing.judge(scene, calibration)
    face = mood.judge(scene, calibration)
    market = marketing.judge(people, cut, behind, pose, face)
    return Findings(
        focus=focus.judge(scene, calibration),
        subjects=people,
        cropping=cut,
        mood=face,
        environment=environment.judge(scene, calibration),
        retouching=retouching.judge(scene, calibration),
        background=behind,
        posing=pose,
        marketing=market,
        situation=situation.judge(people, cut, market),
        printing=printing.judge(
            scene, calibration, close=cut.shot in {Shot.FACE, Shot.HEAD_AND_SHOULDERS}
        ),
    )


__all__ = ["CRITERIA", "Finding", "Findings", "judge"]
