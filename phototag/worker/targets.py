"""The files with a photo's metadata (the photo itself, its sidecars, or both), and how they are parsed."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from functools import partial

import attrs

from phototag.errors import (
    FormatNotWritable,
    MetadataDamaged,
    NotAPhoto,
    PhotoDamaged,
    PhototagError,
)
from phototag.files import formats, sidecar_names
from phototag.files.replace import Original, read_file
from phototag.metadata import elsewhere, iim, ledger, plan, sidecar_template
from phototag.metadata.containers import Container, XmpFile, open_container
from phototag.metadata.containers.xmp_file import NEW
from phototag.metadata.draft import Draft
from phototag.metadata.ledger import NONE
from phototag.metadata.xmp.packet import Packet
from phototag.options import WriteOptions


@attrs.frozen
class Target:
    """A file with metadata: the photo, or one of its sidecars."""

    original: Original
    opened: Callable[[bytes], Container]
    container: Container


def to_write(photo: Original, options: WriteOptions) -> list[Target]:
    """The files to write.  Sidecars first: they can be made again from the photo; the photo cannot."""
    sidecars = [] if options.sidecar == "never" else _sidecars(photo)
    if options.sidecar == "always":
        return sidecars or _new_sidecars(photo)
    try:
        inside = _inside(photo, negatives=options.sidecar == "never")
    except FormatNotWritable:
        if options.sidecar == "never":
            raise
        return sidecars or _new_sidecars(photo)
    return [*sidecars, inside]


def to_read(photo: Original) -> list[Target]:
    """All files into which phototag may have written."""
    sidecars = _sidecars(photo)
    try:
        return [*sidecars, _inside(photo, negatives=True)]
    except FormatNotWritable:
        return sidecars
    except (PhotoDamaged, NotAPhoto):
        if sidecars:  # sidecars can be read even if the photo cannot
            return sidecars
        raise


def _inside(photo: Original, *, negatives: bool) -> Target:
    """The photo itself.

    Args:
        photo: the photo as read.
        negatives: whether a DNG may be opened.

    Raises:
        FormatNotWritable: phototag writes no metadata into files of this format.
        NotAPhoto: the content is not a picture.
        PhotoDamaged: the file's structure is broken.
    """
    named = formats.by_name(photo.path)
    opened = partial(open_container, photo=photo.photo, named=named, negatives=negatives)
    return Target(photo, opened, _unhidden(photo, opened(photo.data)))


def _unhidden(photo: Original, container: Container) -> Container:
    """The photo with one XMP packet.  If there are two, phototag may have written the first and so hidden the user's.

    Raises:
        MetadataDamaged: both contain data that are not phototag's.
    """
    behind = container.behind
    if behind is None:
        return container
    with refused(photo.photo, MetadataDamaged):
        first = drafted(container)
        plan.take_back(first)
        if first.packet.names():
            raise ValueError(
                "it contains two XMP packets, and programs differ in which one they read"
            )
    return behind


def _sidecars(photo: Original) -> list[Target]:
    names = sidecar_names.existing(photo.path)
    if not names:
        return []
    opened = _opener(photo)  # reads the photo's orientation only once
    originals = [read_file(name) for name in names]
    return [Target(original, opened, opened(original.data)) for original in originals]


def _new_sidecars(photo: Original) -> list[Target]:
    with refused(photo.photo, MetadataDamaged):
        start = sidecar_template.seed(photo.data)
    missing = (
        Original(name, name, start, photo.state, missing=True)
        for name in sidecar_names.new(photo.path)
    )
    opened = _opener(photo, NEW)
    return [Target(original, opened, opened(original.data)) for original in missing]


def _opener(photo: Original, shape: str = "") -> Callable[[bytes], Container]:
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
    if container.shape:
        draft.remember(shape=container.shape)
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
        raise error_class(photo, str(error)) from error
