"""Where photos and folders are, as paths without links."""

from __future__ import annotations

import os


def below(path: str, folder: str) -> str | None:
    """A path relative to a folder, empty for the folder itself; None if it is not in it."""
    if path == folder:
        return ""
    start = folder.rstrip(os.sep) + os.sep
    return path[len(start) :] if path.startswith(start) else None


def overlap(one: str, other: str) -> bool:
    """Whether one of two folders is the other, or in it."""
    return below(one, other) is not None or below(other, one) is not None
