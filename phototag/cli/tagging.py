"""Commands that change photos, and commands that undo the changes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import attrs
import click

from phototag.cli.click_options import ChangePrintOptions, paths_argument, takes_options
from phototag.cli.completing import Folder, RunNumber
from phototag.cli.diff_tables import DiffTables
from phototag.cli.helping import command
from phototag.cli.lines import change_lines, run_line
from phototag.cli.report import NO_PHOTOS, Report
from phototag.cli.running import close
from phototag.cli.terminal import echo
from phototag.files.opening import is_folder, missing, names_of
from phototag.options import (
    CatalogueOptions,
    Group,
    RemoveOptions,
    UndoOptions,
    WatchOptions,
    setting,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from phototag.outcome import AnyOutcome

NAMED = 10  # photos named in a suggested command; more would fill the screen


@attrs.frozen(kw_only=True, slots=False, eq=False, repr=False)
class _Tag(ChangePrintOptions, CatalogueOptions):
    """The options of ``phototag tag``."""

    report: str | None = attrs.field(
        default=None,
        metadata=setting(
            "Also write a table with a row for each photo; an earlier report is replaced.",
            group=Group.OUTPUT,
            kind="new file",
            metavar="FILE.csv|.json|.sqlite",
        ),
    )


@command(
    ("Preview what would be written", "phototag tag --dry-run ~/Pictures"),
    ("Write it", "phototag tag ~/Pictures"),
    ("Write more keywords than the verdict", "phototag tag --keywords standard ~/Pictures"),
    (
        "Write only into sidecars, and leave the photos themselves alone",
        "phototag tag --sidecar always ~/Pictures",
    ),
)
@paths_argument
@takes_options(_Tag)
def tag(paths: tuple[str, ...], options: _Tag) -> None:
    """Find the verdict on photos, and write it into them.

    PATH is a photo, or a folder, which is searched with all folders in it. Photos that have not changed since an earlier run are skipped. Run the same
    command again to resume an interrupted run; `phototag undo` and `phototag remove` take back what was written.
    """
    from phototag.catalogue.tagging import tag_trees  # noqa: PLC0415 - help starts without it
    from phototag.cli.report_file import ReportFile  # noqa: PLC0415

    table = None if options.report is None else ReportFile(options.report, paths, options)
    folders = list(filter(is_folder, paths))
    if options.failed and not folders:
        raise click.UsageError(
            "--failed needs a folder, since failures of single photos are not saved: name the folder."
        )
    links, dry_run, as_json = options.follow_links, options.dry_run, options.json
    report = Report.over(
        paths, as_json=as_json, quiet=options.quiet, links=links, counted=not options.failed
    )
    whole_tree = bool(folders)
    tables = DiffTables(report) if dry_run and whole_tree and not as_json else None
    lines = printed(options, tables, dry_run=dry_run, whole_tree=whole_tree)
    state = None if options.state is None else os.fspath(options.state)
    before = changes(state) if folders and not dry_run else {}
    told = _Told(paths)

    def seen(outcome: AnyOutcome) -> None:
        told.add(outcome)
        if table is not None:
            table.add(outcome)

    stopped = report.run(
        lambda stop: tag_trees(paths, attrs.evolve(options, stop=stop)), lines, seen=seen
    )
    if tables is not None:
        tables.print()
    try:
        commands = [] if dry_run else _next(told, state, before)
        nothing = "No photo has failed." if options.failed else NO_PHOTOS
        close(report, stopped=stopped, dry_run=dry_run, commands=commands, nothing=nothing)
    finally:  # the photos are written: how to undo that is told even where the report cannot be
        if table is not None:
            table.write()


def printed(
    options: ChangePrintOptions, tables: DiffTables | None, *, dry_run: bool, whole_tree: bool
) -> Callable[[AnyOutcome], list[str]]:
    """What is printed of each photo that is written.

    Args:
        options: how it is printed.
        tables: of a dry run, which print the photos of a folder together.
        dry_run: nothing is changed.
        whole_tree: folders are searched: only changed photos are printed.
    """

    def lines(done: AnyOutcome) -> list[str]:
        if tables is not None:
            return tables.add(done)
        if options.quiet:
            return []
        changed = bool(done.change and done.change.changed)
        if whole_tree and not options.json and not changed and not options.verbose:
            return []
        return change_lines(done, as_json=options.json, dry_run=dry_run, verbose=options.verbose)

    return lines


class _Told:
    """What a run has told that matters for what can be done next.

    Args:
        paths: the photos and folders of the run.
    """

    def __init__(self, paths: tuple[str, ...]) -> None:
        self.paths = paths
        self._alone = set(names_of(path for path in paths if not is_folder(path)))
        self.failed: bool = False  # photos in the folders
        self.folders: bool = False  # could not be searched
        self.changed: bool = False  # photos in the folders
        self.changed_alone: list[str] = []

    def add(self, outcome: AnyOutcome) -> None:
        """Note one outcome."""
        alone = outcome.photo in self._alone
        if outcome.error is not None:
            self.folders = self.folders or outcome.folder
            self.failed = self.failed or not alone
        elif outcome.change is not None and outcome.change.changed:
            self.changed = self.changed or not alone
            if alone:
                self.changed_alone.append(outcome.photo)


def _next(told: _Told, state: str | None, before: dict[int, int]) -> list[tuple[str, list[str]]]:
    """What can be done after a run that may have changed something, with the commands.

    Args:
        told: the results of the run.
        state: its state file; None = the default for this user.
        before: see ``changes``.
    """
    folders = list(filter(is_folder, told.paths))
    own_state = ["--state", state] if state else []
    again = ["phototag", "tag", *folders]
    found = []
    if told.folders:  # what is in them has not failed: nobody has seen it
        what = "When the folders can be read, to go on with the same options"
        found.append((what, [*again, *own_state]))
    elif told.failed:
        what = "To try only the failed photos again, with the same options"
        found.append((what, [*again, "--failed", *own_state]))
    back = undoing(state, before) if told.changed else []
    alone = told.changed_alone
    every = "To undo all changes"
    found += [(f"{every} in folders" if alone else every, words) for words in back]
    if alone:
        what = f"{every} of single photos" if back else every
        found.append((what, ["phototag", "remove", *(alone if len(alone) <= NAMED else ["..."])]))
    return found


def undoing(state: str | None, before: dict[int, int]) -> list[list[str]]:
    """The commands that undo what has been changed since; arguments as for ``_next``."""
    own_state = ["--state", state] if state else []
    return [
        ["phototag", "undo", str(number), *own_state]
        for number, count in changes(state).items()
        if count > before.get(number, 0)
    ]


def changes(state: str | None) -> dict[int, int]:
    """The number of changes of each run that can be undone, of photos and of decisions, by run number."""
    from phototag.catalogue.undoing import runs  # noqa: PLC0415 - help starts without it

    return {run.number: run.changes + run.corrections for run in runs(state)}


@attrs.frozen(kw_only=True, slots=False, eq=False, repr=False)
class _Watch(ChangePrintOptions, WatchOptions):
    """The options of ``phototag watch``."""


@command(
    ("Tag what arrives in a folder", "phototag watch ~/Pictures/Import"),
    ("Do so in a folder on a network drive", "phototag watch --poll /mnt/photos/Import"),
)
@click.argument("folder", type=Folder("where photos arrive"))
@takes_options(_Watch)
def watch(folder: str, options: _Watch) -> None:
    """Tag the photos in a folder, then each new one.

    FOLDER is searched with all folders in it. Ctrl-C ends the command.
    """
    from phototag.catalogue.watch import watch_tree  # noqa: PLC0415 - only this command needs it

    report = Report(as_json=options.json, quiet=options.quiet, total=0)
    for error in missing([folder]):
        report.failed(folder, error)
        report.end()
    report.run(
        lambda stop: watch_tree(folder, attrs.evolve(options, stop=stop)),
        lambda done: change_lines(done, as_json=options.json, verbose=options.verbose),
    )
    report.end()


@attrs.frozen(kw_only=True, slots=False, eq=False, repr=False)
class _Undo(ChangePrintOptions, UndoOptions):
    """The options of ``phototag undo``."""

    list: bool = attrs.field(
        default=False,
        metadata=setting("List the runs that can be undone.", group=Group.ACTION),
    )


@command(
    ("List the runs, with their numbers", "phototag undo --list"),
    ("Undo the last run", "phototag undo"),
    ("Preview what undoing run 3 would change", "phototag undo 3 --dry-run"),
)
@click.argument("run", type=RunNumber(), required=False)
@takes_options(_Undo)
def undo(run: int | None, options: _Undo) -> None:
    """Undo what a run has written.

    A run is one `phototag tag` or `phototag watch` on folders, or one `phototag decide` or `phototag review`; RUN is its number, by default that of the last one. In every
    photo, what phototag had written before that run is restored. What other programs have changed since then stays.
    """
    from phototag.catalogue import undoing  # noqa: PLC0415 - help starts without it

    report = Report(as_json=options.json, quiet=options.quiet)
    if options.list:
        left = [row for row in undoing.runs(options.state) if row.can_be_undone]
        for row in left:
            echo(run_line(row, as_json=options.json))
        if not left:
            report.none_found("There is no run to undo.")
        return
    chosen = undoing.to_undo(run, options.state)
    stopped = report.run(
        lambda stop: undoing.undo_run(attrs.evolve(options, run=chosen.number, stop=stop)),
        lambda done: change_lines(
            done, as_json=options.json, dry_run=options.dry_run, verbose=options.verbose
        ),
    )
    undone = "would be undone" if options.dry_run else "are undone"
    nothing = f"The decisions of this run {undone}; it has changed no photo."
    said = "Would be undone" if options.dry_run else "Undone"
    if stopped or report.tally.failed:
        said = f"{said} in part"
    if report.tally.failed and report.tally.failed == report.tally.photos:
        said = "Could not be undone"
    report.say(f"{said}: {undoing.described(chosen)}.")
    close(report, stopped=stopped, dry_run=options.dry_run, commands=[], nothing=nothing)


@attrs.frozen(kw_only=True, slots=False, eq=False, repr=False)
class _Remove(ChangePrintOptions, RemoveOptions):
    """The options of ``phototag remove``."""


@command(
    ("Preview what would be removed", "phototag remove --dry-run ~/Pictures"),
    ("Remove it", "phototag remove ~/Pictures"),
)
@paths_argument
@takes_options(_Remove)
def remove(paths: tuple[str, ...], options: _Remove) -> None:
    """Remove everything that phototag wrote into photos.

    PATH is a photo, or a folder, which is searched with all folders in it. What phototag has written is noted in each photo, so this works on
    copies, too, and on any computer. Everything else stays. A sidecar whose photo is gone can be named like a photo, and is found in folders.
    """
    from phototag.catalogue.removing import remove_trees  # noqa: PLC0415 - help starts without it

    links = options.follow_links
    report = Report.over(paths, as_json=options.json, quiet=options.quiet, links=links)
    stopped = report.run(
        lambda stop: remove_trees(paths, attrs.evolve(options, stop=stop)),
        lambda done: change_lines(
            done, as_json=options.json, dry_run=options.dry_run, verbose=options.verbose
        ),
    )
    close(report, stopped=stopped, dry_run=options.dry_run, commands=[])
