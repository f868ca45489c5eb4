"""1. Focus: does the head fill the frame, or does the scene around the person matter too?"""

from __future__ import annotations

import enum
import math
from typing import TYPE_CHECKING

import attrs

from phototag.criteria.finding import Finding, Status, percent

if TYPE_CHECKING:
    from phototag.calibration import Calibration
    from phototag.scene import Scene


class Focus(enum.StrEnum):
    """What the frame is filled with."""

    HEAD = "head"
    PERSON = "person"
    SCENE = "scene"


@attrs.frozen
class Rules:
    """Numbers of section ``focus``."""

    even_height: float
    weight: float
    least_log: float
    most_log: float
    scene_person_area: float


@attrs.frozen(kw_only=True)
class FocusFinding(Finding):
    """What the frame is filled with.

    Attributes:
        on: head, person or scene.
        face_height: of the main face's box / height of the frame.
        face_area: of the main face's box / area of the frame.
        head_height: chin to crown (with hair) / height of the frame; None where not seen.
        person_area: of all people / area of the frame.
        background_area: the rest, 0..1.
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
        """``on``, by the name that all findings share."""
        return self.on


def judge(scene: Scene, calibration: Calibration) -> FocusFinding:
    """Share of the frame that head, person and surroundings take."""
    rules = calibration.section("focus", Rules)
    face = scene.main_face
    person = scene.person.share
    if face is None:
        on = Focus.PERSON if person >= rules.scene_person_area else Focus.SCENE
        return FocusFinding(
            on=on,
            face_height=None,
            face_area=None,
            head_height=None,
            person_area=person,
            background_area=1 - person,
            eye_sharpness=None,
            status=Status.MEASURED,
            contribution=rules.weight * rules.least_log,
            confidence=0.5,
            reason=f"no face is seen, people take {percent(person)} of the frame",
        )
    height = face.box.height
    log = max(rules.least_log, min(rules.most_log, math.log(height / rules.even_height)))
    on = Focus.HEAD if height >= rules.even_height else Focus.PERSON
    if on is Focus.PERSON and person < rules.scene_person_area:
        on = Focus.SCENE
    return FocusFinding(
        on=on,
        face_height=height,
        face_area=face.box.area,
        head_height=_head_height(scene),
        person_area=person,
        background_area=1 - person,
        eye_sharpness=_eye_sharpness(scene),
        status=Status.MEASURED,
        contribution=rules.weight * log,
        confidence=1 / (1 + math.exp(-rules.weight * abs(log))),
        reason=f"the face is {percent(height)} of the frame's height, "
        f"people take {percent(person)} of its area",
    )


def _head_height(scene: Scene) -> float | None:
    face = scene.main_face
    if face is None or scene.person.crown is None:
        return None
    chin = face.mesh.chin.y if face.mesh else face.box.bottom
    return max(0.0, chin - scene.person.crown)


def _eye_sharpness(scene: Scene) -> float | None:
    if scene.skin is None or scene.surroundings is None:
        return None
    return scene.skin.eye_sharpness / (scene.surroundings.sharpness + 1)
