"""phototag in digiKam: saved searches for the ready-made filters, and *Open With* to tag photos."""

from __future__ import annotations

from typing import Final

from phototag.analysis.keywords.vocabulary import Vocabulary
from phototag.errors import OutputNotWritable, SetupError
from phototag.integrations.application import Application, Command
from phototag.integrations.digikam import settings
from phototag.integrations.digikam.searches import Searches
from phototag.integrations.file_managers import open_with
from phototag.integrations.installed import version_of
from phototag.integrations.placing import Piece


def pieces(command: Command) -> tuple[Piece, ...]:
    """What digiKam loads: searches in its database, and an entry of its menu *Open With*."""
    refusal, path = None, str(settings.file())
    try:
        path = settings.database()
    except OutputNotWritable as error:
        refusal = error
    vocabulary = Vocabulary()
    if command.vocabulary is not None:
        try:
            vocabulary = Vocabulary.named(command.vocabulary)
        except SetupError as error:
            refusal = OutputNotWritable(error.name, error.problem, error.remedy)
    searches = Searches(path=path, vocabulary=vocabulary, refusal=refusal)
    return searches, open_with(command)  # in this order: nothing is written where digiKam is open


DIGIKAM: Final = Application(
    name="digikam",
    title="digiKam",
    version=lambda: version_of("digikam"),
    pieces=pieces,
    steps=(
        "Open digiKam: the searches are in its Search view. To tag photos, right-click them and choose Open With, then "
        "Tag with phototag."
    ),
)
