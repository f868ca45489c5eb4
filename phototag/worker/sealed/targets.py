"""The files with a photo's metadata (the photo itself, its sidecars, or both), and how they are parsed."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import attrs

from phototag.errors import (
    FormatNotWritable,
    MetadataDamaged,
    NotAPhoto,
    PhotoDamaged,
    PhototagError,
)
from phototag.files import formats
from phototag.metadata import elsewhere, iim, ledger, plan, sidecar_template
from phototag.metadata.containers import Container, XmpFile, open_container
from phototag.metadata.containers.xmp_file import NEW
from phototag.metadata.draft import Draft
from phototag.metadata.ledger import NONE
from phototag.metadata.refusals import Unclear
from phototag.metadata.xmp.names import PHOTOTAG
from phototag.metadata.xmp.packet import Packet
from phototag.options import WriteOptions
from phototag.worker.requests import Request


@attrs.frozen
class File:
    """A file of a photo, as it was read.

    Attributes:
        number: 0 for the photo, then the sidecars that exist, then those to be made.
        label: what it is called in messages.
        data: the content; of a sidecar to be made, what it starts with.
    """

    number: int
    label: str
    data: bytes


@attrs.frozen
class Files:
    """The files of a photo.

    Attributes:
        photo: the photo itself.
        sidecars: those that exist.
        missing: how many sidecars would be made if there are none.
    """

    photo: File
    sidecars: tuple[File, ...]
    missing: int = 0

    @classmethod
    def of(cls, request: Request[Any], missing: int = 0) -> Files:
        """The files of a request."""
        photo, *sidecars = (
            File(number, one.label, one.read()) for number, one in enumerate(request.files)
        )
        return cls(photo, tuple(sidecars), missing)


@attrs.frozen
class Target:
    """A file with metadata: the photo, or one of its sidecars."""

    original: File
    opened: Callable[[bytes], Container]
    container: Container


def to_write(files: Files, options: WriteOptions) -> list[Target]:
    """The files to write; none if the photo is to be left alone because it is signed.

    Sidecars first: they can be made again from the photo; the photo cannot.
    """
    sidecars = [] if options.sidecar == "never" else _sidecars(files)
    if options.sidecar == "always":
        return sidecars or _new_sidecars(files)
    try:
        inside = _inside(files.photo, negatives=options.sidecar == "never")
    except FormatNotWritable:
        if options.sidecar == "never":
            raise
        return sidecars or _new_sidecars(files)
    if options.signed != "write" and inside.container.signed and not is_tagged(inside.container):
        beside = options.signed == "sidecar" and options.sidecar != "never"
        return (sidecars or _new_sidecars(files)) if beside else []
    return [*sidecars, inside]


def is_tagged(container: Container) -> bool:
    """Whether phototag has written into a file."""
    return PHOTOTAG.encode() in (container.xmp or b"")


def to_read(files: Files) -> list[Target]:
    """All files into which phototag may have written."""
    sidecars = _sidecars(files)
    try:
        inside = _inside(files.photo, negatives=True)
        if sidecars:
            with refused(files.photo.label, MetadataDamaged):
                drafted(inside.container)
    except FormatNotWritable:
        return sidecars
    except (PhotoDamaged, MetadataDamaged, NotAPhoto):
        if sidecars:  # sidecars can be read even if the photo, or its metadata, cannot
            return sidecars
        raise
    return [*sidecars, inside]


def _inside(photo: File, *, negatives: bool) -> Target:
    """The photo itself.

    Args:
        photo: the photo as read.
        negatives: whether a DNG may be opened.

    Raises:
        FormatNotWritable: phototag writes no metadata into files of this format.
        NotAPhoto: the content is not a picture.
        PhotoDamaged: a part of the file is missing.
        MetadataDamaged: its metadata are damaged, or ambiguous.
    """
    named = formats.by_name(photo.label)
    opened = partial(open_container, photo=photo.label, named=named, negatives=negatives)
    return Target(photo, opened, _unhidden(photo, opened(photo.data)))


def _unhidden(photo: File, container: Container) -> Container:
    """The photo with one XMP packet.  If there are two, phototag may have written the first and so hidden the user's.

    Raises:
        MetadataDamaged: both contain data that are not phototag's.
    """
    behind = container.behind
    if behind is None:
        return container
    with refused(photo.label, MetadataDamaged):
        first = drafted(container)
        plan.take_back(first)
        if first.packet.names():
            raise Unclear("it contains two XMP packets, and programs differ in which one they read")
    return behind


def _sidecars(files: Files) -> list[Target]:
    if not files.sidecars:
        return []
    opened = _opener(files.photo)  # reads the photo's orientation only once
    return [Target(one, opened, opened(one.data)) for one in files.sidecars]


def _new_sidecars(files: Files) -> list[Target]:
    photo = files.photo
    with refused(photo.label, MetadataDamaged):
        start = sidecar_template.seed(photo.data)
    opened = _opener(photo, NEW)
    first = 1 + len(files.sidecars)
    missing = (
        File(number, f"new sidecar {number}.xmp", start)
        for number in range(first, first + files.missing)
    )
    return [Target(one, opened, opened(one.data)) for one in missing]


def _opener(photo: File, shape: str = "") -> Callable[[bytes], Container]:
    try:
        inside = _inside(photo, negatives=True).container
        orientation = inside.orientation
    except PhototagError:
        inside, orientation = None, sidecar_template.orientation(photo.data)
    return partial(
        XmpFile,
        start=partial(sidecar_template.seed, photo.data),
        orientation=orientation,
        photo=inside,
        shape=shape,
    )


def drafted(container: Container) -> Draft:
    """The metadata of a photo, in a form that can be changed.

    Raises:
        ValueError: the XMP or the IPTC block cannot be read.
    """
    packet = Packet(container.xmp)
    draft = Draft(
        packet=packet,
        block=None if container.iptc is None else iim.parse(container.iptc),
        takes_iptc=container.holds_iptc,
        orientation=container.orientation,
        beside=isinstance(container, XmpFile),
        ledger=ledger.read(packet),
        before=packet.values(),
        elsewhere=elsewhere.read(container),
    )
    if container.xmp is None:
        draft.remember(xmp=NONE)
    tagged = any(name.uri == PHOTOTAG for name in packet.names())
    if not tagged or container.shape == NEW:
        draft.remember(shape=container.shape)  # later, it would be what phototag has made
    plan.recognise(draft)
    return draft


@contextlib.contextmanager
def refused(photo: str, error_class: type[PhototagError]) -> Iterator[None]:
    """Turn a ValueError into an error of this class with the photo's name."""
    try:
        yield
    except ValueError as error:
        if isinstance(error, PhototagError):
            raise
        remedy = error.remedy if isinstance(error, Unclear) else ""
        raise error_class(photo, " ".join(str(error).split()), remedy) from error
