"""An example criterion for phototag: the horizontal position of the main face in the frame."""

from __future__ import annotations

import enum

import attrs

from phototag import Criterion, Earlier, Finding, Scene, Status
from phototag.criteria.calibration import Calibration

THIRD = 1 / 3


class Side(enum.StrEnum):
    """A third of the frame."""

    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"


@attrs.frozen(kw_only=True)
class PlacementFinding(Finding):
    """The horizontal position of the main face.

    Attributes:
        side: the third of the frame that holds the middle of the face.
        middle: distance of this middle from the left edge / width of the picture.
    """

    side: Side | None
    middle: float | None

    @property
    def value(self) -> Side | None:
        """The value of the finding: ``side``."""
        return self.side


def judge(scene: Scene, _: Calibration, __: Earlier) -> PlacementFinding:
    """Find the third that holds the middle of the main face."""
    face = scene.main_face
    if face is None:
        return PlacementFinding(
            side=None, middle=None, status=Status.NOT_APPLICABLE, reason="there is no face"
        )
    middle = face.box.x + face.box.width / 2
    side = Side.LEFT if middle < THIRD else Side.RIGHT if middle > 2 * THIRD else Side.CENTRE
    return PlacementFinding(
        side=side,
        middle=middle,
        status=Status.MEASURED,
        confidence=1.0,
        reason=f"the face is at {100 * middle:.0f} % of the width",
    )


CRITERION = Criterion(finding=PlacementFinding, judge=judge, values=tuple(Side))
