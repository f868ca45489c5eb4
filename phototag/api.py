"""The functions of ``import phototag``: one call each, with one warm sealed process behind them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from phototag import analyzer
from phototag.analysis.result import Analysis
from phototag.metadata.change import Change
from phototag.options import ChangeOptions, TagOptions, takes
from phototag.outcome import Outcome

if TYPE_CHECKING:
    from phototag.crops import Crop
    from phototag.metadata.record import Record
    from phototag.worker.source import ImageInput

Path = str | os.PathLike[str]


def analyze(image: ImageInput) -> Analysis:
    """Tell a headshot from a portrait, by eleven criteria.

    Args:
        image: a path, a file's bytes, a file opened in binary mode, an H x W x 3 RGB array of
            uint8, or a Pillow image.

    Returns:
        The typed result; ``print(result.explain())`` says it in words.

    Raises:
        PhototagError: one of its subclasses, with the photo, the problem and the remedy.
    """
    return analyzer.default().analyze(image)


@takes(TagOptions)
def write(photo: Path, result: Analysis, options: TagOptions) -> Change:
    """Embed keywords, scene codes, crop suggestions and the ledger of them in a photo.

    What is there already stays: words are merged, and only what phototag wrote earlier is replaced.
    The file is replaced in one atomic step, or not at all; if nothing is new, not a byte changes.
    Formats that cannot be written get an XMP sidecar.

    Args:
        photo: path of a photo.
        result: what ``analyze`` said of it.
        options: see ``TagOptions``; each is a keyword argument.

    Raises:
        PhototagError: the file was left as it was (``WriteRefused``, ``FormatNotWritable`` ...).
    """
    return analyzer.default().write(photo, result, options)


@takes(TagOptions)
def tag(photo: Path, options: TagOptions) -> Outcome:
    """Analyse a photo and write the result into it; options and errors as for ``write``."""
    return analyzer.default().tag(photo, options)


def read(photo: Path) -> Record | None:
    """What phototag wrote in a photo, without a second analysis; None if it wrote nothing."""
    return analyzer.default().read(photo)


@takes(ChangeOptions)
def remove(photo: Path, options: ChangeOptions) -> Change:
    """Take back exactly what phototag wrote in a photo and its sidecars.

    Args:
        photo: its path.
        options: see ``ChangeOptions``; each is a keyword argument.
    """
    return analyzer.default().remove(photo, options)


def crop(
    photo: Path,
    profile: str,
    out: Path | None = None,
    *,
    quality: int = 95,
    lossless: bool = False,
    lightroom: bool = False,
) -> tuple[str, Crop]:
    """Write the crop of a profile as a new file: full resolution, upright, never over another.

    Colour profile, Exif, XMP and IPTC are carried over; regions of others move with the picture, the
    thumbnail and what phototag wrote about the whole photo are left out.

    Args:
        photo: path of the photo.
        profile: name of the crop profile, ``casting_8x10``.
        out: path of the new file; None = ``NAME.PROFILE.jpg`` beside the photo.
        quality: 1..100 for JPEG and WebP.
        lossless: cut a JPEG at its own blocks (needs ``jpegtran``); the corner moves to their grid.
        lightroom: copy the whole photo, with a crop setting that Lightroom and Camera Raw apply.

    Returns:
        The path of the new file, and the crop.

    Raises:
        CropRefused: the photo does not give this crop.
        WriteRefused: there is such a file, or it cannot be cut without loss.
        PhototagError: as for ``analyze``.
    """
    return analyzer.default().crop(
        photo, profile, out, quality=quality, lossless=lossless, lightroom=lightroom
    )
