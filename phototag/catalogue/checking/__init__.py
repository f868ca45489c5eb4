"""Checks photos against the state file and their own records; repairs only what loses nothing.

Without `repair` it changes nothing. With it, it writes into photos only what the state file says was written there last.
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
