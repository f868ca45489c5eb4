"""Writes a crop as a new file: full resolution, upright, with the photo's colour profile and metadata."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from phototag.errors import FormatNotWritable, MetadataDamaged, PhotoDamaged, WriteRefused
from phototag.files import formats
from phototag.files.formats import ENCODED, Encoder
from phototag.files.replace import Original, read_file, replace
from phototag.metadata import transfer
from phototag.metadata.containers import open_container
from phototag.metadata.containers.jpeg import Jpeg
from phototag.metadata.orientation import stored, upright
from phototag.scene.geometry import Box
from phototag.vision.decoding import UPRIGHT_FORMATS, opened, orientation_of

if TYPE_CHECKING:
    from PIL.JpegImagePlugin import JpegImageFile

    from phototag.worker.requests import Cut

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
CUT_SECONDS = 30  # less than the time limit of a sealed process


def cut(order: Cut) -> None:
    """Write the new file.

    Raises:
        WriteRefused: the new file already exists, or the crop cannot be made in this way.
        FormatNotWritable: phototag does not write pictures in the target's format.
        PhototagError: the photo cannot be read.
    """
    photo = read_file(order.photo.path)
    if formats.is_raw(photo.path, photo.data):
        raise FormatNotWritable(photo.photo, "raw files cannot be cropped", "develop it first")
    if os.path.lexists(order.target):
        raise WriteRefused(photo.photo, f"{order.target} already exists", "choose another file")
    try:
        new = _made(photo, order)
    except ValueError as error:
        raise MetadataDamaged(photo.photo, str(error), "nothing was written") from error
    target = Original(order.target, order.target, b"", photo.state, missing=True)
    replace(target, new)


def _made(photo: Original, order: Cut) -> bytes:
    """The content of the new file."""
    if order.lightroom:
        return transfer.with_lightroom_crop(photo.data, photo.photo, order.box)
    return _cut_losslessly(photo, order) if order.lossless else _cut_anew(photo, order)


def _cut_anew(photo: Original, order: Cut) -> bytes:
    form = ENCODED.get(formats.suffix_of(order.target))
    if form is None or form.encoder is None:
        raise FormatNotWritable(
            order.target, "pictures cannot be written in this format", f"use {', '.join(ENCODED)}"
        )
    with opened(photo.photo, photo.data) as image:
        try:
            image.load()  # first: in a PNG, the orientation may be after the pixels
            turn = None if image.format in UPRIGHT_FORMATS else TURNS.get(orientation_of(image))
            whole = image if turn is None else image.transpose(turn)
        except Exception as error:  # every decoder has its own exceptions for broken data
            raise PhotoDamaged(photo.photo, f"the picture is damaged ({error})") from error
        wide, high = order.pixels
        sizes = order.box.width * whole.width - wide, order.box.height * whole.height - high
        if max(map(abs, sizes)) > 1:
            raise PhotoDamaged(photo.photo, "the picture no longer has the size that was analysed")
        left, top = round(order.box.x * whole.width), round(order.box.y * whole.height)
        part = whole.crop((left, top, left + wide, top + high))
        options = dict(form.encoder.options)
        if form.encoder.takes_quality:
            options["quality"] = order.quality
        fitted = _in_a_mode_of(form.encoder, part)
        # A colour profile applies to one mode; for another mode, it would be wrong.
        if (profile := image.info.get("icc_profile")) and fitted.mode == part.mode:
            options["icc_profile"] = profile
        if (exif := _exif(photo, image, order.pixels, 1)) is not None:
            options["exif"] = exif
    stream = io.BytesIO()
    try:
        fitted.save(stream, form.decoder, **options)
    except (OSError, ValueError, RuntimeError) as error:
        raise FormatNotWritable(
            photo.photo, f"a {part.mode} picture cannot be written as {form.decoder} ({error})"
        ) from error
    return transfer.carried(
        photo.data,
        photo.photo,
        stream.getvalue(),
        box=order.box,
        orientation=1,
        size=order.pixels,
    )


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
    photo: Original, image: Image.Image, pixels: tuple[int, int], orientation: int
) -> bytes | None:
    """The photo's Exif for the new picture: with this orientation and its size, without the old thumbnail."""
    try:
        return _exif_of(image, pixels, orientation)
    except Exception as error:  # Pillow raises all kinds of exceptions for a tag of the wrong type
        raise MetadataDamaged(photo.photo, f"its Exif cannot be copied ({error})") from error


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


def _cut_losslessly(photo: Original, order: Cut) -> bytes:
    """Copy whole blocks of a JPEG; the stored pixels keep their orientation."""
    program = shutil.which("jpegtran")
    if program is None:
        raise WriteRefused(
            photo.photo, "lossless cropping needs jpegtran", "install the programs of libjpeg-turbo"
        )
    if (
        not photo.data.startswith(b"\xff\xd8")
        or ENCODED.get(formats.suffix_of(order.target)) is not formats.JPEG
    ):
        raise WriteRefused(
            photo.photo,
            "lossless cropping works only from a JPEG to a JPEG",
            "leave out --lossless",
        )
    source = open_container(photo.data, photo.photo)
    assert isinstance(source, Jpeg)
    with opened(photo.photo, photo.data) as image:
        area = _on_the_grid(photo, image, stored(order.box, source.orientation))  # type: ignore[arg-type]
        left, top, wide, high = area
        size = image.size
        exif = _exif(photo, image, (wide, high), source.orientation)
    command = [program, "-copy", "none", "-optimize", "-crop", f"{wide}x{high}+{left}+{top}"]
    try:
        run = subprocess.run(
            command, input=photo.data, capture_output=True, check=False, timeout=CUT_SECONDS
        )
    except subprocess.TimeoutExpired as error:
        raise PhotoDamaged(photo.photo, f"jpegtran took more than {CUT_SECONDS} s") from error
    if run.returncode:
        said = run.stderr.decode(errors="replace").strip()
        raise PhotoDamaged(photo.photo, f"jpegtran failed: {said}")
    cut_out = Jpeg(run.stdout).with_exif_and_profile(exif, source)
    place = Box(left / size[0], top / size[1], wide / size[0], high / size[1])
    return transfer.carried(
        photo.data,
        photo.photo,
        cut_out,
        box=upright(place, source.orientation),
        orientation=source.orientation,
        size=(wide, high),
    )


def _on_the_grid(photo: Original, image: JpegImageFile, box: Box) -> tuple[int, int, int, int]:
    """Left, top, width and height in stored pixels, with the corner moved to the grid of the blocks."""
    width, height = image.size
    wide, high = round(box.width * width), round(box.height * height)
    left, top = round(box.x * width), round(box.y * height)
    across = BLOCK * max(layer[1] for layer in image.layer)
    down = BLOCK * max(layer[2] for layer in image.layer)
    shift = max((left % across) / wide, (top % down) / high)
    if shift > MOST_SHIFT:
        raise WriteRefused(
            photo.photo,
            f"the JPEG blocks would move the crop by {left % across} x {top % down} px",
            "leave out --lossless",
        )
    return left - left % across, top - top % down, wide, high
