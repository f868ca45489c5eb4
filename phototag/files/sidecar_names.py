"""The names of XMP sidecars.

Adobe's programs, Capture One and Photo Mechanic look for ``name.xmp`` next to a raw file; digiKam, darktable
and Immich look for ``name.ext.xmp`` next to any photo (digiKam for either).
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import unicodedata
from typing import TYPE_CHECKING, Final

import attrs

from phototag.errors import CHECK_DISK, PhotoNotReadable
from phototag.files.folder import Folder
from phototag.files.formats import PHOTO_SUFFIXES, by_name, suffix_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# A name that is too long and a circular link also mean that there is no file.
_NOT_THERE: Final = {errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG, errno.ELOOP}
_ENDINGS: Final = (".xmp", ".XMP")


class Siblings:
    """The names in a folder, arranged so that the sidecars of each photo are found without going through all of them.

    Args:
        names: all names in the folder.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._sidecars: set[str] = set()
        self._suffixes: dict[str, set[str]] = {}  # of the files that may own a stem, by stem
        for name in names:
            if name.lower().endswith(_ENDINGS[0]):
                self._sidecars.add(_folded(name))
            elif _by_stem(name):
                stem, suffix = _parts(name)
                self._suffixes.setdefault(stem, set()).add(suffix)

    def may_include(self, path: str) -> bool:
        """Whether a sidecar of this name may be in the folder, on any file system; its ``stat`` decides."""
        return _folded(os.path.basename(path)) in self._sidecars

    def owns_its_stem(self, path: str) -> bool:
        """As ``_owns_its_stem``."""
        stem, suffix = _parts(os.path.basename(path))
        return self._suffixes.get(stem, {suffix}) == {suffix}


def existing(
    path: str, siblings: Siblings | None = None, folder: Folder | None = None
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
    if siblings is not None:
        names = [name for name in names if siblings.may_include(name)]
    found: dict[str, os.stat_result] = {}
    for name in names:
        status = _file(name, folder)
        # On a file system that ignores case, both spellings are the same file.
        if status and not any(os.path.samestat(status, other) for other in found.values()):
            found[name] = status
    return list(found)


def is_sidecar(name: str) -> bool:
    """Whether a file is called like a sidecar."""
    return suffix_of(name) == _ENDINGS[0]


@attrs.frozen
class Owners:
    """The sidecars in a folder that have a photo.

    Attributes:
        photos: the name of each one's photo, by device and number of the sidecar.
    """

    photos: Mapping[tuple[int, int], str]

    @classmethod
    def of(cls, folder: str, names: Iterable[str]) -> Owners:
        """Those of a folder with these names in it; a file that only the disk could tell about has none."""
        names = list(names)
        siblings = Siblings(names)
        found: dict[tuple[int, int], str] = {}
        for name in names:
            # A photo that is named by itself may have any suffix.
            beside = siblings.may_include(name + _ENDINGS[0])
            if is_sidecar(name) or not (beside or suffix_of(name) in PHOTO_SUFFIXES):
                continue
            with contextlib.suppress(PhotoNotReadable, OSError):
                for sidecar in existing(os.path.join(folder, name), siblings):
                    found.setdefault(_identity(os.stat(sidecar)), name)
        return cls(found)

    def photo(self, sidecar: str) -> str | None:
        """The name of a sidecar's photo; None without one; raises ``OSError``."""
        return self.photos.get(_identity(os.stat(sidecar)))


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


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
        problem = f"it is not known whether it exists ({reason})"
        raise PhotoNotReadable(path, problem, CHECK_DISK) from error
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
    path: str, siblings: Siblings | None = None, folder: Folder | None = None
) -> bool:
    """Whether ``name.xmp`` belongs to this file: its format has such sidecars, and no other file has its stem."""
    if not _by_stem(path):
        return False
    if siblings is None:
        try:
            names = os.listdir(os.path.dirname(path) or ".") if folder is None else folder.names()
        except OSError:
            return True
        siblings = Siblings(names)
    return siblings.owns_its_stem(path)


def _by_stem(path: str) -> bool:
    """Whether programs look for ``name.xmp`` next to files of this format."""
    form = by_name(path)
    return form is not None and form.sidecar_by_stem


def _parts(path: str) -> tuple[str, str]:
    return os.path.splitext(path)


def _folded(name: str) -> str:
    """The same for all spellings of a name that a file system may take for one."""
    return (
        name if name.isascii() and name.islower() else unicodedata.normalize("NFC", name).casefold()
    )
