"""Replaces the files of a photo by what the sealed process has prepared."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING, Final

import attrs

from phototag.errors import (
    REPORT,
    InternalError,
    WriteInPart,
    WriteRefused,
    WriteUncertain,
    printable_name,
)
from phototag.files import sidecar_names
from phototag.files.attributes import FileTime
from phototag.files.opening import FileState
from phototag.files.original import Original, refuse_unless_replaceable
from phototag.files.replace import Replaced, replace
from phototag.metadata.change import together
from phototag.metadata.xmp.names import PHOTOTAG
from phototag.outcome import Written

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from phototag.options import WriteOptions
    from phototag.worker.answers import Prepared, PreparedFile
    from phototag.worker.open_files import OpenFiles


# In a sidecar that phototag made, its ledger says that there was none: as an element, or as an attribute.
_MADE: Final = re.compile(rb""":Shape\s*(?:>\s*new\s*<|=\s*["']new["'])""")


@attrs.frozen(eq=False)
class _Step:
    """One file to be replaced."""

    original: Original
    prepared: PreparedFile

    @property
    def changed(self) -> bool:
        return self.prepared.change.changed

    @property
    def deletes(self) -> bool:
        return self.changed and self.prepared.content is None

    def commit(self, options: WriteOptions) -> Replaced:
        """Replace the file."""
        if options.dry_run or not self.changed:
            return Replaced(self.original.seen)
        return replace(
            self.original,
            self.prepared.content,
            allow_hard_links=options.allow_hard_links,
            allow_new_owner=options.allow_new_owner,
            time=self._time(options),
        )

    def _time(self, options: WriteOptions) -> FileTime:
        """The modification time of the new file; a sidecar's is nobody's date."""
        if options.mtime == "keep":
            return FileTime.KEPT
        undated = self.prepared.number == 0 and not self.prepared.dated
        return FileTime.LATER if options.mtime == "auto" and undated else FileTime.NOW


def carry_out(
    files: OpenFiles,
    prepared: Prepared,
    options: WriteOptions,
    missing: Sequence[str] = (),
    *,
    may_delete: bool = False,
) -> Written:
    """Replace all files of a photo, one after the other.

    Args:
        files: the photo and its sidecars.
        prepared: their new contents, and those of sidecars to be made.
        options: how to write.
        missing: the names of these sidecars.
        may_delete: whether a sidecar that phototag made may be deleted.

    Raises:
        PhotoError: as for ``tasks.write``.
    """
    photo = files.photo
    states = {photo.path: photo.seen, **{file.photo: file.seen for file in files.sidecars}}
    for name in sidecar_names.existing(photo.name, folder=photo.folder):
        path = photo.folder.path_of(name)
        if path not in states:  # those that the options exclude
            states[path] = _state_of(photo, name)
    if prepared.files is None:
        known = _known(states)
        return Written(change=None, found=prepared.found, etag=prepared.etag, states=known)
    new = [photo.beside(name) for name in missing]
    originals = (*files.all, *new)
    try:
        steps = _checked(originals, prepared.files, may_delete=may_delete)
        for step in steps:
            if step.changed:
                links = options.allow_hard_links
                refuse_unless_replaceable(step.original, allow_hard_links=links)
        not_kept: list[tuple[str, ...]] = []
        for at, step in enumerate(steps):
            with _told_if_in_part(steps, at, options):
                done = step.commit(options)
                states[_known_as(step.original, photo)] = done.state
                not_kept.append(done.not_kept)
    finally:
        for content in prepared.contents:
            content.close_aside()
    changes = [
        attrs.evolve(
            step.prepared.change,
            files=(step.original.photo,) if step.changed else (),
            not_kept=lost,
        )
        for step, lost in zip(steps, not_kept, strict=True)
    ]
    return Written(
        change=together(changes),
        found=prepared.found,
        etag=prepared.etag,
        states=_known(states),
    )


def _checked(
    originals: Sequence[Original], files: Sequence[PreparedFile], *, may_delete: bool
) -> list[_Step]:
    """The steps, if they are possible: a hostile picture may have taken part in preparing them."""
    numbers = [file.number for file in files]
    if len(set(numbers)) < len(numbers) or not set(numbers) <= set(range(len(originals))):
        raise InternalError(
            originals[0].photo, "the sealed process has named files that are not there", REPORT
        )
    steps = [_Step(originals[file.number], file) for file in files]
    for step in steps:
        if step.deletes and not (may_delete and step.prepared.number and _is_ours(step.original)):
            raise InternalError(
                step.original.photo,
                "the sealed process wants to delete a file that is not phototag's",
                REPORT,
            )
    return steps


def _is_ours(sidecar: Original) -> bool:
    """Whether phototag made a sidecar: its ledger says so."""
    try:
        found = sidecar.content.read()
    except OSError as error:
        reason = error.strerror or str(error)
        raise WriteRefused(sidecar.photo, f"it cannot be read ({reason})", "try again") from error
    return is_made_by_phototag(found)


def is_made_by_phototag(sidecar: bytes) -> bool:
    """Whether phototag made a sidecar with this content: its ledger says so."""
    return PHOTOTAG.encode() in sidecar and _MADE.search(sidecar) is not None


def _known_as(original: Original, photo: Original) -> str:
    """The path by which a search finds a file: a sidecar that is a link has the name of the link."""
    return original.path if original is photo else original.photo


def _state_of(photo: Original, name: str) -> FileState | None:
    try:
        return FileState.of(photo.folder.stat_behind(name))
    except OSError:  # it has gone, or the disk does not say
        return None


def _known(states: dict[str, FileState | None]) -> dict[str, FileState]:
    return {path: state for path, state in states.items() if state is not None}


@contextlib.contextmanager
def _told_if_in_part(steps: Sequence[_Step], at: int, options: WriteOptions) -> Iterator[None]:
    """Report it if some files of a photo have been changed but, because one failed, others have not."""
    try:
        yield
    except (WriteRefused, WriteUncertain) as error:
        place = at if isinstance(error, WriteRefused) else at + 1
        done, left = _changed(steps[:place]), _changed(steps[place:])
        if not done or not left or options.dry_run:
            raise
        why = (
            error.problem
            if error.photo == left[0]
            else f"{printable_name(error.photo)}: {error.problem}"
        )
        problem = f"{', '.join(map(printable_name, done))} was changed, but not this file: {why}"
        raise WriteInPart(left[0], problem, error.remedy or "try again") from error


def _changed(steps: Sequence[_Step]) -> list[str]:
    return [step.original.photo for step in steps if step.changed]
