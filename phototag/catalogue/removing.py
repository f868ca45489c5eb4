"""Removes all that phototag wrote into the photos of folders; no state file is needed."""

from __future__ import annotations

import itertools
import os
from collections.abc import Generator, Iterable

from phototag.catalogue.leftovers import warned
from phototag.catalogue.lock import locked
from phototag.catalogue.lone_sidecars import find_lone
from phototag.catalogue.walk import Found, search
from phototag.files import StrPath
from phototag.files.keyword_arguments import takes
from phototag.files.opening import names_of
from phototag.options import ChangeOptions, RemoveOptions, part
from phototag.outcome import Failed, RemovalOutcome, VerdictSource
from phototag.worker import single
from phototag.worker.pool import Pool


@takes(RemoveOptions)
def remove_catalogue(
    roots: StrPath | Iterable[StrPath], options: RemoveOptions
) -> Generator[RemovalOutcome]:
    """Remove everything that phototag wrote into the photos below the roots; no state file is needed.

    It is also taken out of sidecars that have no photo any more.

    Args:
        roots: a folder, a photo or a sidecar without a photo, or several.
        options: see ``RemoveOptions``; each is a keyword argument.

    Returns:
        One ``RemovalOutcome`` per photo, as they become ready.

    Raises:
        CatalogueBusy: another run is working in the same folders.
    """
    return remove_trees(roots, options)


def remove_trees(
    roots: StrPath | Iterable[StrPath], options: RemoveOptions
) -> Generator[RemovalOutcome]:
    """As ``remove_catalogue``, with an options object."""
    names, stop = names_of(roots), options.stop
    folders = [os.path.realpath(name) for name in names if os.path.isdir(name)]
    with (
        locked(folders, wait=options.wait, stop=stop),
        Pool(options.workers, options.limits) as pool,
    ):
        photos = search(names, links=options.follow_links, clean=not options.dry_run)
        mine = part(options, ChangeOptions)
        yield from pool.stream(
            lambda found: single.removal(pool, found.path, mine),
            itertools.chain(photos, find_lone(names, links=options.follow_links)),
            ready=_not_searched,
            stop=stop,
        )


def _not_searched(found: Found) -> RemovalOutcome | None:
    """The outcome of what is no photo: a temporary file, or a folder that cannot be searched."""
    if found.error is not None:
        mode = VerdictSource.REMOVED
        return Failed(photo=found.path, error=found.error, verdict_from=mode, folder=True)
    return warned(found) if found.warning else None
