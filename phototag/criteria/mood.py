"""4. Mood: what the face visibly does.  Never an emotion: nobody can see one."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

import attrs

from phototag.criteria.finding import Finding, Status, logistic

if TYPE_CHECKING:
    from phototag.calibration import Calibration
    from phototag.scene import Scene


class VisibleExpression(enum.StrEnum):
    """What the face visibly does."""

    SERIOUS = "serious"
    SMILE = "smile"
    EXPRESSIVE = "expressive"


@attrs.frozen
class Rules:
    """Numbers of section ``mood``."""

    least_pixels: float
    smile: float
    smile_weight: float
    wide_open: float
    eyes_open: float
    weight: float


@attrs.frozen(kw_only=True)
class MoodFinding(Finding):
    """What the face visibly does.

    Attributes:
        expression: serious, smile or expressive (mouth wide open); None where it cannot be read.
        smile: mouth width + 2 x lift of its corners, in eye distances; about 0.67 parts the two.
        mouth_open: gap between the lips, in eye distances.
        eyes_open: whether both eyes are open.
    """

    expression: VisibleExpression | None
    smile: float | None
    mouth_open: float | None
    eyes_open: bool | None

    @property
    def value(self) -> VisibleExpression | None:
        """``expression``, by the name that all findings share."""
        return self.expression


def judge(scene: Scene, calibration: Calibration) -> MoodFinding:
    """Read mouth and eyes of the main face, if it is large enough."""
    rules = calibration.section("mood", Rules)
    face = scene.main_face
    if face is None:
        return _unread("there is no face to read", Status.NOT_APPLICABLE)
    pixels = face.box.height * scene.image.seen_height
    if pixels < rules.least_pixels:
        return _unread(
            f"the face is {pixels:.0f} px high, below {rules.least_pixels:.0f} px nothing is read",
            Status.UNDECIDED,
        )
    if face.mesh is None:
        return _unread("the face is turned or covered too far to be read", Status.UNDECIDED)
    seen = face.mesh.expression
    smile = seen.mouth_width + 2 * seen.corner_lift
    margin = rules.smile_weight * (smile - rules.smile)
    if seen.mouth_open >= rules.wide_open:
        expression = VisibleExpression.EXPRESSIVE
    else:
        expression = VisibleExpression.SMILE if margin > 0 else VisibleExpression.SERIOUS
    eyes = min(seen.eye_open_left, seen.eye_open_right) >= rules.eyes_open
    expressive = expression is VisibleExpression.EXPRESSIVE
    return MoodFinding(
        expression=expression,
        smile=smile,
        mouth_open=seen.mouth_open,
        eyes_open=eyes,
        status=Status.MEASURED,
        contribution=-rules.weight if expressive else rules.weight,
        confidence=0.5 if expressive else logistic(abs(margin)),
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
        VisibleExpression.EXPRESSIVE: f"a mouth wide open ({gap:.2f} eye distances)",
    }[expression]
    return words + (", eyes open" if eyes else ", eyes closed or narrowed")
