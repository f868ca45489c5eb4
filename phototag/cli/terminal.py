"""The only way to the terminal: whatever strings a photo holds, only printable characters are printed."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from typing import TYPE_CHECKING, TextIO

import click

from phototag.errors import OutputNotWritable, printable_text

if TYPE_CHECKING:
    from collections.abc import Iterator


def echo(text: str, *, err: bool = False, colour: str | None = None) -> None:
    """Print text to stdout or stderr.

    Escape sequences, other control characters and those that change the direction of text are shown escaped: names
    and metadata come from anywhere. Lines stay lines; whoever puts a name into one uses ``printable_name``.

    Args:
        text: one or several lines.
        err: print it to stderr.
        colour: of the text; left out if it is not a terminal or ``NO_COLOR`` is set.

    Raises:
        OutputNotWritable: stdout is full or closed; if it is stderr, nobody can be told.
    """
    colour = None if os.environ.get("NO_COLOR") else colour
    with (
        contextlib.suppress(OutputNotWritable) if err else contextlib.nullcontext(),
        written(err=err),
    ):
        click.secho(printable_text(text), err=err, fg=colour)


def echo_as_is(text: str, *, newline: bool = True) -> None:
    """Print text that has no strings from photos in it, or has them escaped, to stdout; raises as ``echo`` does."""
    with written():
        click.echo(text, nl=newline)


@contextlib.contextmanager
def written(*, err: bool = False) -> Iterator[None]:
    """Turn the error of a stream that cannot be written into ``OutputNotWritable``.

    Args:
        err: the stream is stderr, not stdout.
    """
    try:
        yield
    except OSError as error:
        raise not_written(error, err=err) from error


def not_written(error: OSError, *, err: bool = False) -> OutputNotWritable:
    """The error for a stream that cannot be written; nothing is written to it from then on.

    Args:
        error: that of the system.
        err: the stream is stderr, not stdout.
    """
    _give_up(sys.stderr if err else sys.stdout)
    closed = error.errno == errno.EPIPE
    why = "the program that read it has ended" if closed else error.strerror or str(error)
    return OutputNotWritable(
        "standard error" if err else "standard output",
        f"it cannot be written ({why}), so the command was stopped",
        "" if closed else "write it somewhere else, then run the same command again",
    )


def prepare() -> None:
    """Have characters that the terminal's encoding lacks printed escaped; stderr does so by itself."""
    with contextlib.suppress(
        AttributeError, ValueError, OSError
    ):  # another program's stream, or none
        sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]


def is_of_click(error: OSError) -> bool:
    """Whether an error comes from what click prints by itself: help, the version."""
    at = error.__traceback__
    while at is not None and at.tb_next is not None:
        at = at.tb_next
    return at is not None and at.tb_frame.f_code is click.echo.__code__


def _give_up(stream: TextIO | None) -> None:
    """Send what is still in the buffer nowhere: at its end, Python would report it in its own words."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())  # type: ignore[union-attr]
        os.close(null)
