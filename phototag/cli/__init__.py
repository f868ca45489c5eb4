"""The command line: options in, a library call, outcomes out."""

from __future__ import annotations

import logging

import click

from phototag.cli import (
    checking,
    cropping,
    integrating,
    learning,
    listing,
    reviewing,
    serving,
    setting_up,
    tagging,
    viewing,
)
from phototag.cli.exit_codes import listed
from phototag.cli.running import Program
from phototag.version import __version__


@click.group(
    cls=Program,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=f"\b\nExit codes:\n{listed()}",
)
@click.version_option(__version__, prog_name="phototag")
@click.option(
    "--log",
    is_flag=True,
    help="Log to standard error, including the messages of native libraries.",
)
def main(*, log: bool) -> None:
    """Tell headshots from portraits, and write verdicts and keywords into the photos."""
    if log:
        logging.basicConfig(format="%(name)s: %(message)s")
        logging.getLogger("phototag").setLevel(logging.DEBUG)


for _command in (
    viewing.analyze, tagging.tag, tagging.undo, tagging.watch, viewing.gallery, reviewing.review, serving.serve, listing.list_,
    viewing.show, learning.learn, tagging.remove, checking.check, cropping.crop, setting_up.keywords,
    setting_up.lightroom, setting_up.digikam, integrating.integrate,
    setting_up.doctor, setting_up.demo,
):  # fmt: skip
    main.add_command(_command)
