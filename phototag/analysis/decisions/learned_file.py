"""The file of a personal calibration: the offsets, and the evidence for them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from phototag.analysis.decisions.decision import Field
from phototag.criteria.personal import MODELS, SCHEMA, WHAT

if TYPE_CHECKING:
    from phototag.analysis.decisions.learning import Learned

MARK: Final = f'what = "{WHAT}"'.encode()  # in every such file

_HEAD: Final = """\
# A personal calibration for phototag, made by `phototag learn`.
# The numbers are log-odds that are added to phototag's own.

what = {what}
schema = {schema}
date = {date}
learned_with = {identity}  # phototag's own calibration at that time
"""


def text(learned: Learned, identity: str, date: str) -> str:
    """The file as TOML.

    Args:
        learned: what the decisions have taught.
        identity: of phototag's own calibration.
        date: the day, as in ``2026-01-31``.
    """
    told = {lesson.field: str(lesson) for lesson in learned.lessons}
    parts = [
        _HEAD.format(
            what=_quoted(WHAT), schema=SCHEMA, date=_quoted(date), identity=_quoted(identity)
        )
    ]
    if Field.KIND in told:
        offset = f"offset = {learned.offsets.kind!r}  # > 0: more headshots"
        parts.append(f"[kind]\n{offset}\nevidence = {_quoted(told[Field.KIND])}\n")
    for table in MODELS:
        field = Field(table)
        if field in told:
            lines = [f"[{table}]", f"evidence = {_quoted(told[field])}", f"[{table}.offsets]"]
            moved = learned.offsets.classes.get(table, {})
            lines += [f"{name} = {offset!r}" for name, offset in moved.items()]
            parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def _quoted(word: str) -> str:
    """A TOML string; those of JSON are a part of them."""
    return json.dumps(word)
