"""Saved searches in digiKam for the ready-made filters.

A search names tags by their numbers in digiKam's database, in the form in which digiKam itself saves a search for
*Tags: In All*. Its other way, by the name of a tag, finds every tag that contains the word anywhere in the tree, so
``headshot`` would also find the user's own ``no headshots``. A tag has a number once digiKam has read a photo that has
it. phototag makes no tags in digiKam: those would draw keywords without levels, such as a user's ``portrait``, to
themselves when digiKam reads them from other photos.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, Final

import attrs

from phototag.analysis.keywords.vocabulary import SEPARATOR, Vocabulary
from phototag.errors import OutputNotWritable
from phototag.integrations.digikam import rows, running
from phototag.integrations.digikam.rows import Database, Row
from phototag.integrations.placing import Piece, Placed, Standing
from phototag.integrations.ready_made import Collection, available

PREFIX: Final = "phototag: "
_KIND: Final = "digikam_searches"
_SEARCHES: Final = "saved searches"
_QUERY: Final = '<?xml version="1.0"?><search><group><field name="tagid" relation="allof">{}</field></group></search>\n'


@attrs.frozen(kw_only=True)
class PlacedSearches(Placed):
    """The searches that phototag has written, or was about to write.

    Attributes:
        rows: all of them, with those that they have replaced.
        said: which filters have none, and why; where the copy of the database is.
    """

    kind: ClassVar[str] = _KIND
    rows: tuple[Row, ...]
    said: str = ""

    @property
    def what(self) -> str:
        """The searches in words."""
        return _what([row.name for row in self.rows])

    @property
    def note(self) -> str:
        """Which filters have no search, and why; where the copy of the database is."""
        return self.said

    def take_back(self) -> bool:
        """Delete the searches whose number, name and query are still those that were written.

        Raises:
            OutputNotWritable: digiKam is open, or another program uses its database.
        """
        if not Path(self.path).exists():
            return True
        there = self._there()
        if any(there.get(row.id) == row for row in self.rows):
            with rows.changing(self.path, rows.last_copy(self.path)) as database:
                for row in self.rows:
                    database.delete(row)
                there = database.searches()
        if _changed(self.rows, there):
            return False
        rows.forget_copies(self.path)
        return True

    def left(self) -> str:
        """Which searches were left, and where the copy of the database is."""
        changed = _what(_changed(self.rows, self._there()))
        return (
            f"{changed}: changed since phototag wrote them; delete them in digiKam if you do not need them, close it, then "
            "run the same command again. Until then the copies of the database stay, too"
        )

    def _there(self) -> dict[int, Row]:
        with rows.reading(self.path) as database:
            return database.searches()


@attrs.frozen(kw_only=True)
class Searches(Piece):
    """The searches for all ready-made filters.

    Attributes:
        vocabulary: the words with which photos are tagged.
        refusal: why there is no database to write into.
    """

    kind: ClassVar[str] = _KIND
    vocabulary: Vocabulary
    refusal: OutputNotWritable | None = None

    @property
    def what(self) -> str:
        """The searches in words."""
        return _SEARCHES

    def standing(self, placed: Placed | None) -> Standing:
        """Whether each filter whose tags digiKam knows has its search, and no other search is left."""
        plan = self._plan(placed)
        ours = {row for row in _rows(placed) if plan.there.get(row.id) == row}
        if ours == set(plan.wanted):
            return Standing.CURRENT
        return Standing.OLDER if ours else Standing.ABSENT

    def plan(self, placed: Placed | None) -> PlacedSearches:
        """The searches that are there, and those that are wanted, with the numbers that they will have.

        Raises:
            OutputNotWritable: digiKam is open, or there is no database.
        """
        if self.standing(placed) is not Standing.CURRENT:
            running.refuse_if_open(self.path)
        return self._entry(placed)

    def place(self, plan: Placed) -> PlacedSearches:
        """Write the searches in one transaction, after a copy of the database was made."""
        said = ""
        if self.standing(plan) is not Standing.CURRENT:
            known, there = _rows(plan), self._plan(plan).there
            touched = any(_is_left(row, there) for row in known)
            copy = (rows.last_copy if touched else rows.first_copy)(self.path)
            said = f"a copy of the database as it was before this change is in {copy}"
            with rows.changing(self.path, copy) as database:
                new = _plan(database, self.vocabulary, _rows(plan))
                if not set(new.wanted) <= set(_rows(plan)):
                    problem = "another program has changed digiKam's database in the meantime"
                    raise OutputNotWritable(self.path, problem, "try again")
                for row in _rows(plan):
                    if row not in new.wanted:
                        database.delete(row)
                for row in new.wanted:
                    if new.there.get(row.id) != row:
                        database.insert(row)
        return self._entry(plan, said)

    def _entry(self, placed: Placed | None, said: str = "") -> PlacedSearches:
        plan = self._plan(placed)
        earlier = [row for row in _rows(placed) if _is_left(row, plan.there)]
        found = tuple(dict.fromkeys((*earlier, *plan.wanted)))
        return PlacedSearches(
            path=self.path, rows=found, said="; ".join(filter(None, (*plan.notes, said)))
        )

    def _plan(self, placed: Placed | None) -> _Plan:
        if self.refusal is not None:
            raise self.refusal
        with rows.reading(self.path) as opened:
            return _plan(opened, self.vocabulary, _rows(placed))


@attrs.frozen(kw_only=True)
class _Plan:
    """What a database has, and what it should have.

    Attributes:
        there: its searches.
        wanted: phototag's, with their numbers.
        notes: which filters get none, and why.
    """

    there: dict[int, Row]
    wanted: tuple[Row, ...]
    notes: tuple[str, ...]


def _plan(database: Database, vocabulary: Vocabulary, known: tuple[Row, ...]) -> _Plan:
    there = database.searches()
    ours = {row.name: row for row in known if there.get(row.id) == row}
    others = {row.name for row in there.values() if row not in ours.values()}
    free = max((0, *there, *(row.id for row in known))) + 1
    wanted, unknown, taken = [], [], []
    for collection in available(vocabulary):
        name = PREFIX + collection.title
        query = _query(database, collection, vocabulary)
        if query is None:
            unknown.append(name)
        elif name in others:
            taken.append(name)
        else:
            usable = (row for row in known if there.get(row.id, row) == row)
            same = next((row for row in usable if (row.name, row.query) == (name, query)), None)
            if same is None:
                same, free = Row(id=free, name=name, query=query), free + 1
            wanted.append(same)
    return _Plan(there=there, wanted=tuple(wanted), notes=tuple(_notes(unknown, taken)))


def _query(database: Database, collection: Collection, vocabulary: Vocabulary) -> str | None:
    """What finds a filter's photos; None if digiKam does not know one of its tags yet."""
    items = []
    for branch, value in collection.wanted:
        word = vocabulary.word(branch, value)
        assert word is not None
        number = database.tag(tuple(vocabulary.path(branch, word).split(SEPARATOR)))
        if number is None:
            return None
        items.append(f"<listitem>{number}</listitem>")
    return _QUERY.format("".join(items))


def _rows(placed: Placed | None) -> tuple[Row, ...]:
    return placed.rows if isinstance(placed, PlacedSearches) else ()


def _is_left(row: Row, there: dict[int, Row]) -> bool:
    """Whether a search is there as it was written, or changed: with its name or its query."""
    found = there.get(row.id)
    return found is not None and (found.name == row.name or found.query == row.query)


def _changed(known: tuple[Row, ...], there: dict[int, Row]) -> list[str]:
    return [there[row.id].name for row in known if _is_left(row, there) and there[row.id] != row]


def _notes(unknown: list[str], taken: list[str]) -> Iterator[str]:
    """Why filters have no search."""
    if unknown:
        yield (
            f"left out, as digiKam knows no photo with their keywords yet: {_listed(unknown)} (once it does, close "
            "digiKam and run the same command again)"
        )
    if taken:
        yield f"left out, as digiKam has other searches with these names: {_listed(taken)}"


def _what(names: list[str]) -> str:
    return f"{_SEARCHES} {_listed(names)}" if names else _SEARCHES


def _listed(names: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in dict.fromkeys(names))
