"""The state file, read without writing: neither it nor any file beside it is created or changed."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
import zlib
from typing import TYPE_CHECKING, Final, Self
from urllib.request import pathname2url

import attrs

from phototag import errors
from phototag.catalogue.database import APPLICATION_ID, MIGRATIONS
from phototag.catalogue.state import PastWrite, PhotoKey, Row, to_error, to_past_write

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: What unpacking a damaged column may raise.
UNREADABLE: Final = (
    ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError, EOFError, sqlite3.Error,
    zlib.error,
)  # fmt: skip
_HEADER: Final = b"SQLite format 3\0"
_OTHER_STATE: Final = "choose another file with --state"
AWAY: Final = "delete it: the photos do not depend on it, but `undo` and corrections do"


@attrs.frozen
class Entry:
    """What the state file says about a photo, for one of the catalogues that hold it.

    Attributes:
        place: the photo's key.
        row: the row about it.
        written: what was written into it; None if nothing was, or if it is not known.
    """

    place: PhotoKey
    row: Row
    written: PastWrite | None


@attrs.frozen
class Unsettled:
    """An entry of the run log whose write was not completed.

    Attributes:
        run: number of the run.
        place: the photo's key.
        before: the record before the write.
    """

    run: int
    place: PhotoKey
    before: PastWrite | None


@attrs.frozen
class Known:
    """All that the state file says about one photo."""

    entries: tuple[Entry, ...] = ()
    unsettled: tuple[Unsettled, ...] = ()

    @property
    def pictures(self) -> tuple[str, ...]:
        """Hashes of the pictures that were analysed in this place."""
        return tuple(entry.row.picture for entry in self.entries if entry.row.picture)


@attrs.frozen
class Interrupted:
    """A run that has not gone through the whole folder.

    Attributes:
        run: its number.
        root: the folder.
        last: whether no later run has been in the same folder, so that it can be resumed.
    """

    run: int
    root: str
    last: bool


class Book:
    """A state file that is open for reading; safe to use from several threads.

    Raises:
        StateUnusable: it cannot be opened, is something else, or was made by a newer phototag.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._lock = threading.RLock()
        self._sql, self._seen = self._opened()

    @classmethod
    def of(cls, path: str) -> Self | None:
        """The book in a file; None if there is no such file, or nothing is in it."""
        if not os.path.lexists(path):
            return None
        book = cls(path)
        try:
            if book.integrity() or book._holds_something():
                return book
        except BaseException:
            book.close()
            raise
        book.close()
        return None

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._sql.close()

    def reopen(self) -> None:
        """Read what has been written since."""
        with self._lock:
            self._sql.close()
            self._sql, self._seen = self._opened()

    def _opened(self) -> tuple[sqlite3.Connection, tuple[int, int] | None]:
        """The connection, and the state of a file that must not be written meanwhile."""
        with self._told():
            status = os.stat(self.path)
            with open(self.path, "rb") as file:
                started = file.read(len(_HEADER))
            if status.st_size and started != _HEADER:
                raise self._unusable("this is not a state file of phototag", _OTHER_STATE)
            # SQLite makes the files of a write-ahead log even to read, unless the file is said to be immutable.
            # If there is a log, it holds part of the data, and has to be read as well.
            logged = _has_log(self.path)
            address = f"file:{pathname2url(os.path.abspath(self.path))}?mode=ro"
            sql = sqlite3.connect(
                address if logged else f"{address}&immutable=1",
                uri=True,
                isolation_level=None,
                check_same_thread=False,
            )
        return sql, None if logged else (status.st_size, status.st_mtime_ns)

    def _holds_something(self) -> bool:
        """Whether there are tables; refuses a database of something else, or of a newer phototag."""
        with self._told():
            (tables,) = self._sql.execute("SELECT count(*) FROM sqlite_master").fetchone()
            (version,) = self._sql.execute("PRAGMA user_version").fetchone()
            (owner,) = self._sql.execute("PRAGMA application_id").fetchone()
        if owner != APPLICATION_ID and tables:
            raise self._unusable("this is not a state file of phototag", _OTHER_STATE)
        if version > len(MIGRATIONS):
            remedy = "install that version, or choose another file with --state"
            raise self._unusable("this state file was made by a newer phototag", remedy)
        return bool(tables)

    def integrity(self) -> list[str]:
        """What SQLite finds wrong with the file."""
        with self._lock:
            try:
                found = self._sql.execute("PRAGMA integrity_check(10)").fetchall()
            except sqlite3.Error as error:
                return [str(error)]
        return [text for (text,) in found if text != "ok"]

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The connection, for queries of one thread at a time.

        Raises:
            StateUnusable: the file is damaged.
            CatalogueBusy: a run has begun to write it.
        """
        with self._lock:
            try:
                yield self._sql
            except sqlite3.Error as error:
                self._refuse_if_written()
                raise self._unusable(f"it is damaged ({error})", AWAY) from error

    def _refuse_if_written(self) -> None:
        """Refuse to judge a file that was read as immutable, but has been written since."""
        status = os.stat(self.path)
        if self._seen not in {None, (status.st_size, status.st_mtime_ns)}:
            raise errors.CatalogueBusy(
                self.path, "a run has begun to write this state file", "check again after it"
            )

    # ------------------------------------------------------------------ photos

    def roots(self) -> dict[int, str]:
        """The folders of the catalogues by their numbers."""
        with self.reading() as sql:
            found = sql.execute("SELECT id, path FROM roots").fetchall()
        return {number: os.fsdecode(path) for number, path in found}

    def known(self, folder: str) -> dict[str, Known]:
        """What is known about the photos in a folder, by name.

        Args:
            folder: its path, without links.
        """
        entries: dict[str, list[Entry]] = {}
        unsettled: dict[str, list[Unsettled]] = {}
        for root, path in self.roots().items():
            inside = below(folder, path)
            if inside is None:
                continue
            for entry in self._entries(root, os.fsencode(inside)):
                entries.setdefault(os.fsdecode(entry.place.name), []).append(entry)
            for open_entry in self._unsettled(root, os.fsencode(inside)):
                name = os.fsdecode(open_entry.place.name)
                unsettled.setdefault(name, []).append(open_entry)
        return {
            name: Known(tuple(entries.get(name, ())), tuple(unsettled.get(name, ())))
            for name in {**entries, **unsettled}
        }

    def _entries(self, root: int, folder: bytes) -> Iterator[Entry]:
        query = (
            "SELECT name, looks, picture, settings, kind, mark, written, error FROM photos"
            " WHERE root = ? AND folder = ?"
        )
        with self.reading() as sql:
            found = sql.execute(query, (root, folder)).fetchall()
        for name, fingerprint, picture, settings, kind, etag, written, error in found:
            with contextlib.suppress(*UNREADABLE):  # a damaged row is not known
                row = Row(
                    fingerprint=fingerprint,
                    picture=picture,
                    settings=settings,
                    kind=kind,
                    etag=etag,
                    error=to_error(error),
                )
                past = None if written is None else to_past_write(written)
                yield Entry(PhotoKey(root, folder, name), row, past)

    def _unsettled(self, root: int, folder: bytes) -> Iterator[Unsettled]:
        query = (
            "SELECT runs.id, name, before FROM changes JOIN runs ON runs.id = changes.run"
            " WHERE runs.root = ? AND folder = ? AND done = 0 AND undone = 0"
        )
        with self.reading() as sql:
            found = sql.execute(query, (root, folder)).fetchall()
        for run, name, before in found:
            with contextlib.suppress(*UNREADABLE):
                past = None if before is None else to_past_write(before)
                yield Unsettled(run, PhotoKey(root, folder, name), past)

    def vanished(self, roots: Iterable[str]) -> Iterator[tuple[PhotoKey, str, str | None]]:
        """The photos below folders that are not there any more: key, path, and hash of the picture."""
        wanted = list(roots)
        for root, path in self.roots().items():
            near = any(
                below(path, one) is not None or below(one, path) is not None for one in wanted
            )
            if not near or not os.path.isdir(path):
                continue
            with self.reading() as sql:
                query = "SELECT folder, name, picture FROM photos WHERE root = ?"
                rows = sql.execute(query, (root,)).fetchall()
            for folder, name, picture in rows:
                photo = os.path.join(path, os.fsdecode(folder), os.fsdecode(name))
                inside = any(below(photo, one) is not None for one in wanted)
                if inside and not os.path.lexists(photo):
                    yield PhotoKey(root, folder, name), photo, picture

    def holds(self, place: PhotoKey) -> bool:
        """Whether there is a row about a photo."""
        query = "SELECT 1 FROM photos WHERE root = ? AND folder = ? AND name = ?"
        with self.reading() as sql:
            return sql.execute(query, attrs.astuple(place)).fetchone() is not None

    def lost(self, roots: Iterable[str]) -> Iterator[tuple[Unsettled, str]]:
        """Entries of the run log whose write was not completed and whose photo is not there any more."""
        wanted = list(roots)
        for root, path in self.roots().items():
            with self.reading() as sql:
                query = (
                    "SELECT DISTINCT folder FROM changes JOIN runs ON runs.id = changes.run"
                    " WHERE runs.root = ? AND done = 0 AND undone = 0"
                )
                found = sql.execute(query, (root,)).fetchall()
            for (folder,) in found:
                for entry in self._unsettled(root, folder):
                    name = os.fsdecode(entry.place.name)
                    photo = os.path.join(path, os.fsdecode(folder), name)
                    inside = any(below(photo, one) is not None for one in wanted)
                    if inside and not os.path.lexists(photo):
                        yield entry, photo

    def interrupted(self, roots: Iterable[str]) -> list[Interrupted]:
        """The runs in or around folders that have not ended."""
        wanted, folders = list(roots), self.roots()
        query = (
            "SELECT id, root, id = (SELECT max(id) FROM runs AS later WHERE later.root = runs.root)"
            " FROM runs WHERE ended IS NULL ORDER BY id"
        )
        with self.reading() as sql:
            found = sql.execute(query).fetchall()
        return [
            Interrupted(run, folders[root], bool(last))
            for run, root, last in found
            if root in folders
            and any(
                below(folders[root], one) is not None or below(one, folders[root]) is not None
                for one in wanted
            )
        ]

    # ------------------------------------------------------------------ errors

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise self._unusable(f"the state file cannot be read ({error})", AWAY) from error

    def _unusable(self, problem: str, remedy: str) -> errors.StateUnusable:
        return errors.StateUnusable(self.path, problem, remedy)


def _has_log(path: str) -> bool:
    """Whether SQLite's write-ahead log holds data, or somebody is using it."""
    try:
        size = os.stat(path + "-wal").st_size
    except OSError:
        return False
    return size > 0 or os.path.exists(path + "-shm")


def below(path: str, folder: str) -> str | None:
    """A path relative to a folder, empty for the folder itself; None if it is not in it."""
    if path == folder:
        return ""
    start = folder.rstrip(os.sep) + os.sep
    return path[len(start) :] if path.startswith(start) else None
