"""The run that one command is, and the decisions that hold in it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from phototag.catalogue.pictures import pictures
from phototag.catalogue.walk import walk
from phototag.decisions.decision import NOTHING
from phototag.files.opening import absolute
from phototag.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from phototag.catalogue.state import State
    from phototag.decisions.decision import Decision
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
        saved = state.decisions()
        given = {
            picture: saved.get(picture, NOTHING).with_(decision)
            for picture, decision in options.corrections.items()
        }
        wanted = {**self._forgotten(), **given}
        changed = {
            picture: decision
            for picture, decision in wanted.items()
            if saved.get(picture, NOTHING) != decision
        }
        self._save(changed)
        # These hold whatever stands in the photos.
        self._final = {picture for picture, decision in wanted.items() if not decision}
        self._decided = {**saved, **wanted}

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

    def decision(self, picture: str) -> Decision:
        """What people have decided about a picture."""
        return self._decided.get(picture, NOTHING)

    def adopt(self, picture: str, decision: Decision) -> Decision:
        """Take over what somebody has decided elsewhere, as found in the photo; what was decided here goes first.

        Returns:
            The decision that holds.
        """
        mine = self.decision(picture)
        if picture in self._final:
            return mine
        both = decision.with_(mine)
        if both != mine:
            self._save({picture: both})
            self._decided[picture] = both
        return both

    def see(self, picture: str, decision: Decision) -> None:
        """As ``adopt``, for a photo that is only looked at: nothing is saved."""
        if picture not in self._final:
            self._decided[picture] = decision.with_(self.decision(picture))

    def decide(self, decisions: Mapping[str, Decision]) -> None:
        """Save what a person decides during the run; it holds whatever stands in the photos."""
        self._save(decisions)
        self._decided.update(decisions)
        self._final.update(decisions)

    def _save(self, decisions: Mapping[str, Decision]) -> None:
        if decisions and not self._options.dry_run:
            self._state.log_decisions(self.number, decisions)

    def _forgotten(self) -> dict[str, Decision]:
        """The pictures about which decisions are to be forgotten, here and in the photos."""
        if not self._options.forget:
            return {}
        paths = map(absolute, walk(self._options.forget, links=self._options.follow_links))
        found = pictures(paths, self._state, self._pool, self._options.stop)
        return {picture: NOTHING for _, picture in found}
