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
from phototag.files.folder import Folder
from phototag.files.formats import by_name

# A name that is too long and a circular link also mean that there is no file.
_NOT_THERE: Final = {errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG, errno.ELOOP}
_ENDINGS: Final = (".xmp", ".XMP")


def existing(
    path: str, siblings: Collection[str] | None = None, folder: Folder | None = None
) -> list[str]:
    """The sidecars that a photo has.

    Args:
        path: of the photo; with ``folder``, its name there.
        siblings: the names in its folder, if known.
        folder: its open folder; by default, paths are used.

    Raises:
        PhotoNotReadable: a disk error.
    """
    stem = _parts(path)[0]
    names = [path + ending for ending in _ENDINGS]
    if _owns_its_stem(path, siblings, folder):  # next to IMG.JPG, IMG.xmp belongs to IMG.CR2
        names = [stem + ending for ending in _ENDINGS] + names
    found: dict[str, os.stat_result] = {}
    for name in names:
        status = _file(name, folder)
        # On a file system that ignores case, both spellings are the same file.
        if status and not any(os.path.samestat(status, other) for other in found.values()):
            found[name] = status
    return list(found)


def _file(name: str, folder: Folder | None) -> os.stat_result | None:
    """The status of a file, if it exists; unlike in the standard library, a disk error does not mean that it is missing.

    Raises:
        PhotoNotReadable: it cannot be determined.
    """
    try:
        status = os.stat(name) if folder is None else folder.stat_behind(name)
    except ValueError:  # a name that no file can have
        return None
    except OSError as error:
        if error.errno in _NOT_THERE:
            return None
        reason = error.strerror or str(error)
        path = name if folder is None else folder.path_of(name)
        raise PhotoNotReadable(path, f"it is not known whether it exists ({reason})") from error
    return status if stat.S_ISREG(status.st_mode) else None


def new(path: str, folder: Folder | None = None) -> list[str]:
    """The names of the sidecars for a photo that has none.

    A raw file gets both: Adobe's programs read only one, darktable only the other. If one of them is deleted,
    only the other is updated.

    Args:
        path: as for ``existing``.
        folder: as for ``existing``.
    """
    stems = [_parts(path)[0], path] if _owns_its_stem(path, folder=folder) else [path]
    return [stem + _ENDINGS[0] for stem in stems]


def _owns_its_stem(
    path: str, siblings: Collection[str] | None = None, folder: Folder | None = None
) -> bool:
    """Whether ``name.xmp`` belongs to this file: its format has such sidecars, and no other file has its stem."""
    if not _by_stem(path):
        return False
    stem, suffix = _parts(path)
    try:
        if siblings is not None:
            names = siblings
        else:
            names = os.listdir(os.path.dirname(path) or ".") if folder is None else folder.names()
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
