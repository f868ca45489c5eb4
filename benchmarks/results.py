"""Results in JSON files, which the documentation reads."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def write_found(file: Path | None, found: dict[str, Any], parts: Sequence[str]) -> None:
    """Write what was found; if only parts were measured, the others stay as they are."""
    if file is None:
        return
    if parts and file.exists():
        found = {**json.loads(file.read_text("utf-8")), **found}
    write_dated(file, json.dumps(found))


def write_dated(file: Path, text: str) -> None:
    """Write results with the day they were measured on, which the documentation states."""
    day = dt.datetime.now(tz=dt.UTC).date().isoformat()
    values = {"date": day} | {k: v for k, v in json.loads(text).items() if k != "date"}
    file.write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")
