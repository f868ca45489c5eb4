"""XMP files beside photos: what they are called, and what a new one starts with.

Adobe's programs, Capture One and Photo Mechanic look for ``name.xmp`` beside a raw file; digiKam,
darktable and Immich look for ``name.ext.xmp`` beside any photo (digiKam for either).
"""

from __future__ import annotations

import os
from typing import Final

from phototag.formats import RAW_SUFFIXES
from phototag.metadata import exiv2
from phototag.metadata.xmp.packet import EMPTY

_ENDINGS: Final = (".xmp", ".XMP")
# What describes a picture and may stand in its Exif or IPTC alone; the rest of Exif stays there.
_DESCRIPTIVE: Final = ("Xmp.dc.", "Xmp.photoshop.", "Xmp.iptc.", "Xmp.xmp.Rating", "Xmp.xmp.Label")
_SUBJECT: Final = "Xmp.dc.subject"


def raw_kind(path: str) -> str:
    """What kind of negative a file is by its name, ``NEF``; empty for none."""
    suffix = _parts(path)[1]
    return suffix[1:].upper() if suffix.lower() in RAW_SUFFIXES else ""


def existing(path: str) -> list[str]:
    """The sidecars that a photo has."""
    stem = _parts(path)[0]
    names = [path + ending for ending in _ENDINGS]
    if _owns_its_stem(path):  # beside IMG.JPG, IMG.xmp is that of IMG.CR2
        names = [stem + ending for ending in _ENDINGS] + names
    found: list[str] = []
    for name in names:
        # Where case does not matter, both spellings are one file.
        if os.path.isfile(name) and not any(os.path.samefile(name, other) for other in found):  # noqa: PTH113, PTH121
            found.append(name)
    return found


def new(path: str) -> list[str]:
    """The names of the sidecars for a photo that has none.

    A raw file gets both: Adobe's programs see only the one, darktable sees only the other.  Who
    deletes one of them gets the other updated alone.
    """
    stems = [_parts(path)[0], path] if _owns_its_stem(path) else [path]
    return [stem + _ENDINGS[0] for stem in stems]


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


def _owns_its_stem(path: str) -> bool:
    """Whether ``name.xmp`` is this file's: a raw file, and the only one of this name."""
    if not raw_kind(path):
        return False
    stem, suffix = _parts(path)
    folder = os.path.dirname(path) or "."  # noqa: PTH120
    try:
        names = os.listdir(folder)  # noqa: PTH208
    except OSError:
        return True
    here = os.path.basename(stem)  # noqa: PTH119
    return not any(
        _parts(name)[0] == here and _parts(name)[1] != suffix and raw_kind(name) for name in names
    )


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


def _parts(path: str) -> tuple[str, str]:
    return os.path.splitext(path)  # noqa: PTH122 (names that are no text go through here)
