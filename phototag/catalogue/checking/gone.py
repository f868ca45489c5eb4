"""Photos of the state file that are not there any more: those that are gone, and those that may only be out of reach."""

from __future__ import annotations

import collections
import contextlib
import os
from typing import TYPE_CHECKING, Final

import attrs

from phototag.catalogue.checking.book import TRIED, Layout, to_key
from phototag.catalogue.checking.findings import CheckFinding, CheckKind
from phototag.catalogue.checking.places import below, overlap
from phototag.catalogue.database import default_file
from phototag.catalogue.reach import is_empty, is_gone
from phototag.catalogue.state_problems import own_state
from phototag.errors import PhotoNotReadable, as_typed
from phototag.files import sidecar_names
from phototag.files.sizes import MOST_XMP
from phototag.worker.replacing import is_made_by_phototag

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from phototag.catalogue.checking.book import Book, Unsettled
    from phototag.catalogue.run_log import PhotoKey

MANY: Final = 10  # photos that are seldom all deleted while the folder stays
_FORGETS: Final = "`phototag check --repair` forgets it here"


@attrs.frozen
class Gone:
    """A photo that is not there any more.

    Attributes:
        place: its key in the state file.
        root: the folder of its catalogue.
        path: where it was.
        picture: hash of its picture; None if it was never read.
    """

    place: PhotoKey
    root: str
    path: str
    picture: str | None


@attrs.frozen
class NewPlace:
    """Where a picture has been found that was somewhere else before.

    Attributes:
        path: the file, in the user's form.
        tagged: whether phototag's record is in it, or in its sidecar.
    """

    path: str
    tagged: bool


@attrs.frozen
class Missing:
    """What is not there below some folders.

    Attributes:
        gone: the photos that have been deleted or moved.
        emptied: folders in which nothing is left of them, as below an unmounted disk, with the number of photos.
        deletable: those that are empty, and no folders of catalogues.
    """

    gone: tuple[Gone, ...]
    emptied: Mapping[str, int]
    deletable: frozenset[str]

    def is_emptied(self, path: str) -> bool:
        """Whether a path lies in a folder in which nothing is left."""
        return any(below(path, folder) is not None for folder in self.emptied)


class Vanished:
    """The photos of the state file that are not below some folders any more.

    Args:
        book: the state file.
        wanted: paths of folders and photos, without links.
    """

    def __init__(self, book: Book, wanted: Iterable[str]) -> None:
        self._book, self._wanted = book, list(wanted)
        self._left: dict[
            str, bool | None
        ] = {}  # whether anything is left in a folder; None: not known
        self._there: collections.Counter[str] = collections.Counter()  # by scope
        self._roots = set(book.roots().values())
        self.photos: list[Gone] = list(self._photos())

    @property
    def pictures(self) -> set[str]:
        """The pictures of these photos."""
        return {one.picture for one in self.photos if one.picture}

    def missing(self, found: Iterable[str]) -> Missing:
        """What is missing, once everything has been looked at.

        Args:
            found: hashes of the pictures that were found at another place: their photos have been moved.
        """
        moved = set(found)
        stays = [one for one in self.photos if one.picture not in moved]
        gone = [one for one in self.photos if one.picture in moved]
        of_scope = collections.Counter(self._scope(one.root) for one in stays)
        emptied: dict[str, set[str]] = {}
        for one in stays:
            scope = self._scope(one.root)
            folder, left = self._above(one)
            if left is False:
                emptied.setdefault(folder, set()).add(one.path)
            elif left and not self._there[scope] and of_scope[scope] >= MANY:
                emptied.setdefault(scope, set()).add(one.path)
            elif left:
                gone.append(one)
        numbers = {folder: len(paths) for folder, paths in emptied.items()}
        empty = {folder for folder, left in self._left.items() if left is False}
        by_path = tuple(sorted(gone, key=lambda one: one.path))
        return Missing(by_path, numbers, frozenset(empty - self._roots))

    def _photos(self) -> Iterator[Gone]:
        for root, path in self._book.roots().items():
            if not any(overlap(path, one) for one in self._wanted) or not os.path.isdir(path):
                continue
            with self._book.reading() as sql:
                query = f"SELECT folder, name, picture FROM photos WHERE root = ? AND {TRIED}"  # noqa: S608 - a text of ours
                rows = sql.execute(query, (root,)).fetchall()
            for folder, name, picture in rows:
                with contextlib.suppress(TypeError, ValueError):  # a damaged name
                    place = to_key(root, folder, name)
                    photo = os.path.join(path, os.fsdecode(folder), os.fsdecode(name))
                    if not _is_in(photo, self._wanted):
                        continue
                    if is_gone(photo):
                        yield Gone(place, path, photo, picture)
                    else:
                        self._there[self._scope(path)] += 1

    def _scope(self, root: str) -> str:
        """The part of a catalogue that is looked at, as one folder."""
        inside = [one for one in self._wanted if below(one, root) is not None]
        return inside[0] if len(inside) == 1 else root

    def _above(self, one: Gone) -> tuple[str, bool | None]:
        """The next folder above a photo that is there, and whether anything is left in it."""
        folder = os.path.dirname(one.path)
        while is_gone(folder) and folder != one.root:
            folder = os.path.dirname(folder)
        if folder not in self._left:
            self._left[folder] = None
            with contextlib.suppress(OSError), os.scandir(folder) as inside:
                self._left[folder] = any(True for _ in inside)
        return folder, self._left[folder]


def lost(book: Book, wanted: Iterable[str]) -> Iterator[tuple[Unsettled, str]]:
    """Entries of the run log whose write was not completed and whose photo is not there any more.

    Nothing is said of a folder that is not there or is empty, as one whose disk is not connected.
    """
    folders = list(wanted)
    for root, path in book.roots().items():
        if not os.path.isdir(path) or is_empty(path):
            continue
        with book.reading() as sql:
            query = (
                f"SELECT DISTINCT folder FROM {Layout.of(sql).changes}"  # noqa: S608 - one of two texts
                " WHERE root = ? AND done = 0 AND undone = 0"
            )
            found = sql.execute(query, (root,)).fetchall()
        for (folder,) in found:
            for entry in book.unsettled(root, folder):
                name = os.fsdecode(entry.place.name)
                photo = os.path.join(path, os.fsdecode(folder), name)
                if _is_in(photo, folders) and is_gone(photo):
                    yield entry, photo


def emptied(folder: str, photos: int, *, deletable: bool) -> CheckFinding:
    """The finding for a folder in which nothing is left.

    Args:
        folder: the folder.
        photos: how many were in it.
        deletable: whether the folder itself can go: it is empty, and not that of a catalogue.
    """
    which = "the photo" if photos == 1 else f"none of the {photos} photos"
    then = "if you deleted or moved them, nothing needs to be done"
    if deletable:
        then = "if you deleted or moved them, delete this empty folder, too: `phototag check --repair` then forgets them"
    return CheckFinding(
        path=folder,
        kind=CheckKind.EMPTIED,
        problem=f"{which} that the state file knows here is {'not ' if photos == 1 else ''}there any more: perhaps the disk or "
        "network share that belongs here is not connected",
        remedy=f"connect it, then check again; {then}",
    )


def vanished(book: Book, one: Gone, new: NewPlace | None) -> CheckFinding:
    """The finding for a photo that is gone.

    Args:
        book: the state file.
        one: the photo.
        new: where its picture has been found.
    """
    problem = "it is not there any more"
    remedy = f"if you moved it, check the folder where it is now together with this one; {_FORGETS}"
    if new is not None:
        problem = f"{problem}: its picture is in {new.path}"
        remedy = "; ".join(_after_a_move(book, one, new))
    return CheckFinding(path=one.path, kind=CheckKind.VANISHED, problem=problem, remedy=remedy)


def _after_a_move(book: Book, one: Gone, new: NewPlace) -> Iterator[str]:
    """What to do about a photo that was moved, one after the other."""
    if not new.tagged:
        beside = _sidecars_of(one.path)
        if not beside:
            yield f"what phototag wrote is not in it: run `phototag tag` on it; {_FORGETS}"
            return
        for sidecar in beside:
            by_name = sidecar.startswith(one.path)
            target = f"{new.path if by_name else os.path.splitext(new.path)[0]}.xmp"
            yield f"move its sidecar, too: {as_typed(sidecar)} to {as_typed(target)}"
    run, roots = _last_run(book, one.place)
    state = own_state(book.path, str(default_file()))
    real = os.path.realpath(new.path)
    if run is not None and any(below(real, root) is not None for root in roots):
        yield f"`phototag undo {run}{state}` finds it there"
    elif run is not None:
        folder = as_typed(os.path.dirname(os.path.abspath(new.path)))
        yield f"to undo run {run}: phototag undo {run} --moved-to {folder}{state}"
    yield _FORGETS


def _last_run(book: Book, place: PhotoKey) -> tuple[int | None, list[str]]:
    """The last run that changed a photo and has not been undone, and its folders."""
    with book.reading() as sql:
        layout = Layout.of(sql)
        query = (
            f"SELECT max(run) FROM {layout.changes}"  # noqa: S608 - one of two texts
            " WHERE root = ? AND folder = ? AND name = ? AND undone = 0"
        )
        (run,) = sql.execute(query, attrs.astuple(place)).fetchone()
        query = f"SELECT root FROM {layout.run_roots} WHERE run = ?"  # noqa: S608 - one of two texts
        numbers = {number for (number,) in sql.execute(query, (run,))}
    return run, [path for number, path in book.roots().items() if number in numbers]


def _sidecars_of(photo: str) -> list[str]:
    """The sidecars that phototag made for a photo and that are still where the photo was."""
    with contextlib.suppress(PhotoNotReadable, OSError):
        return [path for path in sidecar_names.existing(photo) if _is_ours(path)]
    return []


def _is_ours(sidecar: str) -> bool:
    with open(sidecar, "rb") as file:
        return is_made_by_phototag(file.read(MOST_XMP))


def _is_in(photo: str, folders: Iterable[str]) -> bool:
    return any(below(photo, folder) is not None for folder in folders)
