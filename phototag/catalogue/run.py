"""Tag a tree of photos in place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phototag.analyzer import Analyzer, Tagging
from phototag.catalogue.walk import walk
from phototag.keywords import Level
from phototag.metadata.options import Options

if TYPE_CHECKING:
    import os
    from collections.abc import Generator

    from phototag.analyzer import Outcome
    from phototag.metadata.options import IptcMode


def tag_catalogue(
    *roots: str | os.PathLike[str],
    workers: int = 1,
    keywords: Level | str = Level.MINIMAL,
    min_confidence: float = 0.0,
    iptc: IptcMode = "always",
    force: bool = False,
    dry_run: bool = False,
    max_pixels: int | None = None,
) -> Generator[Outcome]:
    """Analyse every photo below the roots and write the results into them.

    Yields one ``Outcome`` a photo, in order of their names, as they become ready; a photo that
    fails has its error in it and does not end the run.  Arguments as for ``phototag.write``;
    ``workers`` and ``max_pixels`` as for ``phototag.Analyzer``.
    """
    tagging = Tagging(
        keywords=Level(keywords),
        min_confidence=min_confidence,
        write=Options(iptc=iptc, force=force, dry_run=dry_run),
    )
    with Analyzer(workers, max_pixels=max_pixels) as analyzer:
        yield from analyzer.tag_many(walk(roots), tagging)
