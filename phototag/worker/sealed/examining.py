"""Examines a photo for ``phototag check``: its picture, its metadata, and whether phototag's part can be removed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

import attrs

from phototag.errors import MetadataDamaged, PhototagError
from phototag.metadata import plan
from phototag.metadata.audit import audit, is_old
from phototag.metadata.picture_hash import digest
from phototag.options import WriteOptions
from phototag.vision import decoding
from phototag.worker.answers import Audited, Examination, Failure
from phototag.worker.requests import Examine, Remove
from phototag.worker.sealed import preparing
from phototag.worker.sealed.targets import Files, Target, drafted, refused, to_read

if TYPE_CHECKING:
    from collections.abc import Callable


def examine(request: Examine) -> Examination:
    """Examine a photo and its sidecars; what fails is part of the answer."""
    files = Files.of(request)
    photo = files.photo
    picture = digest(photo.data, photo.label)
    undecoded = None
    if picture not in request.known:  # a picture that has been analysed could be decoded
        decode = partial(decoding.decode, photo.label, photo.data, request.max_pixels)
        undecoded = _failure(decode)
    metadata = tuple(_audited(files))
    unremovable = None
    if any(found.audit is not None and found.audit.record for found in metadata):
        unremovable = _failure(partial(_try_to_remove, request))
    return Examination(
        picture=picture, undecoded=undecoded, metadata=metadata, unremovable=unremovable
    )


def _failure(work: Callable[[], object]) -> Failure | None:
    try:
        work()
    except PhototagError as error:
        return Failure.of(error)
    return None


def _try_to_remove(request: Examine) -> None:
    prepared = preparing.remove(Remove(files=request.files, options=WriteOptions()))
    for content in prepared.contents:
        content.close()


def _audited(files: Files) -> Iterator[Audited]:
    """The photo and its sidecars, each for itself: damage to one does not hide the others."""
    try:
        inside = to_read(attrs.evolve(files, sidecars=()))
    except PhototagError as error:
        inside = []
        yield Audited(number=files.photo.number, failure=Failure.of(error))
    beside = to_read(files)[: len(files.sidecars)] if files.sidecars else []
    for target in (*inside, *beside):
        try:
            yield _of_file(target)
        except PhototagError as error:
            yield Audited(number=target.original.number, failure=Failure.of(error))


def _of_file(target: Target) -> Audited:
    container = target.container
    with refused(target.original.label, MetadataDamaged):
        draft, without = drafted(container), drafted(container)
        found = audit(draft)
        if found.record is not None:
            plan.take_back(without)
            found = attrs.evolve(found, old_digest=is_old(container.iptc_digest, draft, without))
    return Audited(number=target.original.number, audit=found)
