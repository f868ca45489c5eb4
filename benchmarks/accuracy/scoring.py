"""How right the answers are: pure functions from labels and analyses to numbers.

An answer that is undecided counts as wrong in ``accuracy`` and is left out in ``decided``; so does
a photo that could not be analysed at all.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Iterable, Mapping, Sequence

import attrs

from benchmarks.photos.labelled import Label
from phototag.analysis.result import Analysis
from phototag.criteria.background import BackgroundKind
from phototag.criteria.cropping import Shot
from phototag.criteria.environment import Place
from phototag.criteria.mood import VisibleExpression
from phototag.criteria.posing import Facing
from phototag.criteria.verdict import Grade, Kind

MANY = 9  # people: from here on one class, nobody counts them exactly
NEARLY_MANY = 7  # an answer that is good enough where MANY is right
UNDECIDED = "undecided"
BINS = 10  # of the confidence, equally wide
SURE = 0.9  # confidence from which an answer should be right nine times in ten

# The fields that are scored and their classes, in the order in which they are shown.
CLASSES: dict[str, tuple[str, ...]] = {
    "kind": tuple(map(str, Kind)),
    "subjects": (*map(str, range(MANY)), f"{MANY}+"),
    "shot": tuple(map(str, Shot)),
    "background": tuple(map(str, BackgroundKind)),
    "environment": tuple(map(str, Place)),
    "inside": ("inside", "outside"),
    "expression": tuple(map(str, VisibleExpression)),
    "facing": tuple(map(str, Facing)),
    "grade": tuple(map(str, Grade)),
}
FIELDS = tuple(CLASSES)
Confusion = dict[str, dict[str, float]]  # truth -> answer -> photos
Words = Mapping[str, str | None]


@attrs.frozen(kw_only=True)
class Row:
    """One photo: what is true, what was answered.

    Attributes:
        file: name of the photo.
        truth: by field; None where the question does not apply.
        answer: by field; None where nothing was answered.
        confidence: stated probability that ``answer["kind"]`` is right; None without an analysis.
    """

    file: str
    truth: Words
    answer: Words
    confidence: float | None

    @property
    def right(self) -> bool:
        """Whether the kind is right."""
        return self.answer["kind"] == self.truth["kind"]


@attrs.frozen(kw_only=True)
class FieldScore:
    """How right one field is; all numbers but ``n`` and the counts are shares, 0..1.

    Attributes:
        n: photos to which the question applies.
        accuracy: right answers of all of them.
        standard_error: of the accuracy, if the photos were independent (those of a source are not).
        macro_recall: mean over the classes of the share of each that was found.
        coverage: photos with an answer.
        decided: right answers of those; None if there are none.
        within_one: answers at most one step away; only for the shot.
        confusion: photos by truth and answer; a mean over shuffles is no whole number.
    """

    n: int
    accuracy: float
    standard_error: float
    macro_recall: float
    coverage: float
    decided: float | None
    within_one: float | None
    confusion: Confusion


@attrs.frozen(kw_only=True)
class Bin:
    """Photos of similar confidence.

    Attributes:
        low, high: bounds of the confidence.
        n: photos; a mean over shuffles is no whole number.
        confidence: mean of what was stated; None without photos.
        accuracy: share of right kinds; None without photos.
    """

    low: float
    high: float
    n: float
    confidence: float | None
    accuracy: float | None


@attrs.frozen(kw_only=True)
class ConfidenceScore:
    """How far the stated probability of the kind can be believed.

    Attributes:
        n: photos with an analysis.
        ece: expected calibration error: mean distance of confidence and accuracy over the bins.
        brier: mean squared distance of the confidence from 1 (right) or 0 (wrong).
        sure_coverage: share of photos with a confidence of ``SURE`` or more.
        sure_accuracy: share of right kinds among those; None if there are none.
        reliability: the bins.
    """

    n: int
    ece: float
    brier: float
    sure_coverage: float
    sure_accuracy: float | None
    reliability: tuple[Bin, ...]


@attrs.frozen(kw_only=True)
class Scores:
    """Everything that is scored.

    Attributes:
        photos: photos scored.
        missing: of those, the ones that could not be analysed.
        fields: by name; fields without a single label are left out.
        confidence: None if nothing was analysed.
    """

    photos: int
    missing: int
    fields: dict[str, FieldScore]
    confidence: ConfidenceScore | None


# ------------------------------------------------------------------------ labels and analyses


def row(label: Label, analysis: Analysis | None) -> Row:
    """A photo's label beside its analysis; None for a photo that could not be analysed."""
    true = truth(label)
    given = dict.fromkeys(FIELDS) if analysis is None else answer(analysis)
    if true["subjects"] == _people(MANY) and analysis and analysis.subjects.count >= NEARLY_MANY:
        given["subjects"] = true["subjects"]
    confidence = None if analysis is None else analysis.confidence
    return Row(file=label.file, truth=true, answer=given, confidence=confidence)


def truth(label: Label) -> dict[str, str | None]:
    """The label by field."""
    place = label.environment
    return {
        "kind": str(label.kind),
        "subjects": _people(label.subjects),
        "shot": _plain(label.shot),
        "background": _plain(label.background),
        "environment": _plain(place),
        "inside": _inside(None if place is None else place is not Place.OUTDOOR),
        "expression": _plain(label.expression),
        "facing": _plain(label.facing),
        "grade": _plain(label.grade),
    }


def answer(analysis: Analysis) -> dict[str, str | None]:
    """The analysis by field."""
    return {
        "kind": str(analysis.kind),
        "subjects": _people(analysis.subjects.count),
        "shot": _plain(analysis.cropping.shot),
        "background": _plain(analysis.background.kind),
        "environment": _plain(analysis.environment.place),
        "inside": _inside(analysis.environment.inside),
        "expression": _plain(analysis.mood.expression),
        "facing": _plain(analysis.posing.facing),
        "grade": _plain(analysis.grade),
    }


def _plain(word: str | None) -> str | None:
    return None if word is None else str(word)


def _people(count: int) -> str:
    return str(count) if count < MANY else f"{MANY}+"


def _inside(inside: bool | None) -> str | None:  # noqa: FBT001 - the answer itself
    if inside is None:
        return None
    return "inside" if inside else "outside"


# ------------------------------------------------------------------------------------ scoring


def score(rows: Sequence[Row]) -> Scores:
    """Score one answer for every photo."""
    fields = {name: field_score(rows, name) for name in FIELDS}
    return Scores(
        photos=len(rows),
        missing=sum(one.confidence is None for one in rows),
        fields={name: found for name, found in fields.items() if found},
        confidence=confidence_score(stated(rows)),
    )


def field_score(rows: Sequence[Row], name: str) -> FieldScore | None:
    """Score one field; None if no photo has a label for it."""
    pairs = [(true, one.answer[name]) for one in rows if (true := one.truth[name]) is not None]
    if not pairs:
        return None
    n = len(pairs)
    right = sum(true == given for true, given in pairs)
    decided = sum(given is not None for _, given in pairs)
    table = _confusion(pairs, name)
    return FieldScore(
        n=n,
        accuracy=right / n,
        standard_error=math.sqrt(right * (n - right) / n**3),
        macro_recall=_macro_recall(table),
        coverage=decided / n,
        decided=right / decided if decided else None,
        within_one=_within_one(pairs) if name == "shot" else None,
        confusion=table,
    )


def _confusion(pairs: Sequence[tuple[str, str | None]], name: str) -> Confusion:
    """Counts in the order of the classes; only classes that are true of a photo have a row."""
    order = (*CLASSES[name], UNDECIDED)
    table: Confusion = {true: {} for true in order if any(true == t for t, _ in pairs)}
    given = [(true, UNDECIDED if found is None else found) for true, found in pairs]
    for true, found in sorted(given, key=lambda pair: order.index(pair[1])):
        table[true][found] = table[true].get(found, 0) + 1
    return table


def _macro_recall(table: Confusion) -> float:
    recalls = [found.get(true, 0) / sum(found.values()) for true, found in table.items()]
    return sum(recalls) / len(recalls)


def _within_one(pairs: Sequence[tuple[str, str | None]]) -> float:
    order = CLASSES["shot"]
    near = [
        given is not None and abs(order.index(given) - order.index(true)) <= 1
        for true, given in pairs
    ]
    return sum(near) / len(near)


# --------------------------------------------------------------------------------- confidence


def stated(rows: Iterable[Row]) -> list[tuple[float, bool]]:
    """Confidence of the kind and whether it was right, of every photo with an analysis."""
    return [(one.confidence, one.right) for one in rows if one.confidence is not None]


def confidence_score(pairs: Sequence[tuple[float, bool]]) -> ConfidenceScore | None:
    """Score stated probabilities (confidence, right); None without any."""
    if not pairs:
        return None
    bins = reliability(pairs)
    sure = [right for confidence, right in pairs if confidence >= SURE]
    return ConfidenceScore(
        n=len(pairs),
        ece=_calibration_error(bins),
        brier=sum((confidence - right) ** 2 for confidence, right in pairs) / len(pairs),
        sure_coverage=len(sure) / len(pairs),
        sure_accuracy=sum(sure) / len(sure) if sure else None,
        reliability=bins,
    )


def reliability(pairs: Sequence[tuple[float, bool]]) -> tuple[Bin, ...]:
    """``BINS`` equally wide bins of the confidence, empty ones as well."""
    held: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for confidence, right in pairs:
        held[min(BINS - 1, int(confidence * BINS))].append((confidence, right))
    return tuple(_bin(number, inside) for number, inside in enumerate(held))


def _bin(number: int, held: Sequence[tuple[float, bool]]) -> Bin:
    return Bin(
        low=number / BINS,
        high=(number + 1) / BINS,
        n=len(held),
        confidence=mean([confidence for confidence, _ in held]),
        accuracy=mean([right for _, right in held]),
    )


def _calibration_error(bins: Sequence[Bin]) -> float:
    gaps = [
        one.n * abs(one.confidence - one.accuracy)
        for one in bins
        if one.confidence is not None and one.accuracy is not None
    ]
    return sum(gaps) / sum(one.n for one in bins)


# ------------------------------------------------------------------------------- over shuffles


# ------------------------------------------------------------------------------------- curves


def mean(values: Sequence[float | None]) -> float | None:
    """Of the values that are known; None if none is."""
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def auc(positive: Sequence[float], negative: Sequence[float]) -> float | None:
    """Probability that a positive is above a negative (ties: one half); None without either."""
    if not positive or not negative:
        return None
    ranked = sorted(negative)
    halves = sum(
        bisect.bisect_left(ranked, value) + bisect.bisect_right(ranked, value) for value in positive
    )
    return halves / (2 * len(positive) * len(negative))


def coverage_curve(pairs: Sequence[tuple[float, bool]], total: int) -> list[tuple[float, float]]:
    """Coverage and accuracy where only answers above a confidence count, from strict to lenient.

    Args:
        pairs: confidence and whether it was right, of every answer.
        total: photos to which the question applies, answered or not.
    """
    ranked = sorted(pairs, key=lambda pair: -pair[0])
    curve = []
    right = 0
    for number, (confidence, good) in enumerate(ranked, start=1):
        right += good
        if number == len(ranked) or ranked[number][0] < confidence:  # equal ones only together
            curve.append((number / total, right / number))
    return curve
