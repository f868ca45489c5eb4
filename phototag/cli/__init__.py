"""The command line: options in, a library call, outcomes out."""

from __future__ import annotations

import click

from phototag.cli import looking, setting_up, trees
from phototag.version import __version__


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="phototag")
def main() -> None:
    """Tell headshots from portraits, and write what was found into the photos."""


for _command in (
    looking.analyze, trees.tag, trees.undo, trees.watch, looking.gallery, looking.show,
    trees.remove, looking.crop, setting_up.keywords, setting_up.lightroom, setting_up.digikam,
    setting_up.doctor, setting_up.demo,
):  # fmt: skip
    main.add_command(_command)
