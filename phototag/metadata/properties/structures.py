"""Lists of structures, merged by what identifies each."""

from __future__ import annotations

import abc
from collections.abc import Mapping, Sequence
from typing import Final

import attrs

from phototag.metadata.draft import Draft
from phototag.metadata.merge import Merged, merge
from phototag.metadata.properties.property import Property, Wanted
from phototag.metadata.xmp.packet import Packet
from phototag.metadata.xmp.values import Value

#: Structures in one XMP array, the user's counted.  darktable (4.2 and 5.0) cannot serialise an array of ten
#: or more: it then exports photos without any XMP, and never saves their sidecars again.
MOST_STRUCTURES: Final = 9


@attrs.frozen(kw_only=True)
class Structures(Property):
    """A list of structures in which those of phototag stand among the user's."""

    @abc.abstractmethod
    def items(self, packet: Packet) -> tuple[Value, ...]:
        """All structures in a packet."""

    @abc.abstractmethod
    def identifier(self, item: Value) -> str:
        """What tells one structure from another; empty for one that cannot be phototag's."""

    def present(self, draft: Draft) -> tuple[str, ...]:
        """The identifiers of all that stand in the photo."""
        return tuple(map(self.identifier, self.items(draft.packet)))

    def merged(self, draft: Draft, wanted: Wanted) -> Merged:
        """What to do to the structures, of which there may be so many."""
        entry = draft.ledger.entry(self.label)
        return merge(
            self.present(draft),
            wanted.names,
            entry,
            vocabulary=entry.added,
            force=wanted.force,
            most=MOST_STRUCTURES,
        )

    def foreign(self, draft: Draft) -> Mapping[str, Sequence[object]]:
        """The user's structures."""
        mine = draft.mine(self.label, self.present(draft))
        items = self.items(draft.packet)
        return {self.label: [item for at, item in enumerate(items) if at not in mine]}
