"""Every threshold and weight, each with the evidence for it (``calibration.toml``).

A criterion declares the numbers it needs as an attrs class ``Rules`` and gets them from its section
of the file; a missing or misspelt number is an error at once.
"""

from __future__ import annotations

import functools
import hashlib
import tomllib
from pathlib import Path
from typing import Any, TypeVar

import attrs

R = TypeVar("R")
FILE = Path(__file__).with_name("calibration.toml")


@attrs.frozen(kw_only=True)
class Number:
    """One calibrated number.

    Attributes:
        section, name: where it is used.
        value: the number.
        unit: of the value; empty for a plain ratio.
        evidence: what it was set by and how well it separates.
    """

    section: str
    name: str
    value: float
    unit: str
    evidence: str


class Calibration:
    """The numbers of one calibration file."""

    def __init__(self, text: str) -> None:
        self.identity = hashlib.sha256(text.encode()).hexdigest()[:12]
        self._tables: dict[str, dict[str, dict[str, Any]]] = tomllib.loads(text)
        self._sections: dict[tuple[str, type], Any] = {}

    def section(self, name: str, rules: type[R]) -> R:
        """The section ``name`` as an object of the attrs class ``rules``.

        Raises:
            LookupError: the file lacks a number that the class declares, or has one too many.
        """
        key = (name, rules)
        if key not in self._sections:
            table = self._tables.get(name, {})
            wanted = {field.name for field in attrs.fields(rules)}  # type: ignore[arg-type]
            if wanted != set(table):
                raise LookupError(f"calibration [{name}]: {sorted(wanted ^ set(table))}")
            self._sections[key] = rules(**{n: float(row["value"]) for n, row in table.items()})
        section: R = self._sections[key]
        return section

    def numbers(self) -> tuple[Number, ...]:
        """All numbers with their evidence, in the order of the file."""
        return tuple(
            Number(
                section=section,
                name=name,
                value=float(row["value"]),
                unit=row.get("unit", ""),
                evidence=row["evidence"],
            )
            for section, table in self._tables.items()
            for name, row in table.items()
        )


@functools.cache
def default() -> Calibration:
    """The calibration that phototag ships."""
    return Calibration(FILE.read_text(encoding="utf-8"))
