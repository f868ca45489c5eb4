"""The state file, read without writing: neither it nor any file beside it is created or changed."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import threading
from typing import TYPE_CHECKING, Final, Self
from urllib.request import pathname2url

import attrs

from phototag import errors
from phototag.catalogue.checking.places import below, overlap
from phototag.catalogue.database import APPLICATION_ID, MIGRATIONS, default_file
from phototag.catalogue.run_log import PastWrite, PhotoKey, to_past_write
from phototag.catalogue.state_problems import (
    ANOTHER,
    is_damage,
    is_something_else,
    not_ours,
    unusable,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: What a damaged column may raise: the errors of zlib, of JSON and of every conversion.
UNREADABLE: Final = (Exception,)
#: Of photos that were not only seen by a dry run.
TRIED: Final = "(kind IS NOT NULL OR error IS NOT NULL)"
#: How the settings of runs begin that `tag` does not resume.
_OF_DECIDE: Final = "decide "
_OF_REVIEW: Final = "review/"
_CHECK: Final = "PRAGMA integrity_check(1)"  # with more, a later look can fail and hide what an earlier one found


@attrs.frozen
class Entry:
    """What the state file says about a photo, for one of the catalogues that hold it.

    Attributes:
        place: the photo's key.
        picture: hash of the picture that was analysed; None if none was.
        etag: etag of the record in the photo; empty for no record.
        written: what was written into it; None if nothing was, or if it is not known.
        failure: why the last run failed; empty if it did not.
    """

    place: PhotoKey
    picture: str | None
    etag: str
    written: PastWrite | None
    failure: str


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
        return tuple(entry.picture for entry in self.entries if entry.picture)


@attrs.frozen
class Interrupted:
    """A run that has not gone through the whole folder.

    Attributes:
        run: its number.
        root: the folder.
        command: the command that resumes it; empty if none does: a later run has been in the same folder, or it is a
            review.
        review: whether it is a review, which may also be still open.
    """

    run: int
    root: str
    command: str
    review: bool


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
            if book.fault():
                book._refuse_others()
                return book
            if book._holds_something():
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
            with open(
                self.path, "rb"
            ):  # a file that cannot be opened is told by the system's own words
                pass
            if is_something_else(self.path):
                raise not_ours(self.path)
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
            sql.text_factory = _to_text
        return sql, None if logged else (status.st_size, status.st_mtime_ns)

    def _holds_something(self) -> bool:
        """Whether there are tables; refuses a database of something else, or of a newer phototag."""
        with self._told():
            (tables,) = self._sql.execute("SELECT count(*) FROM sqlite_master").fetchone()
            (version,) = self._sql.execute("PRAGMA user_version").fetchone()
        if tables:
            self._refuse_others()
        if version > len(MIGRATIONS):
            remedy = f"install that version, or {ANOTHER}"
            raise self._unusable("this state file was made by a newer phototag", remedy)
        return bool(tables)

    def _refuse_others(self) -> None:
        """Refuse a database of another program, also one that is damaged."""
        with self._told(), contextlib.suppress(sqlite3.DatabaseError):
            (owner,) = self._sql.execute("PRAGMA application_id").fetchone()
            if owner != APPLICATION_ID:
                raise not_ours(self.path)

    def fault(self) -> str | None:
        """The first thing that SQLite finds wrong with the file, in one line; None for a sound file."""
        with self._lock:
            try:
                (text,) = self._sql.execute(_CHECK).fetchone()
            except sqlite3.DatabaseError as error:
                if not is_damage(error):
                    raise unusable(self.path, error, str(default_file())) from error
                return str(error)
        # A fault of a page stands below a line with the name of the database, between asterisks.
        return None if text == "ok" else str(text).splitlines()[-1]

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
                raise unusable(self.path, error, str(default_file())) from error

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
            for open_entry in self.unsettled(root, os.fsencode(inside)):
                name = os.fsdecode(open_entry.place.name)
                unsettled.setdefault(name, []).append(open_entry)
        return {
            name: Known(tuple(entries.get(name, ())), tuple(unsettled.get(name, ())))
            for name in {**entries, **unsettled}
        }

    def _entries(self, root: int, folder: bytes) -> Iterator[Entry]:
        columns = "name, picture, mark, written, error"
        query = f"SELECT {columns} FROM photos WHERE root = ? AND folder = ? AND {TRIED}"  # noqa: S608 - of two texts
        with self.reading() as sql:
            found = sql.execute(query, (root, folder)).fetchall()
        for name, picture, etag, written, error in found:
            with contextlib.suppress(*UNREADABLE):  # a damaged row is not known
                place = to_key(root, folder, name)
                past = None if written is None else to_past_write(written)
                yield Entry(place, picture, etag, past, "" if error is None else to_failure(error))

    def unsettled(self, root: int, folder: bytes) -> Iterator[Unsettled]:
        """Entries of the run log about photos in a folder whose write was not completed."""
        with self.reading() as sql:
            query = (
                f"SELECT run, name, before FROM {Layout.of(sql).changes}"  # noqa: S608 - one of two texts
                " WHERE root = ? AND folder = ? AND done = 0 AND undone = 0"
            )
            found = sql.execute(query, (root, folder)).fetchall()
        for run, name, before in found:
            with contextlib.suppress(*UNREADABLE):
                past = None if before is None else to_past_write(before)
                yield Unsettled(run, to_key(root, folder, name), past)

    def holds(self, place: PhotoKey) -> bool:
        """Whether there is a row about a photo."""
        query = "SELECT 1 FROM photos WHERE root = ? AND folder = ? AND name = ?"
        with self.reading() as sql:
            return sql.execute(query, attrs.astuple(place)).fetchone() is not None

    def interrupted(self, roots: Iterable[str]) -> list[Interrupted]:
        """The runs in or around folders that have not ended."""
        wanted, folders = list(roots), self.roots()
        with self.reading() as sql:
            of_run: dict[int, list[int]] = {}
            for run, root in sql.execute(f"SELECT run, root FROM {Layout.of(sql).run_roots}"):  # noqa: S608 - as above
                of_run.setdefault(run, []).append(root)
            ended = "SELECT id, settings FROM runs WHERE ended IS NULL ORDER BY id"
            runs = [(run, str(settings)) for run, settings in sql.execute(ended)]
        last = {root: run for run in sorted(of_run) for root in of_run[run]}
        found = []
        for run, settings in runs:
            there = [folders[root] for root in of_run.get(run, ()) if root in folders]
            near = [path for path in there if any(overlap(path, one) for one in wanted)]
            if near:
                review = settings.startswith(_OF_REVIEW)
                command = "phototag decide" if settings.startswith(_OF_DECIDE) else "phototag tag"
                if review or any(last[root] != run for root in of_run[run]):
                    command = ""
                found.append(Interrupted(run, near[0], command, review))
        return found

    # ------------------------------------------------------------------ errors

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise unusable(self.path, error, str(default_file())) from error

    def _unusable(self, problem: str, remedy: str) -> errors.StateUnusable:
        return errors.StateUnusable(self.path, problem, remedy)


@attrs.frozen
class Layout:
    """Where the run log is: a file of an earlier version is read as it is.

    Attributes:
        run_roots: the runs, each with its folders: run, root.
        changes: the photos that runs changed: number, run, root, folder, name, before, done, undone.
    """

    run_roots: str
    changes: str

    @classmethod
    def of(cls, sql: sqlite3.Connection) -> Self:
        """The layout of an open file."""
        query = "SELECT 1 FROM sqlite_master WHERE name = 'run_roots'"
        if sql.execute(query).fetchone():
            return cls("run_roots", "(SELECT rowid AS number, * FROM changes)")
        return cls(
            "(SELECT id AS run, root FROM runs)",
            "(SELECT changes.rowid AS number, changes.*, runs.root AS root"
            " FROM changes LEFT JOIN runs ON runs.id = changes.run)",
        )


def to_failure(column: str) -> str:
    """The problem in the column of an error."""
    _kind, _about, problem, *_remedy = json.loads(column)
    if not isinstance(problem, str):
        raise TypeError(problem)
    return problem


def to_key(root: int, folder: bytes, name: bytes) -> PhotoKey:
    """The key of a photo in columns; raises ``TypeError`` or ``ValueError`` if one of them is damaged."""
    to_path(folder, name)
    return PhotoKey(root, folder, name)


def to_path(*columns: bytes) -> str:
    """The path in columns; raises as ``to_key``."""
    path = os.path.join(*map(os.fsdecode, columns))
    if "\0" in path:
        raise ValueError("no name holds this character")
    return path


def _to_text(column: bytes) -> str:
    """Text from a column: a damaged one does not end the reading of all others."""
    return column.decode("utf-8", "replace")


def _has_log(path: str) -> bool:
    """Whether SQLite's write-ahead log holds data, or somebody is using it."""
    try:
        size = os.stat(path + "-wal").st_size
    except OSError:
        return False
    return size > 0 or os.path.exists(path + "-shm")
