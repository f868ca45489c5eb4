"""The initial content of a new sidecar: all descriptive metadata of its photo."""

from __future__ import annotations

from typing import Final

from phototag.metadata import exiv2
from phototag.metadata.xmp.names import Name
from phototag.metadata.xmp.packet import EMPTY, Packet
from phototag.metadata.xmp.values import Array

# Descriptive properties that may be only in Exif or IPTC; other Exif data are not copied.
_DESCRIPTIVE: Final = ("Xmp.dc.", "Xmp.photoshop.", "Xmp.iptc.", "Xmp.xmp.Rating", "Xmp.xmp.Label")
_SUBJECT: Final = "Xmp.dc.subject"
_BAGS: Final = tuple(
    map(
        Name.of,
        (
            "dc:subject", "photoshop:SupplementalCategories", "Iptc4xmpCore:Scene",
            "Iptc4xmpCore:SubjectCode",
        ),
    )
)  # fmt: skip


def seed(photo: bytes) -> bytes:
    """Return the initial content of a new sidecar: all descriptive metadata of the photo.

    digiKam and darktable read a sidecar instead of the photo's own tags, so a sidecar with only phototag's
    words would hide the user's.
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
    return _with_bags(exiv2.with_properties(packet, missing)) if missing else packet


def _with_bags(packet: bytes) -> bytes:
    """The packet with lists of the kind that the XMP specification wants: pyexiv2 writes every list as a Seq."""
    changed = Packet(packet)
    for name in _BAGS:
        value = changed.get(name)
        if isinstance(value, Array) and value.kind == "Seq":
            changed.put(name, Array("Bag", value.items))
    return changed.to_bytes()


def orientation(photo: bytes) -> int:
    """The Exif orientation of a photo that only exiv2 can parse.

    HEIF and AVIF turn the picture with a property of their own; Exif is ignored there.
    """
    if photo[4:8] == b"ftyp" and photo[8:12] != b"crx ":
        return 1
    try:
        value = exiv2.describe(photo).exif.get("Exif.Image.Orientation", "1")
    except ValueError:
        return 1
    return int(value) if str(value) in set("12345678") else 1
