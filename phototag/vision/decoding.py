"""Decodes a file's bytes or an array into the upright 8-bit RGB picture that is measured.

The header is read before anything is decoded, so a decompression bomb is refused after a few bytes.  A large JPEG is
decoded at 1/2, 1/4 or 1/8 in the DCT domain, and the Exif orientation is applied to the small picture.  Pillow does
the decoding: it is as fast as OpenCV on a reduced JPEG (17 ms at 12 MP), reads every format that phototag accepts,
and reports a truncated file instead of filling the rest with grey.  A preview or thumbnail may show something else
than the picture; only of a camera's negative is the preview decoded.
"""

from __future__ import annotations

import importlib
import importlib.util
import io
from typing import TYPE_CHECKING, Any, Final

import attrs
import cv2
import numpy as np
from PIL import Image, TiffImagePlugin, UnidentifiedImageError

from phototag import errors, installing
from phototag.files import formats
from phototag.files.sizes import MOST_PIXELS
from phototag.vision import allotment, clean_aperture, pixels

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    # OpenCV's stubs promise only "some array"; these names say what it holds.
    RGB = NDArray[Any]  # H x W x 3, uint8

WORK_SIDE = 1024  # px, long side of the seen picture
DECODE_SIDE = 960  # px, least long side after a reduced decode: 4000 px wide photos decode at 1/4
LEAST_SIDE = 16  # px, least short side of the seen picture; no face is found in smaller ones

# The formats that Pillow may open, recognised by content and not by file name. By default Pillow tries every format
# it knows and, for PostScript, starts Ghostscript. Its JPEG includes MPO.
_MOST_BRANDS: Final = 1024  # bytes; files have about ten brands of four bytes
HEIF: Final = "HEIF"  # decoded by an optional package, which is loaded for such files only
FORMATS: Final = tuple(
    form.decoder for form in formats.FORMATS if form.decoder and form.decoder != HEIF
)
ORIENTATION_TAG = 0x0112
_BITS, _PLANES, _APART = (
    258,
    284,
    2,
)  # bits of a sample; where the colours are: together (1) or apart
DNG_VERSION_TAG = 0xC612
# Pillow's decoders for these formats already turn the picture upright.
UPRIGHT_FORMATS = {form.decoder for form in formats.FORMATS if form.upright}
# Other decoders would not reduce the picture but show another one, which no rule says to be the same: pillow_heif
# takes a thumbnail of the right size for the picture.
_SCALED_BY_DECODER: Final = frozenset({"JPEG", "MPO"})
RGBA = (4,)
ORIENTATIONS = range(1, 9)
RAW_FLIP = {0: 1, 3: 3, 5: 8, 6: 6}  # LibRaw's flip -> Exif orientation
_ANOTHER_FORMAT: Final = "save it as JPEG, PNG or TIFF"
_TRANSPOSED = frozenset({5, 6, 7, 8})


@attrs.frozen(eq=False)
class Picture:
    """A decoded picture.

    Attributes:
        rgb: H x W x 3, uint8, upright, long side at most ``WORK_SIDE``.
        width, height: size of the upright picture at full resolution, px.
        orientation: Exif orientation of the stored pixels, 1..8.
        format: ``JPEG`` ... or ``array``.
    """

    rgb: RGB
    width: int
    height: int
    orientation: int
    format: str


def decode(name: str, data: bytes, max_pixels: int = MOST_PIXELS) -> Picture:
    """The picture in a file's bytes.

    Args:
        name: the path, or a placeholder such as ``<bytes>``; used in errors and to recognise a RAW file.
        data: the whole file.
        max_pixels: pictures with more pixels are refused before decoding.

    Raises:
        NotAPhoto, PhotoDamaged, PhotoTooLarge, PhotoTooSmall, FormatNotInstalled.
    """
    if not data:
        raise errors.NotAPhoto(name, "the file is empty", errors.RESTORE)
    if formats.is_raw(name, data):
        return _decode_raw(name, data, max_pixels)
    with opened(name, data) as image:
        if image.format == "TIFF" and DNG_VERSION_TAG in getattr(image, "tag_v2", ()):
            return _decode_raw(name, data, max_pixels)
        return _finish(name, image, data, max_pixels)


def from_array(name: str, array: NDArray[Any], max_pixels: int = MOST_PIXELS) -> Picture:
    """The picture in an H x W x 3 (RGB), H x W x 4 (RGBA) or H x W (grey) array of uint8."""
    height, width = array.shape[:2]
    _check_size(name, width, height, max_pixels)
    layers = array.shape[2:]
    if not layers:
        array = pixels.of_grey(array)
    elif layers == RGBA:
        array = pixels.of_image(Image.fromarray(array), b"", WORK_SIDE)
    return Picture(shrink(np.ascontiguousarray(array), WORK_SIDE), width, height, 1, "array")


def opened(name: str, data: bytes) -> Image.Image:
    """Open the picture, reading its header only; its format is one of ``FORMATS``, or HEIF.

    Raises:
        NotAPhoto: it has none of these formats.
        PhotoDamaged: it begins like one of these, but its header cannot be read.
        FormatNotInstalled: it is HEIF, and the package that decodes HEIF is missing.
    """
    Image.MAX_IMAGE_PIXELS = None  # phototag checks its own limit, the same one on every path
    heif = _is_heif(data)
    if heif and not _register_heif():
        raise errors.FormatNotInstalled(
            name, "an extra package is needed to read HEIC", installing.adding("heif")
        )
    try:
        image = _opened(data, [HEIF] if heif else FORMATS)
    except UnidentifiedImageError as error:
        raise errors.NotAPhoto(
            name, "this is not a picture in a format that phototag can read", _ANOTHER_FORMAT
        ) from error
    except Exception as error:  # plug-ins raise all kinds of exceptions for a broken header
        raise errors.PhotoDamaged(
            name, f"the header is damaged ({error})", errors.RESTORE
        ) from error
    if image.format == "TIFF" and image.mode == "LA" and _in_planes(image):
        raise errors.NotAPhoto(
            name, "a TIFF with grey and opacity in separate planes cannot be read", _ANOTHER_FORMAT
        )
    if image.format == "AVIF" and clean_aperture.is_cut(data):
        raise errors.NotAPhoto(
            name,
            "an AVIF that shows only a part of its picture (clean aperture) cannot be read",
            _ANOTHER_FORMAT,
        )
    return image


def _opened(data: bytes, allowed: list[str] | tuple[str, ...]) -> Image.Image:
    """Open a picture.  Of TIFFs without compression, Pillow reads some only with libtiff, and some wrongly without."""
    try:
        image = Image.open(io.BytesIO(data), formats=allowed)
    except UnidentifiedImageError:
        if not data.startswith((b"II*\0", b"MM\0*")):
            raise
    else:
        deep = image.format == "TIFF" and max(getattr(image, "tag_v2", {}).get(_BITS, (8,))) > 8  # noqa: PLR2004 - bits
        if not (deep and _in_planes(image)):
            return image
        image.close()
    before = TiffImagePlugin.READ_LIBTIFF
    TiffImagePlugin.READ_LIBTIFF = True
    try:
        return Image.open(io.BytesIO(data), formats=allowed)
    finally:
        TiffImagePlugin.READ_LIBTIFF = before


def _in_planes(image: Image.Image) -> bool:
    """Whether a TIFF stores each colour for itself."""
    planes: bool = getattr(image, "tag_v2", {}).get(_PLANES, 1) == _APART
    return planes


def _finish(
    name: str, image: Image.Image, data: bytes, max_pixels: int, orientation: int = 0
) -> Picture:
    width, height = image.size
    _check_size(name, width, height, max_pixels)
    try:
        given, orientation = orientation, orientation or orientation_of(image)
        factor = DECODE_SIDE / max(width, height)
        if factor < 1 and image.format in _SCALED_BY_DECODER:
            image.draft(image.mode, (max(1, int(width * factor)), max(1, int(height * factor))))
        allotment.require(image, (width, height))
        stored = shrink(pixels.of_image(image, data, WORK_SIDE), WORK_SIDE)
        if not given and image.format == "PNG":  # the orientation may be stored after the pixels
            orientation = orientation_of(image)
        upright = image.format in UPRIGHT_FORMATS
        rgb = _upright(stored, 1 if upright else orientation)
    except MemoryError:
        raise
    except Exception as error:  # every decoder has its own exceptions for broken data
        raise errors.PhotoDamaged(
            name, f"the picture is damaged ({error})", errors.RESTORE
        ) from error
    if orientation in _TRANSPOSED and not upright:
        width, height = height, width
    return Picture(rgb, width, height, orientation, image.format or "picture")


def _check_size(name: str, width: int, height: int, max_pixels: int) -> None:
    if width * height > max_pixels:
        raise errors.PhotoTooLarge(
            name,
            f"{width} x {height} px are {width * height / 1e6:.0f} million, "
            f"the limit is {max_pixels / 1e6:.0f} million",
            "raise the limit with --max-pixels or Limits(pixels=...)",
        )
    short = min(width, height) * min(1.0, WORK_SIDE / max(1, width, height))
    if short < LEAST_SIDE:
        raise errors.PhotoTooSmall(
            name,
            f"{width} x {height} px is too small or too narrow to be analysed",
            "use a larger version of the picture",
        )


def orientation_of(image: Image.Image) -> int:
    """The Exif orientation of the stored pixels, 1..8.

    Only Exif counts: Pillow would also read it from XMP, which hardly any other program does.
    """
    try:
        exif = Image.Exif()
        block = image.info.get("exif") or _raw_profile(image.info)
        if block:
            exif.load(block)
        value = (exif if block else getattr(image, "tag_v2", {})).get(ORIENTATION_TAG, 1)
    except Exception:  # noqa: BLE001 - a broken Exif block is not a reason to refuse the picture
        return 1
    return value if value in ORIENTATIONS else 1


def _raw_profile(info: Mapping[Any, Any]) -> bytes | None:
    """The Exif block that ImageMagick writes into a PNG: a line feed, its name, its length, hexadecimal."""
    for name in ("exif", "APP1"):
        text = info.get(f"Raw profile type {name}")
        if text:
            return bytes.fromhex("".join(str(text).split()[2:]))
    return None


def shrink(rgb: RGB, side: int) -> RGB:
    """The picture with its long side at most ``side`` px."""
    rgb = halved(rgb, side)
    height, width = rgb.shape[:2]
    scale = side / max(height, width)
    if scale >= 1:
        return rgb
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)


def halved(rgb: RGB, side: int) -> RGB:
    """Halve the picture as often as possible with a long side of at least ``side`` px.

    INTER_AREA is ten times as fast at halving as at any other factor. An odd last row or column is left out: with it,
    the factor would not be exactly 2.
    """
    height, width = rgb.shape[:2]
    while max(height, width) >= 2 * side and min(height, width) > 1:
        height, width = height // 2, width // 2
        even = rgb[: 2 * height, : 2 * width]
        rgb = cv2.resize(even, (width, height), interpolation=cv2.INTER_AREA)
    return rgb


def webp(rgb: RGB, side: int, quality: int) -> bytes:
    """A WebP file of the picture with its long side at most ``side`` px."""
    target = io.BytesIO()
    Image.fromarray(shrink(rgb, side)).save(target, "WEBP", quality=quality)
    return target.getvalue()


def _upright(rgb: RGB, orientation: int) -> RGB:
    """Apply an Exif orientation."""
    if orientation in _TRANSPOSED:
        rgb = cv2.transpose(rgb)
    flip = {2: 1, 3: -1, 4: 0, 6: 1, 7: -1, 8: 0}.get(orientation)
    return np.ascontiguousarray(rgb if flip is None else cv2.flip(rgb, flip))


# --------------------------------------------------------------------------- optional formats


def _is_heif(data: bytes) -> bool:
    found = formats.by_content(data)
    if found is None or found.decoder != HEIF:
        return False
    # An AVIF file may begin like a HEIF file; only the list of compatible brands then tells them apart.
    end = min(int.from_bytes(data[:4], "big"), _MOST_BRANDS)
    brands = {data[at : at + 4] for at in range(16, end, 4)}
    return not brands & {b"avif", b"avis"}


def _register_heif() -> bool:
    if importlib.util.find_spec("pillow_heif") is None:
        return False
    importlib.import_module("pillow_heif").register_heif_opener()
    return True


def _decode_raw(name: str, data: bytes, max_pixels: int) -> Picture:
    """The preview that the camera stored in a RAW file, with the size of the RAW picture."""
    if importlib.util.find_spec("rawpy") is None:
        raise errors.FormatNotInstalled(
            name, "an extra package is needed to read camera RAW", installing.adding("raw")
        )
    rawpy = importlib.import_module("rawpy")
    try:
        with rawpy.imread(io.BytesIO(data)) as raw:
            thumb = raw.extract_thumb()
            orientation = to_turn = RAW_FLIP.get(raw.sizes.flip, 1)
            size = (raw.sizes.width, raw.sizes.height)
    except (rawpy.LibRawNoThumbnailError, rawpy.LibRawUnsupportedThumbnailError) as error:
        raise errors.NotAPhoto(
            name, "this RAW file has no preview that can be read", "develop it first"
        ) from error
    except rawpy.LibRawError as error:
        reason = " ".join(
            part.decode() if isinstance(part, bytes) else str(part) for part in error.args
        )
        raise errors.PhotoDamaged(
            name, f"no preview can be read from this RAW file ({reason})", "develop it first"
        ) from error
    if thumb.format == rawpy.ThumbFormat.JPEG:
        preview, data = opened(name, thumb.data), thumb.data
        # Some cameras store the preview already turned upright.
        if (preview.width > preview.height) != (size[0] > size[1]):
            to_turn = 1
    else:
        preview, data = Image.fromarray(thumb.data), b""
    with preview:
        picture = _finish(name, preview, data, max_pixels, to_turn)
    width, height = size[::-1] if orientation in _TRANSPOSED else size
    return attrs.evolve(picture, width=width, height=height, orientation=orientation, format="RAW")
