"""Tag a photo, read what was written, take it back."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from functools import partial

from phototag.errors import MetadataDamaged, PhototagError, WriteRefused
from phototag.metadata import iim, ledger, plan, statement, verify, words
from phototag.metadata.containers import Container, open_container
from phototag.metadata.containers.ifd import orientation
from phototag.metadata.ledger import NONE
from phototag.metadata.options import Change, Options
from phototag.metadata.plan import Draft
from phototag.metadata.record import Record
from phototag.metadata.replace import Original, read_file, refuse_unless_replaceable, replace
from phototag.metadata.xmp.packet import Packet

_Edit = Callable[[Draft], None]


def apply(path: os.PathLike[str] | str, record: Record, options: Options | None = None) -> Change:
    """Write a record into a photo, or bring an earlier one up to date.

    Only what phototag wrote itself is ever changed. Nothing is written if nothing would change.

    Args:
        path: of a JPEG, PNG, TIFF or WebP file.
        record: the statement, the words and the crops.
        options: how to write.

    Raises:
        PhotoNotFound: there is no such file.
        PhotoNotReadable: it cannot be read.
        NotAPhoto: its content is no picture.
        PhotoDamaged: its structure is broken.
        FormatNotWritable: metadata cannot be written into files of this format.
        MetadataDamaged: its metadata cannot be read, so nothing is written over them.
        WriteRefused: it was left as it was, for the reason given.
        WriteUncertain: it was replaced, but the disk did not confirm that.
    """
    options = options or Options()
    original = read_file(path)
    with _refused(original.photo, WriteRefused):
        words.check(record)
    return _change(original, options, partial(plan.tag, record=record, options=options))


def remove(path: os.PathLike[str] | str, options: Options | None = None) -> Change:
    """Take back exactly what phototag wrote into a photo.

    Args:
        path: of a JPEG, PNG, TIFF or WebP file.
        options: how to write.

    Raises:
        PhototagError: as ``apply`` does.
    """
    return _change(read_file(path), options or Options(), plan.take_back)


def read(path: os.PathLike[str] | str) -> Record | None:
    """What phototag wrote into a photo; None if nothing.

    Raises:
        PhototagError: as ``apply`` does, as far as reading goes.
    """
    original = read_file(path)
    container = _opened(original.photo, original.path, original.data)
    with _refused(original.photo, MetadataDamaged):
        return statement.read(Packet(container.xmp), orientation(container.exif))


def _change(original: Original, options: Options, edit: _Edit) -> Change:
    opened = partial(_opened, original.photo, original.path)
    container = opened(original.data)
    with _refused(original.photo, MetadataDamaged):
        draft = _draft(container)
    with _refused(original.photo, WriteRefused):
        edit(draft)
        new = _written(container, draft)
        if new != original.data:
            again = partial(_edited, opened, edit)
            verify.check(original.data, new, opened, again)
    if new != original.data:
        refuse_unless_replaceable(original, options)
        if not options.dry_run:
            replace(original, new, options)
    return Change(
        changed=new != original.data,
        added=draft.added,
        removed=draft.removed,
        declined=draft.declined,
        bytes_before=len(original.data),
        bytes_after=len(new),
    )


def _edited(opened: Callable[[bytes], Container], edit: _Edit, data: bytes) -> bytes:
    """A file's bytes after an edit."""
    container = opened(data)
    draft = _draft(container)
    edit(draft)
    return _written(container, draft)


def _opened(photo: str, path: str, data: bytes) -> Container:
    return open_container(data, photo, os.path.splitext(path)[1])  # noqa: PTH122


def _draft(container: Container) -> Draft:
    """The metadata of a photo, ready to be changed.

    Raises:
        ValueError: the XMP or the IPTC block cannot be read.
    """
    packet = Packet(container.xmp)
    draft = Draft(
        packet=packet,
        block=None if container.iptc is None else iim.parse(container.iptc),
        takes_iptc=container.holds_iptc,
        orientation=orientation(container.exif),
        ledger=ledger.read(packet),
    )
    if container.xmp is None:
        draft.remember(xmp=NONE, shape=container.shape)
    return draft


def _written(container: Container, draft: Draft) -> bytes:
    """The file with a draft's metadata.

    Raises:
        ValueError: the XMP is larger than the format takes.
    """
    block = None if draft.block is None else iim.serialise(draft.block)
    # The form of an unchanged block stays: other programs fill it up in their own ways.
    if container.iptc is not None and draft.block == iim.parse(container.iptc):
        block = container.iptc
    before = draft.ledger.before
    if draft.packet.names() or before.xmp != NONE:
        xmp = _packet(container, draft)
        return container.replaced(xmp, block)
    return container.replaced(None, block, before.shape)


def _packet(container: Container, draft: Draft) -> bytes | None:
    """The XMP packet; the old bytes where it says the same as before."""
    if container.xmp is not None and draft.packet.same_as(Packet(container.xmp)):
        return container.xmp
    xmp = draft.packet.to_bytes()
    limit = container.xmp_limit
    if limit is not None and len(xmp) > limit:
        xmp = draft.packet.to_bytes(padding=False)
        if len(xmp) > limit:
            message = f"the XMP would have {len(xmp)} bytes, {container.format} takes {limit}"
            raise ValueError(message)
    return xmp


@contextlib.contextmanager
def _refused(photo: str, error_class: type[PhototagError]) -> Iterator[None]:
    """Give a ValueError from inside the room the photo's name."""
    try:
        yield
    except ValueError as error:
        if isinstance(error, PhototagError):
            raise
        raise error_class(photo, str(error), "it was left as it was") from error
