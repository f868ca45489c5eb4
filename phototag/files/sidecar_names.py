"""The names of XMP sidecars.

Adobe's programs, Capture One and Photo Mechanic look for ``name.xmp`` next to a raw file; digiKam, darktable
and Immich look for ``name.ext.xmp`` next to any photo (digiKam for either).
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Collection
from typing import Final

from phototag.errors import PhotoNotReadable
from phototag.files.formats import by_name

# A name that is too long and a circular link also mean that there is no file.
_NOT_THERE: Final = {errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG, errno.ELOOP}
_ENDINGS: Final = (".xmp", ".XMP")


def existing(path: str, siblings: Collection[str] | None = None) -> list[str]:
    """The sidecars that a photo has.

    Args:
        path: of the photo.
        siblings: the names in its folder, if known.

    Raises:
        PhotoNotReadable: a disk error.
    """
    stem = _parts(path)[0]
    names = [path + ending for ending in _ENDINGS]
    if _owns_its_stem(path, siblings):  # next to IMG.JPG, IMG.xmp belongs to IMG.CR2
        names = [stem + ending for ending in _ENDINGS] + names
    found: list[str] = []
    for name in names:
        # On a file system that ignores case, both spellings are the same file.
        if _is_file(name) and not any(os.path.samefile(name, other) for other in found):
            found.append(name)
    return found


def _is_file(name: str) -> bool:
    """Whether a file exists; unlike in the standard library, a disk error does not mean that it is missing.

    Raises:
        PhotoNotReadable: it cannot be determined.
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

    A raw file gets both: Adobe's programs read only one, darktable only the other. If one of them is deleted,
    only the other is updated.
    """
    stems = [_parts(path)[0], path] if _owns_its_stem(path) else [path]
    return [stem + _ENDINGS[0] for stem in stems]


def _owns_its_stem(path: str, siblings: Collection[str] | None = None) -> bool:
    """Whether ``name.xmp`` belongs to this file: its format has such sidecars, and no other file has its stem."""
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
    """Whether programs look for ``name.xmp`` next to files of this format."""
    form = by_name(path)
    return form is not None and form.sidecar_by_stem


def _parts(path: str) -> tuple[str, str]:
    return os.path.splitext(path)
