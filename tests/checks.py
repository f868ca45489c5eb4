"""What ``phototag check`` finds, in a form that tests compare."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import phototag

Finding = tuple[str, str]  # name of the file, kind


def findings(root: Path | list[Path], state: Path, **options: Any) -> list[phototag.CheckFinding]:
    checked = phototag.check_catalogue(root, state=state, **options)
    return [finding for item in checked for finding in item.findings]


def found(root: Path, state: Path, **options: Any) -> list[Finding]:
    """File and kind of all that is not repaired."""
    return sorted(
        (Path(one.path).name, str(one.kind))
        for one in findings(root, state, **options)
        if not one.repaired
    )


def repaired(root: Path, state: Path) -> list[Finding]:
    """File and kind of all that a repair has mended."""
    return sorted(
        (Path(one.path).name, str(one.kind))
        for one in findings(root, state, repair=True)
        if one.repaired
    )


def tag(root: Path, state: Path, **options: Any) -> None:
    for outcome in phototag.tag_catalogue(root, state=state, **options):
        assert outcome.error is None, outcome.error


def exiftool(photo: Path, *options: str) -> str:
    command = ["exiftool", "-q", "-q", "-overwrite_original", *options, str(photo)]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout


def disk(*folders: Path) -> dict[str, tuple[bytes, int]]:
    """Every file with its content and time."""
    return {
        str(path): (path.read_bytes(), path.stat().st_mtime_ns)
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
