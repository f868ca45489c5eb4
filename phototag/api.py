"""The functions of ``import phototag``: one call each, with one warm sealed process behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from phototag import analyzer
from phototag.analyzer import Tagging
from phototag.keywords import Level
from phototag.metadata.options import Options

if TYPE_CHECKING:
    import os

    from phototag.analysis import Analysis
    from phototag.analyzer import Outcome
    from phototag.metadata.options import Change, IptcMode
    from phototag.metadata.record import Record
    from phototag.sealed.source import ImageInput


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


def write(
    photo: str | os.PathLike[str],
    result: Analysis,
    *,
    keywords: Level | str = Level.MINIMAL,
    min_confidence: float = 0.0,
    iptc: IptcMode = "always",
    force: bool = False,
    dry_run: bool = False,
    keep_mtime: bool = False,
) -> Change:
    """Embed keywords, scene codes, crop suggestions and the ledger of them in a photo.

    What is there already stays: words are merged, and only what phototag wrote earlier is replaced.
    The file is replaced in one atomic step, or not at all; if nothing is new, not a byte changes.

    Args:
        photo: path of a JPEG, PNG, TIFF or WebP file.
        result: what ``analyze`` said of it.
        keywords: ``minimal`` (the verdict), ``standard`` (and shot, people) or ``full``.
        min_confidence: below it nothing is claimed, and earlier claims go away.
        iptc: write IPTC-IIM keywords ``always``, where a block exists (``auto``), or ``never``.
        force: write words again that the user has deleted.
        dry_run: say what would change, and change nothing.
        keep_mtime: keep the file's modification time.

    Raises:
        PhototagError: the file was left as it was (``WriteRefused``, ``FormatNotWritable`` ...).
    """
    tagging = _tagging(
        keywords=keywords,
        min_confidence=min_confidence,
        iptc=iptc,
        force=force,
        dry_run=dry_run,
        keep_mtime=keep_mtime,
    )
    return analyzer.default().write(photo, result, tagging)


def tag(
    photo: str | os.PathLike[str],
    *,
    keywords: Level | str = Level.MINIMAL,
    min_confidence: float = 0.0,
    iptc: IptcMode = "always",
    force: bool = False,
    dry_run: bool = False,
    keep_mtime: bool = False,
) -> Outcome:
    """Analyse a photo and write the result into it; arguments and errors as for ``write``."""
    tagging = _tagging(
        keywords=keywords,
        min_confidence=min_confidence,
        iptc=iptc,
        force=force,
        dry_run=dry_run,
        keep_mtime=keep_mtime,
    )
    return analyzer.default().tag(photo, tagging)


def read(photo: str | os.PathLike[str]) -> Record | None:
    """What phototag wrote in a photo, without a second analysis; None if it wrote nothing."""
    return analyzer.default().read(photo)


def remove(photo: str | os.PathLike[str], *, dry_run: bool = False) -> Change:
    """Take back exactly what phototag wrote in a photo."""
    return analyzer.default().remove(photo, Options(dry_run=dry_run))


def _tagging(*, keywords: Level | str, min_confidence: float, **options: Any) -> Tagging:
    return Tagging(
        keywords=Level(keywords), min_confidence=min_confidence, write=Options(**options)
    )
