"""3. Cropping: where is the person cut, and is everybody inside?"""

from __future__ import annotations

import enum
import math
from typing import TYPE_CHECKING

import attrs

from phototag.criteria.finding import Finding, Status, percent
from phototag.scene import BODY_POINTS

if TYPE_CHECKING:
    from phototag.calibration import Calibration
    from phototag.scene import Face, Landmark, Scene


class Shot(enum.StrEnum):
    """Shot size: how much of the person is in the frame."""

    FACE = "face"
    HEAD_AND_SHOULDERS = "head_and_shoulders"
    HALF_BODY = "half_body"
    THREE_QUARTER = "three_quarter"
    FULL_BODY = "full_body"


EDGE = 0.02  # of the frame; a joint nearer to its edge than this is cut
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

    face_below: float
    shoulders_below: float
    half_below: float
    three_quarter_below: float
    visible: float
    weight: float
    even_below: float
    most_log: float


@attrs.frozen(kw_only=True)
class CroppingFinding(Finding):
    """Where the frame cuts the person.

    Attributes:
        shot: shot size of the main person; None without one.
        below_chin: room from chin to the lower edge in heights of the face box.
        headroom: room above the hair / height of the frame; None where the crown is not seen.
        cut_joints: joints (``left_knee`` ...) that lie on the edge of the frame.
        whole: whether everybody who is the subject is entirely inside; None where not known.
    """

    shot: Shot | None
    below_chin: float | None
    headroom: float | None
    cut_joints: tuple[str, ...]
    whole: bool | None

    @property
    def value(self) -> Shot | None:
        """``shot``, by the name that all findings share."""
        return self.shot


def judge(scene: Scene, calibration: Calibration) -> CroppingFinding:
    """Shot size from the room below the chin and the joints that are seen."""
    rules = calibration.section("cropping", Rules)
    face = scene.main_face
    if face is None:
        shot = _shot_of_body(scene, rules)
        return CroppingFinding(
            shot=shot,
            below_chin=None,
            headroom=None,
            cut_joints=_cut_joints(scene, rules),
            whole=shot is Shot.FULL_BODY if shot else None,
            status=Status.MEASURED if shot else Status.NOT_APPLICABLE,
            contribution=-rules.weight * rules.most_log if shot else 0.0,
            confidence=0.6 if shot else 0.0,
            reason=f"the frame shows {NAMES[shot]}" if shot else "there is no person to be cut",
        )
    below = max(0.0, 1 - face.box.bottom) / face.box.height
    shot = _shot(scene, below, rules)
    log = math.log((below + 1) / (rules.even_below + 1))
    log = max(-rules.most_log, min(rules.most_log, log))
    headroom = scene.person.crown
    room = f", {percent(headroom)} of headroom" if headroom is not None else ""
    return CroppingFinding(
        shot=shot,
        below_chin=below,
        headroom=headroom,
        cut_joints=_cut_joints(scene, rules),
        whole=_whole(scene, shot),
        status=Status.MEASURED,
        contribution=-rules.weight * log,
        confidence=0.85,
        reason=f"the frame shows {NAMES[shot]} ({below:.1f} face heights below the chin){room}",
    )


def _shot(scene: Scene, below: float, rules: Rules) -> Shot:
    if below < rules.face_below:
        return Shot.FACE
    if below < rules.shoulders_below:
        return Shot.HEAD_AND_SHOULDERS
    body = scene.body
    if body is not None:
        if body.visibility("ankle") >= rules.visible and below >= rules.half_below:
            return Shot.FULL_BODY
        if body.visibility("knee") >= rules.visible and below >= rules.half_below:
            return Shot.THREE_QUARTER
    if below < rules.half_below:
        return Shot.HALF_BODY
    return Shot.THREE_QUARTER if below < rules.three_quarter_below else Shot.FULL_BODY


def _shot_of_body(scene: Scene, rules: Rules) -> Shot | None:
    if scene.body is None:
        return None
    for part, shot in (("ankle", Shot.FULL_BODY), ("knee", Shot.THREE_QUARTER)):
        if scene.body.visibility(part) >= rules.visible:
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
    """Distance to the nearest edge but the upper one, which cuts heads and no joints."""
    return min(abs(joint.y - 1), abs(joint.x), abs(joint.x - 1))


def _whole(scene: Scene, shot: Shot) -> bool:
    """The main person down to the feet, or every face of a group with air around it."""
    if len(scene.faces) > 1:
        return all(_has_air(face) for face in scene.faces)
    return shot is Shot.FULL_BODY


def _has_air(face: Face) -> bool:
    box = face.box
    return box.x > 0 and box.y > 0 and box.right < 1 and box.bottom < 1
