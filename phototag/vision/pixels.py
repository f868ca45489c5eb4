"""Turns what a decoder returns, in any mode, into an array of 8-bit RGB.

Large pictures are halved on the way, before they are copied: an array of 12 MP takes longer to make than to halve.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FULL_SCALE = {"I": (255, 65535), "F": (1, 255)}  # possible values of white in these modes
_HALVED = frozenset({"L", "RGB"})  # Pillow halves pictures of these modes exactly as OpenCV does
_OPAQUE = (255, 255)


def of_image(image: Image.Image, data: bytes, side: int) -> NDArray[Any]:
    """The pixels of a picture of any mode, halved as often as possible with a long side of at least ``side`` px.

    Args:
        image: the picture, decoded or only opened.
        data: the file that it was opened from; empty for none.
        side: px.
    """
    if _is_plain_webp(image):
        pixels = _by_opencv(image, data)
        if pixels is not None:
            return pixels
    image.load()
    if image.mode.startswith("I;16"):
        return of_grey(np.asarray(image) >> 8)
    if image.mode in _FULL_SCALE:
        values = np.asarray(image, np.float32)
        top = float(values.max(initial=0))
        # Integers reach 255 or 65535, fractions 1; with larger values, the largest becomes white.
        full = next((limit for limit in _FULL_SCALE[image.mode] if top <= limit), top)
        return of_grey(np.clip(values * (255 / full), 0, 255))
    if image.has_transparency_data:
        image = on_white(image)
    elif image.mode not in _HALVED:
        image = image.convert("RGB")
    image = _halved(image, side)
    return np.asarray(image if image.mode == "RGB" else image.convert("RGB"))


def of_grey(grey: NDArray[Any]) -> NDArray[Any]:
    """Three equal layers."""
    return np.repeat(grey.astype(np.uint8)[:, :, None], 3, axis=2)


def on_white(image: Image.Image) -> Image.Image:
    """Put a transparent picture on white, as a web page shows it."""
    picture = image.convert("RGBA")
    if picture.getchannel("A").getextrema() == _OPAQUE:
        return picture.convert("RGB")
    page = Image.new("RGBA", picture.size, "white")
    return Image.alpha_composite(page, picture).convert("RGB")


def _halved(image: Image.Image, side: int) -> Image.Image:
    """What ``decoding.halved`` makes of the same pixels."""
    while max(image.size) >= 2 * side and min(image.size) > 1:
        width, height = image.size
        image = image.reduce(2, (0, 0, width // 2 * 2, height // 2 * 2))
    return image


def _is_plain_webp(image: Image.Image) -> bool:
    """Whether it is a WebP without transparency and without movement."""
    return (
        image.format == "WEBP" and image.mode == "RGB" and not getattr(image, "is_animated", False)
    )


def _by_opencv(image: Image.Image, data: bytes) -> NDArray[Any] | None:
    """The same pixels in half the time: Pillow copies each WebP three times, for pictures that move.

    Returns:
        None if OpenCV cannot decode it; Pillow then says what is the matter.
    """
    try:
        pixels = cv2.imdecode(
            np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION
        )
    except cv2.error:
        return None
    # OpenCV's stubs do not say that it returns None for what it cannot decode.
    shape = getattr(pixels, "shape", ())
    return pixels if shape == (*image.size[::-1], 3) else None
