"""Lists of structures, merged by the identifier of each structure."""

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

#: Most structures in one XMP array, including the user's. darktable (4.2 and 5.0) cannot serialise an array
#: of ten or more: it then exports photos without any XMP, and no longer saves their sidecars.
MOST_STRUCTURES: Final = 9


@attrs.frozen(kw_only=True)
class Structures(Property):
    """A list of structures that contains phototag's as well as the user's."""

    @abc.abstractmethod
    def items(self, packet: Packet) -> tuple[Value, ...]:
        """All structures in a packet."""

    @abc.abstractmethod
    def identifier(self, item: Value) -> str:
        """The text that identifies a structure; empty for one that cannot be phototag's."""

    def present(self, draft: Draft) -> tuple[str, ...]:
        """The identifiers of all structures in the photo."""
        return tuple(map(self.identifier, self.items(draft.packet)))

    def merged(self, draft: Draft, wanted: Wanted) -> Merged:
        """The changes to the structures, within ``MOST_STRUCTURES``."""
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
