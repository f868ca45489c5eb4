"""3. Cropping: where does the frame cut the person, and is everybody inside?"""

from __future__ import annotations

import enum
import math
from typing import TYPE_CHECKING

import attrs

from phototag.criteria.criterion import Criterion, Earlier
from phototag.criteria.finding import Finding, Status
from phototag.criteria.subjects import faces_of_subjects
from phototag.scene.measures import BODY_POINTS
from phototag.wording import percent

if TYPE_CHECKING:
    from phototag.criteria.calibration import Calibration
    from phototag.scene.measures import Face, Landmark, Scene


class Shot(enum.StrEnum):
    """Shot size: how much of the person is in the frame."""

    FACE = "face"
    HEAD_AND_SHOULDERS = "head_and_shoulders"
    HALF_BODY = "half_body"
    THREE_QUARTER = "three_quarter"
    FULL_BODY = "full_body"


LEAST_HEAD = 0.01  # of the frame's height; keeps logs and quotients finite
WITHOUT_FACE = 0.6  # confidence of a shot size based on the body alone
EDGE = 0.02  # of the frame; a joint closer to its edge than this counts as cut
NAMES = {
    Shot.FACE: "the face alone",
    Shot.HEAD_AND_SHOULDERS: "head and shoulders",
    Shot.HALF_BODY: "the upper half of the body",
    Shot.THREE_QUARTER: "the body down to the knees",
    Shot.FULL_BODY: "the whole body",
}


@attrs.frozen
class Rules:
    """Numbers of section ``cropping``."""

    visible: float
    faintly_visible: float
    below_weight: float
    below_centre: float
    room_weight: float
    room_centre: float
    most: float


@attrs.frozen(kw_only=True)
class CroppingFinding(Finding):
    """Where the frame cuts the person.

    Attributes:
        shot: shot size of the main person; None without one.
        below_chin: room from chin to the lower edge in heights of the face box.
        headroom: room above the hair / height of the frame; None if the crown is not visible.
        cut_joints: joints (``left_knee`` ...) that lie on the edge of the frame.
        whole: whether every subject is entirely inside; None if not known.
    """

    shot: Shot | None
    below_chin: float | None
    headroom: float | None
    cut_joints: tuple[str, ...]
    whole: bool | None

    @property
    def value(self) -> Shot | None:
        """``shot``, under the name that all findings share."""
        return self.shot


def features(scene: Scene) -> dict[str, float] | None:
    """Features that show the shot size: logs of lengths, and visible joints.  None without a face."""
    face, head, chin = scene.main_face, scene.head_height, scene.chin
    if face is None or head is None or chin is None:
        return None
    below, size = math.log1p(_below(face)), math.log(face.box.height)
    joints = {
        part: scene.body.visibility(part) if scene.body else 0.0
        for part in ("hip", "knee", "ankle")
    }
    return {
        "face": size,
        "head": math.log(max(head, LEAST_HEAD)),
        "below": below,
        "room": math.log1p(max(0.0, 1 - chin) / max(head, LEAST_HEAD)),
        **joints,
        "body_sought": float(scene.body_sought),
        "face_squared": size**2,
        "below_squared": below**2,
        # The more room there is below the chin, the more a visible joint means.
        **{f"{part}_below": visible * below for part, visible in joints.items()},
    }


def judge(scene: Scene, calibration: Calibration, _: Earlier) -> CroppingFinding:
    """Determine the shot size from the room below the chin and the visible joints."""
    rules = calibration.section("cropping", Rules)
    face, seen = scene.main_face, features(scene)
    if face is None or seen is None:
        shot = _shot_of_body(scene, rules)
        return CroppingFinding(
            shot=shot,
            below_chin=None,
            headroom=None,
            cut_joints=_cut_joints(scene, rules),
            whole=shot is Shot.FULL_BODY if shot else None,
            status=Status.MEASURED if shot else Status.NOT_APPLICABLE,
            contribution=-rules.most if shot else 0.0,
            confidence=WITHOUT_FACE if shot else 0.0,
            reason=f"the frame shows {NAMES[shot]}" if shot else "there is no person",
        )
    chances = calibration.model("shot").chances(seen)
    shot = Shot(max(chances, key=chances.__getitem__))
    below, headroom = _below(face), scene.person.crown
    room = f", {percent(headroom)} of headroom" if headroom is not None else ""
    return CroppingFinding(
        shot=shot,
        below_chin=below,
        headroom=headroom,
        cut_joints=_cut_joints(scene, rules),
        whole=_whole(faces_of_subjects(scene, calibration), shot),
        status=Status.MEASURED,
        contribution=_contribution(seen, rules),
        confidence=chances[shot],
        reason=f"the frame shows {NAMES[shot]} ({below:.1f} face heights below the chin){room}",
    )


def _below(face: Face) -> float:
    return max(0.0, 1 - face.box.bottom) / face.box.height


def _contribution(seen: dict[str, float], rules: Rules) -> float:
    """More room below the chin is evidence for a portrait."""
    weighed = rules.below_weight * (rules.below_centre - seen["below"])
    weighed += rules.room_weight * (rules.room_centre - seen["room"])
    return max(-rules.most, min(rules.most, weighed))


def _shot_of_body(scene: Scene, rules: Rules) -> Shot | None:
    if scene.body is None:
        return None
    for part, shot in (("ankle", Shot.FULL_BODY), ("knee", Shot.THREE_QUARTER)):
        if scene.body.visibility(part) >= rules.faintly_visible:
            return shot
    return Shot.HALF_BODY


def _cut_joints(scene: Scene, rules: Rules) -> tuple[str, ...]:
    """Joints on the edge of the frame, inside or just outside."""
    if scene.body is None:
        return ()
    return tuple(
        name
        for name in BODY_POINTS
        if scene.body[name].visibility >= rules.visible and _from_edge(scene.body[name]) < EDGE
    )


def _from_edge(joint: Landmark) -> float:
    """Distance to the nearest edge, except the upper one, which cuts heads but not joints."""
    return min(abs(joint.y - 1), abs(joint.x), abs(joint.x - 1))


def _whole(subjects: tuple[Face, ...], shot: Shot) -> bool:
    """Whether one person is inside down to the feet, or every face of a group has room around it; no bystanders."""
    if len(subjects) > 1:
        return all(_has_air(face) for face in subjects)
    return shot is Shot.FULL_BODY


def _has_air(face: Face) -> bool:
    box = face.box
    return box.x > 0 and box.y > 0 and box.right < 1 and box.bottom < 1


CRITERION = Criterion(finding=CroppingFinding, judge=judge)
