"""Goes through every interleaving of every change, and counts what comes of it."""

from __future__ import annotations

import collections
import os
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import attrs

from benchmarks.faults.interleavings import tracer
from benchmarks.faults.interleavings.changes import Change, Prepared
from benchmarks.faults.interleavings.events import EDITS, ERRORS, KILL, Trace, happen
from benchmarks.faults.interleavings.judging import Judge
from benchmarks.faults.interleavings.tracer import Call, Fate

FAIL: Final = "fail "  # and the error
#: After an edit at one call, these happen at each later one.
THEN: Final = (KILL, f"{FAIL}EIO", "replaced")
FIRST: Final = ("in place, same size and time", "replaced")
#: Changes of which all pairs of events are tried.
PAIRED: Final = (
    ("write", "jpg"),
    ("remove", "jpg"),
    ("write", "sidecar"),
    ("remove", "own sidecar"),
)
_MOST_SENTENCES: Final = 20  # of each kind


@attrs.frozen
class Step:
    """An event at a call.

    Attributes:
        kind: one of the edits, ``KILL``, or ``FAIL`` with an error.
        index: of the call.
    """

    kind: str
    index: int


@attrs.define
class Tally:
    """What came of the interleavings of one kind.

    Attributes:
        count: interleavings in which the event happened.
        states: how often the photo was the old one, the new one, another program's ...
        errors: how often the change ended in an error of a name.
        lost: how many were wrong.
        wrong: sentences on the first of them.
    """

    count: int = 0
    states: dict[str, int] = attrs.Factory(collections.Counter)
    errors: dict[str, int] = attrs.Factory(collections.Counter)
    lost: int = 0
    wrong: list[str] = attrs.Factory(list)

    def add(self, judge: Judge, where: str) -> None:
        """Count what is left of an interleaving."""
        verdict, said = judge.verdict(), judge.said
        self.count += 1
        self.states[verdict.state] += 1
        if said["type"]:
            self.errors[said["type"]] += 1
        if not verdict.wrong:
            return
        self.lost += 1
        if len(self.wrong) < _MOST_SENTENCES:
            ended = f" ({said['type']}: {said['text']})" if said["text"] else ""
            name = judge.prepared.change.name
            self.wrong.append(f"{name}: {where}: {'; '.join(verdict.wrong)}{ended}")


def measure(
    change: Change, root: Path, stride: int = 1, seed: int = 0, *, pairs: bool | None = None
) -> dict[str, Tally]:
    """All interleavings of one change, by kind of event.

    Args:
        change: the change.
        root: a folder of its own.
        stride: try only one interleaving of so many, at random.
        seed: of that choice.
        pairs: whether to try pairs of events; None: for ``PAIRED``.
    """
    os.environ["XDG_STATE_HOME"] = str(root / "locks")
    prepared = Prepared.of(change, root)
    calls = baseline(prepared)
    dice = random.Random(seed)
    if pairs is None:
        pairs = (change.operation, change.form) in PAIRED and change.subject in change.mine
    wanted = [*singles(calls), *(couples(calls) if pairs else ())]
    tallies: dict[str, Tally] = {}
    for steps in wanted:
        if dice.randrange(stride) == 0:
            experiment(prepared, steps, tallies)
    return tallies


def baseline(prepared: Prepared) -> list[Call]:
    """The calls of the change when nothing happens."""
    prepared.restore()
    calls: list[Call] = []
    said = tracer.run(lambda: prepared.change.make(prepared.place), calls.append)
    if said["type"]:
        raise RuntimeError(f"{prepared.change.name}: {said['text']}")
    return calls


def singles(calls: Sequence[Call]) -> Iterator[tuple[Step, ...]]:
    """One event at each call: what does not look at files does not notice edits."""
    for call in calls:
        if call.looks:
            yield from ((Step(kind, call.index),) for kind in (KILL, *EDITS))
        yield from ((Step(FAIL + error, call.index),) for error in ERRORS)


def couples(calls: Sequence[Call]) -> Iterator[tuple[Step, ...]]:
    """An edit at each call, and another event at each later one."""
    looking = [call.index for call in calls if call.looks]
    for place, first in enumerate(looking):
        for second in looking[place + 1 :]:
            for kind in FIRST:
                yield from ((Step(kind, first), Step(then, second)) for then in THEN)


def experiment(prepared: Prepared, steps: tuple[Step, ...], tallies: dict[str, Tally]) -> None:
    """Let the steps happen in a change, and judge what is left."""
    prepared.restore()
    waiting = list(steps)
    traces: list[Trace] = []
    missed = False

    def watch(call: Call) -> Fate:
        nonlocal missed
        if not waiting or waiting[0].index != call.index:
            return None
        step = waiting.pop(0)
        if step.kind == KILL:
            return "killed"
        if step.kind.startswith(FAIL):
            return ERRORS[step.kind.removeprefix(FAIL)]
        trace = happen(prepared, step.kind, call.name)
        if trace is None:
            missed = True
        else:
            traces.append(trace)
        return None

    said = tracer.run(lambda: prepared.change.make(prepared.place), watch)
    if waiting or missed:  # it ended before, or there was nothing to edit
        return
    tally = tallies.setdefault(", then ".join(step.kind for step in steps), Tally())
    where = ", ".join(f"{step.kind} at call {step.index}" for step in steps)
    tally.add(Judge(prepared, traces, said), where)
