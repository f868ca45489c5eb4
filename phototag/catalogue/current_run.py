"""The run that one command is, and the decisions that hold in it."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

from phototag.analysis.decisions.decision import NOTHING
from phototag.catalogue.kept import as_written
from phototag.catalogue.pictures import pictures
from phototag.catalogue.walk import walk
from phototag.files.opening import absolute
from phototag.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from phototag.analysis.decisions.decision import Decision
    from phototag.catalogue.state import State
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
        said: what a person says of every photo of the run, saved as each is seen; empty = what was said of it is
            forgotten; None = nothing is said.
        kept: names of options that each photo keeps as it was written last.
    """

    def __init__(
        self,
        folders: Sequence[str],
        options: CatalogueOptions,
        settings: str,
        state: State,
        pool: Pool,
        *,
        said: Decision | None = None,
        kept: frozenset[str] = frozenset(),
    ) -> None:
        self._options, self._settings, self._state, self._pool = options, settings, state, pool
        self._said, self._kept = said, kept
        self._roots = [state.root(os.fsencode(os.path.realpath(folder))) for folder in folders]
        self._number: int | None = None
        self._beginning = threading.Lock()
        self._resumes = False  # an interrupted run
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
        with self._beginning:  # two photos at the same moment begin one run
            if self._number is None:
                self._resumes = self._state.resumes(self._roots, self._settings)
                self._number = self._state.begin(self._roots, self._settings, __version__)
            return self._number

    def complete(self) -> None:
        """Log that all that the command is about has been processed."""
        # A run of the failed photos alone leaves the rest of an interrupted run undone.
        part = self._options.failed and (self._number is None or self._resumes)
        if not self._options.dry_run and not part:
            self._state.end(self._roots, self._settings)

    def options_for(self, photo: str) -> CatalogueOptions:
        """The options for one photo; raises as ``kept.as_written`` does."""
        return as_written(photo, self._options, self._kept, self._state, self._pool)

    def decision(self, picture: str) -> Decision:
        """What people have decided about a picture; what is said of every photo of this run goes first."""
        before = self._decided.get(picture, NOTHING)
        if self._said is None:
            return before
        return before.with_(self._said) if self._said else NOTHING

    def say(self, picture: str) -> None:
        """Save of this picture what is said of every photo of the run; of other fields, what was said before holds."""
        if self._said is None:
            return
        said = self.decision(picture)
        if said != self._decided.get(picture, NOTHING):
            self._save({picture: said})
        self._decided[picture] = said
        if not said:
            self._final.add(picture)

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
            if not self._options.dry_run:
                self._state.take_over(picture, both)
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


def folders_of(paths: Iterable[str]) -> list[str]:
    """The folders of a run that also holds single photos: those that are given, and those of the photos."""
    found = (path if os.path.isdir(path) else os.path.dirname(path) or os.curdir for path in paths)
    return list(dict.fromkeys(found))
