"""Trees of photos, for tests that compare them."""

from __future__ import annotations

from pathlib import Path


def content(root: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }
