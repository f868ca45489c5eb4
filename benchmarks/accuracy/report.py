"""How often phototag is right: of the shipped calibration, or of one that never saw the source.

The shipped numbers were fitted on the very photos, which flatters them.  Cross-validation fits anew
without the sources it is then asked about; that is the figure to be quoted.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import attrs
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from benchmarks.accuracy import averaging, scoring
from benchmarks.accuracy.scoring import FieldScore, Row, Scores
from benchmarks.photos.folds import grouped
from benchmarks.photos.labelled import Label
from benchmarks.photos.store import rows as together
from phototag.analysis.result import Analysis, evaluate
from phototag.criteria import calibration as calibrations
from phototag.criteria.calibration import Calibration
from phototag.criteria.verdict import Kind
from phototag.scene import models
from phototag.scene.measures import Scene
from phototag.version import __version__
from phototag.wording import percent

Fit = Callable[[Sequence[tuple[Label, Scene]], str], str]
SHUFFLES = 3
FOLDS = 5
DATE = "2000-01-01"  # stands in the evidence of the folds' calibrations, which nobody reads
REASONS = 3  # for each of the worst photos
SHIPPED = (
    "The shipped calibration was FITTED ON THESE PHOTOS: the figures flatter it. "
    "--cross-validate gives the ones to be quoted."
)
HELD_OUT = (
    f"Every photo is judged by a calibration that was fitted without its source: mean of "
    f"{SHUFFLES} shuffles of {FOLDS} folds (in brackets the lowest and the highest)."
)


@attrs.frozen(kw_only=True)
class Judged:
    """One photo and what was made of it; None if it could not be analysed."""

    label: Label
    analysis: Analysis | None


@attrs.frozen(kw_only=True)
class Wrong:
    """One photo whose kind was wrong.

    Attributes:
        file, source, sure: of the label.
        truth, answer: kinds.
        confidence: what was stated at worst.
        times: in how many of the shuffles it was wrong.
        reasons: the strongest ones for the answer, strongest first.
    """

    file: str
    source: str
    sure: bool
    truth: str
    answer: str
    confidence: float
    times: int
    reasons: tuple[str, ...]


@attrs.frozen(kw_only=True)
class Report:
    """Everything that is printed and written as JSON.

    Attributes:
        method: ``shipped`` or ``cross-validated``.
        note: what that means, in a sentence.
        labels: ``sure`` or ``all``.
        shuffles: number of runs that ``scores`` is the mean of.
        scores: the mean.
        runs: each of them.
        missing: photos that could not be analysed; they count as wrong.
        wrong: photos of a wrong kind, most confident first.
        software, models, calibration: versions; no calibration where each fold has its own.
    """

    method: str
    note: str
    labels: str
    shuffles: int
    scores: Scores
    runs: tuple[Scores, ...]
    missing: tuple[str, ...]
    wrong: tuple[Wrong, ...]
    software: str = __version__
    models: str
    calibration: str | None


# ------------------------------------------------------------------------------------- judging


def judge_shipped(
    labels: Sequence[Label], seen: Mapping[str, Scene], calibration: Calibration | None = None
) -> list[Judged]:
    """Every photo by one calibration; None = the shipped one."""
    return [_judged(label, seen.get(label.file), calibration) for label in labels]


def judge_held_out(
    labels: Sequence[Label],
    seen: Mapping[str, Scene],
    fit: Fit,
    *,
    seed: int = 0,
    folds: int = FOLDS,
) -> list[Judged]:
    """Every photo by a calibration that was fitted without its source, in the order of the labels."""
    fold = grouped([label.source for label in labels], folds, seed)
    by_fold = [
        Calibration(fit(together(_others(labels, fold, held), seen), DATE)) for held in range(folds)
    ]
    return [
        _judged(label, seen.get(label.file), by_fold[held])
        for label, held in zip(labels, fold, strict=True)
    ]


def _others(labels: Sequence[Label], fold: Sequence[int], held: int) -> list[Label]:
    return [label for label, number in zip(labels, fold, strict=True) if number != held]


def _judged(label: Label, scene: Scene | None, calibration: Calibration | None) -> Judged:
    analysis = evaluate(label.file, scene, calibration) if scene else None
    return Judged(label=label, analysis=analysis)


# ----------------------------------------------------------------------------------- reporting


def report(runs: Sequence[Sequence[Judged]], *, held_out: bool, every: bool = False) -> Report:
    """Score runs over the same photos.

    Args:
        runs: one list a shuffle.
        held_out: by cross-validation rather than with the shipped calibration.
        every: score labels that are not sure as well.
    """
    scored = [[one for one in run if every or one.label.sure] for run in runs]
    scores = tuple(scoring.score([_row(one) for one in run]) for run in scored)
    return Report(
        method="cross-validated" if held_out else "shipped",
        note=HELD_OUT if held_out else SHIPPED,
        labels="all" if every else "sure",
        shuffles=len(runs),
        scores=averaging.average(scores),
        runs=scores,
        missing=tuple(one.label.file for one in scored[0] if one.analysis is None),
        wrong=tuple(_wrong(scored)),
        models=models.identity(),
        calibration=None if held_out else calibrations.default().identity,
    )


def to_json(found: Report) -> str:
    """The report as JSON text; the same report gives the same bytes."""
    values: dict[str, Any] = attrs.asdict(found)
    return json.dumps(values, indent=1) + "\n"


def _row(one: Judged) -> Row:
    return scoring.row(one.label, one.analysis)


def _wrong(runs: Iterable[Sequence[Judged]]) -> list[Wrong]:
    """Photos of a wrong kind; of several shuffles the most confident answer is shown."""
    mistakes: dict[str, list[tuple[Label, Analysis]]] = {}
    for run in runs:
        for one in run:
            if one.analysis and one.analysis.kind is not one.label.kind:
                mistakes.setdefault(one.label.file, []).append((one.label, one.analysis))
    return sorted(map(_worst, mistakes.values()), key=lambda one: (-one.confidence, one.file))


def _worst(mistakes: Sequence[tuple[Label, Analysis]]) -> Wrong:
    label, analysis = max(mistakes, key=lambda pair: pair[1].confidence)
    return Wrong(
        file=label.file,
        source=label.source,
        sure=label.sure,
        truth=str(label.kind),
        answer=str(analysis.kind),
        confidence=analysis.confidence,
        times=len(mistakes),
        reasons=tuple(_reasons(analysis)),
    )


def _reasons(analysis: Analysis) -> list[str]:
    """The criteria that spoke for the answer."""
    if analysis.kind is Kind.OTHER:
        return [analysis.subjects.reason]
    towards = 1 if analysis.kind is Kind.HEADSHOT else -1
    spoke = [pair for pair in analysis.items() if pair[1].contribution * towards > 0]
    spoke.sort(key=lambda pair: -abs(pair[1].contribution))
    return [f"{name} {one.contribution:+.1f}: {one.reason}" for name, one in spoke[:REASONS]]


# ------------------------------------------------------------------------------------ printing


def show(found: Report, console: Console, worst: int = 10) -> None:
    """Print the report.

    Args:
        found: what to print.
        console: where to.
        worst: how many of the most confident mistakes.
    """
    scores = found.scores
    console.print(f"[bold]{found.method}[/bold], {scores.photos} photos ({found.labels} labels)")
    console.print(found.note)
    if found.missing:
        console.print(f"[red]Not analysed, counted as wrong: {escape(', '.join(found.missing))}")
    console.print(_fields_table(found))
    _show_confidence(found, console)
    for name, field in scores.fields.items():
        console.print(_confusion_table(name, field))
    _show_wrong(found, console, worst)


def _fields_table(found: Report) -> Table:
    heads = ("accuracy", "std. error", "macro recall", "coverage", "where decided", "within one")
    table = Table("field", "n", *heads)
    for name, field in found.scores.fields.items():
        runs = [run.fields[name] for run in found.runs]
        table.add_row(
            name,
            str(field.n),
            spread(field.accuracy, [run.accuracy for run in runs]),
            _share(field.standard_error),
            _share(field.macro_recall),
            _share(field.coverage),
            spread(field.decided, [run.decided for run in runs]),
            _share(field.within_one),
        )
    return table


def _show_confidence(found: Report, console: Console) -> None:
    score = found.scores.confidence
    if score is None:
        return
    runs = [run.confidence for run in found.runs if run.confidence]
    ece = spread(score.ece, [run.ece for run in runs])
    brier = spread(score.brier, [run.brier for run in runs])
    right = spread(score.sure_accuracy, [run.sure_accuracy for run in runs])
    covered = spread(score.sure_coverage, [run.sure_coverage for run in runs])
    console.print(f"confidence of kind: ECE {ece}, Brier {brier}")
    console.print(
        f"kind at confidence >= {scoring.SURE}: {right} right, of {covered} of the photos"
    )
    table = Table("confidence", "photos", "stated", "right", title="reliability of kind")
    for one in score.reliability:
        if one.n:
            table.add_row(
                f"{one.low:.1f}-{one.high:.1f}",
                count(one.n),
                _share(one.confidence),
                _share(one.accuracy),
            )
    console.print(table)


def _confusion_table(name: str, field: FieldScore) -> Table:
    order = (*scoring.CLASSES[name], scoring.UNDECIDED)
    given = [word for word in order if any(word in row for row in field.confusion.values())]
    table = Table("", *given, title=f"{name} (row = label)")
    for true, row in field.confusion.items():
        table.add_row(true, *(count(row[word]) if word in row else "" for word in given))
    return table


def _show_wrong(found: Report, console: Console, worst: int) -> None:
    shown = found.wrong[:worst]
    console.print(f"{len(found.wrong)} photos of a wrong kind; the {len(shown)} most confident:")
    for one in shown:
        often = f", {one.times} of {found.shuffles} shuffles" if found.shuffles > 1 else ""
        sure = "" if one.sure else " (label not sure)"
        heading = f"{one.file}: {one.truth}{sure}, not {one.answer}"
        console.print(f"[bold]{escape(heading)}[/bold], {percent(one.confidence)} sure{often}")
        for reason in one.reasons:
            console.print(f"    {escape(reason)}", highlight=False)


def spread(mean: float | None, runs: Sequence[float | None]) -> str:
    """A mean with the lowest and highest of its runs, if there are several."""
    known = [value for value in runs if value is not None]
    if mean is None or len(known) < 2:
        return _share(mean)
    return f"{mean:.3f} ({min(known):.3f}-{max(known):.3f})"


def count(photos: float) -> str:
    """A number of photos; a mean over shuffles may have a fraction."""
    return f"{photos:.1f}".removesuffix(".0")


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
