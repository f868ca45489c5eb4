"""The command that serves a page for reviewing photos."""

from __future__ import annotations

import contextlib
import sys
import webbrowser

from phototag.cli.click_options import paths_argument, takes_options
from phototag.cli.exit_codes import ExitCode
from phototag.cli.helping import command
from phototag.cli.report import NO_PHOTOS, Report, stoppable
from phototag.cli.terminal import echo
from phototag.files.opening import missing
from phototag.options import ReviewOptions

WAKE_SECONDS = 0.5  # between two looks at a signal, where waiting cannot be interrupted


@command(
    ("Review the photos in a folder, the least certain first", "phototag review ~/Pictures"),
    (
        "Try the page: nothing that you decide is saved or written",
        "phototag review --dry-run ~/Pictures",
    ),
)
@paths_argument
@takes_options(ReviewOptions)
def review(paths: tuple[str, ...], options: ReviewOptions) -> None:
    """Review verdicts in the browser, and correct them.

    PATH is a photo, or a folder, which is searched with all folders in it. What you decide is saved at once, and written into the photos in the
    background; options of keywords and files that you do not give are those with which each photo was written last. Only this computer can open the page. Ctrl-C ends the review. It needs the extra `review`; without it, the
    command says how to add it.
    """
    from phototag.gallery.review.server import serving  # noqa: PLC0415 - only this command needs it

    report = Report(as_json=False)
    gone = {error.photo: error for error in missing(paths)}
    for path, error in gone.items():
        report.failed(path, error)
    there = [path for path in paths if path not in gone]
    if not there:
        report.end()
    with stoppable() as stopped:
        with serving(there, options) as reviewed:
            echo(reviewed.address)
            echo(
                "Open this address in a browser of this computer. Ctrl-C ends the review.", err=True
            )
            if not options.no_open:
                with contextlib.suppress(webbrowser.Error, OSError):
                    webbrowser.open(reviewed.address_once)
            while not stopped.wait(WAKE_SECONDS):
                pass
        ended = reviewed.session.ended()
    if ended.empty:
        echo(NO_PHOTOS, err=True)
    for line in ended.lines(dry_run=options.dry_run):
        echo(line, err=True)
    if ended.problems and not options.dry_run:
        sys.exit(ExitCode.SOME_FAILED)
    report.end()
