"""Tag a tree of photos in place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from phototag.analyzer import Analyzer
from phototag.api import TagOptions, tagging
from phototag.catalogue.walk import walk

if TYPE_CHECKING:
    import os
    from collections.abc import Generator

    from phototag.analyzer import Outcome


def tag_catalogue(
    *roots: str | os.PathLike[str],
    workers: int = 1,
    max_pixels: int | None = None,
    **options: Unpack[TagOptions],
) -> Generator[Outcome]:
    """Analyse every photo below the roots and write the results into them.

    Yields one ``Outcome`` a photo, in order of their names, as they become ready; a photo that
    fails has its error in it and does not end the run.  Options as for ``phototag.write``;
    ``workers`` and ``max_pixels`` as for ``phototag.Analyzer``.
    """
    with Analyzer(workers, max_pixels=max_pixels) as analyzer:
        yield from analyzer.tag_many(walk(roots), tagging(options))
