"""Temporary files that a run finds and does not delete, since they may be somebody else's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phototag.outcome import LeftBehind

if TYPE_CHECKING:
    from phototag.catalogue.walk import Found


def warned(found: Found) -> LeftBehind:
    """The outcome of a temporary file that may be somebody else's."""
    return LeftBehind(photo=found.path, warning=found.warning)
