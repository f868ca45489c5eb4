"""All interleavings, the kills of both processes and the other user: ``benchmarks faults --part interleavings``."""

from __future__ import annotations

import collections
import os
import tempfile
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

from benchmarks.faults.interleavings import adversary, changes, processes, tracer
from benchmarks.faults.interleavings.changes import Change
from benchmarks.faults.interleavings.events import EDITS, ERRORS, HELD, KILL
from benchmarks.faults.interleavings.measuring import FAIL, Tally, measure

WRITES: Final = 1000  # while another user swaps names

Job = tuple[Callable[..., dict[str, Tally]], Change, str, int | None]


def every(
    work: Path, say: Callable[[str], None], workers: int = 1, most: int | None = None
) -> dict[str, Any]:
    """All of it, as JSON values.

    Args:
        work: a folder for files.
        say: told how far it is.
        workers: experiments at once.
        most: try only so many interleavings of each change.

    Raises:
        PermissionError: this system does not allow tracing.
    """
    if why := tracer.why_not():
        raise PermissionError(why)
    jobs: list[Job] = [(processes.measure, change, str(work), most) for change in processes.CHANGES]
    jobs += [(measure, change, str(work), most) for change in changes.every()]
    found: list[tuple[Change, Mapping[str, Tally]]] = []
    # Each worker is a process of its own: whoever traces waits for all of its children.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for (_, change, _, _), tallies in zip(jobs, pool.map(_one, jobs), strict=True):
            found.append((change, tallies))
            say(f"{change.name}: {summary(tallies.values())}")
    ended, changed = found[: len(processes.CHANGES)], found[len(processes.CHANGES) :]
    return {
        "most": most,
        **tables(changed),
        "processes": {
            f"{change.name}: {kind}": _row([tally])
            for change, tallies in ended
            for kind, tally in tallies.items()
        },
        "wrong": [
            text for _, tallies in found for tally in tallies.values() for text in tally.wrong
        ],
        "another user": _another_user(say),
    }


def tables(found: Iterable[tuple[Change, Mapping[str, Tally]]]) -> dict[str, Any]:
    """The tallies by kind of event, and by form and operation."""
    events: dict[str, list[Tally]] = collections.defaultdict(list)
    forms: dict[str, dict[str, list[Tally]]] = {}
    for change, tallies in found:
        for kind, tally in tallies.items():
            events[kind].append(tally)
            forms.setdefault(change.form, {}).setdefault(change.operation, []).append(tally)
    return {
        "events": {kind: _row(events[kind]) for kind in sorted(events, key=_order)},
        "forms": {
            form: {operation: _row(tallies) for operation, tallies in operations.items()}
            for form, operations in forms.items()
        },
    }


def _order(kind: str) -> tuple[int, str]:
    """Events by their kind, and pairs of events last."""
    alone = (KILL, *EDITS, HELD, *(FAIL + error for error in ERRORS))
    return (alone.index(kind), "") if kind in alone else (len(alone), kind)


def summary(tallies: Iterable[Tally]) -> str:
    """One line."""
    every = list(tallies)
    count, lost = sum(tally.count for tally in every), sum(tally.lost for tally in every)
    return f"{count} interleavings, {lost} wrong"


def _row(tallies: Iterable[Tally]) -> dict[str, Any]:
    """The sum of some tallies."""
    total = Tally()
    states: collections.Counter[str] = collections.Counter()
    errors: collections.Counter[str] = collections.Counter()
    for tally in tallies:
        total.count += tally.count
        total.lost += tally.lost
        states.update(tally.states)
        errors.update(tally.errors)
    return {
        "count": total.count,
        "lost": total.lost,
        "states": dict(states),
        "errors": dict(errors),
    }


def _one(job: Job) -> dict[str, Tally]:
    run, change, work, most = job
    with tempfile.TemporaryDirectory(dir=work) as root:
        return run(change, Path(root), most)


def _another_user(say: Callable[[str], None]) -> dict[str, Any] | None:
    """None if this user is not root, who alone can start another user's processes."""
    if os.geteuid():
        return None
    # Not below ``work``, which may be private: the other user must be able to enter.
    with tempfile.TemporaryDirectory() as root:
        return adversary.measure(Path(root), WRITES, say)
