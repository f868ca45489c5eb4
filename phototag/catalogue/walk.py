"""Finds the photos to tag below a folder, and their fingerprints."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from phototag.errors import PhotoNotReadable
from phototag.files import sidecar_names, temporary
from phototag.files.folder import Folder
from phototag.files.formats import PHOTO_SUFFIXES, RAW_SUFFIXES, suffix_of
from phototag.files.opening import FileState, path_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

# Folders that belong to applications: recycle bins, thumbnails, previews, databases.
APPLICATION_FOLDERS = frozenset(
    {"@eadir", "#recycle", "#snapshot", "$recycle.bin", "lost+found", "__macosx"}
)
APPLICATION_SUFFIXES = (
    ".lrdata", ".lrcat-data", ".photoslibrary", ".aplibrary", ".cocatalog", ".cosessiondb", ".dtrash",
)  # fmt: skip


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
        error: why this is a folder that cannot be searched; None for a photo.
        warning: why this is a temporary file that may be somebody else's; empty for a photo.
    """

    path: str
    folder: str
    name: str
    state: FileState | None
    fingerprint: str
    partner: Found | None = None
    error: PhotoNotReadable | None = None
    warning: str = ""


def walk(
    paths: Iterable[str | os.PathLike[str]], *, links: bool = False, clean: bool = False
) -> Iterator[str]:
    """The photos of ``paths``, by name: files, and everything below folders.

    A file in ``paths`` is always included, whatever its suffix; below a folder, only files with the suffix of
    a photo are, in upper or lower case. Hidden files and folders and those of applications are left out.
    Symbolic links to files are followed, links to folders only with ``links``; no folder is searched twice.
    ``clean`` is as for ``find``.
    """
    found = search(paths, links=links, clean=clean)
    yield from (each.path for each in found if not each.warning)


def search(
    paths: Iterable[str | os.PathLike[str]], *, links: bool = False, clean: bool = False
) -> Iterator[Found]:
    """As ``walk``, with all that is known about what is found; of a single file, only its name."""
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
    seen: set[tuple[int, int]] = set()
    yield from _below(root, "", links=links, pairs=pairs, clean=clean, seen=seen)


def fingerprint(states: Mapping[str, FileState], photo: str) -> str:
    """The state of a photo and its sidecars as one text.

    Args:
        states: states of the files by path.
        photo: path of the photo.
    """
    ordered = sorted((path != photo, os.path.basename(path), path) for path in states)
    return "|".join(f"{name if beside else ''}:{states[path]}" for beside, name, path in ordered)


def listing(
    folder: str, inside: str, *, pairs: bool = False, clean: bool = False
) -> tuple[list[Found], list[os.DirEntry[str]]]:
    """The photos in one folder, and the folders in it.

    Args:
        folder: its path.
        inside: the same, relative to the searched folder.
        pairs: as for ``find``.
        clean: as for ``find``.

    Raises:
        PhotoNotReadable: the folder cannot be searched.
    """
    try:
        with os.scandir(folder) as entries:
            listed = sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        problem = f"this folder cannot be read ({error.strerror})"
        raise PhotoNotReadable(folder, problem, "change its permissions") from error
    names = {entry.name for entry in listed}
    beside = any(name.lower().endswith(".xmp") for name in names)
    photos, folders = [], []
    left = _cleaned(folder, inside, names) if clean else []
    for entry in listed:
        if entry.name.startswith("."):
            continue
        if _is_folder(entry):
            if not _left_out(entry.name):
                folders.append(entry)
        elif suffix_of(entry.name) in PHOTO_SUFFIXES and _is_file(entry):
            photos.append(_found(entry, inside, names if beside else None))
    return [*left, *(_paired(photos) if pairs else photos)], folders


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


def _below(
    folder: str, inside: str, *, links: bool, pairs: bool, clean: bool, seen: set[tuple[int, int]]
) -> Iterator[Found]:
    try:
        status = os.stat(folder)
        if (status.st_dev, status.st_ino) in seen:
            return
        seen.add((status.st_dev, status.st_ino))
        photos, folders = listing(folder, inside, pairs=pairs, clean=clean)
    except FileNotFoundError:  # it was deleted meanwhile
        return
    except PhotoNotReadable as error:
        yield Found(path=folder, folder=inside, name="", state=None, fingerprint="", error=error)
        return
    yield from photos
    for entry in folders:
        if links or not entry.is_symlink():
            deeper = os.path.join(inside, entry.name)
            yield from _below(entry.path, deeper, links=links, pairs=pairs, clean=clean, seen=seen)


def _found(entry: os.DirEntry[str], inside: str, names: set[str] | None) -> Found:
    """One photo; ``names`` are the names in its folder, if sidecars are among them."""
    try:
        state = FileState.of(entry.stat())
        states = {entry.path: state}
        sidecars = []
        if entry.is_symlink():
            # The sidecars are next to the photo itself, not next to the link.
            sidecars = sidecar_names.existing(os.path.realpath(entry.path))
        elif names:
            sidecars = sidecar_names.existing(entry.path, names)
        for path in sidecars:
            states[path] = FileState.of(os.stat(path))
    except (OSError, PhotoNotReadable):
        return Found(path=entry.path, folder=inside, name=entry.name, state=None, fingerprint="")
    return Found(
        path=entry.path,
        folder=inside,
        name=entry.name,
        state=state,
        fingerprint=fingerprint(states, entry.path),
    )


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
        return stat.S_ISREG(entry.stat().st_mode)
    except OSError:
        return True


def _stem(name: str) -> str:
    return os.path.splitext(name)[0].casefold()


def _left_out(folder: str) -> bool:
    name = folder.lower()
    return name in APPLICATION_FOLDERS or name.endswith(APPLICATION_SUFFIXES)
