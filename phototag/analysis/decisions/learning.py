"""Learns offsets from decisions, field by field, each behind a guard."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, TypeVar

import attrs

from phototag.analysis.decisions import classes, line
from phototag.analysis.decisions.decision import Field
from phototag.analysis.decisions.evidence import Choice, Judged, Side, choices, named, sides
from phototag.criteria.personal import MOST, Offsets
from phototag.wording import counted

if TYPE_CHECKING:
    from phototag.criteria.calibration import Calibration

D = TypeVar("D", Side, Choice)
M = TypeVar("M", float, Mapping[str, float])

LEAST: Final = 10  # decisions about a field; fewer teach nothing
LEAST_CONFIRMED: Final = (
    0.1  # share of decisions that agree with phototag: corrections alone mislead
)
LEAST_GAIN: Final = 2.0  # nats, by leave-one-out
LEAST_GAIN_OF_KIND: Final = 1.0
DEVIATIONS: Final[Mapping[Field, float]] = {
    Field.SHOT: 1.0,
    Field.EXPRESSION: 1.0,
    Field.ENVIRONMENT: 1.0,
}
FOLDS: Final = 50  # with more decisions, a fold of them is left out at a time


@attrs.frozen(kw_only=True)
class Lesson:
    """What the decisions about one field have taught.

    Attributes:
        field: the field.
        count: number of decisions that apply.
        confirmed: how many of them agree with phototag's own calibration.
        right_before, right_after: decisions with which the old and the new line agree, each judged by what the
            others taught.
        gain: the summed gain of log loss of the same, nats.
        refused: why nothing is learned; empty if the change is adopted.
    """

    field: Field
    count: int = 0
    confirmed: int = 0
    right_before: int = 0
    right_after: int = 0
    gain: float = 0.0
    refused: str = ""

    def __str__(self) -> str:
        said = f"{counted(self.count, 'decision')}, {self.confirmed} of them as phototag said"
        if self.refused:
            return f"{named(self.field)}: nothing learned, {self.refused} ({said})"
        return (
            f"{named(self.field)}: {self.right_after} of {self.count} decisions are met instead of "
            f"{self.right_before}, each judged by what the others taught"
        )


@attrs.frozen(kw_only=True)
class Learned:
    """The offsets, and the lesson of each field about which something was decided."""

    offsets: Offsets
    lessons: tuple[Lesson, ...]


def learned(judged: Sequence[Judged], calibration: Calibration) -> Learned:
    """Learn from decisions.

    The other fields go first: the shot size is among the reasons for the kind, whose line is then drawn anew.

    Args:
        judged: the pictures with the decisions about them.
        calibration: phototag's own.
    """
    lessons: list[Lesson] = []
    moved: dict[str, dict[str, float]] = {}
    for field, deviation in DEVIATIONS.items():
        lesson, by = _of_classes(field, choices(judged, field, calibration), deviation)
        lessons.append(lesson)
        if not lesson.refused:
            moved[field] = {name: _bounded(value) for name, value in by.items()}
    others = Offsets(classes=moved)
    lesson, offset = _of_kind(sides(judged, calibration), sides(judged, others.moved(calibration)))
    told = tuple(one for one in (lesson, *lessons) if one.count)
    return Learned(
        offsets=Offsets(kind=0.0 if lesson.refused else _bounded(offset), classes=moved),
        lessons=told,
    )


def _of_kind(shipped: Sequence[Side], found: Sequence[Side]) -> tuple[Lesson, float]:
    """The lesson about the kind, and its offset.

    Args:
        shipped: the decisions beside phototag's own log-odds.
        found: the same with what the other fields have taught.
    """
    confirmed = sum(line.is_right(side, 0.0) for side in shipped)
    lesson = _guarded(
        Lesson(field=Field.KIND, count=len(found), confirmed=confirmed),
        found,
        0.0,
        line.without_each(found) if found else [],
        (line.log_loss, line.is_right),
    )
    return lesson, line.offset(found)


def _of_classes(
    field: Field, found: Sequence[Choice], deviation: float
) -> tuple[Lesson, dict[str, float]]:
    nothing: Mapping[str, float] = {}
    confirmed = sum(classes.is_right(one, nothing) for one in found)
    lesson = _guarded(
        Lesson(field=field, count=len(found), confirmed=confirmed),
        found,
        nothing,
        _without_each(found, deviation),
        (classes.log_loss, classes.is_right),
    )
    return lesson, classes.offsets(found, deviation)


def _without_each(found: Sequence[Choice], deviation: float) -> list[dict[str, float]]:
    """What all decisions but one taught, or but one fold of many."""
    folds = min(len(found), FOLDS)
    taught = [
        classes.offsets([one for at, one in enumerate(found) if at % folds != fold], deviation)
        for fold in range(folds)
    ]
    return [taught[at % folds] for at in range(len(found))]


def _guarded(
    lesson: Lesson,
    found: Sequence[D],
    before: M,
    taught: Sequence[M],
    measures: tuple[Callable[[D, M], float], Callable[[D, M], bool]],
) -> Lesson:
    """The lesson, refused where the evidence is too little.

    Args:
        lesson: the field and the counts.
        found: the decisions.
        before: the move before learning: none.
        taught: for each decision, the move that the others taught.
        measures: the log loss of a decision after a move, and whether it agrees.
    """
    loss, right = measures
    pairs = list(zip(found, taught, strict=True))
    lesson = attrs.evolve(
        lesson,
        right_before=sum(right(one, before) for one in found),
        right_after=sum(right(one, move) for one, move in pairs),
        gain=sum(loss(one, before) - loss(one, move) for one, move in pairs),
    )
    return attrs.evolve(lesson, refused=_refusal(lesson))


def _refusal(lesson: Lesson) -> str:
    kind = lesson.field is Field.KIND
    if lesson.count < LEAST:
        return f"too little evidence: {LEAST} decisions are needed"
    if lesson.confirmed < LEAST_CONFIRMED * lesson.count:
        return "corrections alone mislead: confirm some verdicts that are right, too"
    if lesson.gain <= (LEAST_GAIN_OF_KIND if kind else LEAST_GAIN):
        return "too little evidence that your line is another one"
    if not kind and lesson.right_after <= lesson.right_before:
        return "as many decisions would be missed as met"
    return ""


def _bounded(offset: float) -> float:
    return round(max(-MOST, min(MOST, offset)), 4)
