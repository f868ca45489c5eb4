"""2. Number of subjects: exactly one person, or one or many?"""

from __future__ import annotations

import enum
import math
from typing import TYPE_CHECKING

import attrs

from phototag.criteria.criterion import Criterion, Earlier
from phototag.criteria.finding import Finding, Status, numbered

if TYPE_CHECKING:
    from phototag.criteria.calibration import Calibration
    from phototag.scene.measures import Face, Scene


class Subjects(enum.StrEnum):
    """How many people are the subject of the picture."""

    NONE = "none"
    SINGLE = "single"
    COUPLE = "couple"
    GROUP = "group"


PERSON, NOBODY = "person", "nobody"  # classes of the model "presence"
NO_FACE_SCORE = 0.5  # used when there is no face; the detector reports none below 0.6
GOOD_FIT, WORST_FIT = 0.6, 0.5  # cm: the misfit is clipped to these; real faces have .35 to .73
AWAY = 0.6  # nose from the middle of the eyes, in eye distances: about 45 degrees of yaw
BODY = 0.3  # clearness from which a body counts as detected: what MoveNet's authors recommend for a point
PARTS = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
EVEN = 0.5  # probability from which a person counts as the subject


@attrs.frozen
class Rules:
    """Numbers of section ``subjects``."""

    least_prominence: float
    off_middle: float
    turned_away: float
    several_weight: float


@attrs.frozen(kw_only=True)
class SubjectsFinding(Finding):
    """How many people are the subject of the picture.

    Attributes:
        people: none, single, couple or group.
        count: number of people who are the subject.
        faces: number of faces detected.
        bystanders: number of faces much smaller or less sharp than the main one.
        presence: probability that a person is the subject at all, 0..1.
    """

    people: Subjects
    count: int
    faces: int
    bystanders: int
    presence: float

    @property
    def value(self) -> Subjects:
        """``people``, under the name that all findings share."""
        return self.people


def judge(scene: Scene, calibration: Calibration, _: Earlier) -> SubjectsFinding:
    """Count the people who are the subject; smaller and blurred ones are bystanders."""
    rules = calibration.section("subjects", Rules)
    presence = calibration.model("presence").chances(features(scene))[PERSON]
    faces = len(scene.faces)
    if presence < EVEN:
        return SubjectsFinding(
            people=Subjects.NONE,
            count=0,
            faces=faces,
            bystanders=0,
            presence=presence,
            status=Status.MEASURED,
            confidence=1 - presence,
            reason=_nobody(scene, calibration),
        )
    count = count_subjects(scene, rules) or 1
    people = {1: Subjects.SINGLE, 2: Subjects.COUPLE}.get(count, Subjects.GROUP)
    single = people is Subjects.SINGLE
    return SubjectsFinding(
        people=people,
        count=count,
        faces=faces,
        bystanders=max(0, faces - count),
        presence=presence,
        status=Status.MEASURED,
        contribution=0.0 if single else -rules.several_weight,
        confidence=presence,
        reason=_people(scene, count),
    )


def count_subjects(scene: Scene, rules: Rules) -> int:
    """How many faces belong to subjects."""
    return len(_subjects(scene, rules))


def faces_of_subjects(scene: Scene, calibration: Calibration) -> tuple[Face, ...]:
    """The faces of the people who are the subject, the main one first."""
    return _subjects(scene, calibration.section("subjects", Rules))


def _subjects(scene: Scene, rules: Rules) -> tuple[Face, ...]:
    """Faces prominent enough, compared with the main one, to belong to a subject and not a bystander."""
    main = scene.main_face
    if main is None:
        return ()
    others = scene.faces[1:]
    prominent = (
        face for face in others if _prominence(face, main, rules) >= rules.least_prominence
    )
    return (main, *prominent)


def _prominence(face: Face, main: Face, rules: Rules) -> float:
    """Area relative to the main face's; reduced if out of focus, at the side of the frame or turned away."""
    sharpness = min(1.0, (face.sharpness + 1) / (main.sharpness + 1))
    aside = abs(2 * (face.box.x + face.box.width / 2) - 1)  # 0 in the middle, 1 at the frame
    position = 1 - rules.off_middle * min(1.0, aside) ** 2
    facing = 1 - rules.turned_away if _nose_shift(face) > AWAY else 1.0
    return face.box.area / main.box.area * sharpness * position * facing


def _nose_shift(face: Face) -> float:
    """Distance of the nose from the middle of the eyes, in eye distances (small faces have no mesh)."""
    eyes = abs(face.left_eye.x - face.right_eye.x)
    middle = (face.left_eye.x + face.right_eye.x) / 2
    return abs(face.nose.x - middle) / max(eyes, 1e-6)


def features(scene: Scene) -> dict[str, float]:
    """Features that separate people from animals, statues, drawings and empty scenes.

    The first come from the detectors; the rest is the content net's output for the middle of the picture.
    """
    face = scene.main_face
    mesh = face.mesh if face else None
    misfit = mesh.pose.residual - GOOD_FIT if mesh else 0.0
    return {
        "score": face.score if face else NO_FACE_SCORE,
        "faces": math.log1p(len(scene.faces)),
        "mesh": float(mesh is not None),
        "misfit": max(0.0, min(WORST_FIT, misfit)),
        "body": scene.body.clearness,
        **{part: scene.body.visibility(part) for part in PARTS},
        "undecided": scene.person.undecided,
        **numbered(scene.content),
    }


def _nobody(scene: Scene, calibration: Calibration) -> str:
    if not scene.faces and scene.body.clearness < BODY:
        return "neither a face nor a body is detected"
    if not scene.faces:
        return "a body shape is detected, but the picture does not look like one of people"
    found = f"the detected face (score {scene.faces[0].score:.2f}) is probably not a person's"
    # Without the content, the model assumes that of an average photo; only the detectors' features then
    # matter.
    cues = features(scene) | dict.fromkeys(numbered(scene.content))
    if calibration.model("presence").chances(cues)[PERSON] < EVEN:
        return f"{found}: {100 * scene.person.undecided:.0f} % of the person mask is uncertain"
    return f"{found}: the picture as a whole does not look like one of people"


def _people(scene: Scene, count: int) -> str:
    if not scene.faces:
        if scene.body.clearness < BODY:
            return "it looks like a picture of a person, but neither face nor body is detected"
        return "one body is detected, but no face"
    sentence = "exactly one person" if count == 1 else f"{count} people"
    if bystanders := len(scene.faces) - count:
        sentence += f" and {bystanders} less prominent"
    return sentence


CRITERION = Criterion(finding=SubjectsFinding, judge=judge)
