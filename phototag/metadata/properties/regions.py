"""Crop suggestions as IPTC image regions.

Source: IPTC Photo Metadata Standard 2023.2, "Image Region"; vocabularies at cv.iptc.org.
"""

from __future__ import annotations

from typing import Final

import attrs

from phototag.crops import Crop
from phototag.metadata.draft import Draft
from phototag.metadata.orientation import stored, upright
from phototag.metadata.properties.bag import splice
from phototag.metadata.properties.property import Wanted
from phototag.metadata.properties.structures import Structures
from phototag.metadata.record import WriteOrder
from phototag.metadata.xmp.names import Name
from phototag.metadata.xmp.packet import Packet
from phototag.metadata.xmp.values import Array, Struct, Text, Value, bag, lang_alt
from phototag.options import WriteOptions
from phototag.scene.geometry import Box, TurnedBox

REGIONS: Final = Name.of("Iptc4xmpExt:ImageRegion")
_HUMAN: Final = "http://cv.iptc.org/newscodes/imageregiontype/human"
_DECIMALS: Final = 6
_SIDES: Final = ("rbX", "rbY", "rbW", "rbH")


@attrs.frozen(kw_only=True)
class CropRegions(Structures):
    """One region per suggested crop."""

    label: str = str(REGIONS)
    why: str = "the standard property for areas to crop to"
    content = "regions"

    def items(self, packet: Packet) -> tuple[Value, ...]:
        """All image regions."""
        return packet.items(REGIONS)

    def identifier(self, item: Value) -> str:
        """The rId."""
        return identifier(item)

    def wanted(self, draft: Draft, order: WriteOrder, options: WriteOptions) -> Wanted:
        """The record's crops."""
        found = {region_id(c.profile): from_crop(c, draft.orientation) for c in order.record.crops}
        return Wanted(values=tuple(found.items()), force=options.force)

    def apply(self, draft: Draft, wanted: Wanted) -> None:
        """Merge the regions into the user's; one whose rectangle has changed is replaced in its place."""
        there, values = self.present(draft), dict(wanted.values)
        merged = self.merged(draft, wanted)
        for at in merged.kept:
            draft.packet.replace_item(REGIONS, at, values[there[at]])
        extra = tuple(values[key] for key in merged.extra)
        entry = draft.ledger.entry(self.label)
        entry = splice(draft.packet, REGIONS, merged, extra, entry=entry)
        draft.note(self.label, there, merged, entry)


def region_id(profile: str) -> str:
    """The rId of the region for a crop profile."""
    return f"phototag-crop-{profile}"


def identifier(region: Value) -> str:
    """The rId of any region; empty without one."""
    return region.text("Iptc4xmpExt:rId") if isinstance(region, Struct) else ""


def from_crop(crop: Crop, orientation: int) -> Struct:
    """The region for a crop, relative to the stored pixels of a photo with this Exif orientation."""
    box = stored(crop.box, orientation)
    sides = zip(_SIDES, (box.x, box.y, box.width, box.height), strict=True)
    boundary: dict[Name, Value] = {
        _ext("rbShape"): Text("rectangle"),
        _ext("rbUnit"): Text("relative"),
        **{_ext(side): Text(_number(value)) for side, value in sides},
    }
    roles = tuple(_entity(uri) for uri in crop.roles)
    fields: dict[Name, Value] = {
        _ext("rId"): Text(region_id(crop.profile)),
        _ext("Name"): lang_alt(crop.title or crop.profile),
        _ext("rCtype"): Array("Bag", (_entity(_HUMAN),)),
        _ext("RegionBoundary"): Struct(boundary),
    }
    if roles:
        fields[_ext("rRole")] = Array("Bag", roles)
    return Struct(fields)


def to_box(region: Value, orientation: int) -> Box | None:
    """The rectangle of a region in the upright picture; None if it has no relative rectangle."""
    boundary = region.get("Iptc4xmpExt:RegionBoundary") if isinstance(region, Struct) else None
    if not isinstance(boundary, Struct):
        return None
    try:
        sides = [float(boundary.text(f"Iptc4xmpExt:{side}")) for side in _SIDES]
    except ValueError:
        return None
    box = upright(Box(*sides), orientation)
    # Mirrored sides are differences: without rounding, 0.1 would become 0.09999999999999998.
    return Box(*(round(value, _DECIMALS) for value in (box.x, box.y, box.width, box.height)))


def moved(region: Value, frame: Box | TurnedBox, before: int, after: int) -> Value | None:
    """Convert a region to the frame of a picture that was cut out; None if it is outside.

    Only relative rectangles are converted; other shapes are left out.

    Args:
        region: region of the whole photo.
        frame: the part that was cut out, in fractions of the upright or turned photo.
        before: Exif orientation of the photo.
        after: Exif orientation of the new picture.
    """
    box = to_box(region, before)
    boundary = region.get("Iptc4xmpExt:RegionBoundary") if isinstance(region, Struct) else None
    if box is None or not isinstance(region, Struct) or not isinstance(boundary, Struct):
        return None
    inside = frame.part_of(box)
    if inside is None:
        return None
    place = stored(inside, after)
    sides = zip(_SIDES, (place.x, place.y, place.width, place.height), strict=True)
    fields = {**boundary.fields, **{_ext(side): Text(_number(value)) for side, value in sides}}
    return Struct({**region.fields, _ext("RegionBoundary"): Struct(fields)})


def roles(region: Value) -> tuple[str, ...]:
    """The role URIs of a region."""
    found = region.get("Iptc4xmpExt:rRole") if isinstance(region, Struct) else None
    if not isinstance(found, Array):
        return ()
    identifiers = (role.get("xmp:Identifier") for role in found.items if isinstance(role, Struct))
    return tuple(uri for bag_ in identifiers if isinstance(bag_, Array) for uri in bag_.texts)


def _entity(uri: str) -> Struct:
    """A concept of a vocabulary: its URI, and the URI's last part as the name."""
    return Struct(
        {
            _ext("Name"): lang_alt(uri.rstrip("/").rpartition("/")[2]),
            Name.of("xmp:Identifier"): bag(uri),
        }
    )


def _number(value: float) -> str:
    # Adding 0.0 turns "-0.000000" into "0.000000".
    return f"{round(value, _DECIMALS) + 0.0:.{_DECIMALS}f}"


def _ext(local: str) -> Name:
    return Name.of(f"Iptc4xmpExt:{local}")
