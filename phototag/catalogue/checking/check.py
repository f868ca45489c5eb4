"""Checks every photo below some folders, the folders, and the state file."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Self

import attrs

from phototag import errors
from phototag.catalogue.checking.book import Book, Known
from phototag.catalogue.checking.findings import Checked, CheckFinding, CheckKind
from phototag.catalogue.checking.folders import folder_findings
from phototag.catalogue.checking.gone import (
    Gone,
    NewPlace,
    Vanished,
    emptied,
    lost,
    vanished,
)
from phototag.catalogue.checking.photos import Examined, judge
from phototag.catalogue.checking.repair import Repairer
from phototag.catalogue.checking.state_file import state_findings
from phototag.catalogue.database import default_file
from phototag.catalogue.lock import locked, refuse_if_busy
from phototag.catalogue.state_problems import AWAY
from phototag.catalogue.walk import SearchedFolder, folders
from phototag.files import StrPath, arguments
from phototag.files.keyword_arguments import takes
from phototag.files.opening import names_of
from phototag.options import Group, LinkOptions, StateOptions, WaitOptions, WorkOptions, option
from phototag.worker import tasks
from phototag.worker.pool import Pool
from phototag.worker.source import PhotoFile

if TYPE_CHECKING:
    from phototag.catalogue.checking.book import Interrupted, Unsettled


@attrs.frozen(kw_only=True, slots=False)
class CheckOptions(LinkOptions, WaitOptions, StateOptions, WorkOptions):
    """Options of ``check_catalogue`` and ``phototag check``."""

    repair: bool = option(
        False,  # noqa: FBT003 - a default
        "Repair what can be repaired without losing anything.",
        group=Group.ACTION,
    )


@takes(CheckOptions)
def check_catalogue(
    roots: StrPath | Iterable[StrPath], options: CheckOptions
) -> Generator[Checked]:
    """Check photos against the state file and against what phototag recorded in them.

    Without ``repair``, nothing is written, not even the state file. With it, only what loses nothing is
    repaired: no value that is not phototag's is ever changed.

    Args:
        roots: a folder or photo, or several.
        options: see ``CheckOptions``; each is a keyword argument.

    Returns:
        One ``Checked`` for the state file, one per photo, and one for each folder and for each entry of the
        state file that has no photo, as they become ready.

    Raises:
        CatalogueBusy: a run is working in the same folders.
        StateUnusable: the state file is something else, or cannot be read.
    """
    return check_trees(roots, options)


def check_trees(roots: StrPath | Iterable[StrPath], options: CheckOptions) -> Generator[Checked]:
    """As ``check_catalogue``, with an options object."""
    names, stop = names_of(roots), options.stop
    real = list(dict.fromkeys(map(_real_folder, names)))
    with ExitStack() as held:
        if options.repair:
            held.enter_context(locked(real, wait=options.wait, stop=stop))
        else:
            refuse_if_busy(real, wait=options.wait, stop=stop)
        pool = held.enter_context(Pool(options.workers, options.limits))
        yield from held.enter_context(_Check(names, options, pool)).results()


@attrs.frozen
class _Photo:
    """A photo to be checked."""

    path: str
    folder: str  # without links
    known: Known | None


class _Check:
    """One check of some folders and photos."""

    def __init__(self, names: list[str], options: CheckOptions, pool: Pool) -> None:
        self._names, self._options, self._pool = names, options, pool
        self._real = [os.path.join(_real_folder(n), *_own_name(n)) for n in names]
        given = options.state
        self._path = str(default_file()) if given is None else arguments.path("state", given)
        self._book = Book.of(self._path)
        self._repairer = None
        if options.repair and self._book is not None:
            self._repairer = Repairer(self._book, pool)
        self._vanished: Vanished | None = None
        self._wanted: set[str] = set()  # pictures of photos that are gone
        self._moved: dict[str, NewPlace] = {}  # where they have been found

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def _close(self) -> None:
        # SQLite deletes its log when the last connection is closed, if that is one that may write.
        if self._book is not None:
            self._book.close()
        if self._repairer is not None:
            self._repairer.close()
        self._book = self._repairer = None

    def results(self) -> Generator[Checked]:
        """Check everything."""
        stop = self._options.stop
        yield Checked(path=self._path, findings=tuple(self._state_file()))
        if self._book is not None:
            self._vanished = Vanished(self._book, self._real)
            self._wanted = self._vanished.pictures
        yield from self._pool.stream(self._photo, self._items(), ready=self._folder, stop=stop)
        if self._book is not None and not (stop and stop.is_set()):
            for finding in self._rest(self._book):
                yield Checked(path=finding.path, findings=(finding,))

    # ------------------------------------------------------------------ the state file

    def _state_file(self) -> Iterator[CheckFinding]:
        book = self._book
        if book is None:
            yield CheckFinding(
                path=self._path,
                kind=CheckKind.NO_STATE,
                problem="there is no state file: photos are checked only against their own records",
            )
            return
        found = state_findings(book)
        if found and self._repairer is not None:
            mended = self._repairer.state_file()
            left = state_findings(book)
            found = [attrs.evolve(one, repaired=mended and one not in left) for one in found]
            found += [one for one in left if one not in found]
            found = [
                attrs.evolve(one, remedy=AWAY)
                if one.kind is CheckKind.STATE_DAMAGED and not one.repaired
                else one
                for one in found
            ]
        yield from found
        if any(one.kind is CheckKind.STATE_DAMAGED and not one.repaired for one in found):
            self._close()

    def _rest(self, book: Book) -> Iterator[CheckFinding]:
        """What has no photo: entries of photos that are gone, and runs that have not ended."""
        assert self._vanished is not None
        missing = self._vanished.missing(self._moved)
        for folder, photos in sorted(missing.emptied.items()):
            yield emptied(folder, photos, deletable=folder in missing.deletable)
        there = [
            (change, path)
            for change, path in lost(book, self._real)
            if not missing.is_emptied(path)
        ]
        for change, path in there:
            yield self._lost(book, change, path)
        places = {change.place for change, _ in there}
        for one in missing.gone:
            if one.place not in places:
                yield self._gone(book, one)
        for run in book.interrupted(self._real):
            yield self._interrupted(book, run)

    def _interrupted(self, book: Book, run: Interrupted) -> CheckFinding:
        problem = f"run {run.run} was interrupted"
        if run.review:
            problem = f"run {run.run}, a review, was interrupted, unless it is still open"
        remedy = f"run the same `{run.command}` command again to resume it"
        if not run.command:
            remedy = "it cannot be resumed; `phototag check --repair` closes it"
        kind, repaired = CheckKind.INTERRUPTED, False
        if self._repairer is not None and not run.command:
            self._repairer.run(run.run)
            repaired = run.run not in [other.run for other in book.interrupted(self._real)]
        return CheckFinding(
            path=run.root, kind=kind, problem=problem, remedy=remedy, repaired=repaired
        )

    def _lost(self, book: Book, change: Unsettled, path: str) -> CheckFinding:
        repaired = False
        if self._repairer is not None:
            self._repairer.lost(change)
            repaired = change not in [left for left, _ in lost(book, self._real)]
        return CheckFinding(
            path=path,
            kind=CheckKind.UNSETTLED,
            problem=f"run {change.run} was killed while it wrote this photo, which is not there any more",
            remedy="run `phototag check --repair`",
            repaired=repaired,
        )

    def _gone(self, book: Book, one: Gone) -> CheckFinding:
        found = vanished(book, one, self._moved.get(one.picture or ""))
        if self._repairer is None:
            return found
        self._repairer.vanished(one.place, one.path)
        return attrs.evolve(found, repaired=not book.holds(one.place))

    # ------------------------------------------------------------------ folders and photos

    def _items(self) -> Iterator[SearchedFolder | _Photo]:
        seen: set[tuple[int, int]] = set()
        for name in self._names:
            if not os.path.isdir(name):
                folder = _real_folder(name)
                known = self._known(folder).get(os.path.basename(name))
                yield _Photo(name, folder, self._or_nothing(known))
                continue
            real = os.path.realpath(name)
            for found in folders(name, links=self._options.follow_links, seen=seen):
                yield found
                folder = os.path.join(real, found.inside) if found.inside else real
                known_here = self._known(folder) if found.entries else {}
                for photo in found.photos():
                    yield _Photo(photo.path, folder, self._or_nothing(known_here.get(photo.name)))

    def _known(self, folder: str) -> dict[str, Known]:
        return {} if self._book is None else self._book.known(folder)

    def _or_nothing(self, known: Known | None) -> Known | None:
        return None if self._book is None else known or Known()

    def _folder(self, item: SearchedFolder | _Photo) -> Checked | None:
        if isinstance(item, _Photo):
            return None
        found = folder_findings(item, repair=self._options.repair)
        return Checked(path=item.path, findings=found)

    def _photo(self, item: SearchedFolder | _Photo) -> Checked:
        assert isinstance(item, _Photo)
        examined = self._examined(item.path, item.known)
        found = judge(examined)
        repairer = self._repairer
        if repairer is not None and any(finding.kind.repair for finding in found):
            found = self._repaired(item, examined, found, repairer)
        return Checked(path=item.path, findings=found, photo=True)

    def _examined(self, path: str, known: Known | None) -> Examined:
        pictures = () if known is None else known.pictures
        try:
            photo, limits = PhotoFile.of(path), self._pool.limits
            answer, paths = tasks.examine(self._pool, photo, limits, pictures)
        except errors.PhotoError as error:
            return Examined(path, known, error=error)
        examined = Examined(path, known, paths, answer)
        # What was known before is a photo of its own, such as a copy.
        if answer.picture in self._wanted and known is not None and not known.entries:
            new = NewPlace(path, tagged=examined.record is not None)
            self._moved.setdefault(answer.picture, new)
        return examined

    def _repaired(
        self,
        item: _Photo,
        examined: Examined,
        found: tuple[CheckFinding, ...],
        repairer: Repairer,
    ) -> tuple[CheckFinding, ...]:
        """The findings after an attempt to repair them: those that another look does not find are repaired."""
        refused = None
        try:
            repairer.photo(examined, found)
        except errors.PhotoError as error:
            refused = error
        known = self._or_nothing(self._known(item.folder).get(os.path.basename(item.path)))
        left = judge(self._examined(item.path, known))
        kinds = {finding.kind for finding in left}
        marked = [attrs.evolve(one, repaired=one.kind not in kinds) for one in found]
        if refused is not None:
            why = f"not repaired: {refused.problem}"
            marked = [
                attrs.evolve(
                    one, problem=f"{one.problem} ({why})", remedy=refused.remedy or one.remedy
                )
                if one.kind.repair and not one.repaired
                else one
                for one in marked
            ]
        before = {finding.kind for finding in found}
        return (*marked, *(one for one in left if one.kind not in before))


def _real_folder(name: str) -> str:
    """A folder without links; of a photo, the folder in which it is named."""
    absolute = os.path.abspath(name)
    return os.path.realpath(absolute if os.path.isdir(name) else os.path.dirname(absolute))


def _own_name(name: str) -> tuple[str, ...]:
    return () if os.path.isdir(name) else (os.path.basename(name),)
