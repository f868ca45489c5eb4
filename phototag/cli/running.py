"""The end of a command that has gone through photos: the results, and what can be done next."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NoReturn

from phototag.cli.exit_codes import ExitCode
from phototag.cli.report import NO_PHOTOS, Report, duration
from phototag.criteria.verdict import Kind
from phototag.errors import as_typed
from phototag.outcome import VerdictSource
from phototag.wording import counted

if TYPE_CHECKING:
    from phototag.cli.report import Tally


def close(
    report: Report,
    *,
    stopped: bool,
    commands: list[tuple[str, list[str]]],
    dry_run: bool = False,
    writes: bool = True,
    goes_on: bool = True,
    nothing: str = NO_PHOTOS,
) -> NoReturn:
    """Print the results of a run and what can be done next, and end with its exit code.

    Args:
        report: has counted the results.
        stopped: the run was ended early.
        commands: what can be done next, each with its command.
        dry_run: nothing was changed.
        writes: the command is one that changes photos.
        goes_on: the same command would skip the photos that are done.
        nothing: what is said if there was no photo.
    """
    results = report.tally.photos + report.tally.folders
    if results > 1:
        for line in summary(
            report.tally,
            dry_run=dry_run,
            writes=writes,
            failures=not report.failures_are_in_sight,
        ):
            report.say(line)
        for what, words in commands:
            report.say(f"{what}: {as_typed(*words)}")
    if not results and not stopped:
        report.none_found(nothing)
    if stopped:
        done = counted(report.tally.photos, "photo")
        if report.total is not None:
            done = f"{report.tally.photos} of {counted(report.total, 'photo')}"
        again = "; run the same command again to resume" if goes_on else ""
        report.say(f"Stopped after {done}{again}.")
    report.end(stopped=stopped)
    sys.exit(ExitCode.ALL_WELL)


def summary(
    tally: Tally, *, dry_run: bool, writes: bool = True, failures: bool = True
) -> list[str]:
    """The results of a run, by verdict.

    Args:
        tally: the counts.
        dry_run: nothing was changed.
        writes: the command is one that changes photos.
        failures: also what went wrong with each photo; False where it has just been told.
    """
    would = "would be changed" if dry_run else "changed"
    recalled, unchanged = (
        tally.verdict_from[VerdictSource.RECALLED],
        tally.verdict_from[VerdictSource.UNCHANGED],
    )
    looked = tally.photos - recalled - unchanged
    rate = tally.photos / max(tally.seconds, 0.001)
    ways = [f"{looked} analysed", f"{recalled} known from earlier", f"{unchanged} unchanged"]
    if tally.verdict_from[VerdictSource.REMOVED]:
        ways = [f"{tally.changed} {would}"]
    lines = [
        f"{counted(tally.photos, 'photo')} in {duration(tally.seconds)} ({rate:.1f}/s): {', '.join(ways)}."
    ]
    lines += [
        f"  {kind}: {tally.kinds[kind]}"
        + (f", {tally.changed_kinds[kind]} {would}" if writes else "")
        for kind in Kind
        if tally.kinds[kind]
    ]
    if tally.failed > tally.folders:
        lines.append(f"  failed: {tally.failed - tally.folders}")
    if tally.folders:
        lines.append(f"  not searched: {counted(tally.folders, 'folder')}")
    if tally.failed and failures:
        lines += [f"    {failure}" for failure in tally.failures]
        more = tally.failed - len(tally.failures) - tally.alike.repeated
        lines += [f"    and {more} more"] if more else []
    return lines
