"""4. Mood: the visible expression.  Never an emotion: that is not visible."""

from __future__ import annotations

import enum
import math
from typing import TYPE_CHECKING

import attrs

from phototag.criteria.criterion import Criterion, Earlier
from phototag.criteria.finding import Finding, Status
from phototag.wording import percent

if TYPE_CHECKING:
    from phototag.criteria.calibration import Calibration
    from phototag.scene.measures import Face, Scene


class VisibleExpression(enum.StrEnum):
    """What the face visibly does."""

    SERIOUS = "serious"
    SMILE = "smile"
    EXPRESSIVE = "expressive"


NAMES = {
    VisibleExpression.SERIOUS: "a serious face",
    VisibleExpression.SMILE: "a smile",
    VisibleExpression.EXPRESSIVE: "an expressive face",
}
LEAST_SCORE = 0.01  # keeps logs finite; smaller scores of the net mean nothing


@attrs.frozen
class Rules:
    """Numbers of section ``mood``."""

    most_covered: float
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


def features(scene: Scene) -> dict[str, float | None] | None:
    """The expression net's scores (logs), and the shape of the mouth in eye distances; None without a face."""
    face = scene.main_face
    if face is None or face.expression is None:
        return None
    found: dict[str, float | None] = {
        f"net_{number}": math.log(score + LEAST_SCORE)
        for number, score in enumerate(face.expression)
    }
    seen = face.mesh.expression if face.mesh else None
    shape = {
        "mouth_width": seen.mouth_width if seen else None,
        "corner_lift": seen.corner_lift if seen else None,
        "mouth_open": seen.mouth_open if seen else None,
        "lip_height": seen.lip_height if seen else None,
    }
    squares = {
        f"{name}_squared": None if value is None else value**2 for name, value in shape.items()
    }
    smile = seen.mouth_width * seen.corner_lift if seen else None
    return {**found, **shape, **squares, "smile": smile}


def chances(scene: Scene, calibration: Calibration) -> dict[str, float] | None:
    """Probability of each expression; None without a face, or if something covers the mouth."""
    face, shape = scene.main_face, features(scene)
    if face is None or shape is None or _is_covered(face, calibration):
        return None
    return calibration.model("expression").chances(shape)


def _is_covered(face: Face, calibration: Calibration) -> bool:
    most = calibration.section("mood", Rules).most_covered
    return face.covered is not None and face.covered > most


def judge(scene: Scene, calibration: Calibration, _: Earlier) -> MoodFinding:
    """Evaluate mouth and eyes of the main face."""
    rules = calibration.section("mood", Rules)
    face, found = scene.main_face, chances(scene, calibration)
    if face is None:
        return _unread("there is no face", Status.NOT_APPLICABLE)
    if found is None:  # the main face always has scores
        covered = percent(face.covered or 0.0)
        return _unread(f"something covers the mouth ({covered} certain)", Status.UNDECIDED)
    expression = VisibleExpression(max(found, key=found.__getitem__))
    seen = face.mesh.expression if face.mesh else None
    smile = seen.mouth_width + 2 * seen.corner_lift if seen else None
    eyes = min(seen.eye_open_left, seen.eye_open_right) >= rules.eyes_open if seen else None
    gap = seen.mouth_open if seen else None
    serious = found[VisibleExpression.SERIOUS]
    return MoodFinding(
        expression=expression,
        smile=smile,
        mouth_open=gap,
        eyes_open=eyes,
        status=Status.MEASURED,
        contribution=rules.serious_weight * (serious - rules.serious_centre),
        confidence=found[expression],
        reason=_reason(expression, smile, gap, eyes=eyes),
    )


def _unread(reason: str, status: Status) -> MoodFinding:
    return MoodFinding(
        expression=None, smile=None, mouth_open=None, eyes_open=None, status=status, reason=reason
    )


def _reason(
    expression: VisibleExpression, smile: float | None, gap: float | None, *, eyes: bool | None
) -> str:
    words = NAMES[expression]
    if smile is None or gap is None:
        return f"{words}; the face is turned or covered too far to be measured"
    if expression is VisibleExpression.EXPRESSIVE:
        words += f" (mouth open by {gap:.2f} eye distances)"
    else:
        words += f" (smile measure {smile:.2f})"
    return words + (", eyes open" if eyes else ", eyes closed or narrowed")


CRITERION = Criterion(finding=MoodFinding, judge=judge)
