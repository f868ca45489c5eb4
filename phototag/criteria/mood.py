"""4. Mood: the visible expression.  Never an emotion: that is not visible."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

import attrs

from phototag.criteria.criterion import Criterion, Earlier
from phototag.criteria.finding import Finding, Status

if TYPE_CHECKING:
    from phototag.criteria.calibration import Calibration
    from phototag.scene.measures import Scene


class VisibleExpression(enum.StrEnum):
    """What the face visibly does."""

    SERIOUS = "serious"
    SMILE = "smile"
    EXPRESSIVE = "expressive"


@attrs.frozen
class Rules:
    """Numbers of section ``mood``."""

    least_pixels: float
    eyes_open: float
    serious_weight: float
    serious_centre: float


@attrs.frozen(kw_only=True)
class MoodFinding(Finding):
    """What the face visibly does.

    Attributes:
        expression: serious, smile or expressive; None if it cannot be determined.
        smile: mouth width + 2 x lift of its corners, in eye distances; about 0.67 separates serious from
            smile.
        mouth_open: gap between the lips, in eye distances.
        eyes_open: whether both eyes are open.
    """

    expression: VisibleExpression | None
    smile: float | None
    mouth_open: float | None
    eyes_open: bool | None

    @property
    def value(self) -> VisibleExpression | None:
        """``expression``, under the name that all findings share."""
        return self.expression


def features(scene: Scene) -> dict[str, float] | None:
    """The shape of the mouth in eye distances; None without a mesh."""
    mesh = scene.main_face.mesh if scene.main_face else None
    if mesh is None:
        return None
    seen = mesh.expression
    return {
        "mouth_width": seen.mouth_width,
        "corner_lift": seen.corner_lift,
        "mouth_open": seen.mouth_open,
        "lip_height": seen.lip_height,
    }


def judge(scene: Scene, calibration: Calibration, _: Earlier) -> MoodFinding:
    """Evaluate mouth and eyes of the main face, if it is large enough."""
    rules = calibration.section("mood", Rules)
    face, shape = scene.main_face, features(scene)
    if face is None:
        return _unread("there is no face", Status.NOT_APPLICABLE)
    pixels = face.box.height * scene.image.seen_height
    if pixels < rules.least_pixels:
        return _unread(
            f"the face is {pixels:.0f} px high, too small below {rules.least_pixels:.0f} px",
            Status.UNDECIDED,
        )
    if face.mesh is None or shape is None:
        return _unread("the face is turned or covered too far to be measured", Status.UNDECIDED)
    chances = calibration.model("expression").chances(shape)
    expression = VisibleExpression(max(chances, key=chances.__getitem__))
    seen = face.mesh.expression
    smile = seen.mouth_width + 2 * seen.corner_lift
    eyes = min(seen.eye_open_left, seen.eye_open_right) >= rules.eyes_open
    serious = chances[VisibleExpression.SERIOUS]
    return MoodFinding(
        expression=expression,
        smile=smile,
        mouth_open=seen.mouth_open,
        eyes_open=eyes,
        status=Status.MEASURED,
        contribution=rules.serious_weight * (serious - rules.serious_centre),
        confidence=chances[expression],
        reason=_reason(expression, smile, seen.mouth_open, eyes=eyes),
    )


def _unread(reason: str, status: Status) -> MoodFinding:
    return MoodFinding(
        expression=None, smile=None, mouth_open=None, eyes_open=None, status=status, reason=reason
    )


def _reason(expression: VisibleExpression, smile: float, gap: float, *, eyes: bool) -> str:
    words = {
        VisibleExpression.SERIOUS: f"a serious face (smile measure {smile:.2f})",
        VisibleExpression.SMILE: f"a smile (smile measure {smile:.2f})",
        VisibleExpression.EXPRESSIVE: f"an expressive face (mouth open by {gap:.2f} eye distances)",
    }[expression]
    return words + (", eyes open" if eyes else ", eyes closed or narrowed")


CRITERION = Criterion(finding=MoodFinding, judge=judge)
