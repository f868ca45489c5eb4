"""Words that other programs derive from phototag's: the levels above a hierarchical word.

darktable and Lightroom turn ``phototag|kind|headshot`` into the keywords ``phototag``, ``kind`` and
``headshot`` when they write a photo's metadata. The levels above are as much phototag's words as the last
one: if they counted as the user's, they would be copied into the hierarchy and stay there for ever. darktable
also turns the flat words that it reads in IPTC into words of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from phototag.analysis.keywords.claims import Keywords
from phototag.metadata.draft import Draft
from phototag.metadata.ledger import Ledger
from phototag.metadata.merge import LedgerEntry, fold, folded, ours
from phototag.metadata.properties.bag import WordBag
from phototag.metadata.properties.keywords import SUBJECT
from phototag.metadata.properties.table import HIERARCHIES, WORD_BAGS
from phototag.metadata.xmp.packet import Packet


def positions(draft: Draft, claimed: Keywords) -> Mapping[str, frozenset[int]]:
    """The positions of the derived words, by property.

    A level counts as derived only if all levels above the same word are present: no program adds only one of
    them, and a user may have a word such as ``people``. Words that the user had before phototag's first write
    are recognised by their copies in the hierarchy.

    Args:
        draft: the photo's metadata.
        claimed: phototag's keywords in the photo.
    """
    if not claimed.hierarchical:
        return {}
    ledger = draft.ledger
    users = set(_levels_of_users(draft.packet, ledger, claimed.hierarchical))
    found: dict[str, frozenset[int]] = {}
    for bag in WORD_BAGS:
        words = bag.present(draft)
        mine = ours(words, ledger.entry(bag.label).added)
        keys = _above(bag, folded(words), claimed.hierarchical) - users
        if bag in HIERARCHIES and found[SUBJECT]:
            keys |= _leaves(folded(words), ledger, claimed.flat)
        found[bag.label] = frozenset(
            at for at, word in enumerate(words) if at not in mine and fold(word) in keys
        )
    return found


def adopted(packet: Packet, other: Ledger, claimed: Keywords) -> dict[str, LedgerEntry]:
    """What a ledger would record for a file into which another program has copied phototag's words.

    Args:
        packet: the XMP of that file.
        other: the ledger of the file with phototag's record.
        claimed: the keywords in that record.
    """
    entries: dict[str, LedgerEntry] = {}
    for bag in WORD_BAGS:
        if bag.store != "xmp":
            continue
        added = folded(other.entry(bag.copied_from).added) & folded(bag.claims(claimed))
        spelled = set(map(bag.spelled, added))
        copied = tuple(word for word in packet.texts(bag.name) if fold(word) in spelled)
        if copied:
            entries[bag.label] = LedgerEntry(added=copied)
    return entries


def _above(bag: WordBag, there: set[str], claimed: Collection[str]) -> set[str]:
    """The levels above phototag's words, for each word with all of its levels present."""
    found: set[str] = set()
    for path in claimed:
        above = folded(bag.levels_above(path.split("|")[:-1]))
        if above <= there:
            found |= above
    return found


def _leaves(there: set[str], ledger: Ledger, flat: Collection[str]) -> set[str]:
    """Phototag's flat words, if all of them are present next to the paths: darktable reads them in IPTC."""
    mine = folded(flat) & folded(ledger.entry(SUBJECT).added)
    return mine if mine <= there else set()


def _levels_of_users(packet: Packet, ledger: Ledger, claimed: Collection[str]) -> Iterator[str]:
    """Words of the user: those copied into a hierarchy, and the levels of the user's own paths."""
    for bag in HIERARCHIES:
        entry = ledger.entry(bag.label)
        own = folded(map(bag.spelled, claimed))
        yield from (fold(word) for word in entry.added if fold(word) not in own)
        words = packet.texts(bag.name)
        mine = ours(words, entry.added)
        for at, word in enumerate(words):
            key = fold(word)
            if at not in mine and not any(
                p == key or p.startswith(key + bag.separator) for p in own
            ):
                yield from map(fold, word.split(bag.separator))
