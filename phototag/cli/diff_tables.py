"""The results of a dry run as tables."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from phototag.analysis.explanation import how_sure
from phototag.cli.lines import RECORD
from phototag.errors import printable, printable_name

if TYPE_CHECKING:
    from rich.table import Table

    from phototag.cli.report import Report
    from phototag.outcome import AnyOutcome

TABLE_ROWS = 200  # of one table; further rows start another table


class DiffTables:
    """The results of a dry run, one table per folder."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._folder: str | None = None
        self._table: Table | None = None

    def add(self, outcome: AnyOutcome) -> list[str]:
        """Add one photo; the table is printed when its folder is complete."""
        change = outcome.change
        if change is None or not change.changed:
            return []
        folder, name = os.path.split(outcome.photo)
        if folder != self._folder or (self._table and self._table.row_count >= TABLE_ROWS):
            self.print()
            self._folder = folder
            from rich.table import Table  # noqa: PLC0415 - a tenth of the start

            table = Table(title=printable_name(folder or "."), title_justify="left", expand=True)
            table.add_column("photo", overflow="fold", ratio=3)
            table.add_column("verdict", ratio=3)
            table.add_column("would be added", overflow="fold", ratio=4)
            table.add_column("would be removed", overflow="fold", ratio=3)
            self._table = table
        verdict = ""
        if outcome.analysis is not None:
            verdict = f"{outcome.analysis.kind}, {how_sure(outcome.analysis.verdict)}"
        added = _cell(change.added) or ("" if any(change.removed.values()) else RECORD)
        assert self._table is not None
        self._table.add_row(
            printable_name(name),
            verdict,
            "\n".join((added, *map(printable, change.notes))).strip(),
            _cell(change.removed),
        )
        return []

    def print(self) -> None:
        """Print the table of the folder so far."""
        if self._table is not None:
            self._report.table(self._table)
        self._table = None


def _cell(values: dict[str, tuple[str, ...]]) -> str:
    lines = (f"{name}: {', '.join(words)}" for name, words in values.items() if words)
    return "\n".join(map(printable, lines))
