"""Large pictures of every format reach the nets by the shortest way, with the same pixels as by the long one."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms

from phototag import errors
from phototag.vision import decoding, pixels

SIDE = 16


def noise(width: int, height: int, mode: str = "RGB", seed: int = 0) -> Image.Image:
    """Every pixel another colour: what is averaged in another order or rounded otherwise is seen."""
    layers = {"L": (), "RGB": (3,), "RGBA": (4,)}[mode]
    values = np.random.default_rng(seed).integers(0, 256, (height, width, *layers), np.uint8)
    return Image.fromarray(values)


def encoded(image: Image.Image, form: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    image.save(stream, form, **options)
    return stream.getvalue()


@given(
    st.integers(1, 150), st.integers(1, 150), st.sampled_from(["L", "RGB"]), st.integers(0, 2**32)
)
def test_pillow_halves_as_opencv_does(width: int, height: int, mode: str, seed: int) -> None:
    image = noise(width, height, mode, seed)
    wanted = decoding.halved(np.asarray(image.convert("RGB")), SIDE)
    assert np.array_equal(pixels.of_image(image, b"", SIDE), wanted)


def test_a_transparent_picture_is_put_on_white_before_it_is_halved() -> None:
    image = noise(150, 131, "RGBA")
    wanted = decoding.halved(np.asarray(pixels.on_white(image)), SIDE)
    assert np.array_equal(pixels.of_image(image, b"", SIDE), wanted)


@pytest.mark.parametrize("least", [254, 255])
def test_a_picture_whose_every_pixel_is_opaque_needs_no_page(least: int) -> None:
    image = noise(60, 40)
    image.putalpha(Image.fromarray(np.resize(np.array([255, 255, least], np.uint8), (40, 60))))
    page = Image.new("RGBA", image.size, "white")
    wanted = Image.alpha_composite(page, image).convert("RGB")
    assert pixels.on_white(image).tobytes() == wanted.tobytes()


WEBP: dict[str, dict[str, Any]] = {
    "lossy": {"quality": 80},
    "low quality": {"quality": 5},
    "lossless": {"lossless": True},
    "with a profile": {"icc_profile": ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()},
    "turned": {"exif": b"Exif\0\0MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\6\0\0\0\0\0\0"},
}  # fmt: skip


@pytest.mark.parametrize("kind", WEBP)
def test_opencv_decodes_a_webp_as_pillow_does(
    kind: str, astronaut: Image.Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = encoded(astronaut.resize((401, 303)), "WEBP", **WEBP[kind])
    found = decoding.decode("a.webp", data)
    with Image.open(io.BytesIO(data)) as image:
        assert pixels._by_opencv(image, data) is not None
    monkeypatch.setattr(pixels, "_by_opencv", lambda *_: None)
    by_pillow = decoding.decode("a.webp", data)
    assert np.array_equal(found.rgb, by_pillow.rgb)
    assert found.orientation == by_pillow.orientation == (6 if kind == "turned" else 1)


def test_a_transparent_webp_is_put_on_white() -> None:
    clear = encoded(Image.new("RGBA", (64, 48), (0, 0, 0, 0)), "WEBP", lossless=True)
    assert decoding.decode("a.webp", clear).rgb.min() == 255


def test_of_a_webp_that_moves_the_first_picture_is_seen(astronaut: Image.Image) -> None:
    first = astronaut.resize((100, 80))
    data = encoded(
        first, "WEBP", save_all=True, append_images=[Image.new("RGB", (100, 80))], lossless=True
    )
    assert np.array_equal(decoding.decode("a.webp", data).rgb, np.asarray(first))


@pytest.mark.parametrize("lossless", [False, True])
def test_of_a_damaged_webp_opencv_takes_what_pillow_takes(
    astronaut: Image.Image, monkeypatch: pytest.MonkeyPatch, *, lossless: bool
) -> None:
    data = encoded(astronaut.resize((128, 96)), "WEBP", lossless=lossless)
    broken = [data[:end] for end in range(40, len(data), len(data) // 40)]
    broken += [data[:at] + bytes(40) + data[at + 40 :] for at in range(12, len(data), 97)]
    broken += [data[:at] + b"\xff" * 4 + data[at + 4 :] for at in range(12, 60)]
    found = [outcome(one) for one in broken]
    monkeypatch.setattr(pixels, "_by_opencv", lambda *_: None)
    assert found == [outcome(one) for one in broken]
    assert found.count("PhotoDamaged") >= 40
    assert sum(isinstance(one, bytes) for one in found) > 0


def outcome(data: bytes) -> bytes | str:
    """The pixels, or the name of the error."""
    try:
        return decoding.decode("a.webp", data).rgb.tobytes()
    except errors.PhototagError as error:
        return type(error).__name__
