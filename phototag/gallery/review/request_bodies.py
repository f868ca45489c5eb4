"""What the page asks for: parsed and checked, before anything is done."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import attrs

from phototag.analysis.decisions.decision import CROP, Decision, Field
from phototag.errors import printable

if TYPE_CHECKING:
    from collections.abc import Collection

    from starlette.requests import Request

DECISION_BYTES: Final = 1024 * 1024
PLACE_BYTES: Final = 64 * 1024
_SHOWN: Final = 60  # characters of what was asked for, in an error
_SIDES: Final = 4  # of a crop: x, y, width, height


class BadRequest(Exception):
    """What was asked for is not understood; its text is one line."""


@attrs.frozen(kw_only=True)
class Wish:
    """What a person has decided about photos.

    Attributes:
        photos: their numbers.
        said: the fields and what was said, None = forget it; None as a whole: seen and left as it was.
    """

    photos: tuple[int, ...]
    said: Mapping[str, str | None] | None


async def body(request: Request, most: int) -> dict[str, Any]:
    """The JSON object in a request of at most so many bytes.

    Raises:
        BadRequest: it is something else, or longer.
    """
    data = bytearray()
    async for part in request.stream():
        data += part
        if len(data) > most:
            raise BadRequest(f"more than {most} bytes")
    try:
        found = json.loads(data, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise BadRequest("this is not JSON") from None
    if not isinstance(found, dict):
        raise BadRequest("this is not a JSON object")
    return found


def _refuse(constant: str) -> None:
    """NaN and infinity are no JSON."""
    raise ValueError(constant)


def number(request: Request, name: str, default: int) -> int:
    """A whole number in the address; raises ``BadRequest``."""
    text = request.query_params.get(name, str(default))
    if not (text.isascii() and text.isdecimal() and len(text) < _SHOWN):
        raise BadRequest(f"{name} must be a whole number")
    return int(text)


def wish(found: Mapping[str, Any], profiles: Collection[str]) -> Wish:
    """The decision in a body.

    Args:
        found: the body.
        profiles: names of the crop profiles in use.

    Raises:
        BadRequest: it is not one.
    """
    photos = found.get("photos")
    if not isinstance(photos, list) or not photos or not all(type(one) is int for one in photos):
        raise BadRequest("photos must be a list of numbers")
    if set(found) == {"photos", "left"} and found["left"] is True:
        return Wish(photos=tuple(photos), said=None)
    said = found.get("said")
    if set(found) != {"photos", "said"} or not isinstance(said, dict) or not said:
        raise BadRequest("give photos, and either said or left: true")
    return Wish(
        photos=tuple(photos), said={field: _text(field, said[field], profiles) for field in said}
    )


def _text(field: str, value: object, profiles: Collection[str]) -> str | None:
    """What was said about a field, as a decision stores it."""
    if field.startswith(CROP):
        # A crop of a profile that is no longer in use can be forgotten.
        if value is not None and field.removeprefix(CROP) not in profiles:
            raise BadRequest(f"{_short(field)} is no crop profile in use")
        text = None if value is None else _box(value)
    elif field not in set(Field):
        raise BadRequest(f"{_short(field)} is nothing that can be decided")
    elif value is not None and not isinstance(value, str):
        raise BadRequest(f"{field} must be a text, or null")
    else:
        text = value
    if text is not None:
        try:
            Decision.of({field: text})
        except ValueError:
            raise BadRequest(f"{_short(text)} cannot be said of {_short(field)}") from None
    return text


def _box(value: object) -> str:
    numbers = isinstance(value, list) and len(value) == _SIDES and all(map(_is_number, value))
    if not numbers or not isinstance(value, list):
        raise BadRequest("a crop is four numbers, x, y, width and height, or null")
    return " ".join(f"{side:.6g}" for side in value)


def _is_number(value: object) -> bool:
    """Whether a value may be a side of a crop; ``Decision`` checks the rest."""
    return isinstance(value, int | float) and not isinstance(value, bool) and -1 <= value <= 1


def _short(text: str) -> str:
    return printable(text[:_SHOWN])
