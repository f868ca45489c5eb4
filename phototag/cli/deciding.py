"""The command by which a person decides about photos."""

from __future__ import annotations

import os

import attrs

from phototag.cli.click_options import ChangePrintOptions, paths_argument, takes_options
from phototag.cli.diff_tables import DiffTables
from phototag.cli.helping import command
from phototag.cli.report import Report
from phototag.cli.running import close
from phototag.cli.tagging import changes, printed, undoing
from phototag.files.opening import is_folder
from phototag.options import DecideOptions
from phototag.wording import counted


@attrs.frozen(kw_only=True, slots=False, eq=False, repr=False)
class _Decide(ChangePrintOptions, DecideOptions):
    """The options of ``phototag decide``."""


@command(
    ("Say that a photo is a headshot", "phototag decide --kind headshot jane.jpg"),
    (
        "Say that all photos in a folder were taken in a studio",
        "phototag decide --environment studio ~/Pictures",
    ),
    ("Take back what was decided about a photo", "phototag decide --forget jane.jpg"),
)
@paths_argument
@takes_options(_Decide)
def decide(paths: tuple[str, ...], options: _Decide) -> None:
    """Decide what photos are, in place of phototag.

    PATH is a photo, or a folder, which stands for all photos in it and in all folders in it. What you decide is written into the
    photos as `phototag tag` writes its verdict; options of keywords and files that you do not give are those with which each photo was written last (give `--profiles` and
    `--calibration` again).
    Later runs keep to it, `phototag learn` learns from it, and `phototag undo` takes it back.
    """
    from phototag.catalogue.deciding import decide_trees  # noqa: PLC0415 - help starts without it

    dry_run, as_json, links = options.dry_run, options.json, options.follow_links
    whole_tree = any(map(is_folder, paths))
    report = Report.over(paths, as_json=as_json, quiet=options.quiet, links=links)
    tables = DiffTables(report) if dry_run and whole_tree and not as_json else None
    state = None if options.state is None else os.fspath(options.state)
    before = {} if dry_run else changes(state)
    stopped = report.run(
        lambda stop: decide_trees(paths, attrs.evolve(options, stop=stop)),
        printed(options, tables, dry_run=dry_run, whole_tree=whole_tree),
    )
    if tables is not None:
        tables.print()
    back = [] if dry_run else undoing(state, before)
    if back and report.tally.failed:
        _tell_unwritten(report, state, before)
    commands = [("To undo all changes", words) for words in back]
    close(report, stopped=stopped, dry_run=dry_run, commands=commands)


def _tell_unwritten(report: Report, state: str | None, before: dict[int, int]) -> None:
    """Say that what could not be written is saved.

    Args:
        report: tells it.
        state: path of the state file; None = the user's default.
        before: what there was to undo before the command, as ``changes`` gives it.
    """
    from phototag.catalogue.undoing import runs  # noqa: PLC0415 - help starts without it

    mine = [run for run in runs(state) if run.changes + run.corrections > before.get(run.number, 0)]
    count = sum(max(run.corrections - run.changes, 0) for run in mine)
    if count:
        are, them = ("is", "it") if count == 1 else ("are", "them")
        decisions = counted(count, "decision")
        report.say(
            f"{decisions} {are} saved, but not written: the next `phototag tag` of the folder writes {them}."
        )
