"""Makes the new blocks from a photo's blocks and an order.  Nothing here opens a file."""

from __future__ import annotations

import attrs

from phototag.analysis.keywords.claims import Keywords, notes_on
from phototag.metadata import derived, ledger
from phototag.metadata.draft import Draft
from phototag.metadata.ledger import Ledger
from phototag.metadata.merge import fold, folded
from phototag.metadata.properties import record_fields
from phototag.metadata.properties.keywords import SUBJECT, flat_elsewhere
from phototag.metadata.properties.property import Wanted
from phototag.metadata.properties.table import HIERARCHIES, PROPERTIES, WORD_BAGS
from phototag.metadata.record import WriteOrder
from phototag.options import WriteOptions


def recognise(draft: Draft) -> None:
    """Find values that are phototag's without being in the ledger, and those that are no longer phototag's."""
    claimed = record_fields.keywords(draft.packet)
    draft.derived = derived.positions(draft, claimed)
    if not flat_elsewhere(draft):
        _release(draft, claimed)


def _release(draft: Draft, claimed: Keywords) -> None:
    """Treat copies as the user's if the words from which they were copied are missing."""
    mine = folded(claimed.flat)
    entry = draft.ledger.entry(SUBJECT)
    kept = attrs.evolve(entry, added=tuple(w for w in entry.added if fold(w) in mine))
    if kept != entry:
        entries = {**draft.ledger.entries, SUBJECT: kept}
        draft.ledger = attrs.evolve(draft.ledger, entries=entries)


def adopt(draft: Draft, other: Draft) -> None:
    """Treat as phototag's what another program has copied here from another file of the photo.

    darktable creates a sidecar with all keywords of a photo but without phototag's record.
    """
    claimed = record_fields.keywords(other.packet)
    entries = derived.adopted(draft.packet, other.ledger, claimed)
    draft.ledger = attrs.evolve(draft.ledger, entries=entries)
    draft.derived = derived.positions(draft, claimed)


def tag(draft: Draft, order: WriteOrder, options: WriteOptions) -> None:
    """Write the words, regions and record that are ordered."""
    draft.stated = record_fields.read(draft.packet, draft.orientation)
    draft.deleted = frozenset(word for bag in WORD_BAGS for word in bag.deleted(draft))
    draft.outranked = any(hierarchy.existed(draft) for hierarchy in HIERARCHIES)
    for item in PROPERTIES:
        item.apply(draft, item.wanted(draft, order, options))
    draft.notes += notes_on(order.record.withheld)
    ledger.write(draft.packet, Ledger(draft.entries, draft.ledger.before))


def take_back(draft: Draft) -> None:
    """Remove everything that phototag wrote."""
    for item in PROPERTIES:
        item.apply(draft, Wanted())
