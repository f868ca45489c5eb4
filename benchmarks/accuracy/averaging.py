"""Scores of several runs as one."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.accuracy.scoring import Bin, ConfidenceScore, Confusion, FieldScore, Scores, mean


def average(runs: Sequence[Scores]) -> Scores:
    """The mean of several runs over the same photos."""
    first = runs[0]
    confidences = [run.confidence for run in runs if run.confidence is not None]
    return Scores(
        photos=first.photos,
        missing=first.missing,
        fields={name: _average_field([run.fields[name] for run in runs]) for name in first.fields},
        confidence=_average_confidence(confidences) if confidences else None,
    )


def _average_field(runs: Sequence[FieldScore]) -> FieldScore:
    return FieldScore(
        n=runs[0].n,
        accuracy=_sure_mean([run.accuracy for run in runs]),
        standard_error=_sure_mean([run.standard_error for run in runs]),
        macro_recall=_sure_mean([run.macro_recall for run in runs]),
        coverage=_sure_mean([run.coverage for run in runs]),
        decided=mean([run.decided for run in runs]),
        within_one=mean([run.within_one for run in runs]),
        confusion=_average_confusion([run.confusion for run in runs]),
    )


def _average_confusion(tables: Sequence[Confusion]) -> Confusion:
    order = [*{given: None for table in tables for row in table.values() for given in row}]
    return {
        true: {
            given: sum(table[true].get(given, 0) for table in tables) / len(tables)
            for given in order
            if any(given in table[true] for table in tables)
        }
        for true in tables[0]
    }


def _average_confidence(runs: Sequence[ConfidenceScore]) -> ConfidenceScore:
    return ConfidenceScore(
        n=runs[0].n,
        ece=_sure_mean([run.ece for run in runs]),
        brier=_sure_mean([run.brier for run in runs]),
        sure_coverage=_sure_mean([run.sure_coverage for run in runs]),
        sure_accuracy=mean([run.sure_accuracy for run in runs]),
        reliability=tuple(
            _average_bin(bins) for bins in zip(*(run.reliability for run in runs), strict=True)
        ),
    )


def _average_bin(bins: Sequence[Bin]) -> Bin:
    """Every photo counts the same, in whichever run it fell into the bin."""
    total = sum(one.n for one in bins)
    return Bin(
        low=bins[0].low,
        high=bins[0].high,
        n=total / len(bins),
        confidence=sum(one.n * (one.confidence or 0) for one in bins) / total if total else None,
        accuracy=sum(one.n * (one.accuracy or 0) for one in bins) / total if total else None,
    )


def _sure_mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
