"""The report of a run as a file: a row for each photo, as CSV, JSON or SQLite."""

from __future__ import annotations

import csv
import io
import json
import os
import sqlite3
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

import attrs

from phototag.catalogue.listing import summaries
from phototag.catalogue.summary import Summary
from phototag.cli.cells import COLUMNS, as_json, cell, csv_row
from phototag.errors import BadValue
from phototag.files.formats import suffix_of
from phototag.files.new_file import check, check_folder, new_file
from phototag.files.opening import absolute, is_folder
from phototag.options import CatalogueOptions, ListOptions, part
from phototag.outcome import VerdictSource
from phototag.version import SCHEMA

if TYPE_CHECKING:
    from phototag.criteria.verdict import Kind
    from phototag.outcome import AnyOutcome

_MORE: Final = ("changed", "error")
_OWN: Final = frozenset({"path", "kind", *_MORE})


@attrs.frozen(kw_only=True)
class Reported:
    """A row of the report; see ``Summary``.

    Attributes:
        path: of the photo.
        kind: headshot, portrait or other; None for a photo that could not be analysed.
        summary: the verdict; None for a photo that could not be analysed.
        changed: whether the run has changed the photo, or a dry run would.
        error: what went wrong; empty if all went well.
    """

    path: str
    kind: Kind | None
    summary: Summary | None
    changed: bool
    error: str

    def value(self, name: str) -> object:
        """A column, also of the summary; None where there is none."""
        if name in _OWN:
            return getattr(self, name)
        return None if self.summary is None else getattr(self.summary, name)


class ReportFile:
    """Collects the rows of a run, and writes them when it has ended.

    Args:
        target: the file; its suffix determines the form.
        paths: photos and folders of the run.
        options: its options.

    Raises:
        BadValue: there is no such form.
        OutputNotWritable: another file has this name, or its folder is not there or cannot be written.
    """

    def __init__(self, target: str, paths: Sequence[str], options: CatalogueOptions) -> None:
        self._target = absolute(target)
        form = _FORMS.get(suffix_of(target))
        if form is None:
            problem = f"the name of a report ends in {', '.join(_FORMS)}"
            raise BadValue("report", problem, "choose one of these")
        self._mark, self._made = form
        check(self._target, self._mark)
        check_folder(self._target)
        self._rows: list[Reported] = []
        # Of photos that need no work, a run tells the kind alone.
        folders = list(filter(is_folder, paths))
        self._known = summaries(folders, part(options, ListOptions)) if folders else {}

    def add(self, outcome: AnyOutcome) -> None:
        """Add a photo."""
        summary: Summary | None = None
        if outcome.analysis is not None:
            summary = Summary.of(outcome.analysis)
        elif outcome.verdict_from is VerdictSource.UNCHANGED:
            summary = self._known.get(outcome.photo)
        row = Reported(
            path=outcome.photo,
            kind=outcome.kind if summary is None else summary.kind,
            summary=summary,
            changed=bool(outcome.change and outcome.change.changed),
            error="" if outcome.error is None else outcome.error.message,
        )
        self._rows.append(row)

    def write(self) -> None:
        """Write the file; raises ``OutputNotWritable``."""
        with new_file(self._target, self._mark) as file:
            file.write(self._made(self._rows))


_ALL: Final = (*COLUMNS, *_MORE)
_HEADER: Final = ",".join(_ALL)
_WHAT: Final = "phototag report"
_TABLE: Final = "phototag_report"


def _csv(rows: Sequence[Reported]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_ALL)
    for row in rows:
        changed = "yes" if row.changed else "no"
        cells = [*(cell(row.value(name)) for name in COLUMNS), changed, cell(row.error)]
        writer.writerow(csv_row(cells))
    return text.getvalue().encode()


def _values(row: Reported) -> dict[str, Any]:
    return {name: as_json(row.value(name)) for name in _ALL}


def _json(rows: Sequence[Reported]) -> bytes:
    head = f'{{"what": "{_WHAT}", "schema": {SCHEMA}, "photos": ['
    lines = (f"\n{json.dumps(_values(row))}" for row in rows)
    return f"{head}{','.join(lines)}\n]}}\n".encode()


def _sqlite(rows: Sequence[Reported]) -> bytes:
    with sqlite3.connect(":memory:") as made:
        columns = "path BLOB PRIMARY KEY, kind, confidence REAL, grade, shot, people INTEGER, expression, background,"
        made.execute(
            f"CREATE TABLE {_TABLE} ({columns} environment, crops, decided, changed INTEGER, error)"
        )
        marks = ", ".join("?" * len(_ALL))
        made.executemany(
            f"INSERT OR REPLACE INTO {_TABLE} VALUES ({marks})",  # noqa: S608 - of the texts above
            ([_column(row, name) for name in _ALL] for row in rows),
        )
    data = made.serialize()
    made.close()
    return data


def _column(row: Reported, name: str) -> object:
    """A value for SQLite: a path as text, as bytes only if it is not text; several words as JSON."""
    value = row.value(name)
    if isinstance(value, tuple):
        return json.dumps(value)
    if name != "path":
        return value if value is None or isinstance(value, (int, float)) else str(value)
    try:
        row.path.encode()
    except UnicodeEncodeError:
        return os.fsencode(row.path)
    return row.path


_FORMS: Final[dict[str, tuple[bytes, Callable[[Sequence[Reported]], bytes]]]] = {
    ".csv": (_HEADER.encode(), _csv),
    ".json": (f'"what": "{_WHAT}"'.encode(), _json),
    ".sqlite": (_TABLE.encode(), _sqlite),
}
