"""8. Posing: stiff and straight at the camera, or freer?"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

import attrs

from phototag.criteria.finding import Finding, Status, logistic

if TYPE_CHECKING:
    from phototag.calibration import Calibration
    from phototag.scene import Body, Face, Mesh, Scene


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

    turned_yaw: float
    profile_yaw: float
    profile_eyes: float
    yaw_slope: float
    gaze_aside: float
    square_shoulders: float
    visible: float
    weight: float


@attrs.frozen(kw_only=True)
class PosingFinding(Finding):
    """How the person holds head, eyes, shoulders and hands.

    Attributes:
        facing: frontal, turned, profile or away; None where it cannot be told.
        yaw, pitch, roll: degrees; None without a mesh.
        gaze: camera or aside; None without a mesh.
        shoulders_square: both shoulders at one height and distance; None where not seen.
        hands: hands (wrists) in the frame; None where the body was not looked for.
    """

    facing: Facing | None
    yaw: float | None
    pitch: float | None
    roll: float | None
    gaze: Gaze | None
    shoulders_square: bool | None
    hands: int | None

    @property
    def value(self) -> Facing | None:
        """``facing``, by the name that all findings share."""
        return self.facing


def judge(scene: Scene, calibration: Calibration) -> PosingFinding:
    """Head pose from the mesh; without one from the eyes' distance; without a face it is hidden."""
    rules = calibration.section("posing", Rules)
    face = scene.main_face
    mesh = face.mesh if face else None
    facing = _facing(scene, rules)
    return PosingFinding(
        facing=facing,
        yaw=mesh.pose.yaw if mesh else None,
        pitch=mesh.pose.pitch if mesh else None,
        roll=mesh.pose.roll if mesh else None,
        gaze=_gaze(mesh, rules) if mesh else None,
        shoulders_square=_square(scene.body, rules) if scene.body else None,
        hands=_hands(scene.body, rules) if scene.body else None,
        status=_status(scene, facing),
        contribution=_contribution(facing, rules),
        confidence=_confidence(mesh, facing, rules),
        reason=_reason(face, facing),
    )


def _facing(scene: Scene, rules: Rules) -> Facing | None:
    face = scene.main_face
    if face is None:
        # A body without a face is mostly seen from behind; a hidden face looks the same.
        return None
    width, height = (
        face.box.width * scene.image.seen_width,
        face.box.height * scene.image.seen_height,
    )
    eyes = abs(face.left_eye.x - face.right_eye.x) * scene.image.seen_width
    if eyes < rules.profile_eyes * max(width, height):
        return Facing.PROFILE
    if face.mesh is None:
        return Facing.TURNED  # found by the detector, lost by the mesh: turned far or covered
    yaw = abs(face.mesh.pose.yaw)
    if yaw < rules.turned_yaw:
        return Facing.FRONTAL
    return Facing.TURNED if yaw < rules.profile_yaw else Facing.PROFILE


def _status(scene: Scene, facing: Facing | None) -> Status:
    if facing is not None:
        return Status.MEASURED
    return Status.UNDECIDED if scene.body else Status.NOT_APPLICABLE


def _contribution(facing: Facing | None, rules: Rules) -> float:
    return {Facing.FRONTAL: rules.weight, Facing.PROFILE: -rules.weight}.get(
        facing or Facing.TURNED, 0.0
    )


def _confidence(mesh: Mesh | None, facing: Facing | None, rules: Rules) -> float:
    if mesh is None:
        return 0.5 if facing else 0.0
    yaw = abs(mesh.pose.yaw)
    nearest = min(abs(yaw - rules.turned_yaw), abs(yaw - rules.profile_yaw))
    return logistic(rules.yaw_slope * nearest)


def _gaze(mesh: Mesh, rules: Rules) -> Gaze:
    """Towards the camera when head and eyes together point there."""
    return Gaze.ASIDE if abs(mesh.gaze.x) > rules.gaze_aside else Gaze.CAMERA


def _square(body: Body, rules: Rules) -> bool | None:
    left, right = body["left_shoulder"], body["right_shoulder"]
    if min(left.visibility, right.visibility) < rules.visible:
        return None
    return abs(left.y - right.y) <= rules.square_shoulders * abs(left.x - right.x)


def _hands(body: Body, rules: Rules) -> int:
    wrists = (body["left_wrist"], body["right_wrist"])
    return sum(wrist.inside and wrist.visibility >= rules.visible for wrist in wrists)


def _reason(face: Face | None, facing: Facing | None) -> str:
    if face is None:
        return "no face is seen: turned away or hidden"
    if face.mesh is None:
        return f"the face is {facing}; it is turned or covered too far for angles"
    pose = face.mesh.pose
    return (
        f"the face is {facing} (yaw {pose.yaw:+.0f}, pitch {pose.pitch:+.0f}, "
        f"roll {pose.roll:+.0f} degrees)"
    )
