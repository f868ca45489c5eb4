"""What a photo says about itself, for those who look at it; unreadable metadata say nothing."""

from __future__ import annotations

import contextlib

import attrs

from phototag.errors import MetadataDamaged, PhototagError
from phototag.metadata.about import About
from phototag.metadata.own_values import described, own_values
from phototag.worker.requests import Preview
from phototag.worker.sealed.targets import Files, Target, drafted, refused, to_read


def about(request: Preview) -> About:
    """The photo's own keywords and rating; those of its sidecar where there is one."""
    try:
        files = Files.of(request)
        targets = _readable(files)
        if not targets:
            with refused(files.photo.label, MetadataDamaged):
                return described(files.photo.data)
    except PhototagError:
        return About()
    for target in targets:
        with contextlib.suppress(PhototagError), refused(target.original.label, MetadataDamaged):
            return own_values(drafted(target.container), target.container.exif)
    return About()


def _readable(files: Files) -> list[Target]:
    """The files with metadata, sidecars first; a damaged sidecar does not hide the photo."""
    try:
        return to_read(files)
    except PhototagError:
        return to_read(attrs.evolve(files, sidecars=()))
