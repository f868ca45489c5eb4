"""5. Environment: studio, indoors, outdoors, or unknown."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

import attrs

from phototag.criteria.criterion import Criterion, Earlier
from phototag.criteria.finding import Finding, Status, numbered
from phototag.wording import percent

if TYPE_CHECKING:
    from phototag.criteria.calibration import Calibration
    from phototag.scene.measures import Scene


class Place(enum.StrEnum):
    """Where the picture was taken."""

    STUDIO = "studio"
    INDOOR = "indoor"
    OUTDOOR = "outdoor"


NAMES = {Place.STUDIO: "a studio", Place.INDOOR: "a room", Place.OUTDOOR: "outdoors"}
EVEN = 0.5


@attrs.frozen
class Rules:
    """Numbers of section ``environment``."""

    least: float
    least_inside: float
    most_faces: float
    studio_weight: float
    studio_centre: float


@attrs.frozen(kw_only=True)
class EnvironmentFinding(Finding):
    """Where the picture was taken.

    Attributes:
        place: studio, indoor or outdoor; None if the surroundings do not show it.
        inside: True for studio and indoor, False for outdoor; None if unknown.
        green, sky: parts of the surroundings with those colours, 0..1.
    """

    place: Place | None
    inside: bool | None
    green: float | None
    sky: float | None

    @property
    def value(self) -> Place | None:
        """``place``, under the name that all findings share."""
        return self.place


def features(scene: Scene) -> dict[str, float] | None:
    """The content net's output for the surroundings and for the whole picture; None if people fill the frame."""
    if scene.surroundings is None:
        return None
    return numbered(scene.surroundings.content) | numbered(scene.content_whole, "whole_")


def chances(scene: Scene, calibration: Calibration) -> dict[str, float] | None:
    """Probability of each place; None if people fill the frame or hide it."""
    statistics, rules = features(scene), calibration.section("environment", Rules)
    if statistics is None or len(scene.faces) > rules.most_faces:
        return None
    return calibration.model("environment").chances(statistics)


def judge(scene: Scene, calibration: Calibration, _: Earlier) -> EnvironmentFinding:
    """Decide only if certain enough; inside or outside is decided more often than studio or indoor."""
    rules = calibration.section("environment", Rules)
    seen, found = scene.surroundings, chances(scene, calibration)
    if seen is None:
        return _untold("people fill the frame; the place cannot be seen")
    if found is None:
        return _untold(f"{len(scene.faces)} faces hide the surroundings")
    place = Place(max(found, key=found.__getitem__))
    outdoor = found[Place.OUTDOOR]
    told = found[place] >= rules.least
    inside = outdoor < EVEN if max(outdoor, 1 - outdoor) >= rules.least_inside else None
    if told:
        inside = place is not Place.OUTDOOR
    return EnvironmentFinding(
        place=place if told else None,
        inside=inside,
        green=seen.green,
        sky=seen.sky,
        status=Status.MEASURED if told else Status.UNDECIDED,
        contribution=_contribution(found, rules) if told else 0.0,
        confidence=found[place] if told else 0.0,
        reason=_reason(found, place if told else None, inside=inside),
    )


def _contribution(chances: dict[str, float], rules: Rules) -> float:
    return rules.studio_weight * (chances[Place.STUDIO] - rules.studio_centre)


def _untold(reason: str) -> EnvironmentFinding:
    return EnvironmentFinding(
        place=None, inside=None, green=None, sky=None, status=Status.UNDECIDED, reason=reason
    )


def _reason(chances: dict[str, float], place: Place | None, *, inside: bool | None) -> str:
    odds = ", ".join(f"{name} {percent(chance)}" for name, chance in chances.items())
    if place is not None:
        return f"the surroundings look like {NAMES[place]} ({odds})"
    if inside is None:
        return f"the surroundings do not show the place ({odds})"
    if inside:
        return f"indoors, but a studio and a room cannot be told apart ({odds})"
    return f"probably outdoors, but not certain enough ({odds})"


CRITERION = Criterion(finding=EnvironmentFinding, judge=judge)
