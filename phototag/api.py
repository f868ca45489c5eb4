"""The functions of ``import phototag``, which all use the same warm sealed process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phototag import analyzer
from phototag.analysis.result import Analysis
from phototag.files import StrPath
from phototag.files.keyword_arguments import takes
from phototag.metadata.change import Change
from phototag.options import ChangeOptions, TagOptions
from phototag.outcome import Done

if TYPE_CHECKING:
    from phototag.crops import Crop
    from phototag.crops.size import Size
    from phototag.metadata.record import Record
    from phototag.worker.source import ImageInput


def analyze(image: ImageInput, *, bgr: bool = False) -> Analysis:
    """Tell a headshot from a portrait by eleven criteria.

    Args:
        image: a path, a file's bytes, a file opened in binary mode, an array of uint8 (H x W x 3 RGB, H x W x 4 with
            opacity, or H x W grey), or a Pillow image.
        bgr: the image is an array whose colours are in the order of OpenCV: blue, green, red.

    Returns:
        The typed result; ``print(result.explain())`` prints it in words.

    Raises:
        PhototagError: a subclass of it, with the photo, the problem and the remedy.

    Warns:
        LikelyBGR: the face in an array is bluer than it is red, as if ``bgr`` were missing.
    """
    return analyzer.default().analyze(image, bgr=bgr)


@takes(TagOptions)
def write(photo: StrPath, result: Analysis, options: TagOptions) -> Change:
    """Write keywords, scene codes, crop suggestions and their ledger into a photo.

    Existing metadata stay: keywords are merged, and only what phototag wrote earlier is replaced. The file is
    replaced in one atomic step, or not at all; if nothing is new, not a byte changes. Photos in formats that
    phototag does not write get an XMP sidecar.

    Args:
        photo: path of a photo.
        result: the photo's result of ``analyze``.
        options: see ``TagOptions``; each is a keyword argument.

    Raises:
        PhototagError: the file was left unchanged (``WriteRefused``, ``FormatNotWritable`` ...).
    """
    return analyzer.default().write(photo, result, options)


@takes(TagOptions)
def tag(photo: StrPath, options: TagOptions) -> Done:
    """Analyse a photo and write the result into it; options and errors are those of ``write``."""
    return analyzer.default().tag(photo, options)


def read(photo: StrPath) -> Record | None:
    """Read what phototag wrote into a photo, without analysing it again; None if nothing."""
    return analyzer.default().read(photo)


@takes(ChangeOptions)
def remove(photo: StrPath, options: ChangeOptions) -> Change:
    """Remove exactly what phototag wrote into a photo and its sidecars.

    Args:
        photo: path of the photo.
        options: see ``ChangeOptions``; each is a keyword argument.
    """
    return analyzer.default().remove(photo, options)


def crop(
    photo: StrPath,
    profile: str,
    out: StrPath | None = None,
    *,
    quality: int = 95,
    lossless: bool = False,
    lightroom: bool = False,
    level: bool = False,
    size: Size | tuple[int, int] | str | None = None,
    enlarge: bool = False,
) -> tuple[str, Crop]:
    """Write the crop for a profile as a new file: full resolution, upright, never over an existing file.

    Colour profile, Exif, XMP and IPTC are copied, and regions of other programs are converted to the new
    frame; the thumbnail and what phototag wrote about the whole photo are left out.

    Args:
        photo: path of the photo.
        profile: name of the crop profile, ``casting_8x10``.
        out: path of the new file; None = ``NAME.PROFILE.jpg`` next to the photo.
        quality: 1..100 for JPEG and WebP.
        lossless: cut a JPEG without encoding it again (needs ``jpegtran``); the corner moves to the block
            grid.
        lightroom: copy the whole photo, with a crop setting that Lightroom and Camera Raw apply.
        level: turn the photo so that a head tilted by more than 3 degrees is upright; the crop's box is then in
            fractions of the photo turned around its middle.
        size: exact width and height of the new file, as ``"600x600"`` or a tuple; a larger crop is reduced.
        enlarge: also enlarge a crop that is smaller than ``size``.

    Returns:
        The path of the new file, and the crop.

    Raises:
        CropRefused: the photo does not allow this crop.
        NotMade: the new file already exists, or the photo cannot be cut without loss.
        PhototagError: as for ``analyze``.
    """
    return analyzer.default().crop(
        photo,
        profile,
        out,
        quality=quality,
        lossless=lossless,
        lightroom=lightroom,
        level=level,
        size=size,
        enlarge=enlarge,
    )


def close() -> None:
    """End the sealed process of these functions, which uses about 300 MB; the next call starts another.

    It also ends with the program. Call this in a program that runs on and is done with photos.
    """
    analyzer.close_default()
