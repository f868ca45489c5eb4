"""1. Focus: does the head fill the frame, or is the scene around the person important too?"""

from __future__ import annotations

import enum
import math
from typing import TYPE_CHECKING

import attrs

from phototag.criteria.criterion import Criterion, Earlier
from phototag.criteria.finding import Finding, Status
from phototag.scene.regression import logistic
from phototag.wording import percent

if TYPE_CHECKING:
    from phototag.criteria.calibration import Calibration
    from phototag.scene.measures import Face, Scene


LEAST_LOG = -4.0  # a face of 2 % of the frame's height; smaller ones count as this


class Focus(enum.StrEnum):
    """What the frame is filled with."""

    HEAD = "head"
    PERSON = "person"
    SCENE = "scene"


@attrs.frozen
class Rules:
    """Numbers of section ``focus``."""

    even_height: float
    scene_person_area: float
    face_weight: float
    face_centre: float
    head_weight: float
    head_centre: float
    most: float


@attrs.frozen(kw_only=True)
class FocusFinding(Finding):
    """What the frame is filled with.

    Attributes:
        on: head, person or scene.
        face_height: of the main face's box / height of the frame.
        face_area: of the main face's box / area of the frame.
        head_height: chin to crown (with hair) / height of the frame; None if not visible.
        person_area: of all people / area of the frame.
        background_area: the rest of the frame, 0..1.
        eye_sharpness: gradient at the eyes / in the surroundings; above 1 = the eyes are sharper.
    """

    on: Focus | None
    face_height: float | None
    face_area: float | None
    head_height: float | None
    person_area: float
    background_area: float
    eye_sharpness: float | None

    @property
    def value(self) -> Focus | None:
        """``on``, under the name that all findings share."""
        return self.on


def features(scene: Scene) -> dict[str, float]:
    """Logs of the heights of face and head; a person without a face counts as far away."""
    face = scene.main_face
    least = math.exp(LEAST_LOG)
    return {
        "face": math.log(max(face.box.height if face else least, least)),
        "head": math.log(max(scene.head_height or least, least)),
    }


def judge(scene: Scene, calibration: Calibration, _: Earlier) -> FocusFinding:
    """Compare the shares of the frame that head, person and surroundings take."""
    rules = calibration.section("focus", Rules)
    face = scene.main_face
    person = scene.person.share
    contribution = _contribution(scene, rules)
    return FocusFinding(
        on=_on(face, person, rules),
        face_height=face.box.height if face else None,
        face_area=face.box.area if face else None,
        head_height=scene.head_height,
        person_area=person,
        background_area=1 - person,
        eye_sharpness=_eye_sharpness(scene),
        status=Status.MEASURED,
        contribution=contribution,
        confidence=logistic(abs(contribution)),
        reason=_reason(face, person),
    )


def _contribution(scene: Scene, rules: Rules) -> float:
    seen = features(scene)
    weighed = rules.face_weight * (seen["face"] - rules.face_centre)
    weighed += rules.head_weight * (seen["head"] - rules.head_centre)
    return max(-rules.most, min(rules.most, weighed))


def _on(face: Face | None, person: float, rules: Rules) -> Focus:
    if face is not None and face.box.height >= rules.even_height:
        return Focus.HEAD
    return Focus.PERSON if person >= rules.scene_person_area else Focus.SCENE


def _reason(face: Face | None, person: float) -> str:
    people = f"people cover {percent(person)}"
    if face is None:
        return f"no face is visible, {people} of the frame"
    return f"the face is {percent(face.box.height)} of the frame's height, {people} of its area"


def _eye_sharpness(scene: Scene) -> float | None:
    if scene.skin is None or scene.surroundings is None:
        return None
    return scene.skin.eye_sharpness / (scene.surroundings.sharpness + 1)


CRITERION = Criterion(finding=FocusFinding, judge=judge)
