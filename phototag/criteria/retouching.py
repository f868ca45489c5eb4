"""6. Retouching: natural, retouched for a clean face, or artistic?"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

import attrs

from phototag.criteria.criterion import Criterion, Earlier
from phototag.criteria.finding import Finding, Status

if TYPE_CHECKING:
    from phototag.criteria.calibration import Calibration
    from phototag.scene.measures import ImageFacts, Scene, Surroundings


class Style(enum.StrEnum):
    """How the picture was retouched."""

    NATURAL = "natural"
    RETOUCHED = "retouched"
    ARTISTIC = "artistic"


class Colour(enum.StrEnum):
    """Colour treatment."""

    COLOUR = "colour"
    BLACK_AND_WHITE = "bw"
    TONED = "toned"


BURNT_OR_BLACK = {"#ffffff", "#000000"}
COLOUR_NAMES = {
    Colour.COLOUR: "in colour",
    Colour.BLACK_AND_WHITE: "black and white",
    Colour.TONED: "toned in one colour",
}


@attrs.frozen
class Rules:
    """Numbers of section ``retouching``."""

    grey_chroma: float
    toned_spread: float
    smooth: float
    rough: float
    sharp_eyes: float
    told: float
    flat: float


@attrs.frozen(kw_only=True)
class RetouchingFinding(Finding):
    """How the picture was retouched, as far as the pixels show.

    Attributes:
        style: natural, retouched or artistic; None if the skin does not show it.
        colour: colour, bw or toned.
        skin_texture: detail of the skin / of the eyes; small = smooth skin in a sharp picture.
        skin_evenness: spread of the skin's colour, CIE a and b; small = one even tone.
        pasted_background: the background is one flat colour, which no camera records; None without a
            background, or if it is pure white or black, which lighting alone can produce.
    """

    style: Style | None
    colour: Colour
    skin_texture: float | None
    skin_evenness: float | None
    pasted_background: bool | None

    @property
    def value(self) -> Style | None:
        """``style``, under the name that all findings share."""
        return self.style


def judge(scene: Scene, calibration: Calibration, _: Earlier) -> RetouchingFinding:
    """Determine colour treatment from the whole picture, retouching from the skin of a sharp face."""
    rules = calibration.section("retouching", Rules)
    colour = _colour(scene.image, rules)
    skin = scene.skin
    style: Style | None = None
    if colour is not Colour.COLOUR:
        style, reason = Style.ARTISTIC, f"the picture is {COLOUR_NAMES[colour]}"
    elif skin is None:
        reason = "too little skin is visible to judge it"
    elif skin.eye_sharpness < rules.sharp_eyes:
        reason = (
            f"the eyes are not sharp enough ({skin.eye_sharpness:.0f} levels) to judge the skin"
        )
    elif skin.texture_ratio < rules.smooth:
        style = Style.RETOUCHED
        reason = f"skin is {skin.texture_ratio:.2f} times as detailed as the eyes: smoothed"
    elif skin.texture_ratio > rules.rough:
        style = Style.NATURAL
        reason = f"skin is {skin.texture_ratio:.2f} times as detailed as the eyes: not smoothed"
    else:
        reason = f"skin is {skin.texture_ratio:.2f} times as detailed as the eyes: smoothed or not"
    pasted = _pasted(scene.surroundings, rules)
    if pasted:
        reason += "; the background is one flat colour, pasted or painted in"
    return RetouchingFinding(
        style=style,
        colour=colour,
        skin_texture=skin.texture_ratio if skin else None,
        skin_evenness=skin.evenness if skin else None,
        pasted_background=pasted,
        status=Status.MEASURED if style else Status.UNDECIDED,
        confidence=rules.told if style else 0.0,
        reason=reason,
    )


def _pasted(seen: Surroundings | None, rules: Rules) -> bool | None:
    if seen is None:
        return None
    flat = seen.residual_99 < rules.flat
    return None if flat and seen.colour in BURNT_OR_BLACK else flat


def _colour(image: ImageFacts, rules: Rules) -> Colour:
    if image.chroma < rules.grey_chroma or image.hue_spread is None:
        return Colour.BLACK_AND_WHITE
    return Colour.TONED if image.hue_spread < rules.toned_spread else Colour.COLOUR


CRITERION = Criterion(finding=RetouchingFinding, judge=judge)
