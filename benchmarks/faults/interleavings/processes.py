"""Kills the calling process, the sealed process or both, at each call of either, in a real change."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Final

import attrs
import psutil

from benchmarks.faults import seeds
from benchmarks.faults.interleavings import tracer
from benchmarks.faults.interleavings.changes import Change, Prepared
from benchmarks.faults.interleavings.judging import Judge
from benchmarks.faults.interleavings.measuring import Tally, chosen
from benchmarks.faults.interleavings.tracer import Call, Fate
from phototag.options import WriteOptions
from phototag.worker import tasks
from phototag.worker.process import SealedProcess
from phototag.worker.source import PhotoFile

CALLER, SEALED, BOTH = "the caller", "the sealed process", "both"
#: The changes: a photo is replaced, a sidecar is deleted.
CHANGES: Final = (
    Change("write", "jpg", "photo.jpg", ("photo.jpg",)),
    Change("remove", "own sidecar", "photo.gif.xmp", ("photo.gif.xmp",)),
)


@attrs.define
class _Run:
    """One run of a change in two processes.

    Attributes:
        prepared: the change.
        at: whose call, its index, and who is killed; None to kill nobody.
        counts: how many calls each has made.
        happened: whether that call was reached.
    """

    prepared: Prepared
    at: tuple[str, int, str] | None = None
    counts: dict[str, int] = attrs.Factory(lambda: {CALLER: 0, SEALED: 0})
    happened: bool = False
    _process: SealedProcess | None = None

    def said(self) -> dict[str, str]:
        """Make the change; what the caller says in the end."""
        self.prepared.restore()
        return tracer.run(self._work, self._watch, self._started)

    def _started(self) -> int:
        """Start the sealed process, and let it load all that it needs (in the calling process)."""
        self._process = SealedProcess()
        tasks.read(self._process, self._photo())
        (child,) = psutil.Process().children()
        return int(child.pid)

    def _work(self) -> None:
        assert self._process is not None
        if self.prepared.change.operation == "write":
            tasks.write(self._process, self._photo(), seeds.order("headshot"), WriteOptions())
        else:
            tasks.remove(self._process, self._photo(), WriteOptions())

    def _photo(self) -> PhotoFile:
        return PhotoFile.of(self.prepared.place.folder / self.prepared.change.photo)

    def _watch(self, call: Call) -> Fate:
        who = SEALED if call.helper else CALLER
        self.counts[who] += 1
        if self.at is None or self.at[:2] != (who, call.index):
            return None
        self.happened = True
        victim = self.at[2]
        if victim != who:
            os.kill(call.other, signal.SIGKILL)
        return "killed" if victim in {who, BOTH} else None


def measure(change: Change, root: Path, most: int | None = None, seed: int = 0) -> dict[str, Tally]:
    """All kills of one change, by who was killed at whose call.

    Args:
        change: the change.
        root: a folder of its own.
        most: try only so many, at random.
        seed: of that choice.
    """
    prepared = Prepared.of(change, root)
    whole = _Run(prepared)
    said = whole.said()
    if said["type"]:
        raise RuntimeError(f"{change.name}: {said['text']}")
    every = [
        (who, index, victim)
        for who, count in whole.counts.items()
        for index in range(count)
        for victim in (CALLER, SEALED, BOTH)
    ]
    tallies: dict[str, Tally] = {}
    wanted = chosen(every, most, seed, lambda at: (at[0], at[2]))
    for at in sorted(wanted, key=lambda at: (at[0], at[2])):
        who, _, victim = at
        _count(_Run(prepared, at), tallies.setdefault(f"{victim}, at calls of {who}", Tally()))
    return tallies


def _count(run: _Run, tally: Tally) -> None:
    said = run.said()
    if run.happened:
        assert run.at is not None
        who, index, victim = run.at
        judge = Judge(run.prepared, (), said, killed=victim != SEALED)
        tally.add(judge, f"{victim} killed at call {index} of {who}")
