"""Searches a folder for temporary files and sidecars without a photo."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Final

from phototag.catalogue.checking.findings import CheckFinding, CheckKind
from phototag.errors import PhotoNotReadable
from phototag.files import folder as opened_folder
from phototag.files import sidecar_names, temporary
from phototag.files.formats import PHOTO_SUFFIXES, suffix_of
from phototag.files.temporary import Use
from phototag.worker.replacing import is_made_by_phototag

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phototag.catalogue.walk import SearchedFolder

_MOST_BYTES: Final = 1 << 24  # of a sidecar: larger ones are not phototag's


def folder_findings(folder: SearchedFolder, *, repair: bool) -> tuple[CheckFinding, ...]:
    """What is wrong in a folder, apart from its photos."""
    if folder.error is not None:
        kind = CheckKind.UNREADABLE
        problem, remedy = folder.error.problem, folder.error.remedy
        return (CheckFinding(path=folder.path, kind=kind, problem=problem, remedy=remedy),)
    try:
        names = sorted(os.listdir(folder.path))
    except OSError:
        return ()
    return (
        *_temporary(folder.path, names, repair=repair),
        *_orphans(folder.path, names),
    )


def _temporary(folder: str, names: list[str], *, repair: bool) -> Iterator[CheckFinding]:
    left = [name for name in names if name.startswith(temporary.PREFIX)]
    if not left:
        return
    with (
        contextlib.suppress(OSError),
        contextlib.closing(opened_folder.Folder.of(folder)) as inside,
    ):
        for name in left:
            with contextlib.suppress(OSError):  # it is gone
                use = temporary.use_of(inside, name)
                yield from _temporary_file(
                    inside, os.path.join(folder, name), name, use, repair=repair
                )


def _temporary_file(
    folder: opened_folder.Folder, path: str, name: str, use: Use, *, repair: bool
) -> Iterator[CheckFinding]:
    if use is Use.LEFTOVER:
        repaired = repair and temporary.clean(folder, name) is None and not os.path.lexists(path)
        yield CheckFinding(
            path=path,
            kind=CheckKind.LEFTOVER,
            problem="a temporary file of a run that was killed",
            remedy="run `phototag check --repair`, or `phototag tag` on this folder, to delete it",
            repaired=repaired,
        )
    elif use is Use.ANOTHERS:
        problem, _, remedy = temporary.sentence(folder, name).partition("; ")
        yield CheckFinding(path=path, kind=CheckKind.ANOTHERS, problem=problem, remedy=remedy)
    elif use is Use.UNKNOWN:
        yield CheckFinding(
            path=path,
            kind=CheckKind.PERHAPS_LEFTOVER,
            problem="a temporary file of phototag on another computer, which may be at work",
            remedy="if it is not, delete the file; after a day, the next run does",
        )
    elif use is Use.FOREIGN:
        yield CheckFinding(
            path=path,
            kind=CheckKind.NOT_OURS,
            problem="it is named like a temporary file of phototag, but is not one",
            remedy="phototag never deletes it",
        )


def _orphans(folder: str, names: list[str]) -> Iterator[CheckFinding]:
    beside = [name for name in names if name.lower().endswith(".xmp")]
    if not beside:
        return
    owned: set[tuple[int, int]] = set()
    siblings = sidecar_names.Siblings(names)
    for name in names:
        if suffix_of(name) in PHOTO_SUFFIXES:
            with contextlib.suppress(PhotoNotReadable, OSError):
                for sidecar in sidecar_names.existing(os.path.join(folder, name), siblings):
                    status = os.stat(sidecar)
                    owned.add((status.st_dev, status.st_ino))
    for name in beside:
        path = os.path.join(folder, name)
        with contextlib.suppress(OSError):
            status = os.stat(path)
            if (status.st_dev, status.st_ino) not in owned and _is_ours(path):
                yield CheckFinding(
                    path=path,
                    kind=CheckKind.ORPHAN_SIDECAR,
                    problem="phototag made this sidecar, but its photo is not here",
                    remedy="move it to its photo, or delete it if the photo is deleted",
                )


def _is_ours(path: str) -> bool:
    with open(path, "rb") as file:
        return is_made_by_phototag(file.read(_MOST_BYTES))
