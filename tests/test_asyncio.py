"""Photos in an event loop, as the documentation says: the loop goes on while they are analysed."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import phototag

LONGEST = 0.25  # s between two turns of a loop that nothing blocks, on a busy machine


async def outcomes(
    analyzer: phototag.Analyzer, paths: Iterable[Path]
) -> AsyncIterator[phototag.Outcome]:
    stream = analyzer.analyze_many(paths)
    while (outcome := await asyncio.to_thread(next, stream, None)) is not None:
        yield outcome


async def tick(turns: list[float]) -> None:
    while True:
        turns.append(time.monotonic())
        await asyncio.sleep(0.01)


def test_a_loop_goes_on_while_photos_are_analysed(
    portrait_jpg: Path, headshot_jpg: Path, tmp_path: Path
) -> None:
    photos = [portrait_jpg, tmp_path / "missing.jpg", headshot_jpg] * 3

    async def main() -> tuple[list[phototag.Outcome], list[phototag.Analysis], list[float]]:
        turns: list[float] = []
        ticking = asyncio.create_task(tick(turns))
        with phototag.Analyzer(workers=2) as analyzer:
            streamed = [outcome async for outcome in outcomes(analyzer, photos)]
            jobs = [asyncio.to_thread(analyzer.analyze, one) for one in (photos[0], photos[2])]
            gathered = await asyncio.wait_for(asyncio.gather(*jobs), timeout=60)
        ticking.cancel()
        return streamed, gathered, turns

    streamed, gathered, turns = asyncio.run(main())
    assert [Path(outcome.photo) for outcome in streamed] == photos
    kinds = [outcome.kind for outcome in streamed]
    assert kinds == ["portrait", None, "headshot"] * 3
    assert [result.kind for result in gathered] == ["portrait", "headshot"]
    pauses = sorted(later - now for now, later in itertools.pairwise(turns))
    assert len(pauses) > 20
    assert pauses[len(pauses) // 2] < LONGEST


def test_close_ends_the_process_of_the_functions_and_the_next_call_starts_another(
    headshot_jpg: Path,
) -> None:
    import psutil

    phototag.close()
    others = children(psutil.Process())
    first = phototag.analyze(headshot_jpg)
    started = children(psutil.Process()) - others
    assert started
    phototag.close()
    phototag.close()  # a second time, there is nothing to end
    assert started.isdisjoint(children(psutil.Process()))
    assert phototag.analyze(headshot_jpg) == first


def children(process: object) -> set[int]:
    """The sealed processes of this one."""
    import psutil

    assert isinstance(process, psutil.Process)
    return {
        child.pid
        for child in process.children(recursive=True)
        if child.status() != psutil.STATUS_ZOMBIE
    }
