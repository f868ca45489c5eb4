"""The command that learns from people's decisions."""

from __future__ import annotations

import json

import attrs

from phototag.cli.click_options import JsonOptions, takes_options
from phototag.cli.helping import command
from phototag.cli.terminal import echo
from phototag.errors import printable_name
from phototag.options import Group, LearnOptions, setting
from phototag.scene import serialization
from phototag.version import SCHEMA
from phototag.wording import counted

SHOWN = 50  # changed verdicts; more would fill the screen


@attrs.frozen(kw_only=True, slots=False, eq=False, repr=False)
class _Learn(JsonOptions, LearnOptions):
    """The options of ``phototag learn``."""

    forget: bool = attrs.field(
        default=False,
        metadata=setting(
            "Delete what was learned: phototag's own numbers count again. Your decisions stay.",
            group=Group.ACTION,
        ),
    )


@command(
    ("Print what would be learned", "phototag learn --dry-run"),
    ("Learn it", "phototag learn"),
    ("Take it back", "phototag learn --forget"),
)
@takes_options(_Learn)
def learn(options: _Learn) -> None:
    """Learn from what you have decided where you draw the line.

    Decide about photos first, in `phototag review` or on the page of `phototag gallery`; also confirm verdicts that are
    right. What is learned is a file of numbers, the calibration, which all commands then judge by.
    """
    from phototag.catalogue import learn as learning  # noqa: PLC0415 - only this command needs it

    if options.forget:
        gone = learning.forget(options.out)
        echo(f"{printable_name(gone)}: deleted" if gone else "there is no calibration to forget")
        return
    found = learning.learn(state=options.state, out=options.out, dry_run=options.dry_run)
    if options.json:
        echo(json.dumps({"schema": SCHEMA, **serialization.to_json(found)}))
        return
    for lesson in found.learned.lessons:
        echo(str(lesson))
    if not found.learned.lessons:
        echo(
            "nothing learned"
            if found.unknown
            else "nothing learned: you have decided about no photo yet; decide in `phototag review`"
        )
    if found.unknown:
        are = "decision is" if found.unknown == 1 else "decisions are"
        echo(f"{found.unknown} {are} about photos to be analysed again: phototag tag")
    if not found.learned.offsets:
        return
    would = "would change" if options.dry_run else "change with the next `phototag tag`"
    echo(f"{len(found.changed)} of {counted(found.photos, 'verdict')} {would}:")
    for one in found.changed[:SHOWN]:
        echo(f"  {printable_name(one.path)}: {one.before} -> {one.after}")
    if len(found.changed) > SHOWN:
        echo(f"  and {len(found.changed) - SHOWN} more")
    if found.file:
        echo(f"written to {printable_name(found.file)}; take it back with: phototag learn --forget")
