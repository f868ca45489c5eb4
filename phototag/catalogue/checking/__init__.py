"""Checks photos against the state file and their own records; repairs only what loses nothing.

It never changes a photo, and without `repair` it changes nothing at all.
"""

from __future__ import annotations

from phototag.catalogue.checking.check import CheckOptions, check_catalogue, check_trees
from phototag.catalogue.checking.findings import Checked, CheckFinding, CheckKind, Severity

__all__ = [
    "CheckFinding",
    "CheckKind",
    "CheckOptions",
    "Checked",
    "Severity",
    "check_catalogue",
    "check_trees",
]
