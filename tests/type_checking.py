"""What the tests share that run mypy on code of their own."""

from __future__ import annotations

from pathlib import Path

import phototag


def mypy_path() -> dict[str, str]:
    """The variable by which mypy finds phototag; it finds an installed one by itself, and refuses to be told of it."""
    folder = Path(phototag.__file__).parents[1]
    return {} if folder.name == "site-packages" else {"MYPYPATH": str(folder)}
