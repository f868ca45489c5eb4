"""A program of somebody who uses phototag, as type checkers see it: strictly, without a cast or an exception.

``tests/test_typing.py`` has mypy and pyright read it.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import phototag


def sort_out(photos: Iterable[Path]) -> tuple[list[Path], list[str]]:
    """The headshots with their casting crops, and why photos failed."""
    headshots: list[Path] = []
    problems: list[str] = []
    with phototag.Analyzer(workers=2) as analyzer:
        for outcome in analyzer.analyze_many(photos):
            if outcome.error is None:
                if outcome.analysis.kind is phototag.Kind.HEADSHOT:
                    headshots.append(Path(outcome.photo))
            else:
                problems.append(f"{outcome.photo}: {outcome.error.problem}; {outcome.error.remedy}")
    return headshots, problems


def described(outcome: phototag.Outcome) -> str:
    match outcome:
        case phototag.Done(analysis=found):
            yaw = found.posing.yaw
            facing = "" if yaw is None else f", turned by {yaw:.0f} degrees"
            return f"{found.kind}, {found.confidence:.0%}{facing}"
        case phototag.Failed(error=error):
            return f"failed: {error.message}"


def tag_tree(folder: Path) -> Counter[phototag.Kind | None]:
    kinds: Counter[phototag.Kind | None] = Counter()
    for outcome in phototag.tag_catalogue(folder, dry_run=True, workers=2):
        if outcome.error is not None:
            print(outcome.error, file=sys.stderr)
        elif outcome.warning:
            print(outcome.photo, outcome.warning, file=sys.stderr)
        elif outcome.analysis is not None:
            kinds[outcome.analysis.kind] += 1
        else:
            kinds[outcome.kind] += 1
    return kinds


async def verdicts(photos: Iterable[Path]) -> AsyncIterator[str]:
    for photo in photos:
        result = await asyncio.to_thread(phototag.analyze, photo)
        words: dict[str, object] = result.to_dict()
        yield json.dumps(words["criteria"])


def take_back(photos: list[Path]) -> int:
    with phototag.Analyzer() as analyzer:
        done = [o.change.changed for o in analyzer.remove_many(photos) if o.error is None]
    return sum(done)


def crops(photo: Path, result: phototag.Analysis) -> dict[str, tuple[int, int]]:
    phototag.write(photo, result, keywords=phototag.Level.FULL, min_confidence=0.8)
    return {crop.profile: crop.pixels for crop in result.crops if crop.recommended}
