"""A photo in the form that the page reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from phototag.analysis.decisions.decision import Decision, Field
from phototag.criteria.finding import Status
from phototag.criteria.verdict import Kind
from phototag.gallery.build import FINDINGS, KIND, LEFT, SAID, THOUGHT
from phototag.gallery.build import row as gallery_row

if TYPE_CHECKING:
    from collections.abc import Mapping

    from phototag.analysis.result import Analysis
    from phototag.metadata.about import About

_FOLDER: Final = Path()  # the page is in no folder: the server sends it the pictures
# The criterion that answers what a person can decide.
_CRITERIA: Final = {
    Field.SHOT: "cropping",
    Field.EXPRESSION: "mood",
    Field.ENVIRONMENT: "environment",
}


def row(analysis: Analysis, picture: str, about: About, *, left: bool) -> bytes:
    """The row of a photo, as JSON.

    Args:
        analysis: its analysis.
        picture: hash of its picture.
        about: what the photo says about itself.
        left: whether a person has seen it, and left it as it was.
    """
    return _text(gallery_row(analysis, picture, _FOLDER, about, left=left))


def amended(made: bytes, said: Mapping[str, str], left: bool) -> bytes:  # noqa: FBT001 - a pair, as the page gets it
    """A row with what a person says now: what phototag itself says is as it was, until the row is made anew."""
    values = json.loads(made)
    values[SAID], values[LEFT] = said, int(left)
    values[KIND] = said.get(Field.KIND) or values[THOUGHT] or str(Kind.OTHER)
    return _text(values)


def thought(made: bytes) -> dict[str, str] | None:
    """What phototag itself says of a photo, by field; None if a person has decided what its verdict is made of."""
    values = json.loads(made)
    if any(status == Status.DECIDED for _, _, status, *_ in values[FINDINGS]):
        return None
    found = {name: value for name, value, *_ in values[FINDINGS]}
    said = {Field.KIND: values[THOUGHT], **{field: found[_CRITERIA[field]] for field in _CRITERIA}}
    return Decision.readable({str(field): word for field, word in said.items() if word}).words()


def _text(values: list[Any]) -> bytes:
    return json.dumps(values, separators=(",", ":")).encode()
