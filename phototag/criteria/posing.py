"""8. Posing: stiff and straight towards the camera, or freer?"""

from __future__ import annotations

import enum
import math
from typing import TYPE_CHECKING

import attrs

from phototag.criteria.criterion import Criterion, Earlier
from phototag.criteria.finding import Finding, Status
from phototag.criteria.subjects import BODY

if TYPE_CHECKING:
    from phototag.criteria.calibration import Calibration
    from phototag.scene.measures import Body, Mesh, Scene


# degrees; between, at about 45, a head upside down may be taken for one that is tilted
UPRIGHT, HALF_TURN = 35.0, 180.0
LOST = 45  # degrees of yaw from which the mesh tends to lose a face


class Facing(enum.StrEnum):
    """Where the face points."""

    FRONTAL = "frontal"
    TURNED = "turned"
    PROFILE = "profile"
    AWAY = "away"


class Gaze(enum.StrEnum):
    """Where the eyes look."""

    CAMERA = "camera"
    ASIDE = "aside"


@attrs.frozen
class Rules:
    """Numbers of section ``posing``."""

    gaze_aside: float
    square_shoulders: float
    visible: float
    yaw_weight: float
    yaw_centre: float


@attrs.frozen(kw_only=True)
class PosingFinding(Finding):
    """How the person holds head, eyes, shoulders and hands.

    Attributes:
        facing: frontal, turned, profile or away; None if it cannot be determined.
        yaw, pitch: degrees, with the head turned upright; None without a mesh.
        roll: degrees clockwise by which the head is tilted, -180 to 180; None without a mesh.
        upright: whether the picture stands upright, as far as the main head shows it: True for a roll of up to 35
            degrees, False from 145. None between: either the picture or the person lies on the side. None without a
            mesh, too.
        gaze: camera or aside; None without a mesh.
        shoulders_square: both shoulders at the same height and distance; None if not visible.
        hands: number of hands (wrists) in the frame; None if no body is detected.
        raised_hands: of these, the hands above their shoulder: waving, a high five, an instrument.
    """

    facing: Facing | None
    yaw: float | None
    pitch: float | None
    roll: float | None
    upright: bool | None
    gaze: Gaze | None
    shoulders_square: bool | None
    hands: int | None
    raised_hands: int | None

    @property
    def value(self) -> Facing | None:
        """``facing``, under the name that all findings share."""
        return self.facing


def features(scene: Scene) -> dict[str, float | None] | None:
    """Features that show where the face points; None without a face.  The same for a mirrored picture."""
    face = scene.main_face
    if face is None:
        return None
    width, height = scene.image.seen_width, scene.image.seen_height
    across = (face.left_eye.x - face.right_eye.x) * width
    down = (face.left_eye.y - face.right_eye.y) * height
    eyes = max(math.hypot(across, down), 1.0)
    nose_x = (face.nose.x - (face.left_eye.x + face.right_eye.x) / 2) * width
    nose_y = (face.nose.y - (face.left_eye.y + face.right_eye.y) / 2) * height
    box_height = face.box.height * height
    pose = face.mesh.pose if face.mesh else None
    return {
        "yaw": abs(pose.yaw) if pose else None,
        "yaw_squared": (pose.yaw / 20) ** 2 if pose else None,
        "pitch": abs(pose.pitch) if pose else None,
        "gaze": abs(face.mesh.gaze.x) if face.mesh else None,
        "misfit": pose.residual if pose else None,
        "mesh": float(pose is not None),
        "eyes": eyes / box_height,
        "nose": abs(nose_x * across + nose_y * down) / eyes**2,
        "nose_in_box": abs(face.box.centre.x - face.nose.x) / face.box.width,
        "box_shape": face.box.width * width / box_height,
        "score": face.score,
    }


def judge(scene: Scene, calibration: Calibration, _: Earlier) -> PosingFinding:
    """Determine from mesh and eyes where the face points; without a face, it is hidden or turned away."""
    rules = calibration.section("posing", Rules)
    face, seen = scene.main_face, features(scene)
    mesh = face.mesh if face else None
    facing: Facing | None = None
    confidence = 0.0
    seen_body = scene.body.clearness >= BODY
    if seen is not None:
        chances = calibration.model("facing").chances(seen)
        facing = Facing(max(chances, key=chances.__getitem__))
        confidence = chances[facing]
    return PosingFinding(
        facing=facing,
        yaw=mesh.pose.yaw if mesh else None,
        pitch=mesh.pose.pitch if mesh else None,
        roll=_roll(scene),
        upright=_upright(_roll(scene)),
        gaze=_gaze(mesh, rules) if mesh else None,
        shoulders_square=_square(scene.body, rules),
        hands=len(_hands(scene.body, rules)) if seen_body else None,
        raised_hands=_raised(scene.body, rules) if seen_body else None,
        status=_status(scene, facing),
        contribution=rules.yaw_weight * (rules.yaw_centre - turn(scene)) if face else 0.0,
        confidence=confidence,
        reason=_reason(scene, facing),
    )


def turn(scene: Scene) -> float:
    """|yaw| in tens of degrees; a face without a mesh counts as a profile."""
    face = scene.main_face
    return abs(face.mesh.pose.yaw) / 10 if face and face.mesh else LOST / 10


def _status(scene: Scene, facing: Facing | None) -> Status:
    if facing is not None:
        return Status.MEASURED
    return Status.UNDECIDED if scene.body.clearness >= BODY else Status.NOT_APPLICABLE


def _gaze(mesh: Mesh, rules: Rules) -> Gaze:
    """Where the irises are in the eyes; the turn of the head is not part of it (that is the yaw)."""
    return Gaze.ASIDE if abs(mesh.gaze.x) > rules.gaze_aside else Gaze.CAMERA


def _square(body: Body, rules: Rules) -> bool | None:
    left, right = body["left_shoulder"], body["right_shoulder"]
    if min(left.visibility, right.visibility) < rules.visible:
        return None
    return abs(left.y - right.y) <= rules.square_shoulders * abs(left.x - right.x)


def _hands(body: Body, rules: Rules) -> list[str]:
    """The sides whose wrist is visible in the frame."""
    wrists = {side: body[f"{side}_wrist"] for side in ("left", "right")}
    return [s for s, wrist in wrists.items() if wrist.inside and wrist.visibility >= rules.visible]


def _raised(body: Body, rules: Rules) -> int:
    sides = _hands(body, rules)
    return sum(body[f"{side}_wrist"].y < body[f"{side}_shoulder"].y for side in sides)


def _roll(scene: Scene) -> float | None:
    """The tilt of the main head in the picture as it is."""
    mesh = scene.main_face.mesh if scene.main_face else None
    if mesh is None:
        return None
    return (mesh.pose.roll + scene.image.turn + HALF_TURN) % (2 * HALF_TURN) - HALF_TURN


def _upright(roll: float | None) -> bool | None:
    if roll is None or UPRIGHT < abs(roll) < HALF_TURN - UPRIGHT:
        return None
    return abs(roll) <= UPRIGHT


def _reason(scene: Scene, facing: Facing | None) -> str:
    face, roll = scene.main_face, _roll(scene)
    if face is None:
        return "no face is visible: turned away or hidden"
    if face.mesh is None or roll is None:
        return f"the face is {facing}; it is turned or covered too far to measure angles"
    pose = face.mesh.pose
    seen = f"the face is {facing} (yaw {pose.yaw:+.0f}, pitch {pose.pitch:+.0f}, roll {roll:+.0f} degrees)"
    upright = _upright(roll)
    if upright is None:
        seen += "; the picture or the person lies on the side"
    return seen if upright is not False else f"{seen}; the picture is upside down"


CRITERION = Criterion(finding=PosingFinding, judge=judge)
