"""Folds for cross-validation that keep every source of photos together.

Photos of one source share photographers, backdrops and framing: with one half of a source in the
training set, the other half is no test.
"""

from __future__ import annotations

import collections
import random
from collections.abc import Sequence

LEAST, MOST = 0.5, 1.5  # sizes are multiplied by a number in between before they are ranked


def grouped(sources: Sequence[str], count: int = 5, seed: int = 0) -> list[int]:
    """The fold (0 to ``count - 1``) of every row.

    Large sources are dealt first, each to the emptiest fold.  In the strict order of size the large
    sources would fall alike for every seed; their ranks are blurred so that shuffles differ.

    Args:
        sources: the source of every row.
        count: number of folds; none of them is empty.
        seed: another seed gives another deal, the same seed the same.

    Raises:
        ValueError: there are fewer sources than folds.
    """
    sizes = collections.Counter(sources)
    if len(sizes) < count:
        raise ValueError(f"{len(sizes)} sources cannot be dealt to {count} folds")
    dice = random.Random(seed)
    rank = {source: -sizes[source] * dice.uniform(LEAST, MOST) for source in sorted(sizes)}
    filled = [0] * count
    fold: dict[str, int] = {}
    for source in sorted(sizes, key=lambda name: (rank[name], name)):
        fold[source] = filled.index(min(filled))
        filled[fold[source]] += sizes[source]
    return [fold[source] for source in sources]
