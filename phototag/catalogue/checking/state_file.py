"""The state file itself: what SQLite finds wrong with it, and rows that cannot be read or belong to nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import attrs

from phototag.analysis.decisions.decision import Decision
from phototag.catalogue.checking.book import UNREADABLE, Layout, to_failure, to_path
from phototag.catalogue.checking.findings import CheckFinding, CheckKind
from phototag.catalogue.database import unpacked
from phototag.catalogue.run_log import to_past_write
from phototag.criteria.verdict import Kind
from phototag.scene import models
from phototag.scene.measures import SCENE_VERSION, Scene

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator

    from phototag.catalogue.checking.book import Book

_AGAIN: Final = "run `phototag check --repair`, which deletes this entry"


@attrs.frozen
class DamagedRow:
    """A row that cannot be read, or belongs to nothing.

    Attributes:
        table: its table.
        row: its number in the table.
        about: what it is about: a photo, or a picture; empty for neither.
        problem: what is wrong with it.
        lost: what is not known without it.
    """

    table: str
    row: int
    about: str
    problem: str
    lost: str


def state_findings(book: Book) -> list[CheckFinding]:
    """What is wrong with a state file."""
    fault = book.fault()
    if fault:
        problem = f"the state file is damaged ({fault})"
        remedy = "run `phototag check --repair`"
        kind = CheckKind.STATE_DAMAGED
        return [CheckFinding(path=book.path, kind=kind, problem=problem, remedy=remedy)]
    with book.reading() as sql:
        return [
            CheckFinding(
                path=found.about or book.path,
                kind=CheckKind.ROW_DAMAGED,
                problem=f"its entry in table {found.table} of the state file {found.problem}"
                if found.about
                else f"row {found.row} of table {found.table} {found.problem}",
                remedy=f"{_AGAIN}; {found.lost}",
            )
            for found in damaged_rows(sql)
        ]


def damaged_rows(sql: sqlite3.Connection) -> Iterator[DamagedRow]:
    """All rows that cannot be read, or belong to nothing; raises ``sqlite3.Error`` for a damaged file."""
    roots = dict(sql.execute("SELECT id, path FROM roots"))
    layout = Layout.of(sql)
    runs = {run for (run,) in sql.execute("SELECT id FROM runs")}
    homes = sql.execute(f"SELECT run, root FROM {layout.run_roots}")  # noqa: S608 - one of two texts
    at_home = {run for run, root in homes if root in roots}
    yield from _photos(sql, roots)
    lost = "the picture is analysed again when it is needed"
    query = "SELECT rowid, picture, scene FROM scenes WHERE seen_by = ?"
    for row, picture, scene in sql.execute(query, (f"{models.identity()}/{SCENE_VERSION}",)):
        if not _reads(lambda column: unpacked(column, Scene), scene):
            yield DamagedRow("scenes", row, "", f"(picture {picture}) cannot be read", lost)
    yield from _decisions(sql)
    lost = "nothing is lost by it"
    for run in sorted(runs - at_home):
        yield DamagedRow("runs", run, "", "belongs to no folder", lost)
    yield from _changes(sql, roots, runs)


def _decisions(sql: sqlite3.Connection) -> Iterator[DamagedRow]:
    """The decisions, and the corrections of earlier versions, that cannot be read."""
    lost = "say it again in a gallery"
    tables: tuple[tuple[str, str, Callable[[Any], object]], ...] = (
        ("corrections", "kind", Kind),
        ("decisions", "said", _decision),
        ("left_as_it_was", "said", _decision),
    )
    for table, column, read in tables:
        if sql.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)).fetchone():
            query = f"SELECT rowid, picture, {column} FROM {table}"  # noqa: S608 - of the texts above
            for row, picture, value in sql.execute(query):
                if not _reads(read, value):
                    yield DamagedRow(table, row, "", f"(picture {picture}) cannot be read", lost)


def _decision(said: Any) -> Decision:
    return Decision.of(json.loads(said))


def _photos(sql: sqlite3.Connection, roots: dict[int, Any]) -> Iterator[DamagedRow]:
    lost = "the next `phototag tag` reads the photo again"
    query = "SELECT rowid, root, folder, name, looks, picture, settings, mark, kind, written, error FROM photos"
    for row, root, folder, name, *texts, kind, written, error in sql.execute(query):
        if root not in roots:
            yield DamagedRow("photos", row, "", "belongs to no folder", lost)
        elif not (
            all(isinstance(text, str) or text is None for text in texts)
            and _reads(Kind, kind)
            and _reads(to_past_write, written)
            and _reads(to_failure, error)
            and _path((roots[root], folder, name))
        ):
            about = _path((roots[root], folder, name))
            yield DamagedRow("photos", row, about, "cannot be read", lost)


def _changes(
    sql: sqlite3.Connection, roots: dict[int, Any], runs: set[int]
) -> Iterator[DamagedRow]:
    query = f"SELECT number, run, root, folder, name, before FROM {Layout.of(sql).changes}"  # noqa: S608 - as above
    for row, run, root, folder, name, before in sql.execute(query):
        lost = f"`phototag undo {run}` then leaves this photo out, `phototag remove` does not"
        if run not in runs:
            lost = "nothing is lost by it"
            yield DamagedRow("changes", row, "", "belongs to no run", lost)
        elif root in roots and not (
            _reads(to_past_write, before) and _path((roots[root], folder, name))
        ):
            about = _path((roots[root], folder, name))
            yield DamagedRow("changes", row, about, "cannot be read", lost)


def _path(parts: Iterable[Any]) -> str:
    """The path of a photo; empty if one of its columns is damaged."""
    try:
        return to_path(*parts)
    except (TypeError, ValueError):
        return ""


def _reads(read: Callable[[Any], object], column: object) -> bool:
    """Whether a column can be read; an empty one can."""
    if column is None:
        return True
    try:
        read(column)
    except UNREADABLE:
        return False
    return True
