"""Searches a folder for temporary files and sidecars without a photo."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

from phototag.catalogue.checking.findings import CheckFinding, CheckKind
from phototag.catalogue.lone_sidecars import lone_sidecars
from phototag.files import folder as opened_folder
from phototag.files import temporary
from phototag.files.temporary import Use
from phototag.worker.replacing import is_made_by_phototag

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phototag.catalogue.walk import SearchedFolder


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
    for path, content in lone_sidecars(folder, names):
        made = is_made_by_phototag(content)
        whose = "phototag made this sidecar" if made else "phototag's words are in this sidecar"
        yield CheckFinding(
            path=path,
            kind=CheckKind.ORPHAN_SIDECAR,
            problem=f"{whose}, but its photo is not here",
            remedy="move it to its photo, or take phototag's words out with `phototag remove` on it",
        )
