"""What is known of a photo as the cells of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from phototag.errors import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

#: The columns of lists and reports, in their order.
COLUMNS: Final = (
    "path", "kind", "confidence", "grade", "shot", "people", "expression", "background", "environment",
    "crops", "decided",
)  # fmt: skip
# What spreadsheets take for the start of a formula.
_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r")


def as_json(value: object) -> Any:
    """A value as JSON has it: a list for several words."""
    return list(value) if isinstance(value, tuple) else value


def cell(value: object) -> str:
    """A value as text; empty for what is not known."""
    if value is None:
        return ""
    if isinstance(value, tuple):
        return " ".join(map(printable, value))
    text = f"{value:.2f}" if isinstance(value, float) else str(value)
    return text if text.isprintable() else printable(text)


def csv_row(cells: Sequence[str]) -> list[str]:
    """The cells without formulas: a spreadsheet would run what a file's name says."""
    return [f"'{text}" if text.startswith(_FORMULAS) else text for text in cells]
