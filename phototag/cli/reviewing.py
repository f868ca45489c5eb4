"""The command that serves a page for reviewing photos."""

from __future__ import annotations

import contextlib
import sys
import webbrowser

from phototag.cli.click_options import paths_argument, takes_options
from phototag.cli.exit_codes import ExitCode
from phototag.cli.helping import command
from phototag.cli.report import stoppable
from phototag.cli.terminal import echo
from phototag.options import ReviewOptions
from phototag.wording import counted

WAKE_SECONDS = 0.5  # between two looks at a signal, where waiting cannot be interrupted


@command(
    ("Review the photos in a folder, the least certain first", "phototag review ~/Pictures"),
    (
        "Decide now, and leave the photos as they are until `phototag tag`",
        "phototag review --dry-run ~/Pictures",
    ),
)
@paths_argument
@takes_options(ReviewOptions)
def review(paths: tuple[str, ...], options: ReviewOptions) -> None:
    """Review verdicts in the browser, and correct them.

    PATH is a photo, or a folder, which is searched with all folders in it. What you decide is saved at once, and written into the photos in the
    background. Only this computer can open the page. Ctrl-C ends the review. It needs more packages: pip install
    'phototag[review]'.
    """
    from phototag.review.server import serving  # noqa: PLC0415 - only this command needs it

    with stoppable() as stopped:
        with serving(paths, options) as reviewed:
            echo(reviewed.address)
            echo(
                "Open this address in a browser of this computer. Ctrl-C ends the review.", err=True
            )
            if not options.no_open:
                with contextlib.suppress(webbrowser.Error, OSError):
                    webbrowser.open(reviewed.address_once)
            while not stopped.wait(WAKE_SECONDS):
                pass
        waiting, problems = reviewed.session.writer.events(0)[2], reviewed.session.writer.problems
    if waiting:
        echo(
            f"{waiting} {'photo is' if waiting == 1 else 'photos are'} not written yet; what you decided is saved. The "
            "next review of the same folders writes it, and so does phototag tag",
            err=True,
        )
    if problems:
        echo(
            f"{counted(len(problems), 'photo')} could not be written; the page has told why",
            err=True,
        )
        sys.exit(ExitCode.SOME_FAILED)
