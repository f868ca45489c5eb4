"""One crop suggestion, or why there is none."""

from __future__ import annotations

import enum

import attrs

from phototag.scene.geometry import Box

DPI = (300, 240, 150)  # fine print, good print, large prints seen from a distance


class Fit(enum.StrEnum):
    """How well a crop serves its profile."""

    FITS = "fits"
    REMARK = "remark"  # it serves, but something is worth saying


@attrs.frozen
class Crop:
    """A box in the upright picture that fits a named profile.

    Attributes:
        profile: the profile's name (``casting_8x10``, ``linkedin`` ...).
        ratio: width to height in whole numbers, as printers write it: ``4:5``.
        box: the crop, in fractions of the upright picture.
        recommended: the one to take first for this kind of photo.
        pixels: width and height of the crop in pixels of the full-resolution picture.
        reason: one sentence on why it fits and with which remarks.
        roles: IPTC image region role URIs.
        title: the profile's name for people.
        fit: whether there is a remark.
        rotation: degrees to turn the picture clockwise so that the head is upright; 0 = none
            needed.  The box is that of the picture as it is: nothing is turned by itself.
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
