"""How much memory the decoding of a picture takes, and how much it may take."""

from __future__ import annotations

import contextlib
import math
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

from phototag.files.sizes import MEGABYTE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL.Image import Image

# Measured at 100 MP: 5 to 8 bytes for a colour picture, 12 for one with transparency.
_BYTES_A_PIXEL: Final = 12
# libjpeg keeps the coefficients of a progressive JPEG, of whatever size it is then decoded.
_BYTES_A_COEFFICIENT_PIXEL: Final = 3

_allotted: ContextVar[float] = ContextVar("allotted", default=math.inf)  # MB


class NeedsMemory(MemoryError):
    """A picture needs more memory than is allotted to it; nothing has been decoded.

    Args:
        megabytes: how much it needs.
    """

    def __init__(self, megabytes: float) -> None:
        super().__init__(megabytes)
        self.megabytes = megabytes


@contextlib.contextmanager
def allotted(megabytes: float | None) -> Iterator[None]:
    """Pictures that are decoded within may take only so much memory; None = any amount."""
    before = _allotted.set(math.inf if megabytes is None else megabytes)
    try:
        yield
    finally:
        _allotted.reset(before)


def require(image: Image, stored: tuple[int, int]) -> None:
    """Refuse a picture that takes more than is allotted.

    Args:
        image: the opened picture, with the size at which it will be decoded.
        stored: its width and height in the file.

    Raises:
        NeedsMemory: it takes more.
    """
    needed = math.prod(image.size) * _BYTES_A_PIXEL
    if image.info.get("progressive"):
        needed += math.prod(stored) * _BYTES_A_COEFFICIENT_PIXEL
    if needed > _allotted.get() * MEGABYTE:
        raise NeedsMemory(needed / MEGABYTE)
