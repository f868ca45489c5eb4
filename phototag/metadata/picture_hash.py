"""Knowing a picture again whatever was written about it, and whatever the file is called."""

from __future__ import annotations

import hashlib

from phototag.errors import PhototagError
from phototag.files import formats
from phototag.metadata.containers import Rest, open_container


def digest(data: bytes, path: str) -> str:
    """A hash of what is decoded: the stored picture and its orientation, without other metadata.

    Args:
        data: the whole file.
        path: by which negatives are known.

    Returns:
        32 hexadecimal digits. In formats that phototag does not write it is the hash of the whole
        file, metadata and all.
    """
    parts: Rest = (data,)
    try:
        container = open_container(data, path, named=formats.by_name(path))
        parts = (b"%d" % container.orientation, *container.picture())
    except (PhototagError, ValueError):  # nothing that can be taken apart
        pass
    # SHA-256 is the fastest of the standard library's where the processor helps, and most do.
    found = hashlib.sha256()
    for part in parts:
        found.update(len(part).to_bytes(8, "big"))
        found.update(part)
    return found.hexdigest()[:32]
