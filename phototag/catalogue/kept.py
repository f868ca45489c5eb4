"""The options that a photo keeps from its last write when somebody decides about it, and does not say them anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs

from phototag import errors
from phototag.analysis.keywords.vocabulary import Level, Vocabulary, branches
from phototag.catalogue.last_write import last_write
from phototag.catalogue.words import Words
from phototag.metadata.record import etag
from phototag.options import CatalogueOptions, settings
from phototag.worker import tasks
from phototag.worker.order import check_crop
from phototag.worker.source import PhotoFile

if TYPE_CHECKING:
    from phototag.catalogue.state import State
    from phototag.metadata.record import Record
    from phototag.options import KeptOptions
    from phototag.worker.pool import Pool

_OF_FILES: Final = ("iptc", "sidecar", "signed")


KEPT: Final = (*_OF_FILES, *Words(keywords=Level.MINIMAL).options)


def given(options: KeptOptions, **more: Any) -> tuple[CatalogueOptions, frozenset[str]]:
    """The options of a run that writes decisions, and the names of those that each photo keeps.

    Args:
        options: as a person gave them.
        more: further options.
    """
    # Among the options of a run, ``forget`` names photos.
    shared = settings(type(options)).keys() & settings(CatalogueOptions).keys() - {"forget"}
    values = {name: getattr(options, name) for name in shared}
    kept = frozenset(name for name in KEPT if not values[name])
    chosen = {name: value for name, value in values.items() if name not in kept}
    return CatalogueOptions(**chosen, **more), kept


def as_written(
    path: str, options: CatalogueOptions, kept: frozenset[str], state: State, pool: Pool
) -> CatalogueOptions:
    """The options for one photo: those to be kept are those with which it was written last.

    Where the state file does not know them, the level of the keywords is read from the photo's record.

    Args:
        path: the photo.
        options: those of the run.
        kept: names of those that the photo keeps.
        state: knows how photos were written.
        pool: reads the photo.

    Raises:
        PhotoError: the photo, or what phototag wrote into it, cannot be read; or it keeps the crop of a profile that is
            not among those of the run.
    """
    record = tasks.read(pool, PhotoFile.of(path)) if kept else None
    if record is None:
        return options
    past = last_write(path, etag(record), state)
    before: dict[str, Any] = {}
    if past is not None:
        before = {name: getattr(past.options, name) for name in _OF_FILES}
    if past is not None and past.words is not None:
        before |= past.words.options
    else:
        before["keywords"] = _level_of(record, options.vocabulary)
    own = attrs.evolve(options, **{name: before[name] for name in kept.intersection(before)})
    try:
        check_crop(own, own.profiles)
    except errors.BadValue as error:
        problem = f"it was written with another set of crop profiles ({error.problem})"
        raise errors.WriteRefused(
            path, problem, "give the same --profiles, or another --lightroom-crop"
        ) from error
    return own


def _level_of(record: Record, vocabulary: Vocabulary) -> Level:
    """The lowest level that gives all keywords of a record."""
    there = set(record.keywords.hierarchical)
    levels = list(Level)
    found = [
        levels.index(branch.level)
        for branch in branches()
        for value in branch.values
        if (word := vocabulary.word(branch.name, value)) is not None
        and vocabulary.path(branch.name, word) in there
    ]
    return levels[max(found, default=0)]
