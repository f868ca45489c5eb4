"""What a new sidecar starts with: everything that stands in its photo."""

from __future__ import annotations

from typing import Final

from phototag.metadata import exiv2
from phototag.metadata.xmp.packet import EMPTY

# What describes a picture and may stand in its Exif or IPTC alone; the rest of Exif stays there.
_DESCRIPTIVE: Final = ("Xmp.dc.", "Xmp.photoshop.", "Xmp.iptc.", "Xmp.xmp.Rating", "Xmp.xmp.Label")
_SUBJECT: Final = "Xmp.dc.subject"


def seed(photo: bytes) -> bytes:
    """What a new sidecar starts with: all that stands in the photo.

    digiKam and darktable read a sidecar instead of the photo's own tags, so that a sidecar with
    our words alone would hide the user's.
    """
    inside = exiv2.describe(photo)
    packet = inside.packet or EMPTY
    there = exiv2.describe(packet).xmp if inside.packet else {}
    missing = {
        key: value
        for key, value in inside.converted.items()
        if key.startswith(_DESCRIPTIVE) and key not in there
    }
    in_iptc, in_xmp = inside.converted.get(_SUBJECT), there.get(_SUBJECT)
    if isinstance(in_iptc, list) and isinstance(in_xmp, list):
        known = {word.casefold() for word in in_xmp}
        only = [word for word in in_iptc if word.casefold() not in known]
        if only:
            missing[_SUBJECT] = [*in_xmp, *only]
    return exiv2.with_properties(packet, missing) if missing else packet


def orientation(photo: bytes) -> int:
    """The Exif orientation of a photo that only exiv2 can read.

    HEIF and AVIF turn the picture by a property of their own; Exif says nothing there.
    """
    if photo[4:8] == b"ftyp" and photo[8:12] != b"crx ":
        return 1
    try:
        value = exiv2.describe(photo).exif.get("Exif.Image.Orientation", "1")
    except ValueError:
        return 1
    return int(value) if str(value) in set("12345678") else 1
