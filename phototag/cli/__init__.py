"""The command line: options in, a library call, outcomes out.

It decides nothing about photos and keeps no state: the rooms below do.
"""

from __future__ import annotations

from typing import Final

import click

from phototag.cli.entries import HELP_OPTIONS, Entry, Example, Section
from phototag.cli.program import Program
from phototag.version import __version__

_COMMANDS: Final = {
    "tag": Entry("tagging.tag", Section.TAG, "Find the verdict on photos, and write it into them."),
    "watch": Entry("tagging.watch", Section.TAG, "Tag the photos in a folder, then each new one."),
    "check": Entry(
        "checking.check", Section.TAG, "Check that photos are as phototag has left them."
    ),
    "undo": Entry("tagging.undo", Section.TAG, "Undo what a run has written."),
    "remove": Entry(
        "tagging.remove", Section.TAG, "Remove everything that phototag wrote into photos."
    ),
    "analyze": Entry(
        "viewing.analyze", Section.LOOK, "Print the verdict on photos, with its reasons."
    ),
    "show": Entry("viewing.show", Section.LOOK, "Print what phototag wrote into photos."),
    "list": Entry("listing.list_", Section.LOOK, "List photos by what runs have found in them."),
    "review": Entry(
        "reviewing.review", Section.LOOK, "Review verdicts in the browser, and correct them."
    ),
    "decide": Entry(
        "deciding.decide", Section.LOOK, "Decide what photos are, in place of phototag."
    ),
    "gallery": Entry(
        "viewing.gallery", Section.LOOK, "Write one HTML page for reviewing verdicts."
    ),
    "learn": Entry(
        "learning.learn", Section.LOOK, "Learn from what you have decided where you draw the line."
    ),
    "crop": Entry("cropping.crop", Section.CROP, "Save crops of photos as new files."),
    "integrate": Entry(
        "integrating.integrate", Section.APPLICATIONS, "Set phototag up in another program."
    ),
    "keywords": Entry(
        "setting_up.keywords",
        Section.APPLICATIONS,
        "Print phototag's keywords as a file for Lightroom Classic.",
    ),
    "lightroom": Entry(
        "setting_up.lightroom",
        Section.APPLICATIONS,
        "Write smart collections for Lightroom Classic.",
    ),
    "digikam": Entry(
        "setting_up.digikam",
        Section.APPLICATIONS,
        "Write down the steps for using the keywords in digiKam.",
    ),
    "serve": Entry(
        "serving.serve", Section.APPLICATIONS, "Answer the requests of another program."
    ),
    "demo": Entry("setting_up.demo", Section.SELF, "Make two sample photos, and tag them."),
    "doctor": Entry(
        "setting_up.doctor",
        Section.SELF,
        "Check this installation, and print versions and models.",
    ),
    "completion": Entry(
        "setting_up.completion",
        Section.SELF,
        "Print what completes commands in your shell with Tab.",
    ),
    "desktop": Entry("desktop.desktop", None),
}


@click.group(
    cls=Program,
    entries=_COMMANDS,
    examples=[
        Example("Try phototag on two sample photos", "phototag demo"),
        Example("Preview what would be written", "phototag tag --dry-run ~/Pictures"),
        Example("Explain a command and its options", "phototag tag --help"),
    ],
    context_settings={"help_option_names": HELP_OPTIONS},
)
@click.version_option(__version__, "-V", "--version", prog_name="phototag")
@click.option(
    "--log",
    is_flag=True,
    help="Also print what goes on inside, for the report of a fault: to standard error.",
)
def main(*, log: bool) -> None:
    """Tell headshots from portraits, and write verdicts and keywords into the photos.

    A headshot shows a person's head and shoulders, as for a profile page or a casting. A portrait shows more of the person or
    of the place. The verdict on a photo whose subject is no person is "other".
    """
    if log:
        import logging  # noqa: PLC0415 - a tenth of the start

        logging.basicConfig(format="%(name)s: %(message)s")
        logging.getLogger("phototag").setLevel(logging.DEBUG)
