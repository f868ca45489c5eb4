"""A crop that Lightroom and Camera Raw apply; written on request, and only into sidecars.

It changes how the photo looks in those programs, and in darktable, which also applies it. Therefore it is
never written into a photo, never replaces another crop, and is removed only if it is still as phototag wrote
it.

Source: XMP specification part 2, Camera Raw schema; the sides refer to the stored picture.
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
    """The settings of one crop; either all of them are phototag's, or none."""

    label: str = "crs:Crop"
    why: str = (
        "Lightroom, Camera Raw and darktable apply the crop; a crop of your own is never replaced"
    )
    content = "a crop"
    kind = "simple"

    @property
    def written(self) -> str:
        """Only on request."""
        return "with `--lightroom-crop`, in sidecars"

    @property
    def exiv2(self) -> tuple[str, ...]:
        """The keys of the crop settings."""
        return ("Xmp.crs.Crop", "Xmp.crs.HasCrop")

    def present(self, draft: Draft) -> tuple[str, ...]:
        """The settings in the photo: ``CropLeft=0.1`` ..."""
        names = (name for name in map(_name, _LOCALS) if name in draft.packet)
        return tuple(_remembered(name, draft.packet.text(name)) for name in names)

    def wanted(self, draft: Draft, order: WriteOrder, options: WriteOptions) -> Wanted:
        """The settings of the ordered crop; only for sidecars."""
        del options
        if order.lightroom is None or not draft.beside:
            return Wanted()
        found = settings(order.lightroom, draft.orientation).items()
        return Wanted(values=[(_remembered(name, text), Text(text)) for name, text in found])

    def apply(self, draft: Draft, wanted: Wanted) -> None:
        """Update the crop."""
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
        """Nothing: a crop as phototag wrote it is phototag's, and any other is not part of this property."""
        added = draft.ledger.entry(self.label).added
        return {str(name): () for name in _mine(draft.packet, added)}


def settings(box: Box, orientation: int) -> dict[Name, str]:
    """The XMP properties for a crop of the upright picture."""
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
    """Write the XMP properties of a crop."""
    for name, text in properties.items():
        packet.put(name, Text(text))


def changed(packet: Packet, wanted: Mapping[Name, str], added: Sequence[str]) -> tuple[str, ...]:
    """Update a packet's crop; return what the ledger is to record.

    Args:
        packet: packet of a sidecar.
        wanted: the XMP properties of the crop; empty for none.
        added: what the ledger has recorded: ``CropLeft=0.1`` ...
    """
    ours = _mine(packet, added)
    if added and not ours:
        return ()  # changed since by somebody else: not phototag's any more
    for name in ours:
        packet.put(name, None)
    if not added and _HAS_CROP in packet:
        return ()  # the user's own crop
    put(packet, wanted)
    return tuple(_remembered(name, text) for name, text in wanted.items())


def _mine(packet: Packet, added: Sequence[str]) -> set[Name]:
    """The XMP properties of a crop that is still as phototag wrote it; none if it was changed."""
    written = dict(map(_setting, added))
    whole = all(packet.text(name) == text for name, text in written.items())
    return set(written) if whole else set()


def _remembered(name: Name, text: str) -> str:
    """A setting as recorded in the ledger."""
    return f"{name.local}={text}"


def _setting(remembered: str) -> tuple[Name, str]:
    local, _, text = remembered.partition("=")
    return _name(local), text


def _name(local: str) -> Name:
    return Name(PREFIXES["crs"], local)
