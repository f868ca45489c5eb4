"""7. Background: plain, so that only the face matters, or with details of the place?"""

from __future__ import annotations

import enum
import math
from typing import TYPE_CHECKING

import attrs

from phototag.criteria.criterion import Criterion, Earlier
from phototag.criteria.finding import Finding, Status, numbered, ramp
from phototag.wording import percent

if TYPE_CHECKING:
    from phototag.criteria.calibration import Calibration
    from phototag.scene.measures import Scene, Surroundings


class BackgroundKind(enum.StrEnum):
    """What is behind the person."""

    PLAIN = "plain"
    BLURRED = "blurred"
    DETAILED = "detailed"


LATE = 192  # channels of the earlier map: the last one responds to objects, not surfaces


@attrs.frozen
class Rules:
    """Numbers of section ``background``."""

    no_edges: float
    sharpest: float
    most_clutter: float
    calm_weight: float
    calm_centre: float


@attrs.frozen(kw_only=True)
class BackgroundFinding(Finding):
    """What is behind the person.

    Attributes:
        kind: plain, blurred or detailed; None if people fill the frame.
        blur: 0 = as sharp as the face, 1 = nothing is recognisable.
        clutter: amount of distracting detail, 0..1.
        colour: the median colour as ``#rrggbb``.
        residual: median distance from a smooth colour surface, Delta E.
    """

    kind: BackgroundKind | None
    blur: float | None
    clutter: float | None
    colour: str | None
    residual: float | None

    @property
    def value(self) -> BackgroundKind | None:
        """``kind``, under the name that all findings share."""
        return self.kind


def features(scene: Scene) -> dict[str, float | None] | None:
    """Distance from one smooth surface, edges and their sharpness (logs), and the content net's output."""
    seen = scene.surroundings
    if seen is None:
        return None
    return {
        "residual": math.log(seen.residual + 0.3),
        "residual_90": math.log(seen.residual_90 + 0.3),
        "residual_99": math.log(seen.residual_99 + 0.3),
        "edge_sharpness": None if seen.edge_sharpness is None else math.log(seen.edge_sharpness),
        "detail": None if seen.detail_ratio is None else math.log(seen.detail_ratio + 0.05),
        "edges": math.log(seen.edges + 0.005),
        "sharpness": math.log(seen.sharpness + 1),
        **numbered(seen.content[:LATE]),
        **numbered(scene.content_whole, "whole_"),
    }


def judge(scene: Scene, calibration: Calibration, _: Earlier) -> BackgroundFinding:
    """Call it plain if its colour is one smooth surface, blurred if fine detail is missing, else detailed."""
    rules = calibration.section("background", Rules)
    seen, statistics = scene.surroundings, features(scene)
    if seen is None or statistics is None:
        return BackgroundFinding(
            kind=None,
            blur=None,
            clutter=None,
            colour=None,
            residual=None,
            status=Status.NOT_APPLICABLE,
            reason="people fill the frame; there is no background",
        )
    chances = calibration.model("background").chances(statistics)
    kind = BackgroundKind(max(chances, key=chances.__getitem__))
    calm = 1 - chances[BackgroundKind.DETAILED]
    blur = ramp(_sharpness(seen, rules), rules.sharpest, 0)
    clutter = ramp(seen.residual_90, 0, rules.most_clutter) * (1 - blur)
    return BackgroundFinding(
        kind=kind,
        blur=blur,
        clutter=clutter,
        colour=seen.colour,
        residual=seen.residual,
        status=Status.MEASURED,
        contribution=rules.calm_weight * (calm - rules.calm_centre),
        confidence=chances[kind],
        reason=f"the background is {kind} (colour differs by {seen.residual:.1f} Delta E, "
        f"blur {percent(blur)})",
    )


def _sharpness(seen: Surroundings, rules: Rules) -> float:
    """Geometric mean of edge sharpness and detail relative to the face."""
    edge = rules.no_edges if seen.edge_sharpness is None else seen.edge_sharpness
    ratio = 1.0 if seen.detail_ratio is None else seen.detail_ratio
    return math.sqrt(edge * ratio)


CRITERION = Criterion(finding=BackgroundFinding, judge=judge)
