"""XMP files beside photos: what they are called.

Adobe's programs, Capture One and Photo Mechanic look for ``name.xmp`` beside a raw file; digiKam,
darktable and Immich look for ``name.ext.xmp`` beside any photo (digiKam for either).
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Collection
from typing import Final

from phototag.errors import PhotoNotReadable
from phototag.files.formats import by_name

# Too long a name and a link that leads round in a circle are names of no file, too.
_NOT_THERE: Final = {errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG, errno.ELOOP}
_ENDINGS: Final = (".xmp", ".XMP")


def existing(path: str, siblings: Collection[str] | None = None) -> list[str]:
    """The sidecars that a photo has.

    Args:
        path: of the photo.
        siblings: the names in its folder, where they are known.

    Raises:
        PhotoNotReadable: the disk does not say.
    """
    stem = _parts(path)[0]
    names = [path + ending for ending in _ENDINGS]
    if _owns_its_stem(path, siblings):  # beside IMG.JPG, IMG.xmp is that of IMG.CR2
        names = [stem + ending for ending in _ENDINGS] + names
    found: list[str] = []
    for name in names:
        # Where case does not matter, both spellings are one file.
        if _is_file(name) and not any(os.path.samefile(name, other) for other in found):
            found.append(name)
    return found


def _is_file(name: str) -> bool:
    """Whether it is there; an error of the disk is no answer, as it would be for the standard library.

    Raises:
        PhotoNotReadable: it cannot be told.
    """
    try:
        return stat.S_ISREG(os.stat(name).st_mode)
    except ValueError:  # a name that no file can have
        return False
    except OSError as error:
        if error.errno in _NOT_THERE:
            return False
        reason = error.strerror or str(error)
        raise PhotoNotReadable(name, f"it is not known whether it exists ({reason})") from error


def new(path: str) -> list[str]:
    """The names of the sidecars for a photo that has none.

    A raw file gets both: Adobe's programs see only the one, darktable sees only the other.  Who
    deletes one of them gets the other updated alone.
    """
    stems = [_parts(path)[0], path] if _owns_its_stem(path) else [path]
    return [stem + _ENDINGS[0] for stem in stems]


def _owns_its_stem(path: str, siblings: Collection[str] | None = None) -> bool:
    """Whether ``name.xmp`` is this file's: of a format that has such, and the only one of this name."""
    if not _by_stem(path):
        return False
    stem, suffix = _parts(path)
    folder = os.path.dirname(path) or "."
    try:
        names = os.listdir(folder) if siblings is None else siblings
    except OSError:
        return True
    here = os.path.basename(stem)
    return not any(
        _parts(name)[0] == here and _parts(name)[1] != suffix and _by_stem(name) for name in names
    )


def _by_stem(path: str) -> bool:
    """Whether programs look for ``name.xmp`` beside files of this format."""
    form = by_name(path)
    return form is not None and form.sidecar_by_stem


def _parts(path: str) -> tuple[str, str]:
    return os.path.splitext(path)
