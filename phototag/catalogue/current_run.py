"""The run that one command is, and the corrections that hold in it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from phototag.catalogue.pictures import pictures
from phototag.catalogue.walk import walk
from phototag.files.opening import absolute
from phototag.version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

    from phototag.catalogue.state import State
    from phototag.criteria.verdict import Kind
    from phototag.options import CatalogueOptions
    from phototag.worker.pool import Pool


class CurrentRun:
    """A run on one folder or several; it is logged as soon as it changes anything.

    Args:
        folders: all folders of the command.
        options: its options.
        settings: a fingerprint of those that determine what is written.
        state: holds the run log.
        pool: reads photos.
    """

    def __init__(
        self,
        folders: Sequence[str],
        options: CatalogueOptions,
        settings: str,
        state: State,
        pool: Pool,
    ) -> None:
        self._options, self._settings, self._state, self._pool = options, settings, state, pool
        self._roots = [state.root(os.fsencode(os.path.realpath(folder))) for folder in folders]
        self._number: int | None = None
        saved = state.corrections()
        kinds: dict[str, Kind | None] = {**self._forgotten(saved), **options.corrections}
        changed = {picture: kind for picture, kind in kinds.items() if saved.get(picture) != kind}
        if changed and not options.dry_run:
            state.log_corrections(self.number, changed)
        in_force = {**saved, **kinds}
        self.corrected: dict[str, Kind] = {
            picture: kind for picture, kind in in_force.items() if kind is not None
        }

    @property
    def number(self) -> int:
        """The run's number in the log."""
        if self._number is None:
            self._number = self._state.begin(self._roots, self._settings, __version__)
        return self._number

    def complete(self) -> None:
        """Log that all folders have been processed."""
        if not self._options.dry_run and not self._options.failed:
            self._state.end(self._roots, self._settings)

    def _forgotten(self, saved: dict[str, Kind]) -> dict[str, None]:
        """The pictures whose corrections are to be forgotten."""
        if not saved or not self._options.forget:
            return {}
        paths = map(absolute, walk(self._options.forget, links=self._options.follow_links))
        found = pictures(paths, self._state, self._pool, self._options.stop)
        return {picture: None for _, picture in found if picture in saved}
