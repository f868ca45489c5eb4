"""The ledger: what phototag has added to a photo, stored in the photo's own XMP.

With it, tagging again and removal work on any copy of the photo, without a database.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import attrs

from phototag.metadata.merge import LedgerEntry
from phototag.metadata.xmp.names import Name
from phototag.metadata.xmp.packet import Packet
from phototag.metadata.xmp.values import Array, Struct, Text, Value, bag

_LEDGER: Final = Name.of("phototag:Ledger")
_BEFORE: Final = Name.of("phototag:Before")
_PROPERTY, _ADDED, _DECLINED, _CREATED = (
    Name.of(f"phototag:{field}") for field in ("Property", "Added", "Declined", "Created")
)

_NO_ENTRY: Final = LedgerEntry()

#: Value in ``Before``: there was no such block.
NONE: Final = "none"


@attrs.frozen(kw_only=True)
class Before:
    """The state of the file before phototag's first write, as needed by ``remove``.

    Attributes:
        xmp: ``none`` if there was no XMP packet, else empty.
        iptc: ``none`` if there was no IPTC block; ``<encoding>:<character set marker in hex>:<bytes behind the
            last dataset in hex>`` if it was changed; empty if it was not.
        shape: the file's structure (``Container.shape``); empty if there is nothing to restore.
        form: what gives the XMP packet its bytes of before back (``xmp.form``), if removal alone does not.
    """

    xmp: str = ""
    iptc: str = ""
    shape: str = ""
    form: str = ""


@attrs.frozen
class Ledger:
    """What phototag has added, by property, and the earlier state of the file."""

    entries: Mapping[str, LedgerEntry] = attrs.Factory(dict)
    before: Before = attrs.Factory(Before)

    def entry(self, property_name: str) -> LedgerEntry:
        """The entry of a property."""
        return self.entries.get(property_name, _NO_ENTRY)


def read(packet: Packet) -> Ledger:
    """Read the ledger in a packet; an empty one if there is none."""
    entries = {}
    for item in packet.items(_LEDGER):
        if isinstance(item, Struct):
            entries[item.text("phototag:Property")] = LedgerEntry(
                added=_texts(item.fields.get(_ADDED)),
                declined=_texts(item.fields.get(_DECLINED)),
                created=item.text("phototag:Created") == "True",
            )
    before = packet.get(_BEFORE)
    if not isinstance(before, Struct):
        return Ledger(entries)
    fields = {a.name: before.text(f"phototag:{a.name.title()}") for a in attrs.fields(Before)}
    return Ledger(entries, Before(**fields))


def write(packet: Packet, ledger: Ledger) -> None:
    """Write the ledger into a packet."""
    items = tuple(
        Struct(
            {_PROPERTY: Text(name)}
            | ({_CREATED: Text("True")} if entry.created else {})
            | ({_ADDED: bag(*entry.added)} if entry.added else {})
            | ({_DECLINED: bag(*entry.declined)} if entry.declined else {})
        )
        for name, entry in ledger.entries.items()
        if entry != _NO_ENTRY
    )
    before = {
        Name.of(f"phototag:{key.title()}"): Text(text)
        for key, text in attrs.asdict(ledger.before).items()
        if text
    }
    packet.put(_LEDGER, Array("Bag", items) if items else None)
    packet.put(_BEFORE, Struct(before) if before else None)


def _texts(value: Value | None) -> tuple[str, ...]:
    return value.texts if isinstance(value, Array) else ()
