"""Trees of photos, for tests that compare them."""

from __future__ import annotations

from pathlib import Path

# Names that a page must show and not obey.
NAMES = {
    "portrait": 'it\'s "me" & <b>you.jpg',
    "headshot": "<script>alert(1)<-script>.jpg",
    "cat": "line\nbreak \U0001f600 %41#?.jpg",
    "mirrored": "</script><img src=x onerror=alert(2)>.jpg".replace("/", "\u2215"),
}


def content(root: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }
