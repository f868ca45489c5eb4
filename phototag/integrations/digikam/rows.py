"""digiKam's database: its saved searches and its tags; read at any time, changed while digiKam is closed."""

from __future__ import annotations

import contextlib
import errno
import os
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import quote

import attrs

from phototag.catalogue.database import default_folder
from phototag.errors import OutputNotWritable
from phototag.files import private
from phototag.integrations.digikam import running, settings
from phototag.integrations.placing import code

#: digiKam's number for searches that its sidebar lists and its editor of searches can change.
ADVANCED: Final = 2
_PATIENCE: Final = 3.0  # s, for another program's write
_BUSY: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_COPY_SECONDS: Final = 300.0  # gigabytes on a slow disk
_PAGES, _PAUSE = (
    4096,
    0.1,
)  # that are copied at once, and s until the next try while the database is locked


@attrs.frozen(kw_only=True)
class Row:
    """A saved search.

    Attributes:
        id: its number.
        type: digiKam's number for the kind of search.
        name: as the sidebar shows it.
        query: what it finds: XML.
    """

    id: int
    type: int = ADVANCED
    name: str
    query: str


@attrs.frozen
class Database:
    """digiKam's database, open."""

    _sql: sqlite3.Connection

    def searches(self) -> dict[int, Row]:
        """All searches by their numbers; of some types digiKam makes them for itself."""
        found = self._sql.execute("SELECT id, type, name, query FROM Searches ORDER BY id")
        return {
            row[0]: Row(**dict(zip(("id", "type", "name", "query"), row, strict=True)))
            for row in found
        }

    def tag(self, path: tuple[str, ...]) -> int | None:
        """The number of a tag; None if digiKam knows none with exactly these levels."""
        number = 0
        for name in path:
            found = self._sql.execute(
                "SELECT id FROM Tags WHERE pid = ? AND name = ?", (number, name)
            ).fetchone()
            if found is None:
                return None
            number = found[0]
        return number

    def delete(self, row: Row) -> None:
        """Delete a search if it is exactly this one."""
        self._sql.execute(
            "DELETE FROM Searches WHERE id = ? AND type = ? AND name = ? AND query = ?",
            (row.id, row.type, row.name, row.query),
        )

    def insert(self, row: Row) -> None:
        """Add a search."""
        self._sql.execute(
            "INSERT INTO Searches (id, type, name, query) VALUES (?, ?, ?, ?)",
            (row.id, row.type, row.name, row.query),
        )


def first_copy(path: str) -> Path:
    """Where the copy of a database lies that has nothing of phototag's in it. It stays until all is taken back."""
    return _copy(path, "before-phototag")


def last_copy(path: str) -> Path:
    """Where the copy of a database lies as it was before the last change, if phototag had changed it before."""
    return _copy(path, "before-last-change")


def forget_copies(path: str) -> None:
    """Delete the copies of a database, as far as that is possible."""
    for one in (first_copy(path), last_copy(path)):
        with contextlib.suppress(OSError):
            one.unlink(missing_ok=True)


def _copy(path: str, name: str) -> Path:
    return default_folder() / f"digikam4-{code(path)}-{name}.db"


@contextlib.contextmanager
def reading(path: str) -> Iterator[Database]:
    """The database for reading; digiKam may be open.

    Raises:
        OutputNotWritable: it cannot be read, or is none of digiKam's.
    """
    with _told(path, "read"), contextlib.closing(_opened(path, "ro")) as sql:
        yield Database(sql)


@contextlib.contextmanager
def changing(path: str, copy: Path) -> Iterator[Database]:
    """The database for a change, after a copy of it was made: all that is done within, or nothing of it.

    Args:
        path: of the database.
        copy: where to make the copy: ``first_copy`` if nothing of phototag's is in the database, else ``last_copy``.

    Raises:
        OutputNotWritable: digiKam or another program uses it, or there is no room for the copy or the change.
    """
    with _told(path, "changed"), contextlib.closing(_opened(path, "rw")) as sql:
        sql.execute("BEGIN IMMEDIATE")
        try:
            running.refuse_if_open(path)
            _keep(path, copy)
            yield Database(sql)
            running.refuse_if_open(path)
            sql.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):  # a full disk has rolled it back already
                sql.execute("ROLLBACK")
            raise


def _opened(path: str, mode: str) -> sqlite3.Connection:
    if not Path(path).is_file():
        problem = "digiKam has no database here"
        raise OutputNotWritable(path, problem, settings.START_ONCE)
    address = f"file:{quote(os.fsencode(path))}?mode={mode}"
    return sqlite3.connect(address, uri=True, timeout=_PATIENCE, isolation_level=None)


def _keep(path: str, copy: Path) -> None:
    """Copy the database; an earlier copy is replaced once the new one is whole."""
    end = time.monotonic() + _COPY_SECONDS

    def in_time(*_: int) -> None:  # the copy itself would wait for another program for ever
        if time.monotonic() > end:
            raise TimeoutError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))

    new = copy.with_suffix(".new")
    try:
        private.make_folder(new.parent)
        new.unlink(missing_ok=True)  # of a call that was killed
        private.make_file(new)
        # Not from the connection that is about to write: SQLite cannot copy from that.
        with (
            contextlib.closing(_opened(path, "ro")) as source,
            contextlib.closing(sqlite3.connect(new)) as target,
        ):
            source.backup(target, pages=_PAGES, progress=in_time, sleep=_PAUSE)
        with new.open("rb") as file:
            os.fsync(file.fileno())
        new.replace(copy)
        if copy == first_copy(path):
            last_copy(path).unlink(missing_ok=True)  # of changes before that
    except BaseException as error:
        with contextlib.suppress(OSError):
            new.unlink(missing_ok=True)
        if isinstance(error, (OSError, sqlite3.Error)):
            problem = f"no copy of digiKam's database can be made ({error}), so it was not changed"
            remedy = "make room, or set XDG_STATE_HOME to a folder that you can write to"
            raise OutputNotWritable(str(copy), problem, remedy) from error
        raise


@contextlib.contextmanager
def _told(path: str, done: str) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", None)
        if code is not None and code & 0xFF in _BUSY:
            problem = "another program is writing into digiKam's database; nothing was changed"
            raise OutputNotWritable(path, problem, "close digiKam, then try again") from error
        problem = f"digiKam's database cannot be {done} ({error}); nothing was changed"
        remedy = "start digiKam and close it, then try again"
        raise OutputNotWritable(path, problem, remedy) from error
