"""Folds: whole sources, of like size, the same every time."""

from __future__ import annotations

import collections

import pytest

from benchmarks.photos.folds import grouped

# Ten sources with 1 to 10 photos, one after the other.
SOURCES = [f"source{size}" for size in range(1, 11) for _ in range(size)]


@pytest.mark.parametrize("seed", range(5))
def test_no_source_is_split(seed: int) -> None:
    folds = grouped(SOURCES, 5, seed)
    assert len(folds) == len(SOURCES)
    assert all(
        len({fold for fold, name in zip(folds, SOURCES, strict=True) if name == source}) == 1
        for source in set(SOURCES)
    )


@pytest.mark.parametrize("seed", range(5))
def test_every_fold_holds_about_a_fifth(seed: int) -> None:
    sizes = collections.Counter(grouped(SOURCES, 5, seed))
    assert sorted(sizes) == [0, 1, 2, 3, 4]
    assert max(sizes.values()) - min(sizes.values()) <= 6  # 55 photos, 11 a fold


def test_the_order_of_the_rows_does_not_matter() -> None:
    there = dict(zip(SOURCES, grouped(SOURCES, 5, 3), strict=True))
    back = dict(zip(SOURCES[::-1], grouped(SOURCES[::-1], 5, 3), strict=True))
    assert there == back


def test_a_seed_always_gives_the_same_deal() -> None:
    # Written down, so that a new Python or another machine is noticed.
    assert grouped(list("aabbbcdddd"), 3, seed=0) == [
        *(2, 2),
        *(0, 0, 0),
        2,
        *(1, 1, 1, 1),
    ]


def test_another_seed_gives_another_deal() -> None:
    deals = {tuple(grouped(SOURCES, 5, seed)) for seed in range(5)}
    assert len(deals) > 1


def test_fewer_sources_than_folds_are_refused() -> None:
    with pytest.raises(ValueError, match="2 sources cannot be dealt to 3 folds"):
        grouped(["a", "b", "a"], 3)
