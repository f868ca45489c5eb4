"""Finds the photos to tag below a folder, and their fingerprints."""

from __future__ import annotations

import contextlib
import operator
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Final

import attrs

from phototag.errors import PhotoError, PhotoNotReadable
from phototag.files import StrPath, sidecar_names, temporary
from phototag.files.folder import Folder
from phototag.files.formats import PHOTO_SUFFIXES, RAW_SUFFIXES, suffix_of
from phototag.files.opening import FileState, folder_not_readable, path_of
from phototag.files.sidecar_names import Siblings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

# Folders that belong to applications: recycle bins, thumbnails, previews, databases.
APPLICATION_FOLDERS = frozenset(
    {"@eadir", "#recycle", "#snapshot", "$recycle.bin", "lost+found", "__macosx"}
)
APPLICATION_SUFFIXES = (
    ".lrdata", ".lrcat-data", ".photoslibrary", ".aplibrary", ".cocatalog", ".cosessiondb", ".dtrash",
)  # fmt: skip
_SIDECAR: Final = ".xmp"


@attrs.frozen(kw_only=True)
class Found:
    """A photo found in a search.

    Attributes:
        path: path in the user's form.
        folder: folder relative to the searched one; empty for the searched one.
        name: name of the file.
        state: state of the file; None for a broken link.
        fingerprint: state of the photo and its sidecars; changes if one of them does.
        partner: for a negative, the developed photo next to it, whose verdict it shares.
        error: why this is a folder that cannot be searched, or a photo that is not there; None for a photo.
        warning: why this is a temporary file that may be somebody else's; empty for a photo.
    """

    path: str
    folder: str
    name: str
    state: FileState | None
    fingerprint: str
    partner: Found | None = None
    error: PhotoError | None = None
    warning: str = ""

    @property
    def is_photo(self) -> bool:
        """Whether it is a photo that is there, and no folder that cannot be searched, nor a temporary file."""
        return self.error is None and not self.warning


def walk(paths: Iterable[StrPath], *, links: bool = False) -> Iterator[str]:
    """The photos of ``paths``, by name: files, and everything below folders.

    A file in ``paths`` is always included, whatever its suffix; below a folder, only files with the suffix of
    a photo are, in upper or lower case. Hidden files and folders and those of applications are left out.
    Symbolic links to files are followed, links to folders only with ``links``; no folder is searched twice.
    """
    found = search(paths, links=links)
    yield from (each.path for each in found if not each.warning)


def search(
    paths: Iterable[StrPath], *, links: bool = False, clean: bool = False
) -> Iterator[Found]:
    """As ``walk``, with all that is known about what is found; of a single file, only its name. ``clean`` is as for ``find``."""
    cleaned: set[str] = set()
    for path in paths:
        name = os.path.expanduser(path_of(path))
        if os.path.isdir(name):
            yield from find(name, links=links, clean=clean)
        else:
            if clean:
                yield from clean_beside([name], cleaned)
            base = os.path.basename(name)
            yield Found(path=name, folder="", name=base, state=None, fingerprint="")


def count_photos(paths: Iterable[StrPath], *, links: bool = False) -> int:
    """How many photos ``walk`` would find; their states are not asked for."""
    total = 0
    for path in paths:
        name = os.path.expanduser(path_of(path))
        if os.path.isdir(name):
            for folder in folders(name, links=links):
                total += len(folder.entries) if folder.error is None else 1
        else:
            total += 1
    return total


def find(
    root: str, *, links: bool = False, pairs: bool = False, clean: bool = False
) -> Iterator[Found]:
    """The photos below a folder, with their fingerprints; see ``walk``.

    Args:
        root: the folder.
        links: follow symbolic links to folders.
        pairs: a negative next to a developed photo of the same name becomes its partner, and follows directly
            after it.
        clean: delete temporary files left by a killed run; those that may be somebody else's are found
            with a warning.
    """
    for folder in folders(root, links=links):
        path, inside, error = folder.path, folder.inside, folder.error
        if error is not None:
            yield Found(path=path, folder=inside, name="", state=None, fingerprint="", error=error)
            continue
        if clean:
            yield from _cleaned(path, inside, folder.temporary)
        yield from folder.photos(pairs=pairs)


@attrs.frozen(kw_only=True)
class SearchedFolder:
    """A folder and what is in it, by name.

    Attributes:
        path: its path, in the user's form.
        inside: the same, relative to the searched folder; empty for the searched one.
        entries: files with the suffix of a photo.
        folders: those to be searched.
        siblings: all names, if sidecars are among them.
        temporary: names of phototag's temporary files.
        error: why it cannot be searched.
    """

    path: str
    inside: str
    entries: Sequence[os.DirEntry[str]] = ()
    folders: Sequence[os.DirEntry[str]] = ()
    siblings: Siblings | None = None
    temporary: Sequence[str] = ()
    error: PhotoNotReadable | None = None

    def photos(self, *, pairs: bool = False) -> Iterator[Found]:
        """The photos, with their fingerprints; ``pairs`` as for ``find``."""
        photos = (_found(entry, self.inside, self.siblings) for entry in self.entries)
        yield from _paired(list(photos)) if pairs else photos


def folders(
    root: str, *, links: bool, seen: set[tuple[int, int]] | None = None
) -> Iterator[SearchedFolder]:
    """A folder and all below it.

    Args:
        root: its path.
        links: follow symbolic links to folders.
        seen: device and number of the folders that have been searched, which are left out.
    """
    seen = set() if seen is None else seen
    waiting = [(root, "")]
    while waiting:
        path, inside = waiting.pop()
        try:
            status = os.stat(path)
            if (status.st_dev, status.st_ino) in seen:
                continue
            seen.add((status.st_dev, status.st_ino))
            searched = _searched(path, inside)
        except FileNotFoundError:  # it was deleted meanwhile
            continue
        except OSError as error:
            yield SearchedFolder(path=path, inside=inside, error=folder_not_readable(path, error))
            continue
        yield searched
        waiting += [
            (entry.path, os.path.join(inside, entry.name))
            for entry in reversed(searched.folders)
            if links or not entry.is_symlink()
        ]


def _searched(path: str, inside: str) -> SearchedFolder:
    """What is in a folder; the state of a file is only asked for if its kind is not known otherwise."""
    with os.scandir(path) as scanned:
        by_name = sorted(scanned, key=operator.attrgetter("name"))
    entries, below, left, sidecars = [], [], [], False
    for entry in by_name:
        name = entry.name
        if name.startswith("."):
            if name.startswith(temporary.PREFIX):
                left.append(name)
            continue
        # As ``suffix_of``, for a name without a dot in front.
        suffix = name[name.rfind(".") :].lower()
        if _is_folder(entry):
            if not _left_out(name):
                below.append(entry)
        elif suffix in PHOTO_SUFFIXES:
            if _is_file(entry):
                entries.append(entry)
        elif suffix == _SIDECAR:
            sidecars = True
    return SearchedFolder(
        path=path,
        inside=inside,
        entries=entries,
        folders=below,
        siblings=Siblings(entry.name for entry in by_name) if sidecars and entries else None,
        temporary=left,
    )


def fingerprint(states: Mapping[str, FileState], photo: str) -> str:
    """The state of a photo and its sidecars as one text.

    Args:
        states: states of the files by path.
        photo: path of the photo.
    """
    if states.keys() == {photo}:
        return _alone(states[photo])
    ordered = sorted((path != photo, os.path.basename(path), path) for path in states)
    return "|".join(f"{name if beside else ''}:{states[path]}" for beside, name, path in ordered)


def is_as_stored(stored: object, now: str, *, alone: bool = False) -> bool:
    """Whether a photo is as it was when its fingerprint was stored; that of its partner may follow in what was stored.

    Args:
        stored: the fingerprint from the state file, which may be damaged.
        now: the present fingerprint; empty if there is none.
        alone: that is the fingerprint of the photo without its sidecars, whose states may follow, too.
    """
    if not isinstance(stored, str) or not now or not stored.startswith(now):
        return False
    return stored[len(now) :][:1] in ({"", " ", "|"} if alone else {"", " "})


def folder_photos(folder: str, inside: str, *, pairs: bool = False) -> Iterator[Found]:
    """The photos in one folder.

    Args:
        folder: its path.
        inside: the same, relative to the searched folder.
        pairs: as for ``find``.

    Raises:
        PhotoNotReadable: the folder cannot be searched.
    """
    try:
        yield from _searched(folder, inside).photos(pairs=pairs)
    except OSError as error:
        raise folder_not_readable(folder, error) from error


def _alone(state: FileState) -> str:
    """The fingerprint of a photo without sidecars."""
    return f":{state}"


def clean_beside(photos: Iterable[str], cleaned: set[str]) -> Iterator[Found]:
    """As ``clean_folder``, for the folders of photos.

    Args:
        photos: paths of the photos.
        cleaned: the folders that are done.
    """
    for photo in photos:
        folder = os.path.dirname(photo)
        if folder not in cleaned:
            cleaned.add(folder)
            yield from clean_folder(folder or os.curdir)


def clean_folder(folder: str) -> list[Found]:
    """Delete temporary files left by a killed run in this folder only; return those that may be somebody else's."""
    try:
        return _cleaned(folder, "", os.listdir(folder))
    except OSError:
        return []


def _cleaned(folder: str, inside: str, names: Iterable[str]) -> list[Found]:
    left: list[Found] = []
    names = sorted(name for name in names if name.startswith(temporary.PREFIX))
    if not names:
        return left
    try:
        opened = Folder.of(folder)
    except OSError:
        return left
    with contextlib.closing(opened):
        for name in names:
            warning = temporary.clean(opened, name)
            if warning:
                path = os.path.join(folder, name)
                found = Found(path=path, folder=inside, name=name, state=None, fingerprint="")
                left.append(attrs.evolve(found, warning=warning))
    return left


def inside_of(folder: str) -> bool:
    """Whether a folder is searched, by its path relative to the root."""
    parts = Path(folder).parts
    return not any(part.startswith(".") or _left_out(part) for part in parts)


def found_now(path: str, inside: str) -> Found:
    """One photo as it is now.

    Args:
        path: its path.
        inside: its folder, relative to the searched one.
    """
    name = os.path.basename(path)
    try:
        sidecars = sidecar_names.existing(os.path.realpath(path))
        states = {one: FileState.of(os.stat(one)) for one in (path, *sidecars)}
    except (OSError, PhotoNotReadable):
        return Found(path=path, folder=inside, name=name, state=None, fingerprint="")
    now = fingerprint(states, path)
    return Found(path=path, folder=inside, name=name, state=states[path], fingerprint=now)


def _found(entry: os.DirEntry[str], inside: str, siblings: Siblings | None) -> Found:
    """One photo; ``siblings`` are the names in its folder, if sidecars are among them."""
    path, name = entry.path, entry.name
    try:
        state = FileState.of(entry.stat())
        sidecars = []
        if entry.is_symlink():
            # The sidecars are next to the photo itself, not next to the link.
            sidecars = sidecar_names.existing(os.path.realpath(path))
        elif siblings is not None:
            sidecars = sidecar_names.existing(path, siblings)
        if sidecars:
            states = {path: state}
            states |= {sidecar: FileState.of(os.stat(sidecar)) for sidecar in sidecars}
            now = fingerprint(states, path)
        else:
            now = _alone(state)
    except (OSError, PhotoNotReadable):
        return Found(path=path, folder=inside, name=name, state=None, fingerprint="")
    return Found(path=path, folder=inside, name=name, state=state, fingerprint=now)


def _paired(photos: list[Found]) -> Iterator[Found]:
    """Put every negative directly after the developed photo of the same name."""
    developed: dict[str, Found] = {}
    negatives: dict[str, list[Found]] = {}
    for photo in photos:
        if suffix_of(photo.name) in RAW_SUFFIXES:
            negatives.setdefault(_stem(photo.name), []).append(photo)
        else:
            developed.setdefault(_stem(photo.name), photo)
    for photo in photos:
        stem = _stem(photo.name)
        if suffix_of(photo.name) not in RAW_SUFFIXES:
            yield photo
            if developed[stem] is photo:
                for negative in negatives.get(stem, ()):
                    both = f"{negative.fingerprint} {photo.fingerprint}"
                    yield attrs.evolve(negative, partner=photo, fingerprint=both)
        elif stem not in developed:
            yield photo


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _is_file(entry: os.DirEntry[str]) -> bool:
    """Whether it is a file, a link to one, or a broken link; not a folder, FIFO or socket."""
    try:
        return entry.is_file(follow_symlinks=False) or stat.S_ISREG(entry.stat().st_mode)
    except OSError:
        return True


def _stem(name: str) -> str:
    return os.path.splitext(name)[0].casefold()


def _left_out(folder: str) -> bool:
    name = folder.lower()
    return name in APPLICATION_FOLDERS or name.endswith(APPLICATION_SUFFIXES)
