"""Every threshold and weight, each with the evidence for it (``calibration.toml``).

A criterion declares the numbers it needs as an attrs class ``Rules`` and gets them from its section of the
file; a missing or misspelt number is an immediate error.
"""

from __future__ import annotations

import copy
import functools
import hashlib
import json
import operator
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import attrs
import cattrs

from phototag.scene.regression import softmax

if TYPE_CHECKING:
    from collections.abc import Mapping

R = TypeVar("R")
MODELS = "models"  # the only table of the file that does not hold single numbers
FILE = Path(__file__).with_name("calibration.toml")


@attrs.frozen(kw_only=True)
class Number:
    """One calibrated number.

    Attributes:
        section, name: where it is used.
        value: the number.
        unit: of the value; empty for a plain ratio.
        evidence: how it was determined and how well it separates.
    """

    section: str
    name: str
    value: float
    unit: str
    evidence: str


@attrs.frozen(kw_only=True)
class Model:
    """A softmax over named features: one row of weights per class.

    Attributes:
        classes: the classes it distinguishes.
        features: names of its inputs.
        low, high: inputs are clipped to the range seen in fitting, since a linear model is not valid outside
            it.
        missing: replaces an input that is None: the median in fitting.
        weights: classes x features.
        intercepts: one per class.
        n: number of photos it was fitted on.
        evidence: how well it performs, cross-validated by source.
    """

    classes: tuple[str, ...]
    features: tuple[str, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    missing: tuple[float, ...]
    weights: tuple[tuple[float, ...], ...]
    intercepts: tuple[float, ...]
    n: int
    evidence: str

    def moved(self, offsets: Mapping[str, float]) -> Model:
        """The same with log-odds added to the intercepts of classes."""
        pairs = zip(self.classes, self.intercepts, strict=True)
        intercepts = tuple(intercept + offsets.get(name, 0.0) for name, intercept in pairs)
        return attrs.evolve(self, intercepts=intercepts)

    def chances(self, values: Mapping[str, float | None]) -> dict[str, float]:
        """Probability of each class for these features; KeyError if a feature is missing."""
        inputs = [  # hundreds per photo: comparisons are three times as fast as min and max
            missing if (value := values[name]) is None
            else low if value < low
            else high if value > high  # noqa: FURB136
            else value
            for name, low, high, missing in zip(
                self.features, self.low, self.high, self.missing, strict=True
            )
        ]  # fmt: skip
        scores = [
            intercept + sum(map(operator.mul, row, inputs))
            for row, intercept in zip(self.weights, self.intercepts, strict=True)
        ]
        return dict(zip(self.classes, softmax(scores), strict=True))


class Calibration:
    """The numbers and models of one calibration file.

    The file is parsed when the first number is needed: a run over photos about which nothing has changed needs none.

    Args:
        text: content of the file.

    Attributes:
        identity: changes with every number.
    """

    def __init__(self, text: str) -> None:
        self.identity: str = hashlib.sha256(text.encode()).hexdigest()[:12]
        self._text = text
        self._sections: dict[tuple[str, type], Any] = {}

    @functools.cached_property
    def _parsed(self) -> dict[str, Any]:
        return tomllib.loads(self._text)

    @functools.cached_property
    def _tables(self) -> dict[str, dict[str, dict[str, Any]]]:
        return {name: table for name, table in self._parsed.items() if name != MODELS}

    @functools.cached_property
    def _models(self) -> dict[str, Model]:
        models = self._parsed.get(MODELS, {})
        return {name: _converter().structure(row, Model) for name, row in models.items()}

    def moved(self, base: float, classes: Mapping[str, Mapping[str, float]]) -> Calibration:
        """The same with a few numbers moved; its identity tells both.

        Args:
            base: log-odds that are added to the starting point of the verdict.
            classes: log-odds that are added to the intercepts of models, by model and class.
        """
        found = copy.copy(self)
        found._sections = {}  # noqa: SLF001 - its own class
        found._tables = copy.deepcopy(self._tables)  # noqa: SLF001
        found._tables["verdict"]["base"]["value"] += base  # noqa: SLF001
        found._models = self._models | {  # noqa: SLF001
            name: self._models[name].moved(offsets) for name, offsets in classes.items()
        }
        moves = json.dumps(
            [base, {name: dict(offsets) for name, offsets in classes.items()}], sort_keys=True
        )
        found.identity = f"{self.identity}+{hashlib.sha256(moves.encode()).hexdigest()[:8]}"
        return found

    def model(self, name: str) -> Model:
        """The fitted model ``name``; LookupError if the file has none."""
        if name not in self._models:
            raise LookupError(f"calibration has no model {name}")
        return self._models[name]

    def models(self) -> Mapping[str, Model]:
        """All fitted models, by name."""
        return self._models

    def section(self, name: str, rules: type[R]) -> R:
        """Return the section ``name`` as an object of the attrs class ``rules``.

        Raises:
            LookupError: the file lacks a number that the class declares, or has one that it does not declare.
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
def _converter() -> cattrs.Converter:
    return cattrs.Converter(forbid_extra_keys=True)


@functools.cache
def default() -> Calibration:
    """The calibration that phototag ships."""
    return Calibration(FILE.read_text(encoding="utf-8"))
