"""Figures of the accuracy, as SVG that is the same, byte for byte, for the same answers.

They are made without pyplot, so that no window system is needed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.accuracy import scoring
from benchmarks.accuracy.report import Judged, Report
from benchmarks.accuracy.scoring import FieldScore, Scores
from phototag.criteria import CRITERIA
from phototag.criteria.verdict import Kind

STYLE: dict[Any, Any] = {  # matplotlib's type lists every key there is
    "svg.hashsalt": "phototag",  # names of parts within the file; random without it
    "svg.fonttype": "path",
    "font.family": "DejaVu Sans",  # comes with matplotlib
    "font.size": 8,
    "axes.titlesize": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
}
HEADSHOT, PORTRAIT, NEUTRAL = "#0072b2", "#d55e00", "#555555"  # told apart by the colour-blind, too
BINS = 24  # of the histograms
LEAST_COVERAGE = 0.05  # below it a curve hangs on single photos
LABEL_ROOM = 0.1  # of an axis, that a label below a point takes
COLUMNS = 3  # of figures with many parts


def draw(found: Report, runs: Sequence[Sequence[Judged]], folder: Path) -> list[Path]:
    """Draw every figure.

    Args:
        found: the report on ``runs``.
        runs: what the report was made of; the curves and histograms pool the shuffles.
        folder: where to; it is made if need be.

    Returns:
        The files.
    """
    folder.mkdir(parents=True, exist_ok=True)
    judged = [one for run in runs for one in run if found.labels == "all" or one.label.sure]
    figures: dict[str, Callable[[], Figure]] = {
        "reliability": lambda: reliability(found.scores),
        "confusion": lambda: confusion(found.scores),
        "separation": lambda: separation(judged),
        "coverage": lambda: coverage(judged),
    }
    with mpl.rc_context():
        mpl.rcdefaults()  # the user's own style is none of the figures' business
        mpl.rcParams.update(STYLE)
        return [_save(make(), folder / f"{name}.svg") for name, make in figures.items()]


def _save(figure: Figure, path: Path) -> Path:
    figure.savefig(path, format="svg", metadata={"Date": None})
    return path


# ---------------------------------------------------------------------------------- reliability


def reliability(scores: Scores) -> Figure:
    """Right kinds against the stated confidence; the area of a point is its number of photos."""
    figure = Figure(figsize=(4, 4), layout="constrained")
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], color=NEUTRAL, linewidth=0.8, linestyle="--")
    score = scores.confidence
    filled = [
        (one.confidence, one.accuracy, one.n)
        for one in (score.reliability if score else ())
        if one.confidence is not None and one.accuracy is not None
    ]
    total = sum(n for *_, n in filled)
    axes.plot([x for x, *_ in filled], [y for _, y, _ in filled], color=HEADSHOT, linewidth=0.8)
    for x, y, n in filled:
        axes.scatter(x, y, s=8 + 400 * n / total, color=HEADSHOT, alpha=0.6, linewidths=0)
        photos = f"{n:.0f}" if n >= 1 else "<1"  # the mean of several shuffles
        below = y > LABEL_ROOM
        axes.annotate(photos, (x, y), textcoords="offset points", xytext=(6, -10 if below else 4))
    ece = f", ECE {score.ece:.3f}, Brier {score.brier:.3f}" if score else ""
    axes.set(title=f"Confidence of kind{ece}", xlabel="stated", ylabel="right")
    axes.set(xlim=(0, 1.03), ylim=(0, 1.03), aspect="equal")
    return figure


# ------------------------------------------------------------------------------------ confusion


def confusion(scores: Scores) -> Figure:
    """One matrix a field: rows are labels and sum to 1, the numbers are photos."""
    figure, parts = _grid(len(scores.fields), height=2.9)
    for axes, (name, field) in zip(parts, scores.fields.items(), strict=False):
        _matrix(axes, name, field)
    return figure


def _matrix(axes: Axes, name: str, field: FieldScore) -> None:
    order = (*scoring.CLASSES[name], scoring.UNDECIDED)
    given = [word for word in order if any(word in row for row in field.confusion.values())]
    counts = np.array([[row.get(word, 0) for word in given] for row in field.confusion.values()])
    shares = counts / counts.sum(1, keepdims=True)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    for (y, x), count in np.ndenumerate(counts):
        if count:
            colour = "white" if shares[y, x] > 0.5 else "black"
            axes.text(x, y, f"{count:.0f}", ha="center", va="center", color=colour, fontsize=7)
    axes.set_xticks(range(len(given)), [_short(word) for word in given], rotation=40, ha="right")
    axes.set_yticks(range(len(field.confusion)), [_short(word) for word in field.confusion])
    axes.set_title(f"{name}: {field.accuracy:.3f} of {field.n}")
    axes.spines[:].set_visible(False)


def _short(word: str) -> str:
    return word.replace("_", " ").replace("head and shoulders", "head+should.")


# ----------------------------------------------------------------------------------- separation


def separation(judged: Sequence[Judged]) -> Figure:
    """What each criterion says about true headshots and about true portraits, with its AUC."""
    figure, parts = _grid(len(CRITERIA) + 1, height=1.9)
    spoken = [(one.label.kind, one.analysis) for one in judged if one.analysis]
    for axes, name in zip(parts, CRITERIA, strict=False):
        _histogram(axes, name, [(kind, one.contributions[name]) for kind, one in spoken])
    total = parts[len(CRITERIA)]
    _histogram(total, "all together", [(kind, one.verdict.log_odds) for kind, one in spoken])
    if spoken:
        total.legend(frameon=False)
    figure.supxlabel("log-odds towards headshot (+) or portrait (-)")
    return figure


def _histogram(axes: Axes, name: str, said: Iterable[tuple[Kind, float]]) -> None:
    pairs = list(said)
    heads = [value for kind, value in pairs if kind is Kind.HEADSHOT]
    others = [value for kind, value in pairs if kind is Kind.PORTRAIT]
    both = heads + others
    low, high = (min(both), max(both)) if both else (0.0, 0.0)
    if math.isclose(low, high):  # a criterion without a say
        low, high = low - 0.5, high + 0.5
    edges = np.linspace(low, high, BINS + 1).tolist()
    for values, colour, label in ((heads, HEADSHOT, "headshots"), (others, PORTRAIT, "portraits")):
        if values:
            weights = np.full(len(values), 1 / len(values))
            axes.hist(values, edges, weights=weights, color=colour, alpha=0.55, label=label)
    area = scoring.auc(heads, others)
    silent = not any(both)
    axes.set_title(f"{name}: no say" if silent or area is None else f"{name}: AUC {area:.3f}")
    axes.locator_params(axis="x", nbins=5)
    axes.axvline(0, color=NEUTRAL, linewidth=0.6)
    axes.set_yticks([])


# ------------------------------------------------------------------------------------- coverage


def coverage(judged: Sequence[Judged]) -> Figure:
    """Accuracy against coverage if only answers above a confidence counted."""
    figure = Figure(figsize=(5, 3.4), layout="constrained")
    axes = figure.add_subplot()
    for name, colour in (("kind", HEADSHOT), ("environment", PORTRAIT)):
        answered, total = _answers(judged, name)
        curve = [at for at in scoring.coverage_curve(answered, total) if at[0] >= LEAST_COVERAGE]
        axes.plot([x for x, _ in curve], [y for _, y in curve], color=colour, label=name)
        if curve:
            axes.scatter(*curve[-1], s=14, color=colour)
    axes.set(
        title="Accuracy of the answers above a confidence",
        xlabel="coverage (the point: as answered by phototag)",
        ylabel="right where answered",
        xlim=(0, 1.03),
    )
    axes.legend(frameon=False)
    return figure


def _answers(judged: Sequence[Judged], name: str) -> tuple[list[tuple[float, bool]], int]:
    """Confidence and rightness of every answer, and to how many photos the question applies."""
    answers, total = [], 0
    for one in judged:
        row = scoring.row(one.label, one.analysis)
        if row.truth[name] is None:
            continue
        total += 1
        if one.analysis and row.answer[name] is not None:
            finding = one.analysis.environment if name == "environment" else one.analysis
            answers.append((finding.confidence, row.answer[name] == row.truth[name]))
    return answers, total


def _grid(count: int, height: float) -> tuple[Figure, list[Axes]]:
    """A figure of this many parts, each ``height`` inches high."""
    lines = math.ceil(count / COLUMNS)
    figure = Figure(figsize=(9, height * lines), layout="constrained")
    parts = [figure.add_subplot(lines, COLUMNS, number + 1) for number in range(count)]
    return figure, parts
