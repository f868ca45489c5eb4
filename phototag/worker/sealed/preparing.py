"""Prepares what is to be written into a photo, reads what was written, prepares its removal."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

import attrs

from phototag.errors import MetadataDamaged, WriteRefused
from phototag.metadata import dates, iim, ledger, plan, sidecar_template, texts, verify
from phototag.metadata.change import Change
from phototag.metadata.containers import Container, XmpFile
from phototag.metadata.containers.xmp_file import NEW
from phototag.metadata.draft import Draft
from phototag.metadata.ledger import NONE, Ledger
from phototag.metadata.properties import record_fields
from phototag.metadata.record import Record, etag
from phototag.metadata.xmp import form
from phototag.metadata.xmp.names import PHOTOTAG
from phototag.metadata.xmp.packet import Packet
from phototag.worker.answers import Prepared, PreparedFile
from phototag.worker.requests import Read, Remove, Write
from phototag.worker.sealed.new_content import new_content
from phototag.worker.sealed.targets import (
    Files,
    Target,
    drafted,
    is_tagged,
    refused,
    to_read,
    to_write,
)

_Edit = Callable[[Draft], None]

_LEFT_ALONE: Final = "its C2PA signature would no longer be valid: it is left alone"
_INVALID: Final = (
    "its C2PA signature is not valid while tags are in it; `phototag remove` takes them out again"
)

#: Content of a file to be deleted.
NOTHING: Final = None


def write(request: Write) -> Prepared:
    """Prepare to write into a photo or its sidecars, or to update what an earlier write has written.

    Only phototag's own values are ever changed. No file has a content if nothing would change.

    Raises:
        NotAPhoto: its content is not a picture.
        PhotoDamaged: its structure is damaged.
        FormatNotWritable: it needs a sidecar, but sidecars are not allowed.
        MetadataDamaged: its metadata cannot be read, so they are not overwritten.
        WriteRefused: it is left unchanged, for the reason given.
    """
    files = Files.of(request, request.new_sidecars)
    order, options = request.order, request.options
    with refused(files.photo.label, WriteRefused):
        texts.check(order.record)
    edit = partial(plan.tag, order=order, options=options)
    targets = to_write(files, options)
    if order.lightroom and all(target.original is files.photo for target in targets):
        raise WriteRefused(
            files.photo.label,
            "a Lightroom crop is written into sidecars only, and this photo has none",
            "use `phototag crop --lightroom` for a copy, or --sidecar always",
        )
    if not targets:
        alone = PreparedFile(
            number=0, change=Change(changed=False, notes=(_LEFT_ALONE,)), content=None
        )
        return Prepared(files=(alone,), found=None, etag="")
    edits: list[tuple[Target, _Edit]] = [(target, edit) for target in targets]
    if request.alone:
        edits = _alone(edits, to_read(files))
    return _prepared_together(edits, request.etag)


def _alone(edits: list[tuple[Target, _Edit]], tagged: list[Target]) -> list[tuple[Target, _Edit]]:
    """The changes, with removal from the other files, and from sidecars that the photo itself makes needless."""
    inside = any(target.original.number == 0 for target, _ in edits)
    kept = [
        (target, edit)
        for target, edit in edits
        if not (inside and target.original.number and _is_made(target))
    ]
    numbers = {target.original.number for target, _ in kept}
    others = (target for target in tagged if target.original.number not in numbers)
    return [*((target, plan.take_back) for target in others), *kept]


def _is_made(target: Target) -> bool:
    """Whether phototag has made a sidecar."""
    with refused(target.original.label, MetadataDamaged):
        return drafted(target.container).ledger.before.shape == NEW


def remove(request: Remove) -> Prepared:
    """Prepare to remove exactly what phototag wrote into a photo and its sidecars; raises as ``write`` does."""
    targets = to_read(Files.of(request))
    return _prepared_together([(target, plan.take_back) for target in targets], None)


def read(request: Read) -> Record | None:
    """Read what phototag wrote into a photo or its sidecar; None if nothing.

    Raises:
        PhototagError: as ``write`` does, if it concerns reading.
    """
    for target in to_read(Files.of(request)):
        container = target.opened(
            target.original.data
        )  # unchanged: phototag's packet may hide another
        with refused(target.original.label, MetadataDamaged):
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
        with refused(target.original.label, MetadataDamaged):
            return cls(target, drafted(target.container))

    def record(self) -> Record | None:
        with refused(self.target.original.label, MetadataDamaged):
            return record_fields.read(self.draft.packet, self.draft.orientation)


def _prepared_together(edits: list[tuple[Target, _Edit]], expected: str | None) -> Prepared:
    """Prepare all files of a photo; if one is refused, all are."""
    with _collected_later():
        return _all_prepared(edits, expected)


@contextlib.contextmanager
def _collected_later() -> Iterator[None]:
    """Don't look for garbage meanwhile: a tree of XMP holds no cycles, and the search takes a tenth of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _all_prepared(edits: list[tuple[Target, _Edit]], expected: str | None) -> Prepared:
    files = [_Opened.of(target) for target, _ in edits]
    records = [file.record() for file in files]
    _adopt(files, records)
    found = next(filter(None, records), None)
    if expected is not None and etag(found) != expected:
        return Prepared(files=None, found=found, etag=etag(found))
    prepared = tuple(_prepared(file, edit) for file, (_, edit) in zip(files, edits, strict=True))
    stated = next(filter(None, (file.record() for file in files)), None)
    return Prepared(files=prepared, found=found, etag=etag(stated))


def _adopt(files: list[_Opened], records: list[Record | None]) -> None:
    """Recognise copies of phototag's words in files without its record, by the record in another file."""
    pairs = list(zip(files, records, strict=True))
    recorded = next((file for file, record in pairs if record is not None), None)
    for file, record in pairs:
        if recorded is not None and record is None:
            plan.adopt(file.draft, recorded.draft)


def _prepared(file: _Opened, edit: _Edit) -> PreparedFile:
    """Make a file's new content, and verify it."""
    original, draft = file.target.original, file.draft
    with refused(original.label, WriteRefused):
        foreign, dated = verify.foreign(draft), dates.is_dated(file.target.container, draft)
        edit(draft)
        new = _verified(file, foreign)
        if _states_a_record(draft):
            new = _with_form(file, foreign, new)
    changed = new.data != original.data
    if changed and file.target.container.signed and not is_tagged(file.target.container):
        draft.notes.append(_INVALID)
    change = Change(
        changed=changed,
        files=(),
        added=draft.added,
        removed=draft.removed,
        declined=draft.declined,
        left_out=draft.left_out,
        notes=tuple(draft.notes),
    )
    with refused(original.label, WriteRefused):
        content = new_content(new.data) if changed and new.data is not None else None
    return PreparedFile(number=original.number, change=change, content=content, dated=dated)


@attrs.frozen
class _New:
    """A new content.

    Attributes:
        data: the bytes.
        read_back: what was read in them again; None if nothing changes, or the file is to be deleted.
    """

    data: bytes | None
    read_back: tuple[Container, Draft] | None = None


def _verified(file: _Opened, foreign: verify.Foreign) -> _New:
    """The file with its draft's metadata, after a check."""
    draft, container = file.draft, file.target.container
    data = _written(container, draft)
    if data is None or data == file.target.original.data:
        return _New(data)
    again = file.target.opened(data)
    read_back = drafted(again)
    verify.check(container, foreign, again, draft, read_back)
    return _New(data, (again, read_back))


def _with_form(file: _Opened, foreign: verify.Foreign, new: _New) -> _New:
    """The new content from which removal gives the same XMP packet, byte for byte, as from the present one."""
    draft, container = file.draft, file.target.container
    before, known = container.xmp, draft.ledger.before
    if new.read_back is None or before is None or known.xmp == NONE or known.shape == NEW:
        return new
    if is_tagged(container):
        present = drafted(container)
        plan.take_back(present)
        before = _xmp(container, present)
    again, left = new.read_back
    plan.take_back(left)
    bare = _xmp(again, left, as_before=False)
    if before is None or bare is None or form.restored(bare, known.form) == before:
        return new
    if kept := form.difference(bare, before):
        draft.remember(form=kept)
        ledger.write(draft.packet, Ledger(draft.entries, draft.ledger.before))
        with contextlib.suppress(ValueError):  # no room for it
            return _verified(file, foreign)
    return new


def _states_a_record(draft: Draft) -> bool:
    """Whether anything in the packet is phototag's own."""
    return any(name.uri == PHOTOTAG for name in draft.packet.names())


def _written(container: Container, draft: Draft) -> bytes | None:
    """Return the file with a draft's metadata; ``NOTHING`` for one to be deleted.

    Raises:
        ValueError: the XMP is larger than the format allows.
    """
    if isinstance(container, XmpFile) and _says_nothing_new(container, draft):
        return NOTHING
    block = None if draft.block is None else iim.serialise(draft.block)
    # An unchanged block is kept byte for byte: other programs pad it in their own ways.
    if container.iptc is not None and draft.block == iim.parse(container.iptc):
        block = container.iptc
    # When the last of phototag's values is removed, its changes to the file's structure are undone.
    shape = "" if _states_a_record(draft) else draft.ledger.before.shape
    return container.replaced(_xmp(container, draft), block, shape)


def _xmp(container: Container, draft: Draft, *, as_before: bool = True) -> bytes | None:
    """The XMP packet of a draft; None for none."""
    before = draft.ledger.before
    if not draft.packet.names() and before.xmp == NONE:
        return None
    packet = _packet(container, draft)
    if packet is None or not as_before or _states_a_record(draft):
        return packet
    return _as_before(draft, packet)


def _as_before(draft: Draft, packet: bytes) -> bytes:
    """The packet with its bytes of before, if they say the same."""
    restored = form.restored(packet, draft.ledger.before.form)
    if restored != packet:
        with contextlib.suppress(ValueError):
            known = Packet(restored)
            if known.says_the_same(draft.packet):
                draft.packet = known
                return restored
    return packet


def _says_nothing_new(container: XmpFile, draft: Draft) -> bool:
    """Whether a sidecar that phototag created contains nothing that is not in the photo."""
    if draft.ledger.before.shape != NEW:
        return False
    try:
        return draft.packet.values() == Packet(_start(container)).values()
    except ValueError:  # the photo cannot be read any more: its copy in the sidecar is all there is
        return not draft.packet.names()


def _start(container: XmpFile) -> bytes:
    """What a new sidecar of the photo without tags would start with."""
    photo = container.photo
    if photo is None or not is_tagged(photo):
        return container.start()
    draft = drafted(photo)
    plan.take_back(draft)
    return sidecar_template.seed(_written(photo, draft) or b"")


def _packet(container: Container, draft: Draft) -> bytes | None:
    """The XMP packet; the old bytes if its content has not changed."""
    if container.xmp is not None and draft.packet.values() == draft.before:
        return container.xmp
    return draft.packet.fitted(container.xmp_limit, container.format)
