"""7. Background: nothing to look at but the face, or detail that says where the person is?"""

from __future__ import annotations

import enum
import math
from typing import TYPE_CHECKING

import attrs

from phototag.criteria.finding import Finding, Status, percent, ramp

if TYPE_CHECKING:
    from phototag.calibration import Calibration
    from phototag.scene import Scene, Surroundings


class BackgroundKind(enum.StrEnum):
    """What lies behind the person."""

    PLAIN = "plain"
    BLURRED = "blurred"
    DETAILED = "detailed"


@attrs.frozen
class Rules:
    """Numbers of section ``background``."""

    plain_residual: float
    blurred_sharpness: float
    no_edges: float
    sharpest: float
    most_clutter: float
    weight: float


@attrs.frozen(kw_only=True)
class BackgroundFinding(Finding):
    """What lies behind the person.

    Attributes:
        kind: plain, blurred or detailed; None where people fill the frame.
        blur: 0 = as sharp as the face, 1 = nothing can be made out.
        clutter: how much there is to look at, 0..1.
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
        """``kind``, by the name that all findings share."""
        return self.kind


def judge(scene: Scene, calibration: Calibration) -> BackgroundFinding:
    """Plain if its colour is one smooth surface; blurred if its edges are soft; else detailed."""
    rules = calibration.section("background", Rules)
    seen = scene.surroundings
    if seen is None:
        return BackgroundFinding(
            kind=None,
            blur=None,
            clutter=None,
            colour=None,
            residual=None,
            status=Status.NOT_APPLICABLE,
            reason="people fill the frame, there is no background",
        )
    sharpness = _sharpness(seen, rules)
    if seen.residual < rules.plain_residual:
        kind = BackgroundKind.PLAIN
    elif sharpness < rules.blurred_sharpness:
        kind = BackgroundKind.BLURRED
    else:
        kind = BackgroundKind.DETAILED
    blur = ramp(sharpness, rules.sharpest, 0)
    clutter = ramp(seen.residual_90, 0, rules.most_clutter) * (1 - blur)
    detailed = kind is BackgroundKind.DETAILED
    return BackgroundFinding(
        kind=kind,
        blur=blur,
        clutter=clutter,
        colour=seen.colour,
        residual=seen.residual,
        status=Status.MEASURED,
        contribution=-rules.weight if detailed else rules.weight,
        confidence=0.75,
        reason=f"the background is {kind} (colour differs by {seen.residual:.1f} Delta E, "
        f"blur {percent(blur)})",
    )


def _sharpness(seen: Surroundings, rules: Rules) -> float:
    """Geometric mean of edge sharpness and detail against the face."""
    edge = rules.no_edges if seen.edge_sharpness is None else seen.edge_sharpness
    ratio = 1.0 if seen.detail_ratio is None else seen.detail_ratio
    return math.sqrt(edge * ratio)
