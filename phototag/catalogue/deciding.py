"""What a person says about photos, saved and written as a review does it."""

from __future__ import annotations

import itertools
import os
from collections.abc import Generator, Iterable
from typing import TYPE_CHECKING

import attrs

from phototag.catalogue.current_run import CurrentRun, folders_of
from phototag.catalogue.kept import given
from phototag.catalogue.lock import locked
from phototag.catalogue.options_fingerprint import settings_of
from phototag.catalogue.reach import is_gone
from phototag.catalogue.reviews import key_of
from phototag.catalogue.run import Catalogue, through
from phototag.catalogue.state import State
from phototag.catalogue.walk import Found, clean_beside, found_now
from phototag.files import StrPath
from phototag.files.keyword_arguments import takes
from phototag.files.opening import names_of, not_there
from phototag.options import CatalogueOptions, DecideOptions
from phototag.outcome import TreeOutcome
from phototag.worker.order import check_crop
from phototag.worker.pool import Pool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from phototag.analysis.decisions.decision import Decision
    from phototag.catalogue.run import Task


@takes(DecideOptions)
def decide_catalogue(
    roots: StrPath | Iterable[StrPath], options: DecideOptions
) -> Generator[TreeOutcome]:
    """Decide about photos, or about every photo below folders, in place of phototag.

    What is decided is saved in the state file and written into the photos with the other options, as ``tag_catalogue``
    writes a verdict; photos that were not tagged before are tagged with it. Options of keywords and files that are not given
    are those with which each photo was written last; crop profiles and a calibration of one's own are to be given again.
    Later runs keep to it, copies and renamed photos have it too, and ``learn`` learns from it. What people have decided before about other fields still holds.
    The call is one run: ``undo`` takes it back.

    Args:
        roots: a photo or folder, or several.
        options: see ``DecideOptions``; each is a keyword argument.

    Returns:
        One ``TreeOutcome`` per photo, in order, as they become ready; the outcome of a photo that fails contains its
        error. If it could be read, what was decided is saved, and the next run on its folder writes it.

    Raises:
        BadValue: nothing is decided, or decided and forgotten at once.
        CatalogueBusy: another run is working in one of the folders.
        StateUnusable: the state file cannot be used.
    """
    return decide_trees(roots, options)


def decide_trees(
    roots: StrPath | Iterable[StrPath], options: DecideOptions
) -> Generator[TreeOutcome]:
    """As ``decide_catalogue``, with an options object."""
    tagging, kept = given(options)
    check_crop(tagging, tagging.profiles)
    with Pool(options.workers, options.limits) as pool:
        yield from said_of(names_of(roots), options.decision, tagging, pool, kept)


def said_of(
    names: Sequence[str],
    said: Decision,
    options: CatalogueOptions,
    pool: Pool,
    kept: frozenset[str],
) -> Generator[TreeOutcome]:
    """Save what a person says of photos, and write it into them, as one run.

    Args:
        names: paths of photos and folders.
        said: what the person says; empty = what was said is forgotten.
        options: how folders are searched, and how photos are written.
        pool: does the work.
        kept: names of options that each photo keeps as it was written last.

    Raises:
        CatalogueBusy: another run is working in one of the folders; nothing was done.
        StateUnusable: the state file cannot be used.
    """
    folders, stop = folders_of(names), options.stop
    with (
        locked(map(os.path.realpath, folders), wait=options.wait, stop=stop),
        State(options.state) as state,
    ):
        # Only the same command resumes it.
        own = f"decide {said.words()}/{settings_of(options)}/{sorted(kept)}/{state.seen_by}/{key_of(names)}"
        run = CurrentRun(folders, options, own, state, pool, said=said, kept=kept)

        def catalogue(folder: str) -> Catalogue:
            return Catalogue(folder, options, state, pool, run)

        yield from through(_tasks(names, catalogue, clean=not options.dry_run), pool, stop)
        if not (stop and stop.is_set()):
            run.complete()


def _tasks(
    names: Iterable[str], catalogue: Callable[[str], Catalogue], *, clean: bool
) -> Iterator[list[Task]]:
    """The photos that were named, and those of the folders that were.

    Args:
        names: paths of photos and folders.
        catalogue: makes the catalogue of a folder.
        clean: as for ``find``.
    """
    cleaned: set[str] = set()
    for is_folder, group in itertools.groupby(names, key=os.path.isdir):
        if is_folder:
            for name in group:
                yield from catalogue(name).tasks()
            continue
        for folder, photos in itertools.groupby(group, key=os.path.dirname):
            paths = list(photos)
            left = clean_beside(paths, cleaned) if clean else ()
            found = itertools.chain(left, map(_found, paths))
            yield from catalogue(folder or os.curdir).tasks(found, named=True)


def _found(path: str) -> Found:
    found = found_now(path, "")
    return attrs.evolve(found, error=not_there(path)) if is_gone(path) else found
