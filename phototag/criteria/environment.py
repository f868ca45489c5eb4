"""5. Environment: studio, indoors, outdoors - or not to be told."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

import attrs

from phototag.criteria.finding import Finding, Status, percent

if TYPE_CHECKING:
    from phototag.calibration import Calibration
    from phototag.scene import Scene


class Place(enum.StrEnum):
    """Where the picture was taken."""

    STUDIO = "studio"
    INDOOR = "indoor"
    OUTDOOR = "outdoor"


@attrs.frozen
class Rules:
    """Numbers of section ``environment``."""

    plain: float
    green: float
    sky: float
    straight: float
    weight: float


@attrs.frozen(kw_only=True)
class EnvironmentFinding(Finding):
    """Where the picture was taken.

    Attributes:
        place: studio, indoor or outdoor; None where the surroundings do not tell.
        inside: True for studio and indoor, False outdoors; None where not told.
        green, sky: parts of the surroundings with those colours, 0..1.
    """

    place: Place | None
    inside: bool | None
    green: float | None
    sky: float | None

    @property
    def value(self) -> Place | None:
        """``place``, by the name that all findings share."""
        return self.place


def judge(scene: Scene, calibration: Calibration) -> EnvironmentFinding:
    """Answer only where the surroundings are clear; a blue wall passes for sky otherwise."""
    rules = calibration.section("environment", Rules)
    seen = scene.surroundings
    if seen is None:
        return EnvironmentFinding(
            place=None,
            inside=None,
            green=None,
            sky=None,
            status=Status.UNDECIDED,
            reason="people fill the frame, nothing around them tells the place",
        )
    place: Place | None = None
    reason = (
        f"neither leaves ({percent(seen.green)}) nor sky ({percent(seen.sky)}) nor straight "
        "edges nor an even backdrop tell the place"
    )
    if seen.residual < rules.plain:
        place = Place.STUDIO
        reason = f"an even backdrop (colour differs by {seen.residual:.1f} Delta E)"
    elif seen.green >= rules.green or seen.sky >= rules.sky:
        place = Place.OUTDOOR
        reason = f"leaves or grass {percent(seen.green)}, sky {percent(seen.sky)}"
    elif seen.upright_edges >= rules.straight:
        place = Place.INDOOR
        reason = f"{percent(seen.upright_edges)} of the edges are upright, as in rooms"
    return EnvironmentFinding(
        place=place,
        inside=None if place is None else place is not Place.OUTDOOR,
        green=seen.green,
        sky=seen.sky,
        status=Status.MEASURED if place else Status.UNDECIDED,
        contribution=rules.weight if place is Place.STUDIO else 0.0,
        confidence=0.6 if place else 0.0,
        reason=reason,
    )
