"""Converters of options whose value is one of an enum, or its text.

Each has its own name and types, since type checkers take the type of a keyword argument from its converter.
"""

from __future__ import annotations

import enum
from typing import TypeVar

from phototag.criteria.background import BackgroundKind
from phototag.criteria.cropping import Shot
from phototag.criteria.environment import Place
from phototag.criteria.mood import VisibleExpression
from phototag.criteria.verdict import Grade, Kind
from phototag.files import arguments

E = TypeVar("E", bound=enum.StrEnum)


def kind(given: Kind | str | None) -> Kind | None:
    """Headshot, portrait or other."""
    return _one_of("kind", given, Kind)


def shot(given: Shot | str | None) -> Shot | None:
    """A shot size."""
    return _one_of("shot", given, Shot)


def expression(given: VisibleExpression | str | None) -> VisibleExpression | None:
    """A visible expression."""
    return _one_of("expression", given, VisibleExpression)


def background(given: BackgroundKind | str | None) -> BackgroundKind | None:
    """A background."""
    return _one_of("background", given, BackgroundKind)


def environment(given: Place | str | None) -> Place | None:
    """Surroundings."""
    return _one_of("environment", given, Place)


def grade(given: Grade | str | None) -> Grade | None:
    """How a headshot looks."""
    return _one_of("grade", given, Grade)


def _one_of(name: str, given: E | str | None, values: type[E]) -> E | None:
    return None if given is None else arguments.one_of(name, given, values)
