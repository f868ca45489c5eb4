"""A program of somebody who uses phototag: mypy and pyright read it strictly (``test_typing.py``), without a cast."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import phototag


def headshots(photos: Iterable[Path]) -> tuple[list[Path], list[str]]:
    found: list[Path] = []
    problems: list[str] = []
    with phototag.Analyzer(workers=2) as analyzer:
        for outcome in analyzer.analyze_many(photos):
            if outcome.error is None:
                if outcome.analysis.kind is phototag.Kind.HEADSHOT:
                    found.append(Path(outcome.photo))
            else:
                problems.append(f"{outcome.photo}: {outcome.error.problem}; {outcome.error.remedy}")
    return found, problems


def described(outcome: phototag.Outcome) -> str:
    match outcome:
        case phototag.Done(analysis=found):
            yaw = found.posing.yaw
            return f"{found.kind}, {found.confidence:.0%}" + ("" if yaw is None else f", {yaw:.0f}")
        case phototag.Failed(error=error):
            return f"failed: {error.message}"


def kinds(folder: Path) -> Counter[phototag.Kind]:
    counted: Counter[phototag.Kind] = Counter()
    for outcome in phototag.tag_catalogue(folder, dry_run=True, workers=2):
        if outcome.kind is not None:  # analysed, or known from an earlier run
            counted[outcome.kind] += 1
    return counted


async def verdicts(photos: Iterable[Path]) -> AsyncIterator[str]:
    for photo in photos:
        result = await asyncio.to_thread(phototag.analyze, photo)
        yield json.dumps(result.to_dict())


def changed_by_removing(photos: list[Path]) -> int:
    with phototag.Analyzer() as analyzer:
        return sum(o.change.changed for o in analyzer.remove_many(photos) if o.error is None)


def crops(photo: Path, result: phototag.Analysis) -> dict[str, tuple[int, int]]:
    phototag.write(photo, result, keywords=phototag.Level.FULL, min_confidence=0.8)
    phototag.close()
    return {crop.profile: crop.pixels for crop in result.crops if crop.recommended}
