"""Commands that change photos, and those that take the change back."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from phototag.catalogue import remove_catalogue, runs, tag_catalogue, walk
from phototag.catalogue import undo as take_back
from phototag.cli.lines import change_lines, run_line
from phototag.cli.options import (
    asked,
    dry_run_only,
    follow_links,
    hard_links,
    json_lines,
    limits_of_a_photo,
    paths_argument,
    state_file,
    tagging_options,
    wait_for_others,
    workers_number,
)
from phototag.cli.report import DiffTables, Report
from phototag.cli.running import close, go_through, known, total
from phototag.limits import Limits

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator

    from phototag.outcome import Outcome

NAMED = 10  # photos that a command which is shown names; more would fill the screen


@click.command()
@paths_argument
@dry_run_only
@tagging_options
@click.option("--failed", is_flag=True, help="Only the photos that failed last time.")
@follow_links
@wait_for_others
@json_lines
def tag(
    paths: tuple[str, ...],
    *,
    dry_run: bool,
    failed: bool,
    links: bool,
    wait: bool,
    as_json: bool,
    **given: Any,
) -> None:
    """Analyse the photos of each PATH (a photo or a folder) and write the verdict into them.

    What is as it was since an earlier run is passed over. A run that was killed or stopped is gone
    on with by the same command.
    """
    folders = [path for path in paths if os.path.isdir(path)]  # noqa: PTH112
    if failed and not folders:
        raise click.UsageError("--failed goes with a folder: of single photos nothing is kept")
    report = Report(
        as_json=as_json,
        total=total(paths),
        count=None if failed else lambda: sum(1 for _ in walk(paths, links=links)),
    )
    whole_tree = bool(folders)
    tables = DiffTables(report) if dry_run and whole_tree and not as_json else None

    def stream(stop: threading.Event) -> Iterator[Outcome]:
        return tag_catalogue(
            *paths,
            failed=failed,
            links=links,
            wait=wait,
            dry_run=dry_run,
            stop=stop,
            **asked(given),
        )

    def lines(done: Outcome) -> list[str]:
        if tables is not None:
            return tables.add(done)
        if whole_tree and not as_json and not (done.change and done.change.changed):
            return []  # of a whole tree, only what is new
        return change_lines(done, as_json=as_json, dry_run=dry_run)

    before = _changes(given["state"]) if folders and not dry_run else {}
    stopped = go_through(report, stream, lines)
    if tables is not None:
        tables.print()
    commands = [] if dry_run else _next(report, paths, given["state"], before)
    close(report, stopped=stopped, dry_run=dry_run, commands=commands)


def _next(
    report: Report, paths: tuple[str, ...], state: str | None, before: dict[int, int]
) -> list[tuple[str, list[str]]]:
    """What can be done after a run that may have changed something, and how.

    Args:
        report: of the run.
        paths: that it was about.
        state: its state file; None = the user's own.
        before: see ``_changes``.
    """
    folders = [path for path in paths if os.path.isdir(path)]  # noqa: PTH112
    photos = [path for path in paths if path not in folders]
    own_state = ["--state", state] if state else []
    found = []
    if report.tally.failed and folders:
        again = ["phototag", "tag", *folders, "--failed", *own_state]
        found.append(("Try just the failed ones again, with the same options", again))
    back = []
    if report.tally.changed and folders:
        after = _changes(state)
        grown = [number for number, count in after.items() if count > before.get(number, 0)]
        back = [["phototag", "undo", str(number), *own_state] for number in grown]
    if report.tally.changed and photos:
        named = photos if len(photos) <= NAMED else ["..."]
        back.append(["phototag", "remove", *named])
    return [*found, *(("Take it all back", words) for words in back)]


def _changes(state: str | None) -> dict[int, int]:
    """How many changes of every run can be taken back, by its number."""
    return {run.number: run.changes for run in known(lambda: runs(state))}


@click.command()
@click.argument("folder", type=click.Path())
@tagging_options
@click.option(
    "--settled",
    type=click.FloatRange(0),
    default=2.0,
    show_default=True,
    metavar="SECONDS",
    help="A file is touched when it has not changed for so long.",
)
@click.option("--poll", is_flag=True, help="Look again and again; for folders on other computers.")
@json_lines
def watch(folder: str, *, settled: float, poll: bool, as_json: bool, **given: Any) -> None:
    """Tag the photos in FOLDER, then every one that arrives there, until Ctrl-C."""
    from phototag.catalogue.watch import watch_catalogue  # noqa: PLC0415 - only this command needs it

    report = Report(as_json=as_json, total=0)
    go_through(
        report,
        lambda stop: watch_catalogue(folder, settled=settled, poll=poll, stop=stop, **asked(given)),
        lambda done: change_lines(done, as_json=as_json),
    )
    report.end()


@click.command()
@click.argument("run", type=click.IntRange(1), required=False)
@click.option("--list", "listed", is_flag=True, help="List the runs that can be taken back.")
@dry_run_only
@workers_number
@hard_links
@limits_of_a_photo
@state_file
@wait_for_others
@json_lines
def undo(
    run: int | None,
    *,
    listed: bool,
    dry_run: bool,
    workers: int,
    allow_hard_links: bool,
    limits: Limits,
    state: str | None,
    wait: bool,
    as_json: bool,
) -> None:
    """Take back what the RUN of that number wrote, or the last run: photos say what they said before."""
    if listed:
        for row in known(lambda: runs(state)):
            click.echo(run_line(row, as_json=as_json))
        return
    report = Report(as_json=as_json)
    stopped = go_through(
        report,
        lambda stop: take_back(
            run,
            state=state,
            workers=workers,
            limits=limits,
            allow_hard_links=allow_hard_links,
            dry_run=dry_run,
            wait=wait,
            stop=stop,
        ),
        lambda done: change_lines(done, as_json=as_json, dry_run=dry_run),
    )
    close(report, stopped=stopped, dry_run=dry_run, commands=[])


@click.command()
@paths_argument
@dry_run_only
@workers_number
@follow_links
@hard_links
@limits_of_a_photo
@wait_for_others
@json_lines
def remove(
    paths: tuple[str, ...],
    *,
    dry_run: bool,
    workers: int,
    links: bool,
    allow_hard_links: bool,
    limits: Limits,
    wait: bool,
    as_json: bool,
) -> None:
    """Take back everything phototag wrote in the photos of each PATH."""
    report = Report(
        as_json=as_json,
        total=total(paths),
        count=lambda: sum(1 for _ in walk(paths, links=links)),
    )
    stopped = go_through(
        report,
        lambda stop: remove_catalogue(
            *paths,
            workers=workers,
            limits=limits,
            allow_hard_links=allow_hard_links,
            dry_run=dry_run,
            links=links,
            wait=wait,
            stop=stop,
        ),
        lambda done: change_lines(done, as_json=as_json, dry_run=dry_run),
    )
    close(report, stopped=stopped, dry_run=dry_run, commands=[])
