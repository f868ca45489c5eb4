"""Commands that change photos, and those that take the change back."""

from __future__ import annotations

import datetime as dt
import os
from typing import TYPE_CHECKING, Any

import click

from phototag.catalogue import remove_catalogue, runs, tag_catalogue, walk
from phototag.catalogue import undo as take_back
from phototag.cli.options import (
    asked,
    dry_run_only,
    json_lines,
    paths_argument,
    state_file,
    tagging_options,
    wait_for_others,
    workers_number,
)
from phototag.cli.running import close, go_through, known, total
from phototag.errors import shown
from phototag.report import (
    DiffTables,
    Report,
    change_lines,
)

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator

    from phototag.outcome import Outcome


@click.command()
@paths_argument
@dry_run_only
@tagging_options
@click.option("--failed", is_flag=True, help="Only the photos that failed last time.")
@click.option("--follow-links", "links", is_flag=True, help="Follow symbolic links to folders.")
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
    report = Report(
        as_json=as_json,
        total=total(paths),
        count=lambda: sum(1 for _ in walk(paths, links=links)),
    )
    whole_tree = report.total is None
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

    stopped = go_through(report, stream, lines)
    if tables is not None:
        tables.print()
    again = ["phototag", "tag", *paths, "--failed"]
    take_back = ["phototag", "undo"]
    commands = [("Try just the failed ones again", again)] if report.tally.failed else []
    if report.tally.changed and not dry_run:
        commands.append(("Take it all back", take_back))
    close(report, stopped=stopped, dry_run=dry_run, commands=commands)


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
@state_file
@wait_for_others
@json_lines
def undo(
    run: int | None,
    *,
    listed: bool,
    dry_run: bool,
    workers: int,
    state: str | None,
    wait: bool,
    as_json: bool,
) -> None:
    """Take back what the RUN of that number wrote, or the last run: photos say what they said before."""
    if listed:
        for row in known(lambda: runs(state)):
            begun = dt.datetime.fromtimestamp(row.started).astimezone()
            click.echo(
                f"{row.number:5}  {begun:%Y-%m-%d %H:%M}  {row.changes:7} photos"
                f"{'' if row.ended else ', interrupted'}  {shown(os.fsdecode(row.root))}"
            )
        return
    report = Report(as_json=as_json)
    stopped = go_through(
        report,
        lambda stop: take_back(
            run, state=state, workers=workers, dry_run=dry_run, wait=wait, stop=stop
        ),
        lambda done: change_lines(done, as_json=as_json, dry_run=dry_run),
    )
    close(report, stopped=stopped, dry_run=dry_run, commands=[])


@click.command()
@paths_argument
@dry_run_only
@workers_number
@wait_for_others
@json_lines
def remove(
    paths: tuple[str, ...], *, dry_run: bool, workers: int, wait: bool, as_json: bool
) -> None:
    """Take back everything phototag wrote in the photos of each PATH."""
    report = Report(as_json=as_json, total=total(paths), count=lambda: sum(1 for _ in walk(paths)))
    stopped = go_through(
        report,
        lambda stop: remove_catalogue(
            *paths, workers=workers, dry_run=dry_run, wait=wait, stop=stop
        ),
        lambda done: change_lines(done, as_json=as_json, dry_run=dry_run),
    )
    close(report, stopped=stopped, dry_run=dry_run, commands=[])
