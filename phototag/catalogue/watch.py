"""Tags photos that arrive in a tree, as soon as they are complete."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Generator
from functools import partial
from typing import TYPE_CHECKING

import watchfiles

from phototag.catalogue.lock import locked
from phototag.catalogue.run import Catalogue, run_on, through
from phototag.catalogue.state import State
from phototag.catalogue.walk import Found, find, folder_photos, inside_of
from phototag.errors import CatalogueBusy, NotAFolder, PhotoNotReadable
from phototag.files.formats import PHOTO_SUFFIXES
from phototag.files.keyword_arguments import takes
from phototag.files.opening import FileState, path_of
from phototag.options import CatalogueOptions, WatchOptions, part
from phototag.outcome import TreeOutcome, VerdictSource
from phototag.worker.order import check_crop
from phototag.worker.pool import Pool

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterable, Iterator


LOOK_EVERY = 500  # ms between two checks of the waiting files
WAKE_EVERY = 250  # ms between two looks for notifications; at the library's 50, an idle watch is seen in `top`
AGAIN = 15 * 60.0  # s between two searches of the whole tree: the system may lose notifications
IDLE = 60.0  # s without a photo, after which the sealed processes and their memory are given up


@takes(WatchOptions)
def watch_catalogue(root: str | os.PathLike[str], options: WatchOptions) -> Generator[TreeOutcome]:
    """Tag the photos of a folder, and then every photo that arrives there, until ``stop`` is set.

    A file is processed when it has not changed for a while. Photos that need no work, such as those that
    phototag has just written itself, are skipped without an outcome.

    Args:
        root: the folder.
        options: see ``WatchOptions``; each is a keyword argument.  ``poll`` is for network drives: the system
            is not notified of changes that other computers make there.

    Raises:
        NotAFolder: there is no such folder.
        StateUnusable: the state file cannot be used.
    """
    return watch_tree(root, options)


def watch_tree(root: str | os.PathLike[str], options: WatchOptions) -> Generator[TreeOutcome]:
    """As ``watch_catalogue``, with an options object."""
    check_crop(options, options.profiles)
    name = os.path.expanduser(path_of(root))
    if not os.path.isdir(name):
        raise NotAFolder(name, "this is not a folder", "give the folder that you want to watch")
    stop, pairs = options.stop, options.pairs
    changes = _messages(name, options.poll, stop)
    next(changes, None)  # from here on, the system queues notifications
    arriving = _Arriving(name, options.settled, pairs=pairs)
    with Pool(options.workers, options.limits) as pool, State(options.state) as run_log:
        tagging = part(options, CatalogueOptions)
        run = run_on([name], tagging, run_log, pool)
        catalogue = Catalogue(name, tagging, run_log, pool, run)
        tagged = partial(_tagged, catalogue, pool, stop, set())
        yield from tagged(find(name, pairs=pairs, clean=True))
        whole_tree = not (stop and stop.is_set())
        walked = worked = time.monotonic()
        for messages in changes:
            arriving.add(path for _, path in messages)
            if whole := arriving.whole():
                yield from tagged(whole)
                worked = time.monotonic()
            if time.monotonic() - walked > AGAIN:
                yield from tagged(find(name, pairs=pairs, clean=True))
                walked = worked = time.monotonic()
            if time.monotonic() - worked > IDLE:
                pool.close()  # the next photo starts a process again
                worked = math.inf
        if whole_tree:
            run.complete()


def _tagged(
    catalogue: Catalogue,
    pool: Pool,
    stop: threading.Event | None,
    warned: set[str],
    found: Iterable[Found],
) -> Iterator[TreeOutcome]:
    """The outcomes of photos that needed work, and new warnings; waits while another run is working."""
    try:
        with locked([os.path.realpath(catalogue.root)], wait=True, stop=stop):
            news = through(catalogue.tasks(found), pool, stop)
            for outcome in news:
                new = outcome.photo not in warned if outcome.warning else False
                if new or outcome.verdict_from is not VerdictSource.UNCHANGED:
                    warned.update([outcome.photo] if new else [])
                    yield outcome
    except CatalogueBusy:
        if not (stop and stop.is_set()):
            raise


def _messages(
    folder: str,
    poll: bool,  # noqa: FBT001 - the caller's option
    stop: threading.Event | None,
) -> Generator[set[tuple[watchfiles.Change, str]]]:
    """The system's notifications for a tree; an empty one at regular intervals."""
    return watchfiles.watch(
        folder,
        watch_filter=None,
        stop_event=stop,
        step=WAKE_EVERY,
        rust_timeout=LOOK_EVERY,
        yield_on_timeout=True,
        raise_interrupt=False,
        force_polling=poll or None,
        ignore_permission_denied=True,
    )


class _Arriving:
    """Files that have changed recently."""

    def __init__(self, root: str, settled: float, *, pairs: bool) -> None:
        self._root, self._settled, self._pairs = root, settled, pairs
        self._waiting: dict[str, tuple[FileState, float]] = {}

    def add(self, paths: Iterable[str]) -> None:
        """Add files from the system's notifications; for a new folder, everything in it."""
        for path in paths:
            folder, name = os.path.split(path)
            if not inside_of(self._relative(folder)):
                continue
            if os.path.isdir(path):
                if inside_of(self._relative(path)):
                    for found in find(path):
                        self._wait(found.path)
            elif not name.startswith(".") and os.path.splitext(name)[1].lower() in PHOTO_SUFFIXES:
                self._wait(path)

    def whole(self) -> list[Found]:
        """Return the photos that are complete, and stop waiting for them."""
        now = time.monotonic()
        done = []
        for path, (before, since) in list(self._waiting.items()):
            state = _state(path)
            if state is None:
                del self._waiting[path]
            elif state != before:
                self._waiting[path] = state, now
            elif now - since >= self._settled:
                del self._waiting[path]
                done.append(path)
        return list(self._found(done))

    def _wait(self, path: str) -> None:
        state = _state(path)
        if state is not None and path not in self._waiting:
            self._waiting[path] = state, time.monotonic()

    def _found(self, paths: list[str]) -> Iterator[Found]:
        """The photos with their fingerprints, by folder, in the order of a search."""
        wanted = set(paths)
        for folder in sorted({os.path.dirname(path) for path in paths}):
            try:
                photos = list(folder_photos(folder, self._relative(folder), pairs=self._pairs))
            except PhotoNotReadable:
                continue
            for photo in photos:
                if photo.path in wanted or (photo.partner and photo.partner.path in wanted):
                    yield photo

    def _relative(self, folder: str) -> str:
        relative = os.path.relpath(folder, self._root)
        return "" if relative == os.curdir else relative


def _state(path: str) -> FileState | None:
    try:
        return FileState.of(os.stat(path))
    except OSError:
        return None
