"""phototag's saved searches in a database of digiKam's, placed without the command."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

from phototag.catalogue.database import default_folder
from phototag.integrations.application import Command
from phototag.integrations.digikam import pieces as digikam_pieces
from phototag.integrations.digikam.searches import PlacedSearches, Searches


def configure(tmp_path: Path, lines: str) -> None:
    text = f"Comment=of no group\n\n[Album Settings][More]\nDatabase Name=/none\n\n[Database Settings]\n{lines}"
    (tmp_path / "config" / "digikamrc").write_text(text, encoding="utf-8")


def piece() -> Searches:
    searches, _ = digikam_pieces(Command("/usr/bin/phototag"))
    assert isinstance(searches, Searches)
    return searches


def placed(earlier: PlacedSearches | None = None) -> PlacedSearches:
    searches = piece()
    return searches.place(searches.plan(earlier))


def dump(database: Path) -> list[str]:
    with contextlib.closing(sqlite3.connect(database)) as sql:
        return list(sql.iterdump())


def change(database: Path, statement: str, *values: object) -> None:
    with contextlib.closing(sqlite3.connect(database)) as sql, sql:
        sql.execute(statement, values)


def names(database: Path) -> set[str]:
    with contextlib.closing(sqlite3.connect(database)) as sql:
        return {name for (name,) in sql.execute("SELECT name FROM Searches")}


def copies() -> list[Path]:
    return sorted(default_folder().glob("digikam*"))
