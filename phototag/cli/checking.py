"""The command that checks photos and the state file."""

from __future__ import annotations

import collections
import contextlib
import json
import os
import sys
from typing import TYPE_CHECKING

import attrs

from phototag.catalogue.checking import CheckKind, CheckOptions, Severity, check_trees
from phototag.cli.click_options import PrintOptions, paths_argument, takes_options
from phototag.cli.exit_codes import ExitCode
from phototag.cli.helping import command
from phototag.cli.report import Report, Tally, duration, stoppable
from phototag.cli.terminal import echo, echo_as_is
from phototag.errors import as_typed, printable, printable_name
from phototag.scene import serialization
from phototag.version import SCHEMA
from phototag.wording import counted

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Generator

    from phototag.catalogue.checking import Checked, CheckFinding


@attrs.frozen(kw_only=True, slots=False, eq=False, repr=False)
class _Check(PrintOptions, CheckOptions):
    """The options of ``phototag check``."""


@command(
    ("Print a line for each thing that is not as it should be", "phototag check ~/Pictures"),
    ("Repair what can be repaired", "phototag check --repair ~/Pictures"),
)
@paths_argument
@takes_options(_Check)
def check(paths: tuple[str, ...], options: _Check) -> None:
    """Check that photos are as phototag has left them.

    PATH is a photo, or a folder, which is searched with all folders in it. Each photo is compared with what phototag has noted in it and in the
    state file, which remembers earlier runs. Pictures that cannot be read are found, too. Without --repair, nothing is
    written.
    """
    links = options.follow_links
    report = _CheckReport.over(paths, as_json=options.json, quiet=options.quiet, links=links)
    stopped = report.check(lambda stop: check_trees(paths, attrs.evolve(options, stop=stop)))
    report.summarise(None if options.repair else _repairing(paths, options), stopped=stopped)
    if stopped:
        report.say(f"Stopped after {counted(report.found.photos, 'photo')}.")
        sys.exit(ExitCode.INTERRUPTED)
    sys.exit(ExitCode.SOME_FAILED if report.found.problems else ExitCode.ALL_WELL)


def _repairing(paths: tuple[str, ...], options: _Check) -> str:
    state = [] if options.state is None else ["--state", os.fspath(options.state)]
    return as_typed("phototag", "check", "--repair", *paths, *state)


class _Found(Tally):
    """Counts of the findings so far."""

    def __init__(self) -> None:
        super().__init__()
        self.findings: collections.Counter[str] = collections.Counter()
        self.repairable = False

    def note(self, checked: Checked) -> None:
        """Count the findings of one photo, folder or state file."""
        self.photos += checked.photo
        for finding in checked.findings:
            self.findings[_label(finding)] += 1
            self.repairable |= bool(finding.kind.repair)

    @property
    def problems(self) -> int:
        """Problems that have not been repaired."""
        return self.findings["problem"]

    @property
    def counts(self) -> str:
        """``2 problems, 1 note``."""
        parts = [_counted(self.problems, "problem")]
        if self.findings["note"]:
            parts.append(_counted(self.findings["note"], "note"))
        done = dict.fromkeys(kind.done for kind in CheckKind)
        parts += [f"{self.findings[word]} {word}" for word in done if self.findings[word]]
        return ", ".join(parts)


class _CheckReport(Report):
    """Prints what a check finds."""

    def __init__(
        self, *, as_json: bool, quiet: bool, total: int | None, count: Callable[[], int]
    ) -> None:
        super().__init__(as_json=as_json, quiet=quiet, total=total, count=count)
        self.tally = self.found = _Found()

    def check(self, stream: Callable[[threading.Event], Generator[Checked]]) -> bool:
        """Print every finding of a stream; returns whether it was stopped before its end."""
        with (
            stoppable() as stopped,
            self.progress() as show,
            contextlib.closing(stream(stopped)) as results,
        ):
            for checked in results:
                self.found.note(checked)
                for finding in checked.findings:
                    self._print_finding(finding)
                show()
        return stopped.is_set()

    def _print_finding(self, finding: CheckFinding) -> None:
        """Print a finding; if quiet, only a problem that is left."""
        if self.quiet and (finding.repaired or finding.severity is not Severity.PROBLEM):
            return
        if self.as_json:
            echo_as_is(_json(finding))
        else:
            echo(_line(finding))

    def summarise(self, repairing: str | None, *, stopped: bool) -> None:
        """Print the counts, and how to repair."""
        found = self.found
        if not (found.photos or found.problems or found.repairable or stopped):
            self.none_found()
            return
        photos = _counted(found.photos, "photo")
        self.say(f"{photos} checked in {duration(found.seconds)}: {found.counts}.")
        if repairing is not None and found.repairable:
            self.say(f"To repair what can be repaired without losing anything: {repairing}")


def _counted(count: int, what: str) -> str:
    return counted(count, what) if count else f"no {what}s"


def _line(finding: CheckFinding) -> str:
    """One finding in one line."""
    said = finding.problem if finding.repaired else finding.message
    return f"{printable_name(finding.path)}: {_label(finding)}: {printable(said)}"


def _label(finding: CheckFinding) -> str:
    """What a finding is: ``problem``, ``note``, or what a repair has done."""
    return finding.kind.done if finding.repaired else str(finding.severity)


def _json(finding: CheckFinding) -> str:
    values = {**serialization.to_json(finding), "severity": str(finding.severity)}
    return json.dumps({"schema": SCHEMA, **values})
