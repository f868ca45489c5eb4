"""What people have decided about pictures, in the state file, and how each run has changed it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from phototag.analysis.decisions.decision import NOTHING, Decision
from phototag.catalogue.database import DAMAGED, Database

if TYPE_CHECKING:
    from collections.abc import Mapping

# A run that has been undone is not resumed.
NOT_RESUMED: Final = "UPDATE runs SET ended = started WHERE id = ? AND ended IS NULL"


class Decisions(Database):
    """People's decisions; arguments and errors as for ``Database``."""

    def decisions(self) -> dict[str, Decision]:
        """People's decisions about pictures, by the pictures' hash; a damaged one is left out."""
        found = self._all("SELECT picture, said FROM decisions")
        read = {picture: to_decision(said) for picture, said in found}
        return {picture: decision for picture, decision in read.items() if decision}

    def leave(self, left: Mapping[str, Mapping[str, str]]) -> None:
        """Store what phototag said of pictures that a person has seen and left as they were, by field; or forget it (empty)."""
        with self._at_once():
            self._sql.executemany(
                "DELETE FROM left_as_it_was WHERE picture = ?",
                [(picture,) for picture, said in left.items() if not said],
            )
            self._sql.executemany(
                "INSERT OR REPLACE INTO left_as_it_was (picture, said) VALUES (?, ?)",
                [(picture, json.dumps(dict(said))) for picture, said in left.items() if said],
            )

    def left(self) -> dict[str, Decision]:
        """What people have seen and left as it was, by the pictures' hash."""
        found = self._all("SELECT picture, said FROM left_as_it_was")
        return {picture: to_decision(said) for picture, said in found}

    def log_decisions(self, run: int, decisions: Mapping[str, Decision]) -> None:
        """Save people's decisions about pictures, or forget them (empty), and log what was saved before."""
        with self._at_once():
            for picture, decision in decisions.items():
                said = _from_decision(decision)
                before = self._saved_decision(picture)
                self._sql.execute(
                    "INSERT OR IGNORE INTO run_decisions (run, picture, before) VALUES (?, ?, ?)",
                    (run, picture, before),
                )
                self._sql.execute(
                    "UPDATE run_decisions SET said = ? WHERE run = ? AND picture = ?",
                    (said, run, picture),
                )
                self._save_decision(picture, said)

    def take_over(self, picture: str, decision: Decision) -> None:
        """Save a decision that was found in a photo: no run has made it, so none takes it back."""
        with self._at_once():
            self._save_decision(picture, _from_decision(decision))

    def undo_decisions(self, run: int) -> None:
        """Put back the decisions before a run, except those of photos that still are as it left them."""
        with self._at_once():
            left = self._all(
                "SELECT picture FROM run_decisions WHERE run = ? AND picture NOT IN"
                " (SELECT picture FROM changes WHERE run = ? AND undone = 0)",
                run,
                run,
            )
            for (picture,) in left:
                self._undo_decision(run, picture)
            self._sql.execute(NOT_RESUMED, (run,))

    def _undo_decision(self, run: int, picture: str) -> None:
        found = self._one(
            "SELECT before FROM run_decisions WHERE run = ? AND picture = ?", run, picture
        )
        if found is None:
            return
        (later,) = self._one(
            "SELECT min(run) FROM run_decisions WHERE run > ? AND picture = ?", run, picture
        )
        if later is None:
            self._save_decision(picture, found[0])
        else:  # that one has the last word, until it is undone
            self._sql.execute(
                "UPDATE run_decisions SET before = ? WHERE run = ? AND picture = ?",
                (found[0], later, picture),
            )
        self._sql.execute("DELETE FROM run_decisions WHERE run = ? AND picture = ?", (run, picture))
        # Lists judge it anew.
        self._sql.execute("UPDATE photos SET summary = NULL WHERE picture = ?", (picture,))

    def _take_back_in(self, run: int, picture: str, held: Decision) -> None:
        """Save what a photo holds again after an undo, where nothing is saved: it was decided with another state file.

        The next run would not look for it: that is the record it expects to find.
        """
        query = "SELECT 1 FROM run_decisions WHERE run > ? AND picture = ?"
        if self._one(query, run, picture) is not None:
            return
        saved = to_decision(self._saved_decision(picture))
        both = held.with_(saved)
        if both != saved:
            self._save_decision(picture, _from_decision(both))

    def _saved_decision(self, picture: str) -> str | None:
        found = self._one("SELECT said FROM decisions WHERE picture = ?", picture)
        return None if found is None else found[0]

    def _save_decision(self, picture: str, said: str | None) -> None:
        if said is None:
            self._sql.execute("DELETE FROM decisions WHERE picture = ?", (picture,))
        else:
            self._sql.execute(
                "INSERT OR REPLACE INTO decisions (picture, said) VALUES (?, ?)", (picture, said)
            )


def to_decision(column: Any) -> Decision:
    """The decision in a column; what is damaged is left out."""
    try:
        said = json.loads(column)
        words = {field: value for field, value in said.items() if isinstance(value, str)}
    except DAMAGED:
        return NOTHING
    return Decision.readable(words)


def _from_decision(decision: Decision) -> str | None:
    return json.dumps(decision.words()) if decision else None
