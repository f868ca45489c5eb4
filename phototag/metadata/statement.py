"""The record of a verdict as properties of phototag's own XMP namespace, and back."""

from __future__ import annotations

import math
from typing import Final

from phototag.crops import Crop, Fit
from phototag.keywords.claims import Keywords
from phototag.metadata import regions
from phototag.metadata.mapping import REGIONS
from phototag.metadata.record import Record
from phototag.metadata.xmp.names import PHOTOTAG, Name
from phototag.metadata.xmp.packet import Packet
from phototag.metadata.xmp.values import Array, Struct, Text, Value, bag

_TEXTS: Final = ("kind", "software", "models", "calibration")


def write(packet: Packet, record: Record) -> None:
    """State the record; the words and the regions of crops are written by the mapping."""
    for field in _TEXTS:
        text = getattr(record, field)
        packet.put(_own(field.title()), Text(text) if text else None)
    packet.put(_own("Corrected"), Text("True") if record.corrected else None)
    for field, number in (("StartingPoint", record.starting_point), ("LogOdds", record.log_odds)):
        packet.put(_own(field), None if number is None else Text(repr(float(number))))
    packet.put(_own("Confidence"), Text(repr(float(record.confidence))))
    packet.put(_own("Grade"), None if record.grade is None else Text(record.grade))
    # Texts, since there are more of them than an array may hold structures (MOST_STRUCTURES).
    contributions = [f"{name}={float(value)!r}" for name, value in record.contributions.items()]
    packet.put(_own("Contributions"), bag(*contributions) if contributions else None)
    words = record.keywords
    for field, texts in (
        ("Words", words.flat),
        ("Hierarchy", words.hierarchical),
        ("Scene", words.scene),
    ):
        packet.put(_own(field), bag(*texts) if texts else None)
    packet.put(_own("Crops"), _bag_or_none(tuple(map(_from_crop, record.crops))))


def read(packet: Packet, orientation: int) -> Record | None:
    """The record in a packet; None if phototag has stated nothing.

    A crop whose region the user has deleted is left out.
    """
    if _own("Kind") not in packet and _own("Confidence") not in packet:
        return None
    places = {regions.identifier(region): region for region in packet.items(REGIONS.name)}
    crops = (
        _to_crop(item, places, orientation)
        for item in packet.items(_own("Crops"))
        if isinstance(item, Struct)
    )
    return Record(
        kind=packet.text(_own("Kind")),
        confidence=_number(packet.text(_own("Confidence"))),
        grade=packet.text(_own("Grade")) or None,
        contributions=dict(map(_contribution, packet.items(_own("Contributions")))),
        keywords=keywords(packet),
        crops=tuple(crop for crop in crops if crop is not None),
        software=packet.text(_own("Software")),
        models=packet.text(_own("Models")),
        calibration=packet.text(_own("Calibration")),
        corrected=packet.text(_own("Corrected")) == "True",
        starting_point=_number_or_none(packet.text(_own("StartingPoint"))),
    )


def keywords(packet: Packet) -> Keywords:
    """The words that are claimed in a packet."""
    return Keywords(*(packet.texts(_own(field)) for field in ("Words", "Hierarchy", "Scene")))


def _contribution(item: Value) -> tuple[str, float]:
    """A criterion and its log-odds: ``focus=3.345``, or the structure that phototag wrote at first."""
    if isinstance(item, Struct):
        return item.text("phototag:Criterion"), _number(item.text("phototag:LogOdds"))
    name, _, number = item.text.partition("=") if isinstance(item, Text) else ("", "", "")
    return name, _number(number)


def erase(packet: Packet) -> None:
    """Take out everything of phototag's namespace, the ledger included."""
    for name in packet.names():
        if name.uri == PHOTOTAG:
            packet.put(name, None)


def _from_crop(crop: Crop) -> Struct:
    width, height = crop.pixels
    return Struct(
        {
            _own("Profile"): Text(crop.profile),
            _own("Title"): Text(crop.title),
            _own("Ratio"): Text(crop.ratio),
            _own("Recommended"): Text(str(crop.recommended)),
            _own("Width"): Text(str(width)),
            _own("Height"): Text(str(height)),
            _own("Reason"): Text(crop.reason),
            _own("Fit"): Text(str(crop.fit)),
            _own("Rotation"): Text(repr(float(crop.rotation))),
        }
    )


def _to_crop(item: Struct, places: dict[str, Value], orientation: int) -> Crop | None:
    profile = item.text("phototag:Profile")
    region = places.get(regions.region_id(profile))
    box = None if region is None else regions.to_box(region, orientation)
    if region is None or box is None:
        return None
    width, height = (int(_number(item.text(f"phototag:{f}"))) for f in ("Width", "Height"))
    return Crop(
        profile=profile,
        ratio=item.text("phototag:Ratio"),
        box=box,
        recommended=item.text("phototag:Recommended") == "True",
        pixels=(width, height),
        reason=item.text("phototag:Reason"),
        roles=regions.roles(region),
        title=item.text("phototag:Title"),
        fit=Fit.REMARK if item.text("phototag:Fit") == Fit.REMARK else Fit.FITS,
        rotation=_number(item.text("phototag:Rotation")),
    )


def _number(text: str) -> float:
    """A number of ours; 0 if another program has made something else of it."""
    try:
        value = float(text)
    except ValueError:
        return 0.0
    return value if math.isfinite(value) else 0.0


def _number_or_none(text: str) -> float | None:
    """A number of ours; None if there is none, or another program has made something else of it."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _bag_or_none(items: tuple[Value, ...]) -> Array | None:
    return Array("Bag", items) if items else None


def _own(local: str) -> Name:
    return Name(PHOTOTAG, local)
