"""What five applications list of the photos in a folder, asked of the installed applications themselves.

digiKam and darktable are asked by two scripts in a folder that ``PHOTOTAG_TOOLS`` names (``digikam_check.sh``,
``darktable_check.sh``; each prints a table of file, rating, tags ...). Without the scripts or the applications a
test is skipped.
"""

from __future__ import annotations

import csv
import io
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeAlias

import pytest

import desktop
import geeqie
import gthumb
import shotwell
from desktop import Listed

Row: TypeAlias = dict[str, str]
Table: TypeAlias = dict[str, Row]

#: The programs that are needed to ask an application with a script.
BY_SCRIPT: Final = {
    "digikam": ("digikam", "Xvfb", "xdotool", "sqlite3"),
    "darktable": ("darktable-cli", "sqlite3"),
}
_DIRECTLY: Final[dict[str, tuple[tuple[str, ...], Callable[[Path, Path], Listed]]]] = {
    "shotwell": (shotwell.PROGRAMS, shotwell.listed),
    "gthumb": (gthumb.PROGRAMS, gthumb.listed),
    "geeqie": (geeqie.PROGRAMS, geeqie.listed),
}
ALL: Final = (*BY_SCRIPT, *_DIRECTLY)
#: What divides the levels in a listing; the others list flat keywords.
ATTEMPTS: Final = (
    3  # an application that has crashed at its start on a busy machine has said nothing yet
)
LEVELS: Final = {"digikam": "/", "darktable": "|", "shotwell": "/"}


def listed(application: str, folder: Path, scratch: Path) -> Listed:
    """The keywords that an application lists, by the name of the photo.

    Args:
        application: one of ``ALL``.
        folder: of the photos; only read.
        scratch: a new folder for the application's own files.
    """
    if application in BY_SCRIPT:
        table = seen(application, folder, sidecars=True)
        return {name: tags(row) for name, row in table.items()}
    programs, ask = _DIRECTLY[application]
    desktop.installed(*programs)
    return ask(folder, scratch)


def seen(application: str, folder: Path, *, sidecars: bool = False) -> Table:
    """What an application lists of a folder, by file."""
    script = Path(os.environ.get("PHOTOTAG_TOOLS", "no-folder"), f"{application}_check.sh")
    if not script.exists():
        pytest.skip("PHOTOTAG_TOOLS names no folder with the scripts that ask the applications")
    desktop.installed(*BY_SCRIPT[application])
    more = ["--sidecars"] if sidecars and application == "digikam" else []
    command = ["bash", str(script), str(folder), "--tsv", *more]
    run = _said(command)
    for _ in range(ATTEMPTS - 1):
        if "Aborted" in run.stderr:
            run = _said(command)
    assert run.returncode == 0, run.stderr
    rows = csv.DictReader(io.StringIO(run.stdout), delimiter="\t", quoting=csv.QUOTE_NONE)
    return {row["file"]: {key: value or "" for key, value in row.items()} for row in rows}


def _said(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        check=False,
        capture_output=True,
        text=True,
        timeout=240,
        env=desktop.own_environment(),
    )


def tags(row: Row) -> list[str]:
    """The keywords in a row."""
    return [tag for tag in row["tags"].split("; ") if tag]
