"""Lists of photos by what runs have found in them: no picture is opened."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable
from typing import TYPE_CHECKING

import attrs

from phototag.analysis.decisions.decision import NOTHING
from phototag.catalogue.database import DamagedRow
from phototag.catalogue.state import State
from phototag.catalogue.summary import Summary
from phototag.catalogue.walk import Found, find, folder_photos, is_as_stored
from phototag.crops import names
from phototag.errors import PhotoNotReadable
from phototag.files import StrPath, arguments
from phototag.files.keyword_arguments import takes
from phototag.files.opening import absolute, names_of, unseen
from phototag.options import ListOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from phototag.analysis.decisions.decision import Decision
    from phototag.catalogue.state import ListedRow
    from phototag.errors import PhotoError


@attrs.frozen(kw_only=True)
class ListedPhoto(Summary):
    """A photo in a list: the verdict of the last run that saw it.

    Attributes:
        path: the photo's path, in the form of the root.
        unwritten: why this verdict does not stand in the photo: only a dry run has seen it, it could not be written, or
            it was undone; empty if it does.
        changed_since: the file or a sidecar has changed since that run; the verdict may be that of another picture.
    """

    path: str
    unwritten: str = ""
    changed_since: bool = False


@attrs.frozen(kw_only=True)
class Listing:
    """A list, and what is missing in it.

    Attributes:
        photos: the photos that were asked for, by path.
        unknown: number of photos that no run has seen, that could not be analysed, or of which nothing readable is
            stored.
        others: number of photos that are known, and not asked for.
        errors: folders that cannot be read.
        missing: roots that are not there, or out of reach.
    """

    photos: Sequence[ListedPhoto]
    unknown: int = 0
    others: int = 0
    errors: Sequence[PhotoError] = ()
    missing: Sequence[PhotoError] = ()


@takes(ListOptions)
def list_catalogue(
    roots: StrPath | Iterable[StrPath], options: ListOptions
) -> Generator[ListedPhoto]:
    """The photos below the roots as the last runs have judged them, by path, without opening a picture.

    Photos that no run has seen, those that could not be analysed, and those that are not there any more are left out,
    and so are folders that cannot be read, which the command ``phototag list`` names.

    Args:
        roots: a folder or photo, or several.
        options: see ``ListOptions``; each is a keyword argument.

    Raises:
        PhotoNotFound: one of the roots is not there; nothing is listed.
        PhotoNotReadable: permissions keep one of them out of reach; nothing is listed.
        StateUnusable: the state file cannot be used.
    """
    found = listing(roots, options)
    for missing in found.missing:
        raise missing
    yield from found.photos


def listing(
    roots: StrPath | Iterable[StrPath],
    options: ListOptions,
    *,
    filling: Callable[[int], object] | None = None,
) -> Listing:
    """As ``list_catalogue``, with what is missing in the list.

    Args:
        roots: folders or photos.
        options: which photos.
        filling: called, now and then, with the number of photos that are being judged again from what an earlier
            phototag has seen in them.
    """
    if options.crop is not None:
        arguments.one_of("crop", options.crop, names(options.profiles))
    wanted = _wanted(options)
    photos: dict[str, ListedPhoto] = {}
    seen: set[str] = set()
    unknown = others = 0
    errors: list[PhotoError] = []
    with State(options.state) as state:
        book = _Book(state, options, filling)
        for found, known in _found(names_of(roots), book, links=options.follow_links):
            if found.path in seen:
                continue
            seen.add(found.path)
            if found.error is not None:
                errors.append(found.error)
                continue
            summary, row, current = book.summary(known, found.fingerprint)
            if summary is None or row is None:
                unknown += 1
            elif wanted(summary):
                photos[found.path] = ListedPhoto(
                    path=found.path,
                    unwritten=row.unwritten,
                    # After an undo it is not known; it was phototag that has changed it.
                    changed_since=bool(row.fingerprint) and not current,
                    **{name: getattr(summary, name) for name in _FIELDS},
                )
            else:
                others += 1
    return Listing(
        photos=[photos[path] for path in sorted(photos)],
        unknown=unknown,
        others=others,
        errors=errors,
        missing=book.missing,
    )


def summaries(folders: Sequence[str], options: ListOptions) -> dict[str, Summary]:
    """What is stored about the photos below folders, by path in the form of the folder; no file is looked at.

    Args:
        folders: the folders.
        options: as for ``listing``; which photos are asked for makes no difference.
    """
    found: dict[str, Summary] = {}
    with State(options.state) as state:
        book = _Book(state, options, None)
        for folder in folders:
            start = len(os.path.join(os.fsencode(os.path.realpath(folder)), b""))
            for path, rows in book.rows(folder, below=True).items():
                summary, _, _ = book.summary(rows, "")
                if summary is not None:
                    found[os.path.join(folder, os.fsdecode(path[start:]))] = summary
    return found


_FIELDS = tuple(field.name for field in attrs.fields(Summary))


def _wanted(options: ListOptions) -> Callable[[Summary], bool]:
    """Whether a photo was asked for."""
    asked = ("kind", "shot", "expression", "background", "environment", "grade")
    values = [(name, value) for name in asked if (value := getattr(options, name)) is not None]
    people, crop = options.people, options.crop
    doubtful, decided = options.doubtful, options.decided

    def wanted(summary: Summary) -> bool:
        return (
            all(getattr(summary, name) == value for name, value in values)
            and (people is None or summary.people in people)
            and (crop is None or crop in summary.crops)
            and (not doubtful or summary.doubtful)
            and (not decided or bool(summary.decided))
        )

    return wanted


def _found(
    roots: Sequence[str], book: _Book, *, links: bool
) -> Iterator[tuple[Found, list[ListedRow]]]:
    """The photos, each with what is stored about it."""
    alone: dict[str, list[str]] = {}
    for root in roots:
        if not os.path.isdir(root):
            alone.setdefault(os.path.dirname(root), []).append(root)
            continue
        known = book.rows(root, below=True)
        start = os.fsencode(os.path.join(os.path.realpath(root), ""))
        for found in find(root, links=links):
            inside = os.path.join(found.folder, found.name) if found.folder else found.name
            yield found, known.get(start + os.fsencode(inside), [])
    for folder, paths in alone.items():
        yield from _single(folder, paths, book)


def _single(
    folder: str, paths: Sequence[str], book: _Book
) -> Iterator[tuple[Found, list[ListedRow]]]:
    """Photos that were named one by one, all in one folder."""
    real = os.path.realpath(absolute(folder or os.curdir))
    known = book.rows(real, below=False)
    try:
        there = {found.name: found for found in folder_photos(real, "")}
    except PhotoNotReadable:
        there = {}
    for path in paths:
        name = os.path.basename(path)
        found = there.get(name)
        if found is None:
            found = Found(path=path, folder="", name=name, state=None, fingerprint="")
            if (missing := unseen(path)) is not None:
                book.missing.append(missing)
                continue
        key = os.fsencode(os.path.join(real, name))
        yield attrs.evolve(found, path=path), known.get(key, [])


class _Book:
    """What the state file knows about photos.

    Args:
        state: the state file.
        options: by what photos are judged that have no summary.
        filling: as for ``listing``.

    Attributes:
        missing: photos that are not there, or out of reach.
    """

    def __init__(
        self, state: State, options: ListOptions, filling: Callable[[int], object] | None
    ) -> None:
        self._state, self._options, self._filling = state, options, filling
        self.missing: list[PhotoError] = []
        self._filled = 0
        self._decisions: dict[str, Decision] | None = None

    def rows(self, folder: str, *, below: bool) -> dict[bytes, list[ListedRow]]:
        """The rows of a folder, by absolute path."""
        rows: dict[bytes, list[ListedRow]] = {}
        for path, row in self._state.listed(os.fsencode(os.path.realpath(folder)), below=below):
            rows.setdefault(path, []).append(row)
        return rows

    def summary(
        self, rows: Sequence[ListedRow], fingerprint: str
    ) -> tuple[Summary | None, ListedRow | None, bool]:
        """The verdict, its row, and whether the file is as it was; of several rows, one of the file as it is goes first."""
        for current in (True, False):
            for row in rows:
                if is_as_stored(row.fingerprint, fingerprint) is current:
                    summary = self._read(row)
                    if summary is not None:
                        return summary, row, current
        return None, None, False

    def _read(self, row: ListedRow) -> Summary | None:
        if not isinstance(row.picture, str):
            return None
        try:
            return Summary.of_text(row.summary)
        except DamagedRow:
            return self._filled_in(row, row.picture)

    def _filled_in(self, row: ListedRow, picture: str) -> Summary | None:
        """The summary of a photo that has none yet."""
        from phototag.analysis.result import evaluate  # noqa: PLC0415 - few lists need it

        scene = self._state.scene(picture)
        if scene is None:
            return None
        if self._decisions is None:
            self._decisions = self._state.decisions()
        said, options = self._decisions.get(picture, NOTHING), self._options
        path = os.fsdecode(row.place.name)
        analysis = evaluate(path, scene, options.calibration, options.profiles, said)
        summary = Summary.of(analysis)
        self._state.summarised(row.place, summary)
        self._filled += 1
        if self._filling is not None:
            self._filling(self._filled)
        return summary
