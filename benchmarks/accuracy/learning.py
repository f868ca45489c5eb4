"""What limits the accuracy: how it grows with the number of sources, and which photos are hard for people too."""

from __future__ import annotations

import random
import statistics
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from benchmarks.accuracy import report, scoring
from benchmarks.accuracy.report import DATE, Fit
from benchmarks.photos.labelled import Label
from benchmarks.photos.store import rows
from phototag.criteria.calibration import Calibration
from phototag.scene.measures import Scene

SIZES = (20, 30, 45, 60)  # sources to fit on; fewer have too few people without a face
DRAWS = 3  # of the sources, at random


@attrs.frozen(kw_only=True)
class Step:
    """Fitted on some sources and scored on all others: the mean of ``DRAWS`` draws.

    Attributes:
        sources: number of sources fitted on.
        photos: mean number of their photos with sure labels.
        accuracy: by field; an answer that is withheld counts as wrong.
    """

    sources: int
    photos: int
    accuracy: dict[str, float]


@attrs.frozen(kw_only=True)
class Hard:
    """One field on the photos that two people have labelled independently.

    Attributes:
        photos: with both answers.
        agree: share on which the two agree.
        right_if_agreed: share of those on which phototag gives their answer.
        right_if_not: share of the others on which it gives either; None without any.
        differ: the photos on which the two differ.
    """

    photos: int
    agree: float
    right_if_agreed: float
    right_if_not: float | None
    differ: tuple[str, ...]


@attrs.frozen(kw_only=True)
class Learning:
    """Everything that is printed and written as JSON."""

    steps: tuple[Step, ...]
    hard: dict[str, Hard]


def measure(
    labels: Sequence[Label], second: Sequence[Label], seen: Mapping[str, Scene], fit: Fit
) -> Learning:
    """Fit on growing numbers of sources; compare the answers on held-out photos with those of two people."""
    return Learning(
        steps=tuple(_step(size, labels, seen, fit) for size in SIZES),
        hard=_hard(report.judge_held_out(labels, seen, fit), second),
    )


def _step(size: int, labels: Sequence[Label], seen: Mapping[str, Scene], fit: Fit) -> Step:
    sources = sorted({label.source for label in labels})
    counts, scores = [], []
    for draw in range(DRAWS):
        chosen = set(random.Random(draw).sample(sources, size))
        inside = [label for label in labels if label.source in chosen and label.sure]
        outside = [label for label in labels if label.source not in chosen and label.sure]
        calibration = Calibration(fit(rows(inside, seen), DATE))
        judged = report.judge_shipped(outside, seen, calibration)
        counts.append(len(inside))
        scores.append(scoring.score([scoring.row(one.label, one.analysis) for one in judged]))
    names = scores[0].fields
    return Step(
        sources=size,
        photos=round(statistics.mean(counts)),
        accuracy={
            name: statistics.mean(one.fields[name].accuracy for one in scores) for name in names
        },
    )


def _hard(judged: Sequence[report.Judged], second: Sequence[Label]) -> dict[str, Hard]:
    other = {label.file: scoring.truth(label) for label in second}
    asked = [
        (
            one.label.file,
            scoring.truth(one.label),
            other[one.label.file],
            scoring.answer(one.analysis),
        )
        for one in judged
        if one.label.file in other and one.analysis
    ]
    return {name: _hard_field(name, asked) for name in scoring.FIELDS}


Answers = Mapping[str, str | None]


def _hard_field(name: str, asked: Sequence[tuple[str, Answers, Answers, Answers]]) -> Hard:
    given = [
        (file, first[name], other[name], answer[name])
        for file, first, other, answer in asked
        if first[name] is not None and other[name] is not None
    ]
    agreed = [(first, answer) for _, first, other, answer in given if first == other]
    differ = [
        (file, {first, other}, answer) for file, first, other, answer in given if first != other
    ]
    return Hard(
        photos=len(given),
        agree=len(agreed) / max(1, len(given)),
        right_if_agreed=sum(first == answer for first, answer in agreed) / max(1, len(agreed)),
        right_if_not=(
            sum(answer in both for _, both, answer in differ) / len(differ) if differ else None
        ),
        differ=tuple(file for file, _, _ in differ),
    )


def to_dict(found: Learning) -> dict[str, Any]:
    """The result as JSON values."""
    return attrs.asdict(found)
