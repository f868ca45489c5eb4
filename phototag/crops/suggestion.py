"""One crop suggestion."""

from __future__ import annotations

import attrs

from phototag.geometry import Box


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
    """

    profile: str
    ratio: str
    box: Box
    recommended: bool
    pixels: tuple[int, int]
    reason: str
    roles: tuple[str, ...] = ()
    title: str = ""
