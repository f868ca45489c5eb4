"""Recognises a picture even if its metadata or its file name have changed."""

from __future__ import annotations

import hashlib

from phototag.errors import PhototagError
from phototag.files import formats
from phototag.metadata.containers import Rest, open_container


def digest(data: bytes, path: str) -> str:
    """A hash of the picture as decoded: the stored pixels and their orientation, without other metadata.

    Args:
        data: the whole file.
        path: the file's path, by which negatives are recognised.

    Returns:
        32 hexadecimal digits. For formats that phototag does not write, it is the hash of the whole file,
        including metadata.
    """
    parts: Rest = (data,)
    try:
        container = open_container(data, path, named=formats.by_name(path))
        parts = (b"%d" % container.orientation, *container.picture())
    except (PhototagError, ValueError):  # it cannot be parsed
        pass
    # SHA-256 is the fastest hash of the standard library on processors with support for it, and most have it.
    found = hashlib.sha256()
    for part in parts:
        found.update(len(part).to_bytes(8, "big"))
        found.update(part)
    return found.hexdigest()[:32]
