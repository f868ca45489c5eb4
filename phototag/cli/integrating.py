"""The command that sets phototag up in other programs."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, NoReturn

import attrs
import click

from phototag.cli.click_options import JsonOptions, takes_options
from phototag.cli.completing import App
from phototag.cli.exit_codes import ExitCode
from phototag.cli.helping import command
from phototag.cli.terminal import echo, echo_as_is
from phototag.errors import printable, printable_name
from phototag.options import Group, setting
from phototag.scene import serialization
from phototag.version import SCHEMA

if TYPE_CHECKING:
    from phototag.integrations.setting_up import Done, Overview

_DEEDS = {
    "written": "written",
    "unchanged": "unchanged",
    "not_written": "not written",
    "taken_back": "taken back",
    "left": "left",
    "shared": "kept",
    "failed": "not taken back",
}
_IN_PART = (
    "Nothing more was written. Put this right and run the same command again, or take back what was written: "
    "phototag integrate {} --remove"
)
_SETUPS = {
    "none": "not set up",
    "current": "set up",
    "older": "set up in part, or by another version: run the command again",
    "changed": "set up, and changed since",
}


@attrs.frozen(kw_only=True, slots=False, eq=False, repr=False)
class _Integrate(JsonOptions):
    """The options of ``phototag integrate``."""

    remove: bool = attrs.field(
        default=False,
        metadata=setting(
            "Take back all that was written for APP. Photos are not touched.", group=Group.ACTION
        ),
    )
    list: bool = attrs.field(
        default=False,
        metadata=setting("List the programs, and in which phototag is set up.", group=Group.ACTION),
    )
    folder: str | None = attrs.field(
        default=None,
        metadata=setting(
            "Where to write the files, for an APP that has no fixed place for them.",
            group=Group.FILES,
            metavar="FOLDER",
            completes="folders",
        ),
    )
    vocabulary: str | None = attrs.field(
        default=None,
        metadata=setting(
            "Your own keywords, with which APP shall tag and search: a TOML file, or the name that an added package "
            "gives them.",
            group=Group.WORDS,
            metavar="NAME|FILE",
        ),
    )


@command(
    ("List the programs", "phototag integrate --list"),
    ("Set phototag up in darktable", "phototag integrate darktable"),
    ("Take it out again", "phototag integrate darktable --remove"),
)
@click.argument("app", required=False, type=App())
@takes_options(_Integrate)
def integrate(app: str | None, options: _Integrate) -> None:
    """Set phototag up in another program.

    You can then tag photos in that program, APP: darktable, digiKam, Lightroom Classic, or a file manager. Every file that
    is written is named. No file that is not phototag's is written over.
    """
    from phototag.integrations import setting_up, table  # noqa: PLC0415 - only this command needs them

    if options.list == (app is not None):
        raise click.UsageError("Name one program, or see them all: phototag integrate --list.")
    if options.folder and (options.list or options.remove):
        raise click.UsageError(
            "--folder says where to write: leave it out with --list and --remove."
        )
    if options.vocabulary and (options.list or options.remove):
        raise click.UsageError(
            "--vocabulary says how to tag: leave it out with --list and --remove."
        )
    if app is None:
        _print_list(setting_up.overview(), as_json=options.json)
        return
    application = table.by_name(app)
    if options.remove:
        done = setting_up.take_back(application)
        nothing = f"nothing of phototag is set up in {application.title}"
        _end(done, "" if done else nothing, as_json=options.json)
    else:
        done = setting_up.integrate(application, options.folder, options.vocabulary)
        complete = all(one.deed is not setting_up.Deed.NOT_WRITTEN for one in done)
        _end(done, application.steps if complete else _IN_PART.format(app), as_json=options.json)


def _end(done: list[Done], last: str, *, as_json: bool) -> NoReturn:
    for one in done:
        if as_json:
            echo_as_is(_json(one))
        else:
            echo(_line(one))
    if last and not as_json:
        echo(last)
    deeds = {str(one.deed) for one in done}
    if deeds & {"failed", "not_written"}:
        sys.exit(ExitCode.SETUP)
    sys.exit(ExitCode.SOME_FAILED if "left" in deeds else ExitCode.ALL_WELL)


def _print_list(found: list[Overview], *, as_json: bool) -> None:
    for one in found:
        if as_json:
            echo_as_is(json.dumps({"schema": SCHEMA, **serialization.to_json(one)}))
            continue
        version = "not found" if one.version is None else printable(one.version)
        echo(f"{one.name}: {one.title}, {version}; {_SETUPS[one.setup]}")
        for path in one.paths:
            echo(f"  {printable_name(path)}")


def _line(done: Done) -> str:
    what = f" ({printable(done.what)})" if done.what else ""
    note = f"; {printable(done.note)}" if done.note else ""
    return f"{printable_name(done.path)}{what}: {_DEEDS[done.deed]}{note}"


def _json(done: Done) -> str:
    return json.dumps({"schema": SCHEMA, **serialization.to_json(done)})
