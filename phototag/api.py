"""The functions of ``import phototag``: one call each, with one warm sealed process behind them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from phototag import analyzer
from phototag.analysis.corrections import by_picture
from phototag.keywords.claims import Level, Vocabulary
from phototag.metadata.options import Options
from phototag.tagging import Tagging

if TYPE_CHECKING:
    import os

    from phototag.analysis.result import Analysis
    from phototag.criteria.verdict import Kind
    from phototag.crops import Crop
    from phototag.metadata.options import Change, IptcMode, SidecarMode
    from phototag.metadata.record import Record
    from phototag.outcome import Outcome
    from phototag.worker.source import ImageInput


class TagOptions(TypedDict, total=False):
    """What can be said of a write, as keyword arguments.

    Attributes:
        keywords: ``minimal`` (the verdict, unless said), ``standard`` (and grade, shot, people) or
            ``full``.
        vocabulary: other words; see ``Vocabulary.load``.
        min_confidence: below it nothing is claimed, and earlier claims go away: a number for the
            verdict, or numbers by name (``{"kind": 0.9, "cropping": 0.8}``).
        lightroom_crop: name of a crop profile that Lightroom and darktable are to apply; into
            sidecars only.
        faces: mark faces as MWG regions too; applications list them as unnamed people.
        corrections: what people have said of pictures: a file that a gallery has saved, or kinds by
            the hash of the picture.  Whole trees remember them.
        iptc: write IPTC-IIM keywords ``always``, where a block exists (``auto``), or ``never``.
        sidecar: an XMP file beside the photo where the format needs one or one is there already
            (``auto``), ``always`` and instead of writing into the photo, or ``never``.
        force: write words again that the user has deleted.
        dry_run: say what would change, and change nothing.
        keep_mtime: keep the file's modification time.
        allow_hard_links: replace a file that has several names; the others keep the old content.
    """

    keywords: Level | str
    vocabulary: Vocabulary
    min_confidence: float | Mapping[str, float]
    lightroom_crop: str | None
    faces: bool
    corrections: str | os.PathLike[str] | Mapping[str, Kind] | None
    iptc: IptcMode
    sidecar: SidecarMode
    force: bool
    dry_run: bool
    keep_mtime: bool
    allow_hard_links: bool


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


def write(photo: str | os.PathLike[str], result: Analysis, **options: Unpack[TagOptions]) -> Change:
    """Embed keywords, scene codes, crop suggestions and the ledger of them in a photo.

    What is there already stays: words are merged, and only what phototag wrote earlier is replaced.
    The file is replaced in one atomic step, or not at all; if nothing is new, not a byte changes.
    Formats that cannot be written get an XMP sidecar.

    Args:
        photo: path of a photo.
        result: what ``analyze`` said of it.
        **options: see ``TagOptions``.

    Raises:
        PhototagError: the file was left as it was (``WriteRefused``, ``FormatNotWritable`` ...).
    """
    return analyzer.default().write(photo, result, tagging(options))


def tag(photo: str | os.PathLike[str], **options: Unpack[TagOptions]) -> Outcome:
    """Analyse a photo and write the result into it; options and errors as for ``write``."""
    return analyzer.default().tag(photo, tagging(options))


def read(photo: str | os.PathLike[str]) -> Record | None:
    """What phototag wrote in a photo, without a second analysis; None if it wrote nothing."""
    return analyzer.default().read(photo)


def remove(photo: str | os.PathLike[str], *, dry_run: bool = False) -> Change:
    """Take back exactly what phototag wrote in a photo and its sidecars."""
    return analyzer.default().remove(photo, Options(dry_run=dry_run))


def crop(
    photo: str | os.PathLike[str],
    profile: str,
    out: str | os.PathLike[str] | None = None,
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


def tagging(options: TagOptions) -> Tagging:
    """The options as the analyzer takes them."""
    given: dict[str, Any] = dict(options)
    claims: dict[str, Any] = {
        name: given.pop(name)
        for name in ("vocabulary", "min_confidence", "lightroom_crop", "faces")
        if name in given
    }
    said = given.pop("corrections", None)
    if said is not None:
        claims["corrections"] = said if isinstance(said, Mapping) else by_picture(said)
    level = Level(given.pop("keywords", Level.MINIMAL))
    return Tagging(keywords=level, **claims, write=Options(**given))
