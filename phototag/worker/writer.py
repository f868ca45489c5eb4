"""Writes into a photo, reads what was written, removes it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

import attrs

from phototag.errors import (
    ChangedMeanwhile,
    MetadataDamaged,
    WriteInPart,
    WriteRefused,
    WriteUncertain,
    printable_name,
)
from phototag.files import sidecar_names
from phototag.files.opening import FileState
from phototag.files.replace import Original, read_file, refuse_unless_replaceable, replace
from phototag.metadata import iim, plan, texts, verify
from phototag.metadata.change import Change, together
from phototag.metadata.containers import Container, XmpFile
from phototag.metadata.containers.xmp_file import NEW
from phototag.metadata.draft import Draft
from phototag.metadata.ledger import NONE
from phototag.metadata.properties import record_fields
from phototag.metadata.record import Record, WriteOrder, etag
from phototag.metadata.xmp.names import PHOTOTAG
from phototag.metadata.xmp.packet import Packet
from phototag.options import WriteOptions
from phototag.outcome import Expected, Written
from phototag.worker.targets import Target, drafted, refused, to_read, to_write

_Edit = Callable[[Draft], None]

#: Content of a file to be deleted.
NOTHING: Final = b""


def write(
    path: os.PathLike[str] | str,
    order: WriteOrder,
    options: WriteOptions | None = None,
    expected: Expected | None = None,
) -> Written:
    """Write into a photo or its sidecars, or update what an earlier write has written.

    Only phototag's own values are ever changed. Nothing is written if nothing would change.

    Args:
        path: path of the photo.
        order: the record, including keywords and crops, and further data to write.
        options: how to write.
        expected: the state that the photo must have; otherwise nothing is written.

    Raises:
        PhotoNotFound: there is no such file.
        PhotoNotReadable: it cannot be read.
        NotAPhoto: its content is not a picture.
        PhotoDamaged: its structure is damaged.
        FormatNotWritable: it needs a sidecar, but sidecars are not allowed.
        MetadataDamaged: its metadata cannot be read, so they are not overwritten.
        ChangedMeanwhile: another program changed it at the same time.
        WriteRefused: it was left unchanged, for the reason given.
        WriteInPart: a sidecar was changed, but the photo was not.
        WriteUncertain: it was replaced, but the disk did not confirm it.
    """
    options = options or WriteOptions()
    photo = read_file(path)
    with refused(photo.photo, WriteRefused):
        texts.check(order.record)
    if expected and FileState.of(photo.state) != expected.state:
        raise ChangedMeanwhile(
            photo.photo, "another program changed it in the meantime", "try again"
        )
    edit = partial(plan.tag, order=order, options=options)
    targets = to_write(photo, options)
    if order.lightroom and all(target.original is photo for target in targets):
        raise WriteRefused(
            photo.photo,
            "a Lightroom crop is written into sidecars only, and this photo has none",
            "use `phototag crop --lightroom` for a copy, or --sidecar always",
        )
    return _written_together(photo, targets, options, edit, expected)


def remove(path: os.PathLike[str] | str, options: WriteOptions | None = None) -> Change:
    """Remove exactly what phototag wrote into a photo and its sidecars.

    Args:
        path: path of the photo.
        options: how to write.

    Raises:
        PhototagError: as ``write`` does.
    """
    photo = read_file(path)
    change = _written_together(
        photo, to_read(photo), options or WriteOptions(), plan.take_back
    ).change
    assert change is not None
    return change


def read(path: os.PathLike[str] | str) -> Record | None:
    """Read what phototag wrote into a photo or its sidecar; None if nothing.

    Raises:
        PhototagError: as ``write`` does, if it concerns reading.
    """
    for target in to_read(read_file(path)):
        container = target.opened(
            target.original.data
        )  # unchanged: phototag's packet may hide another
        with refused(target.original.photo, MetadataDamaged):
            record = record_fields.read(Packet(container.xmp), container.orientation)
        if record is not None:
            return record
    return None


# --------------------------------------------------------------------------- changing one file


@attrs.frozen
class _Opened:
    """A file to be changed."""

    target: Target
    draft: Draft

    @classmethod
    def of(cls, target: Target) -> _Opened:
        with refused(target.original.photo, MetadataDamaged):
            return cls(target, drafted(target.container))

    def record(self) -> Record | None:
        with refused(self.target.original.photo, MetadataDamaged):
            return record_fields.read(self.draft.packet, self.draft.orientation)


def _written_together(
    photo: Original,
    targets: list[Target],
    options: WriteOptions,
    edit: _Edit,
    expected: Expected | None = None,
) -> Written:
    """Change all files of a photo: first all are prepared, then each is replaced in turn."""
    files = [_Opened.of(target) for target in targets]
    _adopt(files)
    found = next(filter(None, (file.record() for file in files)), None)
    states = {file.path: file.seen for file in (photo, *(target.original for target in targets))}
    for beside in (
        set(sidecar_names.existing(photo.path)) - states.keys()
    ):  # excluded by the options
        states[beside] = FileState.of(os.stat(beside))
    if expected and etag(found) != expected.etag:
        return Written(change=None, found=found, etag=etag(found), states=_known(states))
    prepared = [_prepared(file, options, edit) for file in files]  # if one is refused, all are
    for at, ready in enumerate(prepared):
        with _told_if_in_part(prepared, at, options):
            states[ready.file.target.original.path] = ready.commit(options)
    stated = next(filter(None, (file.record() for file in files)), None)
    change = together([file.change for file in prepared])
    return Written(change=change, found=found, etag=etag(stated), states=_known(states))


def _adopt(files: list[_Opened]) -> None:
    """Recognise copies of phototag's words in files without its record, by the record in another file."""
    recorded = [file for file in files if file.record() is not None]
    for file in files:
        if recorded and file not in recorded:
            plan.adopt(file.draft, recorded[0].draft)


def _known(states: dict[str, FileState | None]) -> dict[str, FileState]:
    return {path: state for path, state in states.items() if state is not None}


@attrs.frozen
class _Prepared:
    """A file with its new content, which has been verified."""

    file: _Opened
    new: bytes
    change: Change

    def commit(self, options: WriteOptions) -> FileState | None:
        """Replace the file; return its new state, None if it does not exist any more."""
        original = self.file.target.original
        if options.dry_run or not self.change.changed:
            return original.seen
        return replace(
            original,
            self.new,
            allow_hard_links=options.allow_hard_links,
            keep_mtime=options.keep_mtime,
        )


def _prepared(file: _Opened, options: WriteOptions, edit: _Edit) -> _Prepared:
    """Make a file's new content without changing the file."""
    original, draft, container = file.target.original, file.draft, file.target.container
    with refused(original.photo, WriteRefused):
        foreign = verify.foreign(draft)
        edit(draft)
        new = _written(container, draft)
        changed = new != original.data
        if changed and new != NOTHING:
            read_back = file.target.opened(new)
            verify.check(container, foreign, read_back, draft, drafted(read_back))
    if changed:
        refuse_unless_replaceable(original, allow_hard_links=options.allow_hard_links)
    change = Change(
        changed=changed,
        files=(original.photo,) if changed else (),
        added=draft.added,
        removed=draft.removed,
        declined=draft.declined,
        left_out=draft.left_out,
    )
    return _Prepared(file, new, change)


@contextlib.contextmanager
def _told_if_in_part(files: list[_Prepared], at: int, options: WriteOptions) -> Iterator[None]:
    """Report it if some files of a photo have been changed but, because one failed, others have not."""
    try:
        yield
    except (WriteRefused, WriteUncertain) as error:
        place = at if isinstance(error, WriteRefused) else at + 1
        done, left = _changed(files[:place]), _changed(files[place:])
        if not done or not left or options.dry_run:
            raise
        why = (
            error.problem
            if error.photo == left[0]
            else f"{printable_name(error.photo)}: {error.problem}"
        )
        problem = f"{', '.join(map(printable_name, done))} was changed, but not this file: {why}"
        raise WriteInPart(left[0], problem, error.remedy or "try again") from error


def _changed(files: list[_Prepared]) -> list[str]:
    return [name for file in files for name in file.change.files]


def _written(container: Container, draft: Draft) -> bytes:
    """Return the file with a draft's metadata.

    Raises:
        ValueError: the XMP is larger than the format allows.
    """
    if isinstance(container, XmpFile) and _says_nothing_new(container, draft):
        return NOTHING
    block = None if draft.block is None else iim.serialise(draft.block)
    # An unchanged block is kept byte for byte: other programs pad it in their own ways.
    if container.iptc is not None and draft.block == iim.parse(container.iptc):
        block = container.iptc
    before = draft.ledger.before
    xmp = None
    if draft.packet.names() or before.xmp != NONE:
        xmp = _packet(container, draft)
    # When the last of phototag's values is removed, its changes to the file's structure are undone.
    ours = any(name.uri == PHOTOTAG for name in draft.packet.names())
    return container.replaced(xmp, block, "" if ours else before.shape)


def _says_nothing_new(container: XmpFile, draft: Draft) -> bool:
    """Whether a sidecar that phototag created contains nothing that is not in the photo."""
    if draft.ledger.before.shape != NEW:
        return False
    try:
        return draft.packet.values() == Packet(container.start()).values()
    except ValueError:  # the photo cannot be read any more: its copy in the sidecar is all there is
        return False


def _packet(container: Container, draft: Draft) -> bytes | None:
    """The XMP packet; the old bytes if its content has not changed."""
    if container.xmp is not None and draft.packet.values() == draft.before:
        return container.xmp
    return draft.packet.fitted(container.xmp_limit, container.format)
