"""The parts of ``python -m benchmarks faults``."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

import attrs

from benchmarks.faults import calls, fuzz, kills, odd
from benchmarks.faults.interleavings import report as interleavings

Say = Callable[[str], None]


@attrs.frozen
class Plan:
    """How long the parts are.

    Attributes:
        kills: how many.
        inputs: of fuzzing.
        first: number of the first of them.
        most: interleavings of each change, and errors of each call; all if None.
        workers: experiments at once, where that is possible.
    """

    kills: int
    inputs: int
    first: int
    most: int | None
    workers: int


PARTS: Final[dict[str, Callable[[Plan, Path, Say], Any]]] = {
    "kills": lambda plan, here, say: kills.measure(here, plan.kills, say),
    "calls": lambda plan, here, say: calls.every(here, say, plan.most),
    "interleavings": lambda plan, here, say: interleavings.every(
        here, say, plan.workers, plan.most
    ),
    "odd": lambda _, here, say: odd.measure(here, 1000, say),
    "fuzz": lambda plan, here, say: fuzz.measure(here, plan.inputs, say, plan.workers, plan.first),
}


def measure(plan: Plan, parts: Iterable[str], work: Path | None, say: Say) -> dict[str, Any]:
    """Go through some parts, as JSON values.

    Args:
        plan: how long they are.
        parts: their names.
        work: where files are made and kept; None for temporary folders.
        say: told how far it is.
    """
    found = {}
    with contextlib.ExitStack() as held:
        for part in parts:
            if work is None:
                here = Path(held.enter_context(tempfile.TemporaryDirectory()))
            else:
                here = work / part
                here.mkdir()
            found[part] = PARTS[part](plan, here, say)
    return found
