"""Commands that change photos, and commands that undo the changes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import attrs
import click

from phototag.catalogue.run import tag_trees
from phototag.catalogue.take_back import remove_trees, runs, undo_run
from phototag.cli.click_options import ChangePrintOptions, paths_argument, takes_options
from phototag.cli.diff_tables import DiffTables
from phototag.cli.lines import change_lines, run_line
from phototag.cli.report import Report
from phototag.cli.report_file import ReportFile
from phototag.cli.running import close
from phototag.cli.terminal import echo
from phototag.files.opening import is_folder
from phototag.options import CatalogueOptions, RemoveOptions, UndoOptions, WatchOptions, setting

if TYPE_CHECKING:
    from phototag.outcome import AnyOutcome

NAMED = 10  # photos named in a suggested command; more would fill the screen


@attrs.frozen(kw_only=True, slots=False, eq=False, repr=False)
class _Tag(ChangePrintOptions, CatalogueOptions):
    """The options of ``phototag tag``."""

    report: str | None = attrs.field(
        default=None,
        metadata=setting(
            "Write a table with a row for each photo; an earlier report is replaced.",
            kind="new file",
            metavar="FILE.csv|.json|.sqlite",
        ),
    )


@click.command()
@paths_argument
@takes_options(_Tag)
def tag(paths: tuple[str, ...], options: _Tag) -> None:
    """Analyse photos and write the verdict into them.

    PATH is a photo or a folder. Photos that have not changed since an earlier run are skipped. Run the same command again to
    resume an interrupted run.
    """
    table = None if options.report is None else ReportFile(options.report, paths, options)
    folders = list(filter(is_folder, paths))
    if options.failed and not folders:
        raise click.UsageError("--failed needs a folder: failures of single photos are not saved")
    links, dry_run, as_json = options.follow_links, options.dry_run, options.json
    report = Report.over(
        paths, as_json=as_json, quiet=options.quiet, links=links, counted=not options.failed
    )
    whole_tree = bool(folders)
    tables = DiffTables(report) if dry_run and whole_tree and not as_json else None

    def lines(done: AnyOutcome) -> list[str]:
        if tables is not None:
            return tables.add(done)
        if options.quiet:
            return []
        changed = bool(done.change and done.change.changed)
        if whole_tree and not as_json and not changed and not options.verbose:
            return []  # for a whole tree, only changed photos are printed
        return change_lines(done, as_json=as_json, dry_run=dry_run, verbose=options.verbose)

    state = None if options.state is None else os.fspath(options.state)
    before = _changes(state) if folders and not dry_run else {}
    seen = None if table is None else table.add
    stopped = report.run(
        lambda stop: tag_trees(paths, attrs.evolve(options, stop=stop)), lines, seen=seen
    )
    if tables is not None:
        tables.print()
    if table is not None:
        table.write()
    commands = [] if dry_run else _next(report, paths, state, before)
    close(report, stopped=stopped, dry_run=dry_run, commands=commands)


def _next(
    report: Report, paths: tuple[str, ...], state: str | None, before: dict[int, int]
) -> list[tuple[str, list[str]]]:
    """What can be done after a run that may have changed something, with the commands.

    Args:
        report: of the run.
        paths: the photos and folders of the run.
        state: its state file; None = the default for this user.
        before: see ``_changes``.
    """
    folders = list(filter(is_folder, paths))
    photos = [path for path in paths if path not in folders]
    own_state = ["--state", state] if state else []
    found = []
    if report.tally.failed and folders:
        again = ["phototag", "tag", *folders, "--failed", *own_state]
        found.append(("To try only the failed photos again, with the same options", again))
    back = []
    if report.tally.changed and folders:
        after = _changes(state)
        grown = [number for number, count in after.items() if count > before.get(number, 0)]
        back = [["phototag", "undo", str(number), *own_state] for number in grown]
    if report.tally.changed and photos:
        named = photos if len(photos) <= NAMED else ["..."]
        back.append(["phototag", "remove", *named])
    return [*found, *(("To undo all changes", words) for words in back)]


def _changes(state: str | None) -> dict[int, int]:
    """The number of changes of each run that can be undone, by run number."""
    return {run.number: run.changes for run in runs(state)}


@attrs.frozen(kw_only=True, slots=False, eq=False, repr=False)
class _Watch(ChangePrintOptions, WatchOptions):
    """The options of ``phototag watch``."""


@click.command()
@click.argument("folder", type=click.Path())
@takes_options(_Watch)
def watch(folder: str, options: _Watch) -> None:
    """Tag the photos in FOLDER, then each new one, until Ctrl-C."""
    from phototag.catalogue.watch import watch_tree  # noqa: PLC0415 - only this command needs it

    report = Report(as_json=options.json, quiet=options.quiet, total=0)
    report.run(
        lambda stop: watch_tree(folder, attrs.evolve(options, stop=stop)),
        lambda done: change_lines(done, as_json=options.json, verbose=options.verbose),
    )
    report.end()


@attrs.frozen(kw_only=True, slots=False, eq=False, repr=False)
class _Undo(ChangePrintOptions, UndoOptions):
    """The options of ``phototag undo``."""

    list: bool = attrs.field(default=False, metadata=setting("List the runs that can be undone."))


@click.command()
@click.argument("run", type=click.IntRange(1), required=False)
@takes_options(_Undo)
def undo(run: int | None, options: _Undo) -> None:
    """Undo the last run, or the run with the number RUN.

    This restores what phototag had written before that run.
    """
    if options.list:
        for row in runs(options.state):
            echo(run_line(row, as_json=options.json))
        return
    report = Report(as_json=options.json, quiet=options.quiet)
    stopped = report.run(
        lambda stop: undo_run(attrs.evolve(options, run=run, stop=stop)),
        lambda done: change_lines(
            done, as_json=options.json, dry_run=options.dry_run, verbose=options.verbose
        ),
    )
    close(report, stopped=stopped, dry_run=options.dry_run, commands=[])


@attrs.frozen(kw_only=True, slots=False, eq=False, repr=False)
class _Remove(ChangePrintOptions, RemoveOptions):
    """The options of ``phototag remove``."""


@click.command()
@paths_argument
@takes_options(_Remove)
def remove(paths: tuple[str, ...], options: _Remove) -> None:
    """Remove everything phototag wrote into the photos of each PATH."""
    links = options.follow_links
    report = Report.over(paths, as_json=options.json, quiet=options.quiet, links=links)
    stopped = report.run(
        lambda stop: remove_trees(paths, attrs.evolve(options, stop=stop)),
        lambda done: change_lines(
            done, as_json=options.json, dry_run=options.dry_run, verbose=options.verbose
        ),
    )
    close(report, stopped=stopped, dry_run=options.dry_run, commands=[])
