"""What ``phototag integrate`` writes, from the table in the code."""

from __future__ import annotations

import os
from pathlib import Path
from unittest import mock

from pages import table
from phototag.integrations.application import Command
from phototag.integrations.table import APPLICATIONS

_FOLDERS = ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "HOME")


def integrations() -> str:
    """Each application with the files that are written for it, and what to do next."""
    places = {name: f"/${name}" for name in _FOLDERS}
    rows = []
    with mock.patch.dict(os.environ, places):
        for one in APPLICATIONS:
            files = dict.fromkeys(piece.path for piece in one.pieces(Command("phototag")))
            shown = "<br>".join(f"`{_shown(path)}`" for path in files)
            rows.append((f"`{one.name}`", one.title, shown, one.steps))
    return table(("APP", "program", "files", "next"), rows)


def _shown(path: str) -> str:
    """A path without the folder above the variable that it begins with."""
    return str(Path(path).relative_to("/")) if path.startswith("/$") else path
