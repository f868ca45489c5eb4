"""A photo's metadata while they are being changed, and a log of the changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from phototag.analysis.keywords.claims import Keywords
from phototag.metadata.elsewhere import Elsewhere
from phototag.metadata.iim import Iim
from phototag.metadata.ledger import Ledger
from phototag.metadata.merge import LedgerEntry, Merged, ours
from phototag.metadata.record import Record
from phototag.metadata.xmp.names import Name
from phototag.metadata.xmp.packet import Packet
from phototag.metadata.xmp.values import Value


@attrs.define
class Draft:
    """A photo's metadata while they are being changed.

    Attributes:
        packet: the XMP.
        block: the IPTC-IIM block; None without one.
        takes_iptc: whether an IPTC block can be written into the file.
        orientation: Exif orientation, 1..8.
        ledger: the ledger of earlier writes.
        added: values added so far, by property.
        removed: phototag's values removed so far.
        declined: phototag's values that are not written because the user deleted them.
        beside: whether the file is a sidecar.
        entries: the new ledger.
        before: all XMP before the change.
        elsewhere: keywords in blocks that phototag reads but never writes.
        left_out: phototag's values that do not fit.
        notes: what the user should know about this write, each one sentence.
        derived: positions of words that other programs have derived from phototag's, by property.
        stated: the record in the photo before this write; None without one.
        deleted: phototag's keywords, by their last level, that the user has deleted in any property.
        outranked: whether the user has hierarchical keywords, so that applications ignore fields further down
            the list.
    """

    packet: Packet
    block: Iim | None
    takes_iptc: bool
    orientation: int
    ledger: Ledger
    added: dict[str, tuple[str, ...]] = attrs.Factory(dict)
    removed: dict[str, tuple[str, ...]] = attrs.Factory(dict)
    declined: dict[str, tuple[str, ...]] = attrs.Factory(dict)
    beside: bool = False
    entries: dict[str, LedgerEntry] = attrs.Factory(dict)
    before: Mapping[Name, Value] = attrs.Factory(dict)
    elsewhere: Elsewhere = attrs.Factory(Elsewhere)
    left_out: dict[str, tuple[str, ...]] = attrs.Factory(dict)
    notes: list[str] = attrs.Factory(list)
    derived: Mapping[str, frozenset[int]] = attrs.field(init=False, factory=dict)
    stated: Record | None = attrs.field(init=False, default=None)
    outranked: bool = attrs.field(init=False, default=False)
    deleted: frozenset[str] = attrs.field(init=False, default=frozenset())

    @property
    def claimed(self) -> Keywords:
        """The keywords that phototag recorded before this write."""
        return self.stated.keywords if self.stated else Keywords()

    def mine(self, label: str, there: Sequence[str]) -> set[int]:
        """Positions of phototag's values in a property."""
        written = ours(there, self.ledger.entry(label).added)
        return {*written, *self.derived.get(label, ())}

    def users(self, label: str, there: Sequence[str]) -> tuple[str, ...]:
        """The user's values in a property."""
        mine = self.mine(label, there) if there else ()
        return tuple(value for at, value in enumerate(there) if at not in mine)

    def remember(self, **before: str) -> None:
        """Record in the ledger the state of a part of the file before the first write."""
        self.ledger = attrs.evolve(self.ledger, before=attrs.evolve(self.ledger.before, **before))

    def note(self, label: str, there: Sequence[str], merged: Merged, entry: LedgerEntry) -> None:
        """Log the changes to a property."""
        taken = tuple(there[at] for at in sorted(merged.drop))
        for account, values in (
            (self.added, merged.extra),
            (self.removed, taken),
            (self.declined, merged.declined),
            (self.left_out, merged.left_out),
        ):
            if values:
                account[label] = values
        self.entries[label] = entry
