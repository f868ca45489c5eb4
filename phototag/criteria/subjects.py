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
    from phototag.scene.measures import Face, Figure, Scene


class Subjects(enum.StrEnum):
    """How many people are the subject of the picture."""

    NONE = "none"
    SINGLE = "single"
    COUPLE = "couple"
    GROUP = "group"


ONE, TWO, SEVERAL = "one", "two", "several"  # classes of the model "people"
PERSON, NOBODY = "person", "nobody"  # classes of the model "presence"
NO_FACE_SCORE = 0.5  # used when there is no face; the detector reports none below 0.6
GOOD_FIT, WORST_FIT = 0.6, 0.5  # cm: the misfit is clipped to these; real faces have .35 to .73
AWAY = 0.6  # nose from the middle of the eyes, in eye distances: about 45 degrees of yaw
BODY = 0.3  # clearness from which a body counts as detected: what MoveNet's authors recommend for a point
PARTS = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
EVEN = 0.5  # probability from which a person counts as the subject
LEAST_SEVERAL = 3  # people
FIRST = 3  # of the faces beside the main one, the most prominent are looked at
LEAST_LOG = 0.01  # keeps logs finite
SAME_HEAD = 0.75  # of a face's width and height, within which a figure's head belongs to it
FAR = 3.0  # face heights; farther is as far
CLEAR_FIGURE = 0.2  # strength
NO_FACE_HEIGHT = -3.0  # log of the main face's height where there is none


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
        bystanders: number of other people's faces, much smaller or less sharp than the main one; faces that no second
            net confirms are not counted.
        subject_faces: numbers of the subjects' faces in ``Scene.faces``, from 0, the main one first; fewer than
            ``count`` if somebody's face is not visible.
        presence: probability that a person is the subject at all, 0..1.
    """

    people: Subjects
    count: int
    faces: int
    bystanders: int
    subject_faces: tuple[int, ...]
    presence: float

    @property
    def value(self) -> Subjects:
        """``people``, under the name that all findings share."""
        return self.people


def judge(scene: Scene, calibration: Calibration, _: Earlier) -> SubjectsFinding:
    """Count the people who are the subject; smaller and blurred ones are bystanders."""
    presence = calibration.model("presence").chances(features(scene))[PERSON]
    faces = len(scene.faces)
    if presence < EVEN:
        return SubjectsFinding(
            people=Subjects.NONE,
            count=0,
            faces=faces,
            bystanders=0,
            subject_faces=(),
            presence=presence,
            status=Status.MEASURED,
            confidence=1 - presence,
            reason=_nobody(scene, calibration),
        )
    rules = calibration.section("subjects", Rules)
    chances = calibration.model("people").chances(people_features(scene, rules))
    number = max(chances, key=chances.__getitem__)
    count = _count(scene, number, rules)
    people = {1: Subjects.SINGLE, 2: Subjects.COUPLE}.get(count, Subjects.GROUP)
    single = people is Subjects.SINGLE
    of_subjects = _numbers(scene, count, rules)
    return SubjectsFinding(
        people=people,
        count=count,
        faces=faces,
        bystanders=len(_others(scene, rules)) + 1 - len(of_subjects) if scene.faces else 0,
        subject_faces=of_subjects,
        presence=presence,
        status=Status.MEASURED,
        contribution=0.0 if single else -rules.several_weight,
        confidence=presence * chances[number],
        reason=_people(scene, count, len(_others(scene, rules)) + bool(scene.faces)),
    )


def faces_of_subjects(scene: Scene, finding: SubjectsFinding) -> tuple[Face, ...]:
    """The faces of the people who are the subject, the main one first."""
    return tuple(scene.faces[number] for number in finding.subject_faces)


def _numbers(scene: Scene, count: int, rules: Rules) -> tuple[int, ...]:
    """The numbers of the main face and of the most prominent others."""
    faces = [*scene.faces[:1], *(face for face, _ in _others(scene, rules))][:count]
    return tuple(scene.faces.index(face) for face in faces)


def _count(scene: Scene, number: str, rules: Rules) -> int:
    """How many people are the subject: not more than are seen; of several, the prominent ones are counted."""
    if number == ONE:
        return 1
    seen = 1 + len(_others(scene, rules)) + len(_faceless(scene))
    counted = 2 if number == TWO else max(LEAST_SEVERAL, count_prominent(scene, rules))
    return min(seen, counted)


def count_prominent(scene: Scene, rules: Rules) -> int:
    """How many faces are prominent enough, compared with the main one, to belong to a subject and not a bystander."""
    others = sum(prominence >= rules.least_prominence for _, prominence in _others(scene, rules))
    return others + bool(scene.faces)


def people_features(scene: Scene, rules: Rules) -> dict[str, float]:
    """Features that show whether one person, two or several are the subject.

    Faces show most of it. The body net also sees people from behind, silhouettes, and heads that touch or are hidden.
    """
    prominent = count_prominent(scene, rules)
    logs = [math.log(max(prominence, LEAST_LOG)) for _, prominence in _others(scene, rules)]
    logs += [math.log(LEAST_LOG)] * FIRST
    faceless = _faceless(scene)
    strengths = [*(figure.strength for figure in faceless), 0.0, 0.0]
    return {
        "one": float(prominent == 1),
        "two": float(prominent == LEAST_SEVERAL - 1),
        "faces": math.log1p(len(scene.faces)),
        **{f"face_{number + 2}": value for number, value in enumerate(logs[:FIRST])},
        "figure": strengths[0],
        "second_figure": strengths[1],
        "figure_clear": faceless[0].clearness if faceless else 0.0,
        "figure_head": faceless[0].head_visibility if faceless else 0.0,
        "figure_near": _nearest_face(scene, faceless[0]) if faceless else FAR,
        "figure_size": max(faceless[0].box.width, faceless[0].box.height) if faceless else 0.0,
        "figures": sum(figure.strength for figure in scene.figures),
        "clear_figures": float(sum(one.strength > CLEAR_FIGURE for one in scene.figures)),
        "share": scene.person.share,
        "main_face": math.log(scene.faces[0].box.height) if scene.faces else NO_FACE_HEIGHT,
    }


def _faceless(scene: Scene) -> list[Figure]:
    """The figures that have no detected face; where there is no face at all, the first one is the main person."""
    found = [one for one in scene.figures if not any(_belongs(one, face) for face in scene.faces)]
    return found if scene.faces else found[1:]


def _belongs(figure: Figure, face: Face) -> bool:
    middle, box = face.box.centre, face.box
    return (
        abs(figure.head.x - middle.x) < SAME_HEAD * box.width
        and abs(figure.head.y - middle.y) < SAME_HEAD * box.height
    )


def _nearest_face(scene: Scene, figure: Figure) -> float:
    """Distance of a figure's head from the nearest face, in heights of that face."""
    distances = (
        math.hypot(figure.head.x - face.box.centre.x, figure.head.y - face.box.centre.y)
        / face.box.height
        for face in scene.faces
    )
    return min([*distances, FAR])


def _others(scene: Scene, rules: Rules) -> list[tuple[Face, float]]:
    """The faces beside the main one with their prominence, the most prominent first."""
    main = scene.main_face
    if main is None:
        return []
    found = [
        (face, _prominence(face, main, rules))
        for face in scene.faces[1:]
        if face.confirmed is not False
    ]
    return sorted(found, key=lambda pair: -pair[1])


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


def _people(scene: Scene, count: int, faces: int) -> str:
    if not scene.faces and count == 1:
        if scene.body.clearness < BODY:
            return "it looks like a picture of a person, but neither face nor body is detected"
        return "one body is detected, but no face"
    sentence = "exactly one person" if count == 1 else f"{count} people"
    if faces > count:
        sentence += f" and {faces - count} less prominent"
    if faces < count:
        sentence += f", {count - faces} of them without a visible face"
    return sentence


CRITERION = Criterion(finding=SubjectsFinding, judge=judge)
