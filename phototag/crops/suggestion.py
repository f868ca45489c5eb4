"""One crop suggestion, or the reason why there is none."""

from __future__ import annotations

import enum

import attrs

from phototag.scene.geometry import Box

DPI = (300, 240, 150)  # fine print, good print, large prints seen from a distance


class Fit(enum.StrEnum):
    """How well a crop fits its profile."""

    FITS = "fits"
    REMARK = "remark"  # it fits, but with a remark


@attrs.frozen
class Crop:
    """A box in the upright picture that fits a named profile.

    Attributes:
        profile: the profile's name (``casting_8x10``, ``linkedin`` ...).
        ratio: width to height in whole numbers, as print shops write it: ``4:5``.
        box: the crop, in fractions of the upright picture.
        recommended: the first choice for this kind of photo.
        pixels: width and height of the crop in pixels of the full-resolution picture.
        reason: one sentence: why it fits, and any remarks.
        roles: IPTC image region role URIs.
        title: the profile's readable name.
        fit: whether there is a remark.
        rotation: degrees to turn the picture clockwise so that the head is upright; 0 = none needed. The box
            applies to the picture as it is: nothing is turned automatically.
    """

    profile: str
    ratio: str
    box: Box
    recommended: bool
    pixels: tuple[int, int]
    reason: str
    roles: tuple[str, ...] = ()
    title: str = ""
    fit: Fit = Fit.FITS
    rotation: float = 0.0

    def print_size(self, dpi: int) -> tuple[float, float]:
        """Width and height of the largest print at this resolution, inches."""
        width, height = self.pixels
        return width / dpi, height / dpi


@attrs.frozen
class Refusal:
    """Why a profile has no crop.

    Attributes:
        profile: its name.
        reason: what is missing, with numbers.
    """

    profile: str
    reason: str
