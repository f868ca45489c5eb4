"""Goes through every interleaving of every change, and counts what comes of it."""

from __future__ import annotations

import collections
import itertools
import os
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final, TypeVar

import attrs

from benchmarks.faults.interleavings import tracer
from benchmarks.faults.interleavings.changes import Change, Prepared
from benchmarks.faults.interleavings.events import EDITS, ERRORS, HELD, KILL, Trace, happen
from benchmarks.faults.interleavings.judging import Judge
from benchmarks.faults.interleavings.tracer import Call, Fate

T = TypeVar("T")

FAIL: Final = "call fails: "  # and the error
#: After an edit at one call, these happen at each of the next calls.
THEN: Final = (KILL, f"{FAIL}EIO", "replaced")
FIRST: Final = ("in place, same size and time", "replaced")
#: Changes of which all pairs of events are tried.
PAIRED: Final = (
    ("write", "jpg"),
    ("remove", "jpg"),
    ("write", "sidecar"),
    ("remove", "own sidecar"),
)
NEXT: Final = 12  # calls
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


@attrs.frozen
class Point:
    """A call at which something may happen.

    Attributes:
        index: of the call.
        looks: whether it looks at files or changes them.
        edits: whether these may be the photo's: what concerns the state file does not notice edits.
    """

    index: int
    looks: bool
    edits: bool


def measure(change: Change, root: Path, most: int | None = None, seed: int = 0) -> dict[str, Tally]:
    """All interleavings of one change, by kind of event.

    Args:
        change: the change.
        root: a folder of its own.
        most: try only so many, at random; and a quarter as many pairs of events.
        seed: of that choice.
    """
    os.environ["XDG_STATE_HOME"] = str(root / "locks")
    prepared = Prepared.of(change, root)
    points = baseline(prepared)
    every = list(singles(points))
    if change.subject not in change.mine:  # kills and failing calls are another change's affair
        every = [steps for steps in every if steps[0].kind in {*EDITS, HELD}]
    wanted = chosen(every, most, seed, _kinds)
    if (change.operation, change.form) in PAIRED and change.subject in change.mine:
        few = None if most is None else most // 4
        wanted += chosen(list(couples(points)), few, seed, _kinds)
    tallies: dict[str, Tally] = {}
    for steps in wanted:
        experiment(prepared, steps, tallies)
    return tallies


def chosen(every: list[T], most: int | None, seed: int, kind: Callable[[T], object]) -> list[T]:
    """All of them, or so many at random, of each kind equally many as far as there are."""
    if most is None or most >= len(every):
        return every
    dice = random.Random(seed)
    kinds: dict[object, list[T]] = {}
    for each in every:
        kinds.setdefault(kind(each), []).append(each)
    for group in kinds.values():
        dice.shuffle(group)
    rounds = itertools.zip_longest(*kinds.values())
    taken = [each for turn in rounds for each in turn if each is not None]
    return taken[:most]


def _kinds(steps: tuple[Step, ...]) -> tuple[str, ...]:
    return tuple(step.kind for step in steps)


def baseline(prepared: Prepared) -> list[Point]:
    """The calls of the change when nothing happens."""
    prepared.restore()
    points: list[Point] = []

    def watch(call: Call) -> Fate:
        edits = call.looks and not _is_of_state(prepared, call)
        points.append(Point(call.index, call.looks, edits))
        return None

    said = tracer.run(lambda: prepared.change.make(prepared.place), watch)
    if said["type"]:
        raise RuntimeError(f"{prepared.change.name}: {said['text']}")
    return points


def _is_of_state(prepared: Prepared, call: Call) -> bool:
    try:
        file = Path(f"/proc/{call.process}/fd/{call.first}").readlink()
    except OSError:  # its first argument is no descriptor
        return False
    return file.is_relative_to(prepared.place.state)


def singles(points: Sequence[Point]) -> Iterator[tuple[Step, ...]]:
    """One event at each call."""
    for point in points:
        if point.looks:
            yield (Step(KILL, point.index),)
        if point.edits:
            yield from ((Step(kind, point.index),) for kind in (*EDITS, HELD))
        yield from ((Step(FAIL + error, point.index),) for error in ERRORS)


def couples(points: Sequence[Point]) -> Iterator[tuple[Step, ...]]:
    """An edit at each call, and another event at each of the next ones."""
    looking = [point.index for point in points if point.edits]
    for place, first in enumerate(looking):
        for second in looking[place + 1 : place + 1 + NEXT]:
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
    traces = [trace.finish() for trace in traces]
    if waiting or missed:  # it ended before, or there was nothing to edit
        return
    tally = tallies.setdefault(", then ".join(step.kind for step in steps), Tally())
    where = ", ".join(f"{step.kind} at call {step.index}" for step in steps)
    killed = steps[-1].kind == KILL
    tally.add(Judge(prepared, traces, said, killed), where)
