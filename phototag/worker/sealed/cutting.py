"""Makes a crop as a new file: full resolution, upright, with the photo's colour profile and metadata."""

from __future__ import annotations

import contextlib
import io
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from phototag.errors import (
    RESTORE,
    FormatNotWritable,
    MetadataDamaged,
    NotMade,
    PhotoDamaged,
    PhototagError,
)
from phototag.files import formats
from phototag.files.formats import ENCODED, Encoder
from phototag.metadata import transfer
from phototag.metadata.containers import open_container
from phototag.metadata.containers.jpeg import Jpeg
from phototag.metadata.orientation import stored, upright
from phototag.scene.geometry import Box, TurnedBox
from phototag.vision.decoding import UPRIGHT_FORMATS, opened, orientation_of
from phototag.worker.answers import Blocks
from phototag.worker.requests import ONLY_JPEG
from phototag.worker.sealed.targets import File, Files

if TYPE_CHECKING:
    from PIL.JpegImagePlugin import JpegImageFile

    from phototag.worker.requests import Cut, FinishBlocks, MeasureBlocks

MOST_SHIFT = 0.02  # most shift of a crop to the grid of a JPEG, as a part of its side
BLOCK = 8  # px
ORIENTATION = 0x0112  # Exif tags
EXIF_IFD, WIDTH, HEIGHT = 0x8769, 0xA002, 0xA003
# Tags of a TIFF that are not Exif data: the layout of its pixels, and blocks that are copied separately.
STRUCTURE = {
    *range(254, 260), 262, 266, 273, *range(277, 280), 284, 292, 293, 317, 320, *range(322, 326),
    330, 338, 339, 347, 700, 33723, 34377, 34675,
}  # fmt: skip
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM, 5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE, 8: Image.Transpose.ROTATE_90,
}  # fmt: skip


def cut(order: Cut) -> bytes:
    """The new file, encoded anew, or a copy with a crop that Lightroom applies.

    Raises:
        FormatNotWritable: phototag does not write pictures in the target's format.
        PhototagError: the photo cannot be read.
    """
    photo = _photo(order)
    with _metadata_errors(photo):
        if order.lightroom:
            return transfer.with_lightroom_crop(photo.data, photo.label, order.box)
        return _cut_anew(photo, order)


def _photo(order: Cut | MeasureBlocks | FinishBlocks) -> File:
    photo = Files.of(order).photo
    if formats.is_raw(photo.label, photo.data):
        raise FormatNotWritable(photo.label, "raw files cannot be cropped", "develop it first")
    return photo


@contextlib.contextmanager
def _metadata_errors(photo: File) -> Iterator[None]:
    try:
        yield
    except PhototagError:
        raise
    except ValueError as error:
        raise MetadataDamaged(
            photo.label, str(error), "mend its metadata with exiftool, and try again"
        ) from error


def _cut_anew(photo: File, order: Cut) -> bytes:
    form = ENCODED[order.suffix]
    assert form.encoder is not None
    with opened(photo.label, photo.data) as image:
        try:
            image.load()  # first: in a PNG, the orientation may be after the pixels
            turn = None if image.format in UPRIGHT_FORMATS else TURNS.get(orientation_of(image))
            whole = image if turn is None else image.transpose(turn)
        except Exception as error:  # every decoder has its own exceptions for broken data
            problem = f"the picture is damaged ({error})"
            raise PhotoDamaged(photo.label, problem, RESTORE) from error
        wide, high = order.pixels
        sizes = order.box.width * whole.width - wide, order.box.height * whole.height - high
        if max(map(abs, sizes)) > 1:
            problem = "the picture no longer has the size that was analysed"
            raise PhotoDamaged(photo.label, problem, "try again: it is then analysed anew")
        part = _part(whole, order)
        size = order.size or order.pixels
        options = dict(form.encoder.options)
        if form.encoder.takes_quality:
            options["quality"] = order.quality
        fitted = _in_a_mode_of(form.encoder, part)
        # A colour profile applies to one mode; for another mode, it would be wrong. Without a word, Pillow takes it along.
        profile = image.info.get("icc_profile")
        options["icc_profile"] = profile if fitted.mode == part.mode else None
        if (exif := _exif(photo, image, size, 1)) is not None:
            options["exif"] = exif
    stream = io.BytesIO()
    try:
        fitted.save(stream, form.decoder, **options)
    except (OSError, ValueError, RuntimeError) as error:
        raise FormatNotWritable(
            photo.label,
            f"a {part.mode} picture cannot be written as {form.decoder} ({error})",
            "choose a name that ends in .png or .tif for the new file",
        ) from error
    return transfer.carried(
        photo.data,
        photo.label,
        stream.getvalue(),
        box=TurnedBox(order.box, order.angle, whole.width / whole.height)
        if order.angle
        else order.box,
        orientation=1,
        size=size,
    )


def _part(whole: Image.Image, order: Cut) -> Image.Image:
    """What is cut out of the upright photo, turned and in its new size if that was asked for."""
    wide, high = order.pixels
    left, top = round(order.box.x * whole.width), round(order.box.y * whole.height)
    box = (left, top, left + wide, top + high)
    if not order.angle and order.size in {None, order.pixels}:
        return whole.crop(box)
    # Colours of a palette and single bits have nothing between them.
    if whole.mode in {"P", "PA", "1"}:
        whole = whole.convert("RGBA" if whole.has_transparency_data else "RGB")
    sixteen = whole.mode.startswith("I;16")
    if sixteen:
        whole = Image.fromarray(np.asarray(whole).astype(np.float32))
    if order.angle:
        turn = math.radians(order.angle)
        cos, sin = math.cos(turn), math.sin(turn)
        x, y = left - whole.width / 2, top - whole.height / 2
        # Where a pixel of the crop is in the photo, which is not turned yet.
        across = (cos, sin, cos * x + sin * y + whole.width / 2)
        down = (-sin, cos, cos * y - sin * x + whole.height / 2)
        part = whole.transform(
            (wide, high), Image.Transform.AFFINE, (*across, *down), Image.Resampling.BICUBIC
        )
    else:
        part = whole.crop(box)
    if order.size is not None and order.size != order.pixels:
        part = part.resize(order.size, Image.Resampling.LANCZOS)
    if sixteen:
        part = Image.fromarray(np.asarray(part).round().clip(0, 2**16 - 1).astype(np.uint16))
    return part


def _in_a_mode_of(encoder: Encoder, part: Image.Image) -> Image.Image:
    """Convert the picture to a mode that the format supports."""
    if part.mode in encoder.modes:
        return part
    if part.mode.startswith("I;16"):
        eight = np.asarray(part).astype(np.uint16) >> 8
        part = Image.fromarray(eight.astype(np.uint8))
        return part if part.mode in encoder.modes else part.convert("RGB")
    return part.convert("RGBA" if part.has_transparency_data and "RGBA" in encoder.modes else "RGB")


def _exif(
    photo: File, image: Image.Image, pixels: tuple[int, int], orientation: int
) -> bytes | None:
    """The photo's Exif for the new picture: with this orientation and its size, without the old thumbnail."""
    try:
        return _exif_of(image, pixels, orientation)
    except Exception as error:  # Pillow raises all kinds of exceptions for a tag of the wrong type
        problem = f"its Exif cannot be copied ({error})"
        raise MetadataDamaged(
            photo.label, problem, "mend its Exif with exiftool, and try again"
        ) from error


def _exif_of(image: Image.Image, pixels: tuple[int, int], orientation: int) -> bytes | None:
    exif = image.getexif()
    if not exif:
        return None
    for tag in STRUCTURE & set(exif):
        del exif[tag]
    exif[ORIENTATION] = orientation
    if EXIF_IFD in exif:  # access would create an empty one
        inner = exif.get_ifd(EXIF_IFD)
        for tag, value in zip((WIDTH, HEIGHT), pixels, strict=True):
            if tag in inner:
                inner[tag] = value
    return exif.tobytes()  # Pillow omits the second directory: the thumbnail and its tags


# --------------------------------------------------------------------------- without loss


def measure_blocks(order: MeasureBlocks) -> Blocks:
    """The whole blocks of a JPEG that make a crop; the stored pixels keep their orientation.

    Raises:
        NotMade: it is not a JPEG, or the blocks would move the crop too far.
        PhototagError: the photo cannot be read.
    """
    photo = _photo(order)
    if not photo.data.startswith(b"\xff\xd8"):
        raise NotMade(photo.label, *ONLY_JPEG)
    with _metadata_errors(photo), opened(photo.label, photo.data) as image:
        source = open_container(photo.data, photo.label)
        return _on_the_grid(photo, image, stored(order.box, source.orientation))  # type: ignore[arg-type]


def finish_blocks(order: FinishBlocks) -> bytes:
    """The new file: the part of the picture, with the profile and the metadata of the whole.

    Raises:
        PhototagError: the photo cannot be read.
    """
    photo, blocks = _photo(order), order.blocks
    part = order.files[1].read()
    with _metadata_errors(photo):
        source = open_container(photo.data, photo.label)
        assert isinstance(source, Jpeg)
        pixels = blocks.width, blocks.height
        with opened(photo.label, photo.data) as image:
            wide, high = image.size
            exif = _exif(photo, image, pixels, source.orientation)
        cut_out = Jpeg(part).with_exif_and_profile(exif, source)
        place = Box(blocks.left / wide, blocks.top / high, pixels[0] / wide, pixels[1] / high)
        return transfer.carried(
            photo.data,
            photo.label,
            cut_out,
            box=upright(place, source.orientation),
            orientation=source.orientation,
            size=pixels,
        )


def _on_the_grid(photo: File, image: JpegImageFile, box: Box) -> Blocks:
    """The part of the stored picture, with its corner moved to the grid of the blocks."""
    width, height = image.size
    wide, high = round(box.width * width), round(box.height * height)
    left, top = round(box.x * width), round(box.y * height)
    across = BLOCK * max(layer[1] for layer in image.layer)
    down = BLOCK * max(layer[2] for layer in image.layer)
    shift = max((left % across) / wide, (top % down) / high)
    if shift > MOST_SHIFT:
        raise NotMade(
            photo.label,
            f"the JPEG blocks would move the crop by {left % across} x {top % down} px",
            "leave out --lossless",
        )
    return Blocks(left=left - left % across, top=top - top % down, width=wide, height=high)
