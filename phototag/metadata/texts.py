"""Checks which texts phototag may write."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

import attrs

from phototag.metadata.record import Record

# Control characters, including NUL, and lone surrogates, which are not text: Unicode's categories Cc and Cs.
_FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def check(record: Record) -> None:
    """Refuse a record that could not be read back as written.

    Raises:
        ValueError: a text contains control characters, starts like an instruction to exiv2 or is an empty
            word, or a number is not finite.
    """
    start = 0.0 if record.starting_point is None else record.starting_point
    numbers = (record.confidence, start, *record.contributions.values())
    if not all(map(math.isfinite, numbers)):
        message = "a number of the record is not finite"
        raise ValueError(message)
    words = record.keywords
    for word in (*words.flat, *words.hierarchical, *words.scene):
        if not word.strip():
            message = "an empty keyword cannot be written"
            raise ValueError(message)
    for text in _texts(attrs.asdict(record)):
        # exiv2 interprets a value such as "type=Bag" as the kind of an array, at any place.
        if text.startswith("type=") or _FORBIDDEN.search(text):
            message = f"the text {text!r} cannot be written"
            raise ValueError(message)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from value
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)
