"""The eleven criteria that tell a headshot from a portrait: a ``Scene`` in, eleven typed findings and a verdict out.

Thresholds and weights are those of a calibration, phototag's or one's own. No criterion sees pixels, a photo file or a
keyword.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import attrs

from phototag.criteria.background import BackgroundFinding
from phototag.criteria.criterion import Criterion, Earlier
from phototag.criteria.cropping import CroppingFinding
from phototag.criteria.environment import EnvironmentFinding
from phototag.criteria.finding import Finding, Status
from phototag.criteria.focus import FocusFinding
from phototag.criteria.marketing import MarketingFinding
from phototag.criteria.mood import MoodFinding
from phototag.criteria.posing import PosingFinding
from phototag.criteria.printing import PrintingFinding
from phototag.criteria.registry import answers, installed
from phototag.criteria.retouching import RetouchingFinding
from phototag.criteria.situation import SituationFinding
from phototag.criteria.subjects import SubjectsFinding

if TYPE_CHECKING:
    from phototag.criteria.calibration import Calibration
    from phototag.scene.measures import Scene


@attrs.frozen(kw_only=True)
class Findings:
    """The eleven findings, in the article's order, and those of criteria of other packages.

    Attributes:
        others: findings of criteria of other packages, by the criteria's names.
    """

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
    others: Mapping[str, Finding] = attrs.field(factory=dict, hash=False)

    def items(self) -> tuple[tuple[str, Finding], ...]:
        """Name and finding, in order."""
        eleven = ((name, getattr(self, name)) for name in CRITERIA)
        return (*eleven, *sorted(self.others.items()))


#: The names of the eleven.
CRITERIA = tuple(field.name for field in attrs.fields(Findings) if field.name != "others")


def judge(
    scene: Scene,
    calibration: Calibration,
    photo: str = "<scene>",
    amended: Callable[[Finding], Finding] | None = None,
) -> Findings:
    """Apply all installed criteria; arguments and errors as for ``answers``."""
    found = dict(answers(scene, calibration, photo, amended))
    eleven: dict[str, Any] = {name: found.pop(name) for name in CRITERIA}
    return Findings(**eleven, others=found)


__all__ = [
    "CRITERIA",
    "Criterion",
    "Earlier",
    "Finding",
    "Findings",
    "Status",
    "installed",
    "judge",
]
