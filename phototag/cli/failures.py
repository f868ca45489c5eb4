"""What of a run's failures is told: each once where that is enough."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from phototag.errors import printable_name

if TYPE_CHECKING:
    from phototag.errors import PhototagError

LISTED: Final = 50  # failures that the summary repeats
IN_SIGHT: Final = 20  # lines above the last one; the smallest usual terminal has 24


def failure(photo: str, error: PhototagError) -> str:
    """The error of a photo, in one line."""
    return f"{printable_name(photo)}: {error.message}"
