"""Small photos with metadata of a user, in every format that phototag reads or writes."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from phototag.analysis.keywords.claims import Keywords
from phototag.metadata import iim
from phototag.metadata.containers import open_container
from phototag.metadata.iim import DataSet, Iim
from phototag.metadata.record import Record, WriteOrder

XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:lr="http://ns.adobe.com/lightroom/1.0/"
 xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/"
 xmlns:stArea="http://ns.adobe.com/xmp/sType/Area#" xmp:Rating="3">
<dc:subject><rdf:Bag><rdf:li>Wedding</rdf:li><rdf:li>Jane Doe</rdf:li></rdf:Bag></dc:subject>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">In the garden</rdf:li></rdf:Alt></dc:title>
<lr:hierarchicalSubject><rdf:Bag><rdf:li>People|Jane Doe</rdf:li></rdf:Bag></lr:hierarchicalSubject>
<mwg-rs:Regions rdf:parseType="Resource"><mwg-rs:RegionList><rdf:Bag><rdf:li rdf:parseType="Resource">
<mwg-rs:Name>Jane Doe</mwg-rs:Name><mwg-rs:Type>Face</mwg-rs:Type>
<mwg-rs:Area stArea:x="0.5" stArea:y="0.4" stArea:w="0.2" stArea:h="0.3" stArea:unit="normalized"/>
</rdf:li></rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions>
</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>""".encode()
IPTC = iim.serialise(
    Iim(
        (
            DataSet(iim.CHARSET, iim.UTF8),
            DataSet(iim.VERSION, b"\0\4"),
            DataSet(iim.KEYWORDS, b"Wedding"),
            DataSet(iim.KEYWORDS, "Zürich".encode()),
            DataSet((2, 90), b"Rome"),
        )
    )
)
FORMATS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "jpg": ("JPEG", {"quality": 90}),
    "png": ("PNG", {}),
    "tif": ("TIFF", {}),
    "webp": ("WEBP", {"quality": 80}),
    "gif": ("GIF", {}),
    "bmp": ("BMP", {}),
    "avif": ("AVIF", {"quality": 60}),
    "jp2": ("JPEG2000", {}),
}
HEAD = (170, 30, 290, 150)  # the head in scikit-image's picture of an astronaut


def picture(side: int) -> Image.Image:
    """A headshot of so many pixels a side, with the noise of a sensor."""
    import skimage  # noqa: PLC0415 - only here

    with Image.open(Path(skimage.__path__[0], "data", "astronaut.png")) as image:
        head = image.convert("RGB").crop(HEAD).resize((side, side))
    noise = np.random.default_rng(9).normal(0, 4, (side, side, 3))
    return Image.fromarray(np.clip(np.asarray(head) + noise, 0, 255).astype(np.uint8))


def photo(suffix: str, side: int = 96) -> bytes:
    """A photo in a format, with Exif, and XMP and IPTC where the format has room for them."""
    made = io.BytesIO()
    name, options = FORMATS[suffix]
    extra: dict[str, Any] = {}
    if suffix in {"jpg", "png", "webp", "avif"}:
        exif = Image.Exif()
        exif[0x013B], exif[0x0112] = "Jane Doe", 1  # artist, orientation
        extra["exif"] = exif
    picture(side).save(made, name, **options, **extra)
    data = made.getvalue()
    if suffix in {"jpg", "png", "tif", "webp", "jp2"}:
        container = open_container(data, suffix)
        data = container.replaced(XMP, IPTC if container.holds_iptc else None)
    return data


def order(kind: str) -> WriteOrder:
    """What phototag would write into a photo of this kind."""
    return WriteOrder(record=record(kind))


def record(kind: str) -> Record:
    """What phototag would write about a photo of this kind."""
    return Record(
        kind=kind,
        confidence=0.97,
        contributions={"focus": 2.5, "cropping": -0.5},
        keywords=Keywords((kind, f"{kind} wording"), (f"phototag|kind|{kind}",), ("010100",)),
        software="phototag",
        models="models",
        calibration="numbers",
    )
