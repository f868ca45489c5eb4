"""A photo in the form that the page reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

from phototag.gallery.build import row as gallery_row

if TYPE_CHECKING:
    from phototag.analysis.result import Analysis
    from phototag.metadata.about import About

_FOLDER: Final = Path()  # the page is in no folder: the server sends it the pictures


def row(analysis: Analysis, picture: str, about: About, *, left: bool) -> bytes:
    """The row of a photo, as JSON.

    Args:
        analysis: its analysis.
        picture: hash of its picture.
        about: what the photo says about itself.
        left: whether a person has seen it, and left it as it was.
    """
    values = gallery_row(analysis, picture, _FOLDER, about, left=left)
    return json.dumps(values, separators=(",", ":")).encode()
