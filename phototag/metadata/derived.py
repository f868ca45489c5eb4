"""Words that other programs have derived from phototag's: the levels above a hierarchical word.

darktable and Lightroom make ``phototag|kind|headshot`` into the keywords ``phototag``, ``kind`` and
``headshot`` when they write a photo's metadata.  The levels above are phototag's words as much as the
last one: taken for the user's, they would be copied into the hierarchy and stay for ever.  darktable
also makes words of its own of the flat ones that it reads in IPTC.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Mapping

from phototag.keywords.claims import Keywords
from phototag.metadata import iim, mapping
from phototag.metadata.iim import Iim
from phototag.metadata.ledger import Ledger
from phototag.metadata.mapping import Row
from phototag.metadata.merge import Entry, fold, folded, ours
from phototag.metadata.xmp.packet import Packet


def positions(
    packet: Packet, block: Iim | None, ledger: Ledger, claimed: Keywords
) -> Mapping[str, frozenset[int]]:
    """Where the derived words stand, by property.

    A level counts as derived only where all levels above the same word stand beside it: no program
    makes just one of them, and a user may have a word such as ``people``.  What the user had before
    phototag came is a copy of the user's in the hierarchy, by which it is known.

    Args:
        packet: the XMP.
        block: the IPTC block; None for none.
        ledger: what phototag has added.
        claimed: phototag's words in the photo.
    """
    if not claimed.hierarchical:
        return {}
    users = set(_levels_of_users(packet, ledger, claimed.hierarchical))
    found: dict[str, frozenset[int]] = {}
    for row in (mapping.SUBJECT, mapping.IPTC_KEYWORDS, *mapping.HIERARCHIES):
        words = present(row, packet, block)
        mine = ours(words, ledger.entry(row.label).added)
        keys = _above(row, folded(words), claimed.hierarchical) - users
        if row in mapping.HIERARCHIES and found[mapping.SUBJECT.label]:
            keys |= _leaves(folded(words), ledger, claimed.flat)
        found[row.label] = frozenset(
            at for at, word in enumerate(words) if at not in mine and fold(word) in keys
        )
    return found


def adopted(packet: Packet, other: Ledger, claimed: Keywords) -> dict[str, Entry]:
    """What a ledger would say of a file that another program has copied phototag's words into.

    Args:
        packet: the XMP of that file.
        other: the ledger of the file with phototag's record.
        claimed: the words in that record.
    """
    entries: dict[str, Entry] = {}
    for row, source, words in (
        (mapping.SUBJECT, mapping.SUBJECT, claimed.flat),
        *((row, mapping.HIERARCHY, claimed.hierarchical) for row in mapping.HIERARCHIES),
        (mapping.SCENE, mapping.SCENE, claimed.scene),
    ):
        added = folded(other.entry(source.label).added) & folded(words)
        paths = {path.replace("|", row.separator) for path in added}
        there = packet.texts(row.name)
        copied = tuple(word for word in there if fold(word) in paths)
        if copied:
            entries[row.label] = Entry(added=copied)
    return entries


def present(row: Row, packet: Packet, block: Iim | None) -> tuple[str, ...]:
    """The words of a property now."""
    if row.store == "iim":
        return block.keywords if block else ()
    return packet.texts(row.name)


def _above(row: Row, there: set[str], claimed: Collection[str]) -> set[str]:
    """The levels above phototag's words, as far as all of a word stand there."""
    found: set[str] = set()
    for path in claimed:
        levels = path.split("|")[:-1]
        if row in mapping.HIERARCHIES:
            above = folded(itertools.accumulate(levels, lambda a, b: f"{a}{row.separator}{b}"))
        else:
            above = folded(iim.cut(level) if row.store == "iim" else level for level in levels)
        if above <= there:
            found |= above
    return found


def _leaves(there: set[str], ledger: Ledger, flat: Collection[str]) -> set[str]:
    """Phototag's flat words, where all of them stand beside the paths: darktable reads them in IPTC."""
    mine = folded(flat) & folded(ledger.entry(mapping.SUBJECT.label).added)
    return mine if mine <= there else set()


def _levels_of_users(packet: Packet, ledger: Ledger, claimed: Collection[str]) -> Iterator[str]:
    """Words that are the user's: copied into a hierarchy, or levels of a path of the user's."""
    for row in mapping.HIERARCHIES:
        entry = ledger.entry(row.label)
        own = folded(path.replace("|", row.separator) for path in claimed)
        yield from (fold(word) for word in entry.added if fold(word) not in own)
        words = packet.texts(row.name)
        mine = ours(words, entry.added)
        for at, word in enumerate(words):
            key = fold(word)
            if at not in mine and not any(
                p == key or p.startswith(key + row.separator) for p in own
            ):
                yield from map(fold, word.split(row.separator))
