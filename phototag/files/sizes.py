"""Size limits."""

from __future__ import annotations

from typing import Final

MEGABYTE: Final = 1 << 20
MOST_XMP: Final = (
    16 * MEGABYTE
)  # bytes; the largest written by real programs, with masks in them, are smaller
MOST_PIXELS: Final = 250_000_000  # of a picture, unless the caller allows more
