"""Photo in: every kind of input and every format, with the real decoders."""

from __future__ import annotations

import io
import struct
import types
import zlib
from pathlib import Path
from typing import Any, Self

import numpy as np
import pytest
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from phototag import errors
from phototag.files import opening
from phototag.vision import decoding
from samples import SAMPLES

FORMATS = {"jpg": "JPEG", "png": "PNG", "tif": "TIFF", "webp": "WEBP", "avif": "AVIF",
           "bmp": "BMP", "gif": "GIF"}  # fmt: skip


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def difference(picture: decoding.Picture, image: Image.Image) -> float:
    """Mean distance in 8-bit levels."""
    return float(np.abs(picture.rgb.astype(int) - np.asarray(image.convert("RGB"), int)).mean())


@pytest.mark.parametrize(("suffix", "kind"), FORMATS.items())
def test_a_photo_of_every_format_is_decoded(astronaut: Image.Image, suffix: str, kind: str) -> None:
    picture = decoding.decode(f"a.{suffix}", encoded(astronaut, kind))
    assert (picture.width, picture.height, picture.format) == (512, 512, kind)
    assert difference(picture, astronaut) < 12


def test_heic_is_decoded_or_the_missing_extra_is_named(
    astronaut: Image.Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    heif = pytest.importorskip("pillow_heif", reason="extra heif is not installed")
    data = io.BytesIO()
    heif.from_pillow(astronaut).save(data)
    assert difference(decoding.decode("a.heic", data.getvalue()), astronaut) < 12
    monkeypatch.setattr(decoding, "_register_heif", lambda: False)
    with pytest.raises(errors.FormatNotInstalled, match=r"phototag\[heif\]"):
        decoding.decode("a.heic", data.getvalue())


def test_raw_without_a_raw_picture_is_damaged_and_not_a_crash() -> None:
    pytest.importorskip("rawpy", reason="extra raw is not installed")
    with pytest.raises(errors.PhotoDamaged, match="RAW"):
        decoding.decode("a.nef", b"II*\0" + bytes(200))


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_a_photo_of_every_orientation_is_decoded_upright(
    astronaut: Image.Image, kind: str, orientation: int
) -> None:
    upright = astronaut.crop((0, 0, 512, 320))
    undo = {2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180,
            4: Image.Transpose.FLIP_TOP_BOTTOM, 5: Image.Transpose.TRANSPOSE,
            6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
            8: Image.Transpose.ROTATE_270}  # fmt: skip
    stored = upright.transpose(undo[orientation]) if orientation > 1 else upright
    exif = Image.Exif()
    exif[decoding.ORIENTATION_TAG] = orientation
    options = {"lossless": True} if kind == "WEBP" else {}
    picture = decoding.decode("a", encoded(stored, kind, exif=exif, **options))
    assert (picture.width, picture.height, picture.orientation) == (512, 320, orientation)
    assert difference(picture, upright) < 6


@pytest.mark.parametrize("mode", ["L", "LA", "RGBA", "P", "1", "CMYK", "YCbCr", "I;16", "F", "I"])
def test_a_photo_of_every_colour_mode_is_decoded(astronaut: Image.Image, mode: str) -> None:
    grey = mode in {"L", "LA", "1", "I;16", "F", "I"}
    if mode == "I;16":
        image = Image.fromarray(np.asarray(astronaut.convert("L"), np.uint16) * 257)
    else:
        image = astronaut.convert("L").convert(mode) if grey else astronaut.convert(mode)
    kind = "PNG" if mode in {"LA", "P", "RGBA", "1"} else "TIFF"
    picture = decoding.decode("a", encoded(image, kind))
    wanted = astronaut.convert("L") if grey else astronaut
    assert difference(picture, wanted) < {"1": 120, "P": 15, "CMYK": 8}.get(mode, 3)


def test_transparent_pixels_are_white() -> None:
    clear = Image.new("RGBA", (64, 64), (200, 0, 0, 0))
    assert decoding.decode("a.png", encoded(clear, "PNG")).rgb.min() == 255


def test_the_first_frame_of_an_animation(astronaut: Image.Image) -> None:
    second = Image.new("RGB", astronaut.size, "red")
    data = encoded(astronaut, "GIF", save_all=True, append_images=[second])
    assert difference(decoding.decode("a.gif", data), astronaut) < 12


def test_a_colour_profile_is_no_obstacle(astronaut: Image.Image) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert decoding.decode("a", encoded(astronaut, "JPEG", icc_profile=profile)).width == 512


def test_a_large_jpeg_is_decoded_small_and_keeps_its_size(astronaut: Image.Image) -> None:
    picture = decoding.decode("a.jpg", encoded(astronaut.resize((4000, 4000)), "JPEG"))
    assert (picture.width, picture.height) == (4000, 4000)
    assert picture.rgb.shape == (1000, 1000, 3)


def test_an_array_in_grey_or_with_transparency_is_taken(astronaut: Image.Image) -> None:
    rgb = np.asarray(astronaut)
    assert difference(decoding.from_array("<array>", rgb), astronaut) == 0
    assert (
        difference(decoding.from_array("<array>", rgb[..., 0]), Image.fromarray(rgb[..., 0])) == 0
    )
    clear = np.zeros((40, 40, 4), np.uint8)
    assert decoding.from_array("<array>", clear).rgb.min() == 255


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few kB that says it is this large."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(bytes(100_000)))
    return b"\x89PNG\r\n\x1a\n" + head + body + chunk(b"IEND", b"")


def test_a_bomb_is_refused_before_decoding() -> None:
    with pytest.raises(errors.PhotoTooLarge, match="900 million, the limit is 250 million"):
        decoding.decode("bomb.png", bomb(30000, 30000))


def test_the_pixel_limit_can_be_moved(astronaut: Image.Image) -> None:
    data = encoded(astronaut, "PNG")
    with pytest.raises(errors.PhotoTooLarge, match="512 x 512"):
        decoding.decode("a.png", data, max_pixels=1000)
    with pytest.raises(errors.PhotoDamaged):  # allowed, and then broken: it was not the limit
        decoding.decode("bomb.png", bomb(3000, 3000), max_pixels=10**9)


@pytest.mark.parametrize("size", [(1, 1), (15, 300), (30000, 200)])
def test_a_photo_that_is_too_small_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(errors.PhotoTooSmall, match=f"{size[0]} x {size[1]} px"):
        decoding.decode("a.png", encoded(Image.new("RGB", size), "PNG"))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP", "GIF"])
def test_a_photo_that_is_cut_short_is_refused(astronaut: Image.Image, kind: str) -> None:
    data = encoded(astronaut, kind)
    with pytest.raises(errors.PhotoDamaged, match="damaged"):
        decoding.decode("a", data[: len(data) // 2])


def test_text_is_no_photo() -> None:
    with pytest.raises(errors.NotAPhoto, match="not a picture"):
        decoding.decode("a.jpg", b"Dear diary, today")


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "empty.jpg").touch()
    for name, error in (
        ("missing.jpg", errors.PhotoNotFound),
        ("empty.jpg/inside.jpg", errors.PhotoNotFound),
        (".", errors.PhotoNotReadable),
    ):
        with pytest.raises(error) as caught:
            opening.opened(str(tmp_path / name), name)
        assert caught.value.photo == name


def test_an_empty_file_is_no_photo() -> None:
    with pytest.raises(errors.NotAPhoto, match="empty"):
        decoding.decode("empty.jpg", b"")


def test_real_pictures_without_a_person_decode() -> None:
    for name in ("chelsea.png", "coffee.png", "rocket.jpg", "camera.png"):
        data = (SAMPLES / name).read_bytes()
        assert decoding.decode(name, data).rgb.ndim == 3, name


@pytest.mark.parametrize(
    ("size", "side", "expected"),
    [
        ((1024, 768), 512, (512, 384)),
        ((1024, 683), 512, (512, 341)),  # the odd row is left out
        ((1023, 700), 512, (1023, 700)),
        ((5000, 900), 512, (625, 112)),  # three times
        ((4096, 1), 512, (4096, 1)),
    ],
)
def test_halving_stops_before_the_picture_is_too_small(
    size: tuple[int, int], side: int, expected: tuple[int, int]
) -> None:
    width, height = size
    assert decoding.halved(np.zeros((height, width, 3), np.uint8), side).shape == (
        *expected[::-1],
        3,
    )


@pytest.mark.parametrize("side", [100, 170, 250, 256, 300, 511])
def test_shrinking_in_two_steps_is_shrinking_in_one(astronaut: Image.Image, side: int) -> None:
    """Whatever is halved first, the areas that are averaged are the same but for their edges."""
    shrunk = decoding.shrink(np.asarray(astronaut), side)
    assert shrunk.shape == (side, side, 3)
    once = np.asarray(astronaut.resize((side, side), Image.Resampling.BOX), int)
    assert np.abs(shrunk.astype(int) - once).mean() < 4


class FakeRaw:
    """What rawpy tells of a negative; a real one is too large for a test, and cannot be made."""

    LibRawError = ValueError

    class ThumbFormat:
        JPEG = "jpeg"

    def __init__(self, flip: int, thumb: bytes) -> None:
        self._flip, self._thumb = flip, thumb

    def imread(self, _: object) -> FakeRaw:
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def extract_thumb(self) -> types.SimpleNamespace:
        return types.SimpleNamespace(format="jpeg", data=self._thumb)

    @property
    def sizes(self) -> types.SimpleNamespace:
        return types.SimpleNamespace(flip=self._flip, width=6000, height=4000)


@pytest.mark.parametrize("turned", [False, True], ids=["stored", "turned by the camera"])
def test_a_negative_held_upright(
    astronaut: Image.Image, monkeypatch: pytest.MonkeyPatch, *, turned: bool
) -> None:
    pytest.importorskip("rawpy", reason="extra raw is not installed")
    upright = astronaut.crop((0, 0, 320, 480))
    preview = upright if turned else upright.transpose(Image.Transpose.ROTATE_90)
    fake = FakeRaw(6, encoded(preview, "JPEG"))
    monkeypatch.setattr("importlib.import_module", lambda _: fake)
    picture = decoding.decode("a.nef", b"II*\0" + bytes(200))
    assert (picture.width, picture.height, picture.orientation) == (4000, 6000, 6)
    assert difference(picture, upright) < 6


@pytest.mark.parametrize("place", ["eXIf behind the pixels", "raw profile"])
def test_a_png_may_say_late_or_in_words_how_it_is_turned(
    astronaut: Image.Image, place: str
) -> None:
    upright = astronaut.crop((0, 0, 320, 480))
    stored = upright.transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6
    block = exif.tobytes()
    if place == "raw profile":
        said = PngInfo()
        words = f"\nexif\n{len(block):8}\n{block.hex()}\n"
        said.add_text("Raw profile type exif", words)
        data = encoded(stored, "PNG", pnginfo=said)
    else:
        data = encoded(stored, "PNG")
        chunk = b"eXIf" + block.removeprefix(b"Exif\0\0")
        end = data.index(b"IEND") - 4
        length = struct.pack(">I", len(chunk) - 4)
        data = data[:end] + length + chunk + struct.pack(">I", zlib.crc32(chunk)) + data[end:]
    picture = decoding.decode("a.png", data)
    assert (picture.width, picture.height, picture.orientation) == (320, 480, 6)
    assert difference(picture, upright) < 1
