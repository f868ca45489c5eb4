"""The command line: options in, a library call, outcomes out."""

from __future__ import annotations

import click

from phototag.cli.exit_codes import listed
from phototag.cli.program import Commands, Program
from phototag.version import __version__

_COMMANDS = Commands(
    {
        "analyze": "viewing.analyze",
        "check": "checking.check",
        "crop": "cropping.crop",
        "demo": "setting_up.demo",
        "desktop": "desktop.desktop",
        "digikam": "setting_up.digikam",
        "doctor": "setting_up.doctor",
        "gallery": "viewing.gallery",
        "integrate": "integrating.integrate",
        "keywords": "setting_up.keywords",
        "learn": "learning.learn",
        "lightroom": "setting_up.lightroom",
        "list": "listing.list_",
        "remove": "tagging.remove",
        "review": "reviewing.review",
        "serve": "serving.serve",
        "show": "viewing.show",
        "tag": "tagging.tag",
        "undo": "tagging.undo",
        "watch": "tagging.watch",
    }
)


@click.group(
    cls=Program,
    commands=_COMMANDS,
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
        import logging  # noqa: PLC0415 - a tenth of the start

        logging.basicConfig(format="%(name)s: %(message)s")
        logging.getLogger("phototag").setLevel(logging.DEBUG)
