"""Copies a photo's metadata to a picture cut out of it."""

from __future__ import annotations

from typing import Final

from phototag.errors import FormatNotWritable
from phototag.metadata import iim, ledger, plan, sidecar_template
from phototag.metadata.containers import Container, open_container
from phototag.metadata.draft import Draft
from phototag.metadata.properties import faces, lightroom, regions
from phototag.metadata.properties.faces import FACES
from phototag.metadata.properties.regions import REGIONS
from phototag.metadata.xmp.names import PREFIXES, Name
from phototag.metadata.xmp.packet import Packet
from phototag.metadata.xmp.values import Array
from phototag.scene.geometry import Box, TurnedBox

_CRS: Final = PREFIXES["crs"]
_SIZES: Final = ("http://ns.adobe.com/tiff/1.0/", "http://ns.adobe.com/exif/1.0/")
# Properties that are valid only for the whole file: previews, panoramas, motion photos, gain maps.
_OF_THE_WHOLE: Final = (
    "http://ns.google.com/photos/1.0/camera/",
    "http://ns.google.com/photos/1.0/panorama/",
    "http://ns.google.com/photos/1.0/container/",
    "http://ns.adobe.com/hdr-gain-map/1.0/",
    "http://ns.adobe.com/xmp/note/",
)
_THUMBNAILS: Final = Name.of("xmp:Thumbnails")
_STALE: Final = ("ImageWidth", "ImageLength", "Orientation", "PixelXDimension", "PixelYDimension")


def carried(
    photo: bytes,
    name: str,
    cut: bytes,
    *,
    box: Box | TurnedBox,
    orientation: int,
    size: tuple[int, int],
) -> bytes:
    """Return the picture that was cut out, with the photo's XMP and IPTC.

    Phototag's own values are left out: they apply to the whole photo. Regions are converted to the new frame;
    those outside are left out, and so is a crop for Lightroom.

    Args:
        photo: the file of the whole photo.
        name: name of the photo, for errors.
        cut: the file of the new picture, without XMP and IPTC.
        box: the part that was cut out, in fractions of the upright or turned photo.
        orientation: Exif orientation of the stored pixels of the new picture.
        size: width and height of the stored pixels of the new picture, px.

    Raises:
        ValueError: the photo's metadata cannot be read.
        PhototagError: metadata cannot be written into the new picture's format.
    """
    target = open_container(cut, name)
    packet, block, before = _inside(photo, name, target)
    names = packet.names()
    _cut_regions(packet, box, before, orientation, size)
    for found in names:
        crop = found.uri == _CRS and ("Crop" in found.local or found.local == "AlreadyApplied")
        whole = found.uri in _OF_THE_WHOLE or found == _THUMBNAILS
        if crop or whole or (found.uri in _SIZES and found.local in _STALE):
            packet.put(found, None)
    xmp = packet.fitted(target.xmp_limit, target.format) if packet.names() else None
    return target.replaced(xmp, block if target.holds_iptc else None)


def with_lightroom_crop(photo: bytes, name: str, box: Box) -> bytes:
    """The whole photo, with a crop that Lightroom and Camera Raw apply when they open it."""
    container = open_container(photo, name)
    packet = Packet(container.xmp)
    lightroom.put(packet, lightroom.settings(box, container.orientation))
    return container.replaced(packet.fitted(container.xmp_limit, container.format), container.iptc)


def _inside(photo: bytes, name: str, target: Container) -> tuple[Packet, bytes | None, int]:
    """XMP and IPTC without phototag's values, and the orientation of the photo."""
    try:
        source = open_container(photo, name)
        orientation, data = source.orientation, source.iptc
    except FormatNotWritable:
        source, orientation, data = None, 1, None
    if source is None or not target.holds_iptc:
        # Values that are only in Exif or IPTC are copied as XMP.
        packet, block = Packet(sidecar_template.seed(photo)), None
    else:
        packet = Packet(source.xmp)
        block = None if data is None else iim.parse(data)
    draft = Draft(
        packet,
        block,
        takes_iptc=target.holds_iptc,
        orientation=orientation,
        ledger=ledger.read(packet),
    )
    plan.recognise(draft)
    plan.take_back(draft)
    return packet, None if draft.block is None else iim.serialise(draft.block), orientation


def _cut_regions(
    packet: Packet, box: Box | TurnedBox, before: int, after: int, size: tuple[int, int]
) -> None:
    """Convert the regions to the new picture's frame."""
    if REGIONS in packet:
        kept = tuple(
            moved
            for region in packet.items(REGIONS)
            if (moved := regions.moved(region, box, before, after)) is not None
        )
        packet.put(REGIONS, Array("Bag", kept) if kept else None)
    if FACES in packet:
        people = (faces.moved(region, box, before, after) for region in faces.items(packet))
        inside = tuple(region for region in people if region is not None)
        faces.put(packet, inside, size, cut=True)
