"""What ``phototag integrate`` writes, from the table in the code."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from unittest import mock

from phototag.integrations.application import Command
from phototag.integrations.table import APPLICATIONS

_FOLDERS = ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "HOME")
_MANY = 5  # files in one folder


def integrations() -> str:
    """Each application with the files that are written for it, and what to do next."""
    places = {name: f"/${name}" for name in _FOLDERS}
    parts = []
    with mock.patch.dict(os.environ, places):
        for one in APPLICATIONS:
            files = dict.fromkeys(_shown(piece.path) for piece in one.pieces(Command("phototag")))
            listed = "".join(f"- {line}\n" for line in _gathered(list(files)))
            parts.append(f"### {one.title}: `{one.name}`\n\n{one.steps}\n\n{listed}")
    return "\n".join(parts)


def _gathered(files: list[str]) -> list[str]:
    """The files of a folder that gets many in one line, with the folder first."""
    folders = Counter(str(Path(file).parent) for file in files)
    lines: dict[str, list[str]] = {}
    for file in files:
        folder = str(Path(file).parent)
        many = folders[folder] > _MANY
        lines.setdefault(folder if many else file, []).append(Path(file).name)
    return [
        f"`{place}/`: {', '.join(f'`{name}`' for name in names)}"
        if len(names) > 1
        else f"`{place}`"
        for place, names in lines.items()
    ]


def _shown(path: str) -> str:
    """A path without the folder above the variable that it begins with."""
    return str(Path(path).relative_to("/")) if path.startswith("/$") else path
