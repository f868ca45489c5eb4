"""What earlier runs have found and done, in an SQLite file: a cache, and the run log that ``undo`` reads.

The photos themselves contain what phototag wrote. Without this file, every photo is analysed again, ``undo`` is
not possible, only ``remove``, and decisions that no photo holds and confirmations are lost. A row that is damaged
counts as missing.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
from typing import TYPE_CHECKING, Any, Final

import attrs

from phototag import errors
from phototag.analysis.keywords.claims import Keywords
from phototag.catalogue.database import DAMAGED, DamagedRow, packed, unpacked
from phototag.catalogue.reviews import Reviews
from phototag.catalogue.run_log import PastWrite, PhotoKey, RunLog, to_past_write
from phototag.criteria.verdict import Kind
from phototag.scene import models
from phototag.scene.measures import SCENE_VERSION, Scene

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phototag.catalogue.summary import Summary


@attrs.frozen(kw_only=True)
class Row:
    """What is stored about a photo; see the table ``photos``."""

    fingerprint: str
    picture: str | None = None
    settings: str | None = None
    kind: str | None = None
    etag: str = ""
    error: errors.PhototagError | None = None
    keywords: Keywords | None = None

    @property
    def is_seen_only(self) -> bool:
        """Whether a dry run has seen the photo, and no other run."""
        return self.kind is None and self.error is None


@attrs.frozen
class ListedRow:
    """What lists need of the table ``photos``; the columns may be damaged.

    Attributes:
        place: which photo.
        fingerprint, etag: as in ``Row``.
        picture, kind, summary, settings, error: the columns.
    """

    place: PhotoKey
    fingerprint: Any
    picture: Any
    kind: Any
    summary: Any
    settings: Any
    error: Any
    etag: Any

    @property
    def unwritten(self) -> str:
        """Why the verdict does not stand in the photo; empty if it does."""
        if self.error is not None:
            try:
                return _to_error(self.error).message
            except DAMAGED:
                return "the last run failed"
        if self.kind is None:
            return "only a dry run has seen it"
        # Without settings it was undone; with an etag, to what an earlier run had written.
        return "" if self.settings is not None or self.etag else "it was undone"


@attrs.frozen(kw_only=True)
class Made:
    """A crop that was made, or the reason why there is none.

    Attributes:
        target: absolute path of the new file.
        state: of the new file when it was made; empty if there is none.
        pixels: width and height of the new file.
        error: why there is none, as the name of the error's class, the problem and the remedy.
        person: number of the person, from 1; 0 if the crop is not of one person of several.
    """

    target: str
    state: str = ""
    pixels: tuple[int, int] = (0, 0)
    error: tuple[str, ...] = ()
    person: int = 0


@attrs.frozen(kw_only=True)
class CroppedRow:
    """What ``crop`` has done with a photo; see the table ``cropped``."""

    fingerprint: str
    picture: str
    said: str
    made: tuple[Made, ...]

    @classmethod
    def of(cls, fingerprint: str, picture: str, said: str, made: str) -> CroppedRow:
        """The row with these columns; raises one of ``DAMAGED``."""
        every = tuple(
            Made(
                target=t, state=s, pixels=(int(w), int(h)), error=tuple(map(str, e)), person=int(n)
            )
            for t, s, (w, h), e, n in json.loads(made)
        )
        return cls(fingerprint=fingerprint, picture=picture, said=said, made=every)

    def columns(self) -> tuple[str, str, str, str]:
        """The columns of the row."""
        made = [[one.target, one.state, one.pixels, one.error, one.person] for one in self.made]
        return self.fingerprint, self.picture, self.said, json.dumps(made)


class State(RunLog, Reviews):
    """What is stored about catalogues; arguments and errors as for ``Database``."""

    def __init__(self, file: str | os.PathLike[str] | None = None) -> None:
        super().__init__(file)
        self.seen_by: str = f"{models.identity()}/{SCENE_VERSION}"

    # ------------------------------------------------------------------ photos

    def photos(self, root: int, folder: bytes) -> dict[bytes, Row]:
        """All that is stored about the photos in one folder, by name."""
        return {
            name: row
            for name, *columns in self._all(_ROWS, root, folder)
            if (row := _to_row(*columns)) is not None
        }

    def photo(self, place: PhotoKey) -> Row | None:
        """All that is stored about one photo."""
        found = self._one(f"{_ROWS} AND name = ?", *attrs.astuple(place))
        return None if found is None else _to_row(*found[1:])

    def roots_with(self, picture: str) -> set[str]:
        """The folders of catalogues in which this picture has been found."""
        query = "SELECT path FROM photos JOIN roots ON roots.id = root WHERE picture = ?"
        found = self._all(query, picture)
        return {os.fsdecode(path) for (path,) in found if isinstance(path, bytes)}

    def places(self) -> Iterator[tuple[str, str]]:
        """Every photo in which a picture has been found: its path once, and the picture's hash."""
        query = (
            "SELECT path, folder, name, picture FROM photos JOIN roots ON roots.id = root"
            " WHERE picture IS NOT NULL"
        )
        seen: set[bytes] = set()
        for *parts, picture in self._all(query):
            if not all(isinstance(part, bytes) for part in parts) or not isinstance(picture, str):
                continue  # a damaged row counts as missing
            path = os.path.join(*parts)
            if path not in seen:
                seen.add(path)
                yield os.fsdecode(path), picture

    def failed(self, root: int) -> set[tuple[bytes, bytes]]:
        """Folders and names of the photos that failed last time."""
        query = "SELECT folder, name FROM photos WHERE root = ? AND error IS NOT NULL"
        return set(self._all(query, root))

    def remember(
        self,
        place: PhotoKey,
        row: Row,
        written: PastWrite | None = None,
        summary: Summary | None = None,
    ) -> None:
        """Store what is now known about a photo."""
        self._do(
            "INSERT OR REPLACE INTO photos"
            " (root, folder, name, looks, picture, settings, kind, mark, written, error, summary,"
            " keywords) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            *attrs.astuple(place),
            row.fingerprint,
            row.picture,
            row.settings,
            row.kind,
            row.etag,
            None if written is None else packed(written),
            _from_error(row.error),
            None if summary is None else summary.text(),
            None if row.keywords is None else json.dumps(attrs.astuple(row.keywords)),
        )

    def summarised(self, place: PhotoKey, summary: Summary) -> None:
        """Store the summary of a photo that was judged before there were summaries."""
        query = "UPDATE photos SET summary = ? WHERE root = ? AND folder = ? AND name = ?"
        self._do(query, summary.text(), *attrs.astuple(place))

    def listed(self, folder: bytes, *, below: bool = True) -> Iterator[tuple[bytes, ListedRow]]:
        """What is stored about the photos in a folder, by absolute path; those in two catalogues come twice.

        Args:
            folder: its absolute path, without links.
            below: also those in the folders below it.
        """
        slash = os.fsencode(os.sep)
        within = folder.rstrip(slash) + slash
        for number, root in self._all("SELECT id, path FROM roots"):
            if not isinstance(root, bytes):
                continue
            start = root.rstrip(slash) + slash
            where, values = "root = ?", [number]
            if within.startswith(start):
                inside = within[len(start) : -1]
                if not below:
                    where, values = f"{where} AND folder = ?", [number, inside]
                elif inside:
                    where += " AND (folder = ? OR (folder > ? AND folder < ?))"
                    values += [inside, inside + slash, inside + bytes([slash[0] + 1])]
            elif not below or not start.startswith(within):
                continue
            for deeper, name, *columns in self._all(f"{_LISTED} WHERE {where}", *values):
                if isinstance(deeper, bytes) and isinstance(name, bytes):
                    path = start + (deeper + slash if deeper else b"") + name
                    yield path, ListedRow(PhotoKey(number, deeper, name), *columns)

    # ------------------------------------------------------------------ crops

    def cropped(self, request: str) -> dict[bytes, CroppedRow]:
        """What ``crop`` has done for a request, by the absolute path of the photo; without damaged rows."""
        query = "SELECT photo, looks, picture, said, made FROM cropped WHERE request = ?"
        found = {}
        for photo, *columns in self._all(query, request):
            with contextlib.suppress(*DAMAGED):
                found[photo] = CroppedRow.of(*columns)
        return found

    def keep_cropped(self, photo: bytes, request: str, row: CroppedRow) -> None:
        """Store what ``crop`` has done with a photo."""
        self._do(
            "INSERT OR REPLACE INTO cropped (photo, request, looks, picture, said, made)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            photo,
            request,
            *row.columns(),
        )

    # ------------------------------------------------------------------ photos

    def keywords(self, place: PhotoKey, row: Row) -> Keywords | None:
        """Phototag's keywords in a photo that has not changed; None if nothing is known of them."""
        if row.keywords is not None:
            return row.keywords
        past = self.written(place)
        return None if past is None else past.order.record.keywords

    def written(self, place: PhotoKey) -> PastWrite | None:
        """The last write into a photo."""
        query = "SELECT written FROM photos WHERE root = ? AND folder = ? AND name = ?"
        found = self._one(query, *attrs.astuple(place))
        with contextlib.suppress(DamagedRow):
            return None if found is None or found[0] is None else to_past_write(found[0])
        return None

    # ------------------------------------------------------------------ scenes

    def scene(self, picture: str) -> Scene | None:
        """The scene that the present models have detected in a picture."""
        query = "SELECT scene FROM scenes WHERE picture = ? AND seen_by = ?"
        found = self._one(query, picture, self.seen_by)
        with contextlib.suppress(DamagedRow):
            return None if found is None else unpacked(found[0], Scene)
        return None

    def has_scenes(self) -> bool:
        """Whether any scene is stored."""
        found: tuple[int] = self._one("SELECT EXISTS (SELECT 1 FROM scenes)")
        return bool(found[0])

    def keep(self, picture: str, scene: Scene) -> None:
        """Store the scene of a picture."""
        self._do(
            "INSERT OR REPLACE INTO scenes (picture, seen_by, scene) VALUES (?, ?, ?)",
            picture,
            self.seen_by,
            packed(scene),
        )


_LISTED: Final = (
    "SELECT folder, name, looks, picture, kind, summary, settings, error, mark FROM photos"
)
_ROWS = (
    "SELECT name, looks, picture, settings, kind, mark, error, keywords FROM photos"
    " WHERE root = ? AND folder = ?"
)


_KINDS: Final = frozenset({None, *map(str, Kind)})


def _to_row(*columns: Any) -> Row | None:
    """The row with these columns; None if one of them is damaged."""
    fingerprint, picture, settings, kind, etag, error, keywords = columns
    for text in (fingerprint, picture or "", settings or "", etag, kind or ""):
        if not isinstance(text, str):
            return None
    if kind not in _KINDS:
        return None
    try:
        return Row(
            fingerprint=fingerprint,
            picture=picture,
            settings=settings,
            kind=kind,
            etag=etag,
            error=None if error is None else _to_error(error),
            keywords=_to_keywords(keywords),
        )
    except DAMAGED:
        return None


@functools.lru_cache(maxsize=4096)  # the same few for most photos
def _to_keywords(text: Any) -> Keywords | None:
    """The keywords in a column; None if there are none, or if they are damaged: they are in the record, too."""
    try:
        flat, hierarchical, scene = (tuple(map(_to_str, words)) for words in json.loads(text))
    except DAMAGED:
        return None
    return Keywords(flat, hierarchical, scene)


def _from_error(error: errors.PhototagError | None) -> str | None:
    return None if error is None else json.dumps([type(error).__name__, *error.args])


def _to_error(text: Any) -> errors.PhototagError:
    kind, *parts = json.loads(text)
    about, problem, *remedy = map(_to_str, parts)
    return errors.by_name(kind)(about, problem, *remedy)


def _to_str(part: Any) -> str:
    if not isinstance(part, str):
        raise TypeError(part)
    return part
