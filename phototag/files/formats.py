"""Which files are photos, by their names."""

from __future__ import annotations

import os
from typing import Final

# fmt: off
#: Camera negatives: looked at through their previews, never written into.
RAW_SUFFIXES: Final = frozenset({
    ".3fr", ".arw", ".cr2", ".cr3", ".crw", ".dcr", ".dng", ".erf", ".fff", ".iiq", ".k25", ".kdc",
    ".mef", ".mos", ".mrw", ".nef", ".nrw", ".orf", ".pef", ".raf", ".raw", ".rw2", ".rwl", ".sr2",
    ".srf", ".srw", ".x3f",
})
#: Pictures that cameras, phones and photo programs make.
PHOTO_SUFFIXES: Final = RAW_SUFFIXES | {
    ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".tif", ".tiff", ".webp", ".jp2", ".heic", ".heif",
    ".hif", ".avif", ".gif", ".bmp",
}
# fmt: on


def raw_kind(path: str) -> str:
    """What kind of negative a file is by its name, ``NEF``; empty for none."""
    suffix = os.path.splitext(path)[1]
    return suffix[1:].upper() if suffix.lower() in RAW_SUFFIXES else ""


def crop_name(photo: str, profile: str) -> str:
    """``jane.casting_8x10.jpg`` beside ``jane.jpg``; a JPEG where the format is not written."""
    stem, suffix = os.path.splitext(photo)
    written = suffix.lower() in {".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp"}
    return f"{stem}.{profile}{suffix if written else '.jpg'}"
