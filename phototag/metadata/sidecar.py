"""XMP files beside photos: what they are called.

Adobe's programs, Capture One and Photo Mechanic look for ``name.xmp`` beside a raw file; digiKam,
darktable and Immich look for ``name.ext.xmp`` beside any photo (digiKam for either).
"""

from __future__ import annotations

import os
from collections.abc import Collection
from typing import Final

from phototag.formats import RAW_SUFFIXES

_ENDINGS: Final = (".xmp", ".XMP")


def raw_kind(path: str) -> str:
    """What kind of negative a file is by its name, ``NEF``; empty for none."""
    suffix = _parts(path)[1]
    return suffix[1:].upper() if suffix.lower() in RAW_SUFFIXES else ""


def existing(path: str, siblings: Collection[str] | None = None) -> list[str]:
    """The sidecars that a photo has.

    Args:
        path: of the photo.
        siblings: the names in its folder, where they are known.
    """
    stem = _parts(path)[0]
    names = [path + ending for ending in _ENDINGS]
    if _owns_its_stem(path, siblings):  # beside IMG.JPG, IMG.xmp is that of IMG.CR2
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


def _owns_its_stem(path: str, siblings: Collection[str] | None = None) -> bool:
    """Whether ``name.xmp`` is this file's: a raw file, and the only one of this name."""
    if not raw_kind(path):
        return False
    stem, suffix = _parts(path)
    folder = os.path.dirname(path) or "."  # noqa: PTH120
    try:
        names = os.listdir(folder) if siblings is None else siblings  # noqa: PTH208
    except OSError:
        return True
    here = os.path.basename(stem)  # noqa: PTH119
    return not any(
        _parts(name)[0] == here and _parts(name)[1] != suffix and raw_kind(name) for name in names
    )


def _parts(path: str) -> tuple[str, str]:
    return os.path.splitext(path)  # noqa: PTH122 (names that are no text go through here)
