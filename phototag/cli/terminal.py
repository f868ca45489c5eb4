"""The only way to the terminal: whatever strings a photo holds, only printable characters are printed."""

from __future__ import annotations

import os

import click

from phototag.errors import printable_text


def echo(text: str, *, err: bool = False, colour: str | None = None) -> None:
    """Print text to stdout or stderr.

    Escape sequences, other control characters and those that change the direction of text are shown escaped: names
    and metadata come from anywhere. Lines stay lines; whoever puts a name into one uses ``printable_name``.

    Args:
        text: one or several lines.
        err: print it to stderr.
        colour: of the text; left out if it is not a terminal or ``NO_COLOR`` is set.
    """
    colour = None if os.environ.get("NO_COLOR") else colour
    click.secho(printable_text(text), err=err, fg=colour)
