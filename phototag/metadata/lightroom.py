"""A crop that Lightroom and Camera Raw apply, on request and in sidecars alone.

It changes how the photo looks in those programs, and in darktable, which applies it too.  So it is
never written into a photo, never over a crop that is there, and taken back only as it was written.

Source: XMP specification part 2, Camera Raw schema; the sides are those of the stored picture.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from phototag.metadata.orientation import stored
from phototag.metadata.xmp.names import PREFIXES, Name
from phototag.metadata.xmp.values import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from phototag.metadata.xmp.packet import Packet
    from phototag.scene.geometry import Box

#: The entry in the ledger.
LABEL: Final = "crs:Crop"
_HAS_CROP: Final = Name(PREFIXES["crs"], "HasCrop")


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
    return {Name(PREFIXES["crs"], local): text for local, text in texts.items()}


def put(packet: Packet, properties: Mapping[Name, str]) -> None:
    """Write the properties of a crop."""
    for name, text in properties.items():
        packet.put(name, Text(text))


def changed(
    packet: Packet, wanted: Mapping[Name, str] | None, added: Sequence[str]
) -> tuple[str, ...]:
    """Bring a packet's crop up to date; returns what the ledger is to remember.

    Args:
        packet: of a sidecar.
        wanted: the properties of the crop; None for none.
        added: what the ledger remembers: ``CropLeft=0.1`` ...
    """
    ours = mine(packet, added)
    if added and not ours:
        return ()  # somebody has changed the crop since: it is theirs
    for name in ours:
        packet.put(name, None)
    if not added and _HAS_CROP in packet:
        return ()  # a crop of the user's
    if wanted is None:
        return ()
    put(packet, wanted)
    return tuple(f"{name.local}={text}" for name, text in wanted.items())


def mine(packet: Packet, added: Sequence[str]) -> set[Name]:
    """The properties of a crop that still stands as phototag wrote it; none if it was changed."""
    written = {_name(local): text for local, _, text in (item.partition("=") for item in added)}
    whole = all(packet.text(name) == text for name, text in written.items())
    return set(written) if whole else set()


def _name(local: str) -> Name:
    return Name(PREFIXES["crs"], local)
