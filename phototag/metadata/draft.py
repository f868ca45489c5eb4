"""A photo's metadata while they are being changed, and the account of what happens to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from phototag.keywords.claims import Keywords
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
        block: the IPTC-IIM block; None for none.
        takes_iptc: an IPTC block can be written into the file.
        orientation: from Exif, 1..8.
        ledger: of earlier writes.
        added: values added so far, by property.
        removed: values of ours removed so far.
        declined: values of ours that stay out.
        beside: it is a sidecar.
        entries: the new ledger.
        before: all XMP as it was.
        elsewhere: keywords in blocks that phototag reads and never writes.
        left_out: values of ours that there is no room for.
        derived: positions of words that other programs have made of phototag's, by property.
        stated: what phototag had stated before this write; None for nothing.
        outranked: the user has keywords in a hierarchy, so that applications read no field further down.
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
    derived: Mapping[str, frozenset[int]] = attrs.field(init=False, factory=dict)
    stated: Record | None = attrs.field(init=False, default=None)
    outranked: bool = attrs.field(init=False, default=False)

    @property
    def claimed(self) -> Keywords:
        """The words that phototag claimed before this write."""
        return self.stated.keywords if self.stated else Keywords()

    def mine(self, label: str, there: Sequence[str]) -> set[int]:
        """Positions of what is phototag's among the values of a property."""
        written = ours(there, self.ledger.entry(label).added)
        return {*written, *self.derived.get(label, ())}

    def users(self, label: str, there: Sequence[str]) -> tuple[str, ...]:
        """The values of a property that are the user's."""
        mine = self.mine(label, there)
        return tuple(value for at, value in enumerate(there) if at not in mine)

    def remember(self, **before: str) -> None:
        """Note in the ledger how a part of the file was before the first write."""
        self.ledger = attrs.evolve(self.ledger, before=attrs.evolve(self.ledger.before, **before))

    def note(self, label: str, there: Sequence[str], merged: Merged, entry: LedgerEntry) -> None:
        """Keep account of what happened to a property."""
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
