"""What a crop must respect in a picture, in full-resolution pixels of the upright picture."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import attrs

from phototag.scene.measures import BODY_POINTS, HAIR

if TYPE_CHECKING:
    from phototag.scene.geometry import Box
    from phototag.scene.measures import Face, Scene

SEEN = 0.3  # visibility from which a joint counts as visible
JOINT = 0.1  # least distance of a joint from an edge / head height
# A cut at these joints looks like an amputation.
JOINTS = tuple(
    BODY_POINTS[f"{side}_{joint}"]
    for joint in ("elbow", "wrist", "knee", "ankle") for side in ("left", "right")
)  # fmt: skip
SHOULDER = 0.9  # half the width of the shoulders / height of the face
TRUNK = 1.5  # length of the body below the chin that belongs to a person / height of the face
TOUCHES = 0.01  # of the picture: anything closer to the frame counts as already cut


@attrs.frozen
class Area:
    """A rectangle, in px."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def height(self) -> float:
        """Top to bottom, px."""
        return self.bottom - self.top

    def around(self, other: Area) -> Area:
        """The rectangle around both."""
        return Area(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )


@attrs.frozen(kw_only=True)
class Head:
    """Where the head of the single person is, px.

    Attributes:
        crown, chin, eyes: y of the top of the hair, the chin and the eye line.
        left, right: x of the face's edges.
        middle: x on which a crop is centred.
        eye_distance: between the pupils.
        yaw, roll: degrees as in the scene; None without a mesh.
        crown_seen: whether the top of the hair is inside the picture.
    """

    crown: float
    chin: float
    eyes: float
    left: float
    right: float
    middle: float
    eye_distance: float
    yaw: float | None
    roll: float | None
    crown_seen: bool

    @property
    def height(self) -> float:
        """Chin to crown, px."""
        return self.chin - self.crown


@attrs.frozen(kw_only=True)
class Layout:
    """What the fitting of crops needs to know of one picture.

    Attributes:
        width, height: of the upright picture.
        head: of the main person.
        faces: of everybody, subjects and bystanders.
        subjects: number of subjects; their faces come first.
        people: the area around all subjects, as far as visible; None without a subject.
        joints: x and y of each visible joint.
    """

    width: int
    height: int
    head: Head | None
    faces: tuple[Area, ...]
    subjects: int
    people: Area | None
    joints: tuple[tuple[float, float], ...]


def lay_out(scene: Scene, subjects: tuple[Face, ...]) -> Layout:
    """The layout of a scene whose subjects have these faces."""
    width, height = scene.image.width, scene.image.height
    others = tuple(face for face in scene.faces if face not in subjects)
    joints = scene.body.landmarks
    people = [_person(scene, face) for face in subjects]
    if scene.person.box is not None and scene.person.share:
        people.append(_area(scene, scene.person.box))
    around = people[0] if people else None
    for area in people[1:]:
        assert around is not None
        around = around.around(area)
    return Layout(
        width=width,
        height=height,
        head=_head(scene, subjects[0]) if subjects else None,
        faces=tuple(_area(scene, face.box) for face in (*subjects, *others)),
        subjects=len(subjects),
        people=around,
        joints=tuple(
            (joint.x * width, joint.y * height)
            for joint in (joints[number] for number in JOINTS)
            if joint.visibility >= SEEN and 0 < joint.x < 1 and 0 < joint.y < 1
        ),
    )


def _head(scene: Scene, face: Face) -> Head:
    """The head, with its hair as shown by the person mask.

    From the mesh if there is one: in a mirrored picture, its points move by only a quarter as much as the
    detector's.
    """
    width, height = scene.image.width, scene.image.height
    seen = face.mesh or face
    chin = face.mesh.chin.y if face.mesh else face.box.bottom
    guess = face.box.y - HAIR * face.box.height
    crown = scene.person.crown if face == scene.main_face else None
    # A mask that continues above the head (a raised arm, somebody behind) is not hair.
    if crown is None or crown < guess - HAIR * face.box.height:
        crown = guess
    pose = face.mesh.pose if face.mesh else None
    outline = [point.x for point in face.mesh.outline] if face.mesh else []
    middle = (min(outline) + max(outline)) / 2 if outline else face.box.centre.x
    left, right = seen.left_eye, seen.right_eye
    return Head(
        crown=max(0.0, min(crown, face.box.y)) * height,
        chin=min(1.0, chin) * height,
        eyes=(left.y + right.y) / 2 * height,
        left=face.box.x * width,
        right=face.box.right * width,
        middle=((left.x + right.x) / 2 + middle) / 2 * width,
        eye_distance=round(math.hypot((left.x - right.x) * width, (left.y - right.y) * height), 3),
        yaw=pose.yaw if pose else None,
        roll=pose.roll if pose else None,
        crown_seen=crown > TOUCHES,
    )


def _person(scene: Scene, face: Face) -> Area:
    """Hair, shoulders and trunk that belong to a face, as far as they are in the frame."""
    box = _area(scene, face.box)
    middle, high = (box.left + box.right) / 2, box.height
    return Area(
        max(0.0, middle - SHOULDER * high),
        max(0.0, box.top - HAIR * high),
        min(float(scene.image.width), middle + SHOULDER * high),
        min(float(scene.image.height), box.bottom + TRUNK * high),
    )


def _area(scene: Scene, box: Box) -> Area:
    width, height = scene.image.width, scene.image.height
    return Area(box.x * width, box.y * height, box.right * width, box.bottom * height)
