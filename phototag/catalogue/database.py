"""The SQLite file of catalogues: its tables, and access to them."""

from __future__ import annotations

import contextlib
import json
import operator
import re
import sqlite3
import threading
import time
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

import platformdirs

from phototag import errors
from phototag.catalogue.state_problems import ANOTHER, is_busy, is_damage, not_ours, unusable
from phototag.files import arguments, private
from phototag.scene import serialization

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

T = TypeVar("T")

APPLICATION_ID = 0x70687467  # "phtg": identifies the file's application to SQLite
BUSY_SECONDS = 60.0  # how long a write waits for another run's write
PACKED = 3  # zlib level of a column: 6 % larger than the default, in two fifths of its time

# What a damaged column raises when it is read; deep nesting ends in a RecursionError.
DAMAGED = (
    zlib.error,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    RecursionError,
    OverflowError,
)

# Text from a column: one damaged text is not the end of the whole file.
_TO_TEXT = operator.methodcaller("decode", "utf-8", "replace")

# What each version of the file adds to the previous one; never changed after its release.
MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE roots (id INTEGER PRIMARY KEY, path BLOB NOT NULL UNIQUE);
    -- The contents of a picture, independent of the name and the folder of its file.
    CREATE TABLE scenes (
        picture TEXT NOT NULL,  -- hash of the picture, without the metadata
        seen_by TEXT NOT NULL,  -- the models and the version of the scene
        scene BLOB NOT NULL,
        UNIQUE (picture, seen_by)
    );
    CREATE TABLE photos (
        root INTEGER NOT NULL REFERENCES roots,
        folder BLOB NOT NULL,  -- relative to the root
        name BLOB NOT NULL,
        looks TEXT NOT NULL,  -- size and time of the photo and its sidecars; empty: to be read again
        picture TEXT,
        settings TEXT,  -- the options with which it was written; none: not written
        kind TEXT,
        mark TEXT NOT NULL,  -- of the record in the photo
        written BLOB,  -- the record and the options it was written with
        error TEXT,
        UNIQUE (root, folder, name)
    );
    CREATE INDEX photos_by_picture ON photos (picture);
    CREATE TABLE runs (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        root INTEGER NOT NULL REFERENCES roots,
        settings TEXT NOT NULL,
        software TEXT NOT NULL,
        started REAL NOT NULL,
        ended REAL  -- none: killed or stopped; the next run with the same settings resumes it
    );
    CREATE TABLE changes (
        run INTEGER NOT NULL REFERENCES runs,
        folder BLOB NOT NULL,
        name BLOB NOT NULL,
        picture TEXT NOT NULL,
        before BLOB,  -- the earlier record and its options; none: there was no record
        done INTEGER NOT NULL,  -- 0: about to be written when the run was killed, perhaps written
        undone INTEGER NOT NULL DEFAULT 0,
        UNIQUE (run, folder, name)
    );
    """,
    """
    -- Verdicts that people have corrected.
    CREATE TABLE corrections (picture TEXT NOT NULL UNIQUE, kind TEXT NOT NULL);
    """,
    """
    -- A run is one command, on one folder or several.
    CREATE TABLE run_roots (
        run INTEGER NOT NULL REFERENCES runs,
        root INTEGER NOT NULL REFERENCES roots,
        UNIQUE (run, root)
    );
    INSERT OR IGNORE INTO run_roots SELECT id, root FROM runs ORDER BY id;
    CREATE TABLE changes_of_roots (
        run INTEGER NOT NULL REFERENCES runs,
        root INTEGER NOT NULL REFERENCES roots,
        folder BLOB NOT NULL,
        name BLOB NOT NULL,
        picture TEXT NOT NULL,
        before BLOB,  -- the earlier record and its options; none: there was no record
        done INTEGER NOT NULL,  -- 0: about to be written when the run was killed, perhaps written
        undone INTEGER NOT NULL DEFAULT 0,
        UNIQUE (run, root, folder, name)
    );
    INSERT OR IGNORE INTO changes_of_roots
        SELECT run, root, folder, name, picture, before, done, undone
        FROM changes JOIN runs ON runs.id = changes.run ORDER BY changes.rowid;
    DROP TABLE changes;
    ALTER TABLE changes_of_roots RENAME TO changes;
    CREATE INDEX changes_by_place ON changes (root, folder, name);
    CREATE TABLE runs_of_roots (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        settings TEXT NOT NULL,
        software TEXT NOT NULL,
        started REAL NOT NULL,
        ended REAL  -- none: killed or stopped; the same command resumes it
    );
    INSERT OR IGNORE INTO runs_of_roots SELECT id, settings, software, started, ended FROM runs;
    DROP TABLE runs;
    ALTER TABLE runs_of_roots RENAME TO runs;
    -- What a run has changed in the corrections.
    CREATE TABLE run_corrections (
        run INTEGER NOT NULL REFERENCES runs,
        picture TEXT NOT NULL,
        kind TEXT,  -- none: it has been forgotten
        before TEXT,  -- none: there was no correction
        UNIQUE (run, picture)
    );
    """,
    """
    -- What people have decided about pictures: JSON, a text for each field.
    CREATE TABLE decisions (picture TEXT NOT NULL UNIQUE, said TEXT NOT NULL);
    INSERT INTO decisions SELECT picture, '{"kind": "' || kind || '"}' FROM corrections;
    DROP TABLE corrections;
    -- What a run has changed in the decisions.
    CREATE TABLE run_decisions (
        run INTEGER NOT NULL REFERENCES runs,
        picture TEXT NOT NULL,
        said TEXT,  -- none: it has been forgotten
        before TEXT,  -- none: there was no decision
        UNIQUE (run, picture)
    );
    INSERT INTO run_decisions SELECT run, picture, '{"kind": "' || kind || '"}',
        '{"kind": "' || before || '"}' FROM run_corrections;
    DROP TABLE run_corrections;
    -- What phototag said of a picture when a person looked at it and left it as it was: JSON, as above.
    CREATE TABLE left_as_it_was (picture TEXT NOT NULL UNIQUE, said TEXT NOT NULL);
    """,
    """
    -- Photos about which something was decided in a review, and which are still to be written.
    CREATE TABLE unwritten (path BLOB NOT NULL UNIQUE);
    -- What the page of a review remembers: JSON.
    CREATE TABLE review_places (
        folders TEXT NOT NULL UNIQUE,  -- a hash of the paths that are reviewed
        place TEXT NOT NULL
    );
    """,
    """
    -- The verdict on a photo in short, for lists: JSON; none: it is made from the scene when a list needs it.
    ALTER TABLE photos ADD COLUMN summary TEXT;
    -- What `crop` has done with a photo.
    CREATE TABLE cropped (
        photo BLOB NOT NULL,  -- absolute path
        request TEXT NOT NULL,  -- the options that determine the new files, and their folder
        looks TEXT NOT NULL,  -- as in the table photos
        picture TEXT NOT NULL,
        said TEXT NOT NULL,  -- what a person has decided about the picture: JSON
        made TEXT NOT NULL,  -- for each crop, its file and the state of that, or why there is none: JSON
        UNIQUE (photo, request)
    );
    """,
    """
    -- Phototag's keywords and scene codes in the photo: JSON; none: those of the record, as it was written.
    ALTER TABLE photos ADD COLUMN keywords TEXT;
    """,
)


def default_folder() -> Path:
    """The default folder of state files and locks."""
    return Path(platformdirs.user_state_dir("phototag", appauthor=False))


class DamagedRow(Exception):
    """A row holds what phototag does not write."""


def default_file() -> Path:
    """The default state file."""
    return default_folder() / "catalogues.sqlite3"


class Database:
    """An open file; safe to use from several threads.

    Args:
        file: its path; created if missing. None = the user's default.

    Raises:
        StateUnusable: it cannot be opened, is damaged, is not a state file, or was made by a newer phototag.
    """

    def __init__(self, file: str | os.PathLike[str] | None = None) -> None:
        self.path: Path = default_file() if file is None else Path(arguments.path("state", file))
        self._lock = threading.RLock()
        with self._told():
            private.make_folder(self.path.parent)
            private.make_file(self.path)  # the files beside it get the same permissions
            self._sql = sqlite3.connect(
                self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            self._sql.text_factory = _TO_TEXT
            try:
                self._prepare()
            except BaseException:
                self._sql.close()
                raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._sql.close()

    def _prepare(self) -> None:
        # Another process may be creating the tables: a transaction shows all of them, or none.
        self._sql.execute("BEGIN")
        (owner,) = self._sql.execute("PRAGMA application_id").fetchone()
        (found,) = self._sql.execute("PRAGMA user_version").fetchone()
        try:
            (tables,) = self._sql.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.DatabaseError as error:
            if owner != APPLICATION_ID and is_damage(error):
                raise not_ours(str(self.path)) from error
            raise
        self._sql.execute("COMMIT")
        if owner != APPLICATION_ID and tables:
            raise not_ours(str(self.path))
        if found > len(MIGRATIONS):
            raise errors.StateUnusable(
                str(self.path),
                "this state file was made by a newer phototag",
                f"install that version, or {ANOTHER}",
            )
        # A kill loses nothing; a power cut may lose the last photos' entries, but never the file.
        self._keep_a_log()
        self._sql.execute("PRAGMA synchronous = NORMAL")
        if found < len(MIGRATIONS):
            self._migrate()

    def _keep_a_log(self) -> None:
        """Turn on the write-ahead log; SQLite does not wait here for another process that does the same."""
        end = time.monotonic() + BUSY_SECONDS
        while True:
            try:
                self._sql.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as error:
                if not is_busy(error) or time.monotonic() > end:
                    raise
                time.sleep(0.01)
            else:
                return

    def _migrate(self) -> None:
        """Bring the file up to date, unless another process has just done so."""
        self._sql.execute("BEGIN IMMEDIATE")
        try:
            (found,) = self._sql.execute("PRAGMA user_version").fetchone()
            for version, script in list(enumerate(MIGRATIONS, 1))[found:]:
                for statement in re.sub("--.*", "", script).split(";"):
                    self._sql.execute(statement)
                self._sql.execute(f"PRAGMA user_version = {version}")
                self._sql.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            self._sql.execute("COMMIT")
        except BaseException:
            self._sql.execute("ROLLBACK")
            raise

    @contextlib.contextmanager
    def _at_once(self) -> Iterator[None]:
        """All that is changed within, or nothing of it."""
        with self._lock, self._told():
            self._sql.execute("BEGIN IMMEDIATE")
            with self._sql:
                yield

    def _do(self, query: str, *values: object) -> None:
        with self._lock, self._told():
            self._sql.execute(query, values)

    def _one(self, query: str, *values: object) -> Any:
        with self._lock, self._told():
            return self._sql.execute(query, values).fetchone()

    def _all(self, query: str, *values: object) -> list[Any]:
        with self._lock, self._told():
            return self._sql.execute(query, values).fetchall()

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise unusable(str(self.path), error, str(default_file())) from error


def packed(value: object) -> bytes:
    """An object in the form stored in a column; about a fifth of the size of its JSON."""
    return zlib.compress(json.dumps(serialization.to_json(value)).encode(), PACKED)


def unpacked(packed: Any, cls: type[T]) -> T:
    """The object in the result of ``packed``.

    Raises:
        DamagedRow: the column holds something else.
    """
    try:
        return serialization.from_json(json.loads(zlib.decompress(packed)), cls)
    except DAMAGED as error:
        raise DamagedRow from error
