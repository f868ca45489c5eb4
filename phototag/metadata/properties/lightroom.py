"""A crop that Lightroom and Camera Raw apply, on request and in sidecars alone.

It changes how the photo looks in those programs, and in darktable, which applies it too.  So it is
never written into a photo, never over a crop that is there, and taken back only as it was written.

Source: XMP specification part 2, Camera Raw schema; the sides are those of the stored picture.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import attrs

from phototag.metadata.draft import Draft
from phototag.metadata.merge import LedgerEntry
from phototag.metadata.orientation import stored
from phototag.metadata.properties.property import Property, Wanted
from phototag.metadata.record import WriteOrder
from phototag.metadata.xmp.names import PREFIXES, Name
from phototag.metadata.xmp.packet import Packet
from phototag.metadata.xmp.values import Text
from phototag.options import WriteOptions
from phototag.scene.geometry import Box

_LOCALS: Final = (
    "CropLeft", "CropTop", "CropRight", "CropBottom", "CropAngle", "CropConstrainToWarp", "HasCrop",
)  # fmt: skip
_HAS_CROP: Final = Name(PREFIXES["crs"], "HasCrop")


@attrs.frozen(kw_only=True)
class LightroomCrop(Property):
    """The settings of one crop; they are phototag's all together, or not at all."""

    label: str = "crs:Crop"
    why: str = (
        "Lightroom, Camera Raw and darktable apply the crop; a crop of your own is never replaced"
    )
    content = "a crop"
    kind = "simple"

    @property
    def written(self) -> str:
        """On request."""
        return "with `--lightroom-crop`, in sidecars"

    @property
    def exiv2(self) -> tuple[str, ...]:
        """The settings of crops."""
        return ("Xmp.crs.Crop", "Xmp.crs.HasCrop")

    def present(self, draft: Draft) -> tuple[str, ...]:
        """The settings that stand in the photo: ``CropLeft=0.1`` ..."""
        names = (name for name in map(_name, _LOCALS) if name in draft.packet)
        return tuple(_remembered(name, draft.packet.text(name)) for name in names)

    def wanted(self, draft: Draft, order: WriteOrder, options: WriteOptions) -> Wanted:
        """The crop that is to be applied: in sidecars alone."""
        del options
        if order.lightroom is None or not draft.beside:
            return Wanted()
        found = settings(order.lightroom, draft.orientation).items()
        return Wanted(values=[(_remembered(name, text), Text(text)) for name, text in found])

    def apply(self, draft: Draft, wanted: Wanted) -> None:
        """Bring the crop up to date."""
        before = draft.ledger.entry(self.label).added
        if not draft.beside and not before:
            return
        added = changed(draft.packet, dict(map(_setting, wanted.names)), before)
        draft.entries[self.label] = LedgerEntry(added=added)
        if added and not before:
            draft.added[self.label] = added
        if before and not added:
            draft.removed[self.label] = before

    def foreign(self, draft: Draft) -> Mapping[str, Sequence[object]]:
        """Nothing in a crop that stands as phototag wrote it; any other is not this property's."""
        added = draft.ledger.entry(self.label).added
        return {str(name): () for name in _mine(draft.packet, added)}


def settings(box: Box, orientation: int) -> dict[Name, str]:
    """The properties of a crop of the upright picture."""
    area = stored(box, orientation)
    sides = {
        "CropLeft": area.x,
        "CropTop": area.y,
        "CropRight": area.right,
        "CropBottom": area.bottom,
    }
    texts = {local: f"{value:.6f}" for local, value in sides.items()}
    texts |= {"CropAngle": "0", "CropConstrainToWarp": "0", "HasCrop": "True"}
    return {_name(local): texts[local] for local in _LOCALS}


def put(packet: Packet, properties: Mapping[Name, str]) -> None:
    """Write the properties of a crop."""
    for name, text in properties.items():
        packet.put(name, Text(text))


def changed(packet: Packet, wanted: Mapping[Name, str], added: Sequence[str]) -> tuple[str, ...]:
    """Bring a packet's crop up to date; returns what the ledger is to remember.

    Args:
        packet: of a sidecar.
        wanted: the properties of the crop; empty for none.
        added: what the ledger remembers: ``CropLeft=0.1`` ...
    """
    ours = _mine(packet, added)
    if added and not ours:
        return ()  # somebody has changed the crop since: it is theirs
    for name in ours:
        packet.put(name, None)
    if not added and _HAS_CROP in packet:
        return ()  # a crop of the user's
    put(packet, wanted)
    return tuple(_remembered(name, text) for name, text in wanted.items())


def _mine(packet: Packet, added: Sequence[str]) -> set[Name]:
    """The properties of a crop that still stands as phototag wrote it; none if it was changed."""
    written = dict(map(_setting, added))
    whole = all(packet.text(name) == text for name, text in written.items())
    return set(written) if whole else set()


def _remembered(name: Name, text: str) -> str:
    """A setting as the ledger remembers it."""
    return f"{name.local}={text}"


def _setting(remembered: str) -> tuple[Name, str]:
    local, _, text = remembered.partition("=")
    return _name(local), text


def _name(local: str) -> Name:
    return Name(PREFIXES["crs"], local)
