"""Bags of words: each word is merged separately."""

from __future__ import annotations

import abc
from collections.abc import Iterable, Mapping, Sequence

import attrs

from phototag.analysis.keywords.claims import Keywords
from phototag.metadata import iim
from phototag.metadata.draft import Draft
from phototag.metadata.merge import LedgerEntry, Merged, fold, folded, merge
from phototag.metadata.properties.property import Property, Wanted
from phototag.metadata.record import WriteOrder
from phototag.metadata.xmp.names import Name
from phototag.metadata.xmp.packet import Packet
from phototag.metadata.xmp.values import Array, ArrayKind, Text, Value
from phototag.options import WriteOptions


def splice(
    packet: Packet,
    name: Name,
    merged: Merged,
    extra: tuple[Value, ...],
    *,
    entry: LedgerEntry,
    kind: ArrayKind = "Bag",
) -> LedgerEntry:
    """Change single items of an array; return the ledger's new entry.

    Args:
        packet: to be changed.
        name: of the property.
        merged: the changes to its items.
        extra: items to append.
        entry: the ledger's present entry.
        kind: the kind of a new array.
    """
    created = entry.created or (bool(extra) and name not in packet)
    if name in packet:
        packet.splice(name, set(merged.drop), extra)
    elif extra:
        packet.put(name, Array(kind, extra))
    if created and not packet.items(name):
        packet.put(name, None)
        created = False
    return attrs.evolve(merged.entry, created=created)


def leaf(claim: str) -> str:
    """What the flat and the hierarchical form of a keyword have in common: its last level."""
    return fold(claim.rpartition("|")[2])


@attrs.frozen(kw_only=True)
class WordBag(Property):
    """A list of words that contains phototag's as well as the user's.

    Attributes:
        array: the kind of array created if there is none.
        only_where_present: written only into photos that already have the property.
    """

    array: ArrayKind = "Bag"
    only_where_present: bool = False

    @property
    def form(self) -> str:
        """The kind of array."""
        return self.array

    @property
    def written(self) -> str:
        """Whether it is created if missing."""
        return "where present" if self.only_where_present else "always"

    @property
    def name(self) -> Name:
        """The XMP name."""
        return Name.of(self.label)

    @abc.abstractmethod
    def claims(self, words: Keywords) -> tuple[str, ...]:
        """The words of phototag that belong in this property."""

    def spelled(self, word: str) -> str:
        """One of phototag's words as written in this property."""
        return word

    def vocabulary(self, words: Keywords) -> tuple[str, ...]:
        """Phototag's words in every spelling that may occur in this property."""
        return tuple(map(self.spelled, self.claims(words)))

    def own(self, draft: Draft, order: WriteOrder, options: WriteOptions) -> Sequence[str]:
        """The words that phototag wants in this property, as they are written in it."""
        del draft, options
        return tuple(map(self.spelled, self.claims(order.record.keywords)))

    def copies(self, draft: Draft, order: WriteOrder, options: WriteOptions) -> Sequence[str]:
        """The user's words in other properties that must stand in this one, too."""
        del draft, order, options
        return ()

    def levels_above(self, levels: Sequence[str]) -> Iterable[str]:
        """The words that other programs add here for the levels above a hierarchical word of phototag's."""
        del levels
        return ()

    @property
    def copied_from(self) -> str:
        """The property whose words a program writes here when it copies a photo's keywords."""
        return self.label

    def existed(self, draft: Draft) -> bool:
        """Whether the photo had the property before phototag's first write."""
        return self.name in draft.packet and not draft.ledger.entry(self.label).created

    def present(self, draft: Draft) -> tuple[str, ...]:
        """The words in the photo."""
        return draft.packet.texts(self.name)

    def wanted(self, draft: Draft, order: WriteOrder, options: WriteOptions) -> Wanted:
        """The record's words."""
        own: Sequence[str] = ()
        copies: Sequence[str] = ()
        if not self.only_where_present or self.name in draft.packet:
            copies = self.copies(draft, order, options)
            own = self.own(draft, order, options)
        unwelcome = {
            fold(self.spelled(claim))
            for claim in self.claims(order.record.keywords)
            if leaf(claim) in draft.deleted
        }
        claimed = self.vocabulary(draft.claimed)
        # The user's words come first: digiKam takes a word without levels for the first tag of that name.
        return Wanted.words(
            (*copies, *own), claimed, force=options.force, unwelcome=unwelcome, copies=copies
        )

    def deleted(self, draft: Draft) -> set[str]:
        """The leaves of the words that phototag has added here and the user has deleted here.

        If nothing is left of the property, another program has dropped it, and nobody has deleted a word.
        """
        there = folded(self.present(draft))
        added = folded(draft.ledger.entry(self.label).added)
        gone = added - there if there or self.is_read_by_all else set()
        claims = self.claims(draft.claimed)
        return {leaf(claim) for claim in claims if fold(self.spelled(claim)) in gone}

    @property
    def is_read_by_all(self) -> bool:
        """Whether no program that knows keywords would drop it."""
        return False

    def apply(self, draft: Draft, wanted: Wanted) -> None:
        """Merge the words into the user's."""
        there = self.present(draft)
        entry = draft.ledger.entry(self.label)
        merged = merge(
            there,
            wanted.names,
            entry,
            vocabulary=wanted.claimed,
            force=wanted.force,
            derived=draft.derived.get(self.label, ()),
            unwelcome=wanted.unwelcome,
            copies=wanted.copies,
        )
        draft.note(self.label, there, merged, self.put(draft, merged, entry))

    def put(self, draft: Draft, merged: Merged, entry: LedgerEntry) -> LedgerEntry:
        """Write the merged words; return the ledger's new entry."""
        extra = tuple(Text(word) for word in merged.extra)
        return splice(draft.packet, self.name, merged, extra, entry=entry, kind=self.array)

    def foreign(self, draft: Draft) -> Mapping[str, Sequence[object]]:
        """The user's words, with their qualifiers."""
        mine = draft.mine(self.label, self.present(draft))
        items = draft.packet.items(self.name)
        return {self.label: [item for at, item in enumerate(items) if at not in mine]}


@attrs.frozen(kw_only=True)
class FlatWords(WordBag):
    """Words without levels."""

    content = "flat"

    def claims(self, words: Keywords) -> tuple[str, ...]:
        """The flat words."""
        return words.flat

    def vocabulary(self, words: Keywords) -> tuple[str, ...]:
        """The flat words, complete and as cut by IPTC."""
        return (*words.flat, *map(iim.cut, words.flat))


@attrs.frozen(kw_only=True)
class SceneCodes(WordBag):
    """Codes of IPTC's vocabulary *scene*."""

    content = "scene"

    def claims(self, words: Keywords) -> tuple[str, ...]:
        """The codes."""
        return words.scene
