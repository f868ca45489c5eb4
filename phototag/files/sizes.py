"""Sizes beyond which something is refused."""

from __future__ import annotations

from typing import Final

MEGABYTE: Final = 1 << 20
MOST_XMP: Final = (
    16 * MEGABYTE
)  # bytes; the largest of real programs, with masks in them, stay below
MOST_PIXELS: Final = 250_000_000  # of a picture, unless the caller allows more
