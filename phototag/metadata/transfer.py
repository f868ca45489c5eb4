"""Metadata of a photo for a picture cut out of it."""

from __future__ import annotations

from typing import Final

from phototag.errors import FormatNotWritable
from phototag.geometry import Box
from phototag.metadata import exiv2, faces, iim, ledger, lightroom, plan, regions
from phototag.metadata.containers import Container, open_container
from phototag.metadata.mapping import FACES, REGIONS
from phototag.metadata.plan import Draft
from phototag.metadata.xmp.names import PREFIXES
from phototag.metadata.xmp.packet import Packet
from phototag.metadata.xmp.values import Array

_CRS: Final = PREFIXES["crs"]
_SIZES: Final = ("http://ns.adobe.com/tiff/1.0/", "http://ns.adobe.com/exif/1.0/")
_STALE: Final = ("ImageWidth", "ImageLength", "Orientation", "PixelXDimension", "PixelYDimension")


def carried(
    photo: bytes, name: str, cut: bytes, *, box: Box, orientation: int, size: tuple[int, int]
) -> bytes:
    """The picture that was cut out, with the photo's XMP and IPTC.

    What phototag wrote is left out: it is about the whole photo.  Regions move with the picture,
    those outside go; a crop that Lightroom would apply goes as well.

    Args:
        photo: the file it was cut from.
        name: of the photo, for errors.
        cut: the file of the new picture, without XMP and IPTC.
        box: what was cut out, in fractions of the upright photo.
        orientation: of the stored pixels of the new picture, as its Exif says.
        size: width and height of those, px.

    Raises:
        ValueError: the photo's metadata cannot be read.
        PhototagError: the new picture's format takes no metadata.
    """
    target = open_container(cut, name)
    packet, block, before = _inside(photo, name, target)
    names = packet.names()
    _cut_regions(packet, box, before, orientation, size)
    for found in names:
        crop = found.uri == _CRS and ("Crop" in found.local or found.local == "AlreadyApplied")
        if crop or (found.uri in _SIZES and found.local in _STALE):
            packet.put(found, None)
    xmp = packet.to_bytes(padding=False) if packet.names() else None
    return target.replaced(xmp, block if target.holds_iptc else None)


def with_lightroom_crop(photo: bytes, name: str, box: Box) -> bytes:
    """The whole photo, with a crop that Lightroom and Camera Raw apply when they open it."""
    container = open_container(photo, name)
    packet = Packet(container.xmp)
    lightroom.put(packet, lightroom.settings(box, container.orientation))
    return container.replaced(packet.to_bytes(), container.iptc)


def _inside(photo: bytes, name: str, target: Container) -> tuple[Packet, bytes | None, int]:
    """XMP without what is phototag's, IPTC the same, and the orientation of the photo."""
    try:
        source = open_container(photo, name, raw="")
    except FormatNotWritable:
        found = exiv2.describe(photo)
        packet = Packet(found.packet or None)
        draft = Draft(packet, None, takes_iptc=False, orientation=1, ledger=ledger.read(packet))
        plan.take_back(draft)
        return packet, None, 1
    packet = Packet(source.xmp)
    block = None if source.iptc is None else iim.parse(source.iptc)
    draft = Draft(
        packet,
        block,
        takes_iptc=target.holds_iptc,
        orientation=source.orientation,
        ledger=ledger.read(packet),
    )
    plan.take_back(draft)
    iptc = None if draft.block is None else iim.serialise(draft.block)
    return packet, iptc, source.orientation


def _cut_regions(packet: Packet, box: Box, before: int, after: int, size: tuple[int, int]) -> None:
    """Regions of others in the new picture's frame."""
    if REGIONS.name in packet:
        kept = tuple(
            moved
            for region in packet.items(REGIONS.name)
            if (moved := regions.moved(region, box, before, after)) is not None
        )
        packet.put(REGIONS.name, Array("Bag", kept) if kept else None)
    if FACES.name in packet:
        people = (faces.moved(region, box, before, after) for region in faces.items(packet))
        inside = tuple(region for region in people if region is not None)
        faces.put(packet, inside, size, cut=True)
