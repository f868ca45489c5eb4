"""Faces as MWG regions without names: applications list them as unnamed people.

Source: Metadata Working Group, Guidelines for Handling Image Metadata 2.0, 5.9.  An area is given by its
centre, in fractions of the stored picture, as digiKam and Lightroom write it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import attrs

from phototag.metadata.draft import Draft
from phototag.metadata.orientation import stored, upright
from phototag.metadata.properties.property import Wanted
from phototag.metadata.properties.structures import Structures
from phototag.metadata.record import WriteOrder
from phototag.metadata.xmp.names import Name
from phototag.metadata.xmp.packet import Packet
from phototag.metadata.xmp.values import Array, Struct, Text, Value
from phototag.options import WriteOptions
from phototag.scene.geometry import Box, TurnedBox

FACES: Final = Name.of("mwg-rs:Regions")
_DECIMALS: Final = 6
_SAME: Final = 0.3  # overlap / union from which a region of the user's counts as the same face
_LIST: Final = Name.of("mwg-rs:RegionList")
_DIMENSIONS: Final = Name.of("mwg-rs:AppliedToDimensions")
_FACE: Final = "Face"
_AREA: Final = Name.of("mwg-rs:Area")
_TYPE: Final = Name.of("mwg-rs:Type")
_DESCRIPTION: Final = Name.of("mwg-rs:Description")
BYSTANDER: Final = "bystander"  # the description of a face that is no subject's


@attrs.frozen(kw_only=True)
class Faces(Structures):
    """One region per confirmed face; those of bystanders are described as such."""

    label: str = str(FACES)
    why: str = "applications list the faces, without names; crops are never here, since digiKam lists them as people"
    content = "faces"
    kind = "Struct"

    @property
    def written(self) -> str:
        """Only on request."""
        return "with `--faces`"

    def items(self, packet: Packet) -> tuple[Value, ...]:
        """All regions, of any person or thing."""
        return items(packet)

    def identifier(self, item: Value) -> str:
        """The area of an unnamed face."""
        return identifier(item)

    def wanted(self, draft: Draft, order: WriteOrder, options: WriteOptions) -> Wanted:
        """The order's faces, without those that already have a region."""
        mine = draft.mine(self.label, self.present(draft))
        users = [item for at, item in enumerate(items(draft.packet)) if at not in mine]
        found = {
            **regions_of(order.faces, draft.orientation, users),
            **regions_of(order.bystanders, draft.orientation, users, BYSTANDER),
        }
        return Wanted(values=tuple(found.items()), force=options.force, size=order.size)

    def apply(self, draft: Draft, wanted: Wanted) -> None:
        """Merge the faces into the user's regions."""
        there, values = self.present(draft), dict(wanted.values)
        merged = self.merged(draft, wanted)
        if merged.drop or merged.extra:
            regions = enumerate(items(draft.packet))
            kept = (region for at, region in regions if at not in merged.drop)
            put(draft.packet, (*kept, *(values[key] for key in merged.extra)), wanted.size)
        draft.note(self.label, there, merged, merged.entry)


def items(packet: Packet) -> tuple[Value, ...]:
    """All regions in a packet."""
    regions = packet.get(FACES)
    listed = regions.fields.get(_LIST) if isinstance(regions, Struct) else None
    return listed.items if isinstance(listed, Array) else ()


def identifier(region: Value) -> str:
    """The area of an unnamed face as text; empty for any other region, which is not phototag's."""
    area = region.get("mwg-rs:Area") if isinstance(region, Struct) else None
    if not isinstance(region, Struct) or not isinstance(area, Struct):
        return ""
    described = region.fields.get(_DESCRIPTION, Text(BYSTANDER)) == Text(BYSTANDER)
    if set(region.fields) - {_DESCRIPTION} != {_AREA, _TYPE} or not described:
        return ""
    return " ".join(area.text(f"stArea:{side}") for side in "xywh")


def regions_of(
    faces: tuple[Box, ...], orientation: int, there: Sequence[Value], description: str = ""
) -> dict[str, Struct]:
    """The regions for faces by their identifiers, without faces that already have a region."""
    others = [box for box in map(_box, there) if box is not None]
    regions = {}
    for face in faces:
        box = stored(face, orientation)
        if not any(_overlap(box, other) >= _SAME for other in others):
            region = _region(box, description)
            regions[identifier(region)] = region
    return regions


def moved(region: Value, frame: Box | TurnedBox, before: int, after: int) -> Value | None:
    """Convert a region to the frame of a picture that was cut out; None if it is outside.

    Args:
        region: region of the whole photo.
        frame: the part that was cut out, in fractions of the upright or turned photo.
        before: Exif orientation of the photo.
        after: Exif orientation of the new picture.
    """
    box = _box(region)
    inside = None if box is None else frame.part_of(upright(box, before))
    if inside is None or not isinstance(region, Struct):
        return None
    return Struct({**region.fields, _AREA: _region(stored(inside, after)).fields[_AREA]})


def put(
    packet: Packet, regions: tuple[Value, ...], size: tuple[int, int], *, cut: bool = False
) -> None:
    """Replace the regions of a packet; without any, remove the whole property.

    Args:
        packet: to be changed.
        regions: all regions, including the user's.
        size: width and height of the stored picture in px, for a new property.
        cut: whether the picture was cut out and has a new size.
    """
    before = packet.get(FACES)
    fields = dict(before.fields) if isinstance(before, Struct) else {}
    if not regions and set(fields) <= {_LIST, _DIMENSIONS}:
        packet.put(FACES, None)
        return
    if cut or _DIMENSIONS not in fields:
        width, height = size
        fields[_DIMENSIONS] = Struct(
            {
                Name.of("stDim:w"): Text(str(width)),
                Name.of("stDim:h"): Text(str(height)),
                Name.of("stDim:unit"): Text("pixel"),
            }
        )
    packet.put(FACES, Struct({**fields, _LIST: Array("Bag", regions)}))


def _region(box: Box, description: str = "") -> Struct:
    sides = {
        "x": box.x + box.width / 2,
        "y": box.y + box.height / 2,
        "w": box.width,
        "h": box.height,
    }
    area: dict[Name, Value] = {
        Name.of(f"stArea:{side}"): Text(f"{value:.{_DECIMALS}f}") for side, value in sides.items()
    }
    area[Name.of("stArea:unit")] = Text("normalized")
    region: dict[Name, Value] = {_AREA: Struct(area), _TYPE: Text(_FACE)}
    if description:
        region[_DESCRIPTION] = Text(description)
    return Struct(region)


def _box(region: Value) -> Box | None:
    area = region.get("mwg-rs:Area") if isinstance(region, Struct) else None
    try:
        x, y, wide, high = (float(area.text(f"stArea:{s}")) for s in "xywh")  # type: ignore[union-attr,operator]
    except (AttributeError, ValueError):
        return None
    return Box(x - wide / 2, y - high / 2, wide, high)


def _overlap(one: Box, other: Box) -> float:
    wide = min(one.right, other.right) - max(one.x, other.x)
    high = min(one.bottom, other.bottom) - max(one.y, other.y)
    if wide <= 0 or high <= 0:
        return 0.0
    shared = wide * high
    return shared / (one.area + other.area - shared)
