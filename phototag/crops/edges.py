"""Where an edge of a crop may be: the best place that cuts nothing important."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Interval = tuple[float, float]


def best_place(
    low: float, high: float, wanted: float, forbidden: Iterable[Interval]
) -> float | None:
    """The place from ``low`` to ``high`` that is nearest to ``wanted`` and outside all forbidden open intervals.

    None if there is none. Of two equally near places, the smaller one.
    """
    if low > high:
        return None
    wanted = max(low, min(high, wanted))
    merged = _merged(forbidden)
    hit = next(((a, b) for a, b in merged if a < wanted < b), None)
    if hit is None:
        return wanted
    ends = [end for end in hit if low <= end <= high]
    return min(ends, key=lambda end: abs(end - wanted), default=None)


def _merged(intervals: Iterable[Interval]) -> Sequence[Interval]:
    """Merge overlapping intervals."""
    merged: list[Interval] = []
    for start, end in sorted(intervals):
        if merged and start < merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], end)
        else:
            merged.append((start, end))
    return merged
