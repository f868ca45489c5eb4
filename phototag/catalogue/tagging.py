"""Tags the photos in folders: only what is new, as one run that can be resumed and undone."""

from __future__ import annotations

import itertools
import os
from collections.abc import Generator, Iterable
from contextlib import ExitStack

from phototag.catalogue.leftovers import warned
from phototag.catalogue.lock import locked
from phototag.catalogue.run import Catalogue, run_on, through
from phototag.catalogue.state import State
from phototag.catalogue.walk import clean_beside, walk
from phototag.files import StrPath
from phototag.files.keyword_arguments import takes
from phototag.files.opening import absolute, names_of
from phototag.options import CatalogueOptions
from phototag.outcome import Done, TreeOutcome
from phototag.worker import single
from phototag.worker.order import check_crop
from phototag.worker.pool import Pool


@takes(CatalogueOptions)
def tag_catalogue(
    roots: StrPath | Iterable[StrPath], options: CatalogueOptions
) -> Generator[TreeOutcome]:
    """Analyse every photo below the roots and write the results into them.

    Yields one ``TreeOutcome`` per photo, in order of their names, as they become ready; the outcome of a photo
    that fails contains its error, and the run continues. A state file stores what a run has found and
    written: for unchanged photos, only size and time are checked; a changed vocabulary or calibration is
    applied without opening a picture again; and an interrupted run is resumed by the next one.

    Args:
        roots: a folder or photo, or several; no state is stored for single photos.
        options: see ``CatalogueOptions``; each is a keyword argument.

    Raises:
        PhotoNotFound: there is no such photo or folder to ``forget``.
        CatalogueBusy: another run is working in the same folders.
        StateUnusable: the state file cannot be used.
    """
    return tag_trees(roots, options)


def tag_trees(
    roots: StrPath | Iterable[StrPath], options: CatalogueOptions
) -> Generator[TreeOutcome]:
    """As ``tag_catalogue``, with an options object."""
    check_crop(options, options.profiles)
    names = names_of(roots)
    folders = [name for name in names if os.path.isdir(name)]
    stop = options.stop
    with ExitStack() as held:
        pool = held.enter_context(Pool(options.workers, options.limits))
        run_log = run = None
        if folders:
            real = map(os.path.realpath, folders)
            held.enter_context(locked(real, wait=options.wait, stop=stop))
            run_log = held.enter_context(State(options.state))
            run = run_on(folders, options, run_log, pool)
        for is_folder, group in itertools.groupby(names, key=folders.__contains__):
            if run_log and run and is_folder:
                for name in group:
                    groups = Catalogue(name, options, run_log, pool, run).tasks()
                    yield from through(groups, pool, stop)
            elif not options.failed:
                photos = list(group)
                if not options.dry_run:
                    yield from map(warned, clean_beside(photos, set()))
                rules = single.Rules(calibration=options.calibration, profiles=options.profiles)
                forgotten = set(map(absolute, walk(options.forget)))

                def one(photo: str) -> Done:
                    forget = absolute(photo) in forgotten  # noqa: B023 - used before the next group
                    return single.tagged(pool, photo, options, rules, forget=forget)  # noqa: B023

                yield from pool.stream(single.guarded(one), photos, stop=stop)
        if run and not (stop and stop.is_set()):
            run.complete()
