"""Converts typed values to plain JSON values and back (cattrs), the same way everywhere."""

from __future__ import annotations

import enum
import functools
from typing import Any, TypeVar

from cattrs.preconf.json import JsonConverter, make_converter

from phototag.scene.geometry import Box, Point

T = TypeVar("T")


@functools.cache
def converter() -> JsonConverter:
    """The only converter.  Unknown keys (from a newer version) are ignored; boxes become lists."""
    made = make_converter(detailed_validation=False, unstruct_collection_overrides={tuple: list})
    made.register_unstructure_hook(enum.StrEnum, str)
    made.register_unstructure_hook(Box, lambda box: [box.x, box.y, box.width, box.height])
    made.register_structure_hook(Box, lambda values, _: Box(*map(float, values)))
    made.register_unstructure_hook(Point, lambda point: [point.x, point.y])
    made.register_structure_hook(Point, lambda values, _: Point(*map(float, values)))
    return made


def to_json(value: object) -> Any:
    """Plain JSON values (dict, list, str, float, int, bool, None) of an attrs object."""
    return converter().unstructure(value)


def from_json(value: object, cls: type[T]) -> T:
    """The object with these JSON values; raises ValueError, TypeError or KeyError if they do not fit."""
    return converter().structure(value, cls)
