"""The command that lists photos by what runs have found in them."""

from __future__ import annotations

import csv
import io
import json
import os
from typing import TYPE_CHECKING, Any, Literal

import attrs
import click

from phototag.catalogue.listing import listing
from phototag.cli.cells import COLUMNS, as_json, cell, csv_row
from phototag.cli.click_options import QuietOptions, paths_argument, takes_options
from phototag.cli.helping import command
from phototag.cli.report import Report
from phototag.cli.terminal import echo_as_is, written
from phototag.errors import as_typed, printable_name
from phototag.options import Group, ListOptions, option
from phototag.version import SCHEMA
from phototag.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from phototag.catalogue.listing import ListedPhoto, Listing

ALL = (*COLUMNS, "unwritten")  # of what a program reads; a table would be too wide
EVERY = 1000  # photos between two lines of progress, when old entries are judged again


@attrs.frozen(kw_only=True, slots=False, eq=False, repr=False)
class _List(ListOptions, QuietOptions):
    """The options of ``phototag list``."""

    format: Literal["table", "paths", "csv", "json"] = option(
        "table",
        "paths: each with a null byte at its end, for `xargs -0`; json: one object per line.",
        group=Group.OUTPUT,
    )


@command(
    ("List the headshots", "phototag list --kind headshot ~/Pictures"),
    ("List the photos that are worth a look", "phototag list --doubtful ~/Pictures"),
    (
        "Copy the headshots of one person elsewhere",
        "phototag list --kind headshot --people 1 --format paths ~/Pictures \\\n  | xargs -0 -r cp -t ~/casting",
    ),
    name="list",
)
@paths_argument
@takes_options(_List)
def list_(paths: tuple[str, ...], options: _List) -> None:
    """List photos by what runs have found in them.

    PATH is a photo, or a folder, which is searched with all folders in it. No photo is opened: `phototag tag` has looked at them before. Each
    option that says which photos leaves out all others; with several, a photo is listed if all of them hold.
    """
    report = Report(as_json=False, quiet=options.quiet)

    def filling(count: int) -> None:
        if count % EVERY == 1:
            report.say(f"{counted(count, 'photo')} of an older state file judged again ...")

    found = listing(paths, options, filling=filling)
    for error in (*found.errors, *found.missing):
        report.failed(error.photo, error)
    if options.format == "paths":
        with written():
            click.echo(b"".join(os.fsencode(one.path) + b"\0" for one in found.photos), nl=False)
    elif text := _FORMATS[options.format](found.photos):
        echo_as_is(text, newline=False)
    _end(found, report, paths, options.state)
    report.end()


def _end(
    found: Listing, report: Report, paths: Sequence[str], state: str | os.PathLike[str] | None
) -> None:
    """What is missing in the list, and how it can be made known."""
    if found.others and not found.photos:
        report.none_found(_left_out(found.others))
    elif not (found.photos or found.unknown or found.errors or found.missing):
        report.none_found()
    changed = sum(one.changed_since for one in found.photos)
    if changed:
        have = "has" if changed == 1 else "have"
        report.say(f"{changed} of these files {have} changed since phototag saw them.")
    unwritten = sum(bool(one.unwritten) for one in found.photos)
    if unwritten:
        told = "; --format csv and json say why"
        do = "does" if unwritten == 1 else "do"
        report.say(f"{unwritten} of these verdicts {do} not stand in the photos{told}.")
    if found.unknown:
        are, them = ("photo is", "it") if found.unknown == 1 else ("photos are", "them")
        report.say(
            f"{found.unknown} {are} not known: no run has seen {them}, or none could analyse {them}."
        )
    count = found.unknown + sum(one.changed_since or bool(one.unwritten) for one in found.photos)
    if count:
        them = "it" if count == 1 else "them"
        own_state = [] if state is None else ["--state", os.fspath(state)]
        again = as_typed("phototag", "tag", *paths, *own_state)
        report.say(
            f"To have {them} tagged, or to see why not (add the options of earlier runs): {again}"
        )


def _left_out(count: int) -> str:
    """What is said where no photo is as the options ask for."""
    only = "The only photo that is known does not fit these options."
    return only if count == 1 else f"None of the {count} photos that are known fits these options."


def _table(photos: Iterable[ListedPhoto]) -> str:
    """Columns of equal width, the path last."""
    names = [name for name in COLUMNS if name not in {"path", "crops"}]
    rows = [[*names, "path"]]
    rows += [
        [*(cell(getattr(one, name)) for name in names), printable_name(one.path)] for one in photos
    ]
    if len(rows) == 1:
        return ""
    wide = [max(map(len, column)) for column in zip(*rows, strict=True)]
    wide[-1] = 0
    return "".join(
        "  ".join(text.ljust(width) for text, width in zip(row, wide, strict=True)) + "\n"
        for row in rows
    )


def _csv(photos: Iterable[ListedPhoto]) -> str:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(ALL)
    rows.writerows(csv_row([cell(getattr(one, name)) for name in ALL]) for one in photos)
    return text.getvalue()


def _json(photos: Iterable[ListedPhoto]) -> str:
    return "".join(f"{json.dumps(_row(one))}\n" for one in photos)


def _row(photo: ListedPhoto) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        **{name: as_json(getattr(photo, name)) for name in ALL},
        "changed_since": photo.changed_since,
    }


_FORMATS = {"table": _table, "csv": _csv, "json": _json}
