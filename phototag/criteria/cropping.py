"""3. Cropping: where does the frame cut the person, and is everybody inside?"""

from __future__ import annotations

import enum
import math
from typing import TYPE_CHECKING

import attrs

from phototag.criteria.criterion import Criterion, Earlier
from phototag.criteria.finding import Finding, Status, numbered
from phototag.criteria.subjects import PARTS, SubjectsFinding, faces_of_subjects
from phototag.scene.measures import BODY_POINTS
from phototag.scene.regression import log_odds
from phototag.wording import percent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from phototag.criteria.calibration import Calibration
    from phototag.scene.measures import Face, Landmark, Scene


class Shot(enum.StrEnum):
    """Shot size: how much of the person is in the frame."""

    FACE = "face"
    HEAD_AND_SHOULDERS = "head_and_shoulders"
    HALF_BODY = "half_body"
    THREE_QUARTER = "three_quarter"
    FULL_BODY = "full_body"


MOST_TIGHT = 4.0  # log-odds
PROMINENT = 0.25  # of the main face's area; smaller faces are left out of the means over all faces
LEAST_HEAD = 0.01  # of the frame's height; keeps logs and quotients finite
LOWEST = 1.1  # y; points farther below the frame are as good as these
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
    below_weight: float
    below_centre: float
    room_weight: float
    room_centre: float
    tight_weight: float
    tight_centre: float
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
    """Features that show the shot size: logs of lengths, the body's points, the frame below.  None without a face."""
    face, head, chin = scene.main_face, scene.head_height, scene.chin
    if face is None or head is None or chin is None:
        return None
    below, size = math.log1p(_below(face)), math.log(face.box.height)
    faces = [one for one in scene.faces if one.box.area >= PROMINENT * face.box.area]
    rooms = [_below(one) for one in faces]
    return {
        "face": size,
        "head": math.log(max(head, LEAST_HEAD)),
        "below": below,
        "room": math.log1p(max(0.0, 1 - chin) / max(head, LEAST_HEAD)),
        "face_squared": size**2,
        "below_squared": below**2,
        "faces": math.log(len(faces)),
        "face_mean": math.log(sum(one.box.height for one in faces) / len(faces)),
        "below_mean": math.log1p(sum(rooms) / len(rooms)),
        "below_least": math.log1p(min(rooms)),
        # Shoulders on the lower edge are wider than a face.
        "edge_in_faces": math.log1p(scene.person.lower_edge / face.box.width),
        # The more room there is below the chin, the more a visible joint means.
        **{f"{part}_below": _most(scene, part) * below for part in PARTS},
        **body_features(scene),
    }


def body_features(scene: Scene) -> dict[str, float]:
    """The features that need no face."""
    found = {"edge": scene.person.lower_edge}
    for part in PARTS:
        left, right = scene.body.pair(part)
        found |= {
            part: max(left.visibility, right.visibility),
            f"{part}_both": min(left.visibility, right.visibility),
            f"{part}_y": min(LOWEST, max(left.y, right.y)),
        }
    return found | numbered(scene.content_below)


def chances(scene: Scene, calibration: Calibration) -> dict[str, float]:
    """Probability of each shot size; without a face, from the body."""
    seen = features(scene)
    model = "shot" if seen is not None else "shot_of_body"
    return calibration.model(model).chances(seen or body_features(scene))


def tightness(chances: Mapping[str, float]) -> float:
    """Log-odds that the frame ends above the elbows, within ``MOST_TIGHT``, from the chances of the shot sizes."""
    tight = chances[Shot.FACE] + chances[Shot.HEAD_AND_SHOULDERS]
    return max(-MOST_TIGHT, min(MOST_TIGHT, log_odds(tight)))


def _most(scene: Scene, part: str) -> float:
    return max(point.visibility for point in scene.body.pair(part))


def judge(scene: Scene, calibration: Calibration, earlier: Earlier) -> CroppingFinding:
    """Determine the shot size from the room below the chin and the visible joints; without a face, from the body."""
    rules = calibration.section("cropping", Rules)
    people = earlier[SubjectsFinding]
    if people.count == 0:
        return _nobody(scene, rules)
    face, sizes = scene.main_face, chances(scene, calibration)
    shot = Shot(max(sizes, key=sizes.__getitem__))
    below, headroom = _below(face) if face else None, scene.person.crown
    reason = f"the frame shows {NAMES[shot]}"
    if below is not None:
        reason += f" ({below:.1f} face heights below the chin)"
    if headroom is not None:
        reason += f", {percent(headroom)} of headroom"
    return CroppingFinding(
        shot=shot,
        below_chin=below,
        headroom=headroom,
        cut_joints=_cut_joints(scene, rules),
        whole=_whole(faces_of_subjects(scene, people), people.count, shot),
        status=Status.MEASURED,
        contribution=_contribution(scene, sizes, rules),
        confidence=sizes[shot],
        reason=reason,
    )


def _below(face: Face) -> float:
    return max(0.0, 1 - face.box.bottom) / face.box.height


def _contribution(scene: Scene, sizes: Mapping[str, float], rules: Rules) -> float:
    """A tighter frame and less room below the chin are evidence for a headshot, a hidden face for a portrait."""
    seen = features(scene)
    if seen is None:
        return -rules.most
    weighed = rules.below_weight * (rules.below_centre - seen["below"])
    weighed += rules.room_weight * (rules.room_centre - seen["room"])
    weighed += rules.tight_weight * (tightness(sizes) - rules.tight_centre)
    return max(-rules.most, min(rules.most, weighed))


def _nobody(scene: Scene, rules: Rules) -> CroppingFinding:
    return CroppingFinding(
        shot=None,
        below_chin=None,
        headroom=None,
        cut_joints=_cut_joints(scene, rules),
        whole=None,
        status=Status.NOT_APPLICABLE,
        reason="there is no person",
    )


def _cut_joints(scene: Scene, rules: Rules) -> tuple[str, ...]:
    """Joints on the edge of the frame, inside or just outside."""
    return tuple(
        name
        for name in BODY_POINTS
        if scene.body[name].visibility >= rules.visible and _from_edge(scene.body[name]) < EDGE
    )


def _from_edge(joint: Landmark) -> float:
    """Distance to the nearest edge, except the upper one, which cuts heads but not joints."""
    return min(abs(joint.y - 1), abs(joint.x), abs(joint.x - 1))


def _whole(faces: tuple[Face, ...], count: int, shot: Shot) -> bool | None:
    """Whether one person is inside down to the feet, or every face of a group has room around it; no bystanders.

    Not known of a group in which somebody's face is not visible.
    """
    if count == 1:
        return shot is Shot.FULL_BODY
    if not all(_has_air(face) for face in faces):
        return False
    return True if len(faces) == count else None


def _has_air(face: Face) -> bool:
    box = face.box
    return box.x > 0 and box.y > 0 and box.right < 1 and box.bottom < 1


CRITERION = Criterion(finding=CroppingFinding, judge=judge, after=(SubjectsFinding,))
