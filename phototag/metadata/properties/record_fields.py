"""Converts the record of a verdict to properties of phototag's own XMP namespace, and back."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final

import attrs

from phototag.analysis.keywords.claims import Keywords
from phototag.crops import Crop, Fit
from phototag.metadata.draft import Draft
from phototag.metadata.properties import regions
from phototag.metadata.properties.property import Property, Wanted
from phototag.metadata.properties.regions import REGIONS
from phototag.metadata.record import KIND, Record, WriteOrder
from phototag.metadata.xmp.names import PHOTOTAG, Name
from phototag.metadata.xmp.packet import Packet
from phototag.metadata.xmp.values import Array, Struct, Text, Value, bag
from phototag.options import WriteOptions

_NOTHING: Final = Record(kind="", confidence=0.0)


@attrs.frozen(kw_only=True)
class RecordFields(Property):
    """Everything in phototag's own namespace: the record, and the ledger, which is written last."""

    label: str = "phototag:*"
    why: str = (
        "the verdict with its reasons, and which keywords are phototag's; phototag reads it back"
    )
    content = "the verdict, the ledger"
    kind = "several"

    @property
    def exiv2(self) -> tuple[str, ...]:
        """The whole namespace."""
        return ("Xmp.phototag",)

    def present(self, draft: Draft) -> tuple[str, ...]:
        """The names of the properties in the photo."""
        names = draft.packet.names()
        return tuple(sorted(name.local for name in names if name.uri == PHOTOTAG))

    def wanted(self, draft: Draft, order: WriteOrder, options: WriteOptions) -> Wanted:
        """The record, without crops whose region does not fit: they would be meaningless."""
        del options
        placed = set(map(regions.identifier, draft.packet.items(REGIONS)))
        crops = tuple(c for c in order.record.crops if regions.region_id(c.profile) in placed)
        fields = _fields(attrs.evolve(order.record, crops=crops))
        return Wanted(values=[(name, value) for name, value in fields.items() if value is not None])

    def apply(self, draft: Draft, wanted: Wanted) -> None:
        """Write the record; a newer version of phototag with the same result is not a reason to write."""
        if not wanted.values:
            erase(draft.packet)
            return
        values = {**dict.fromkeys(_fields(_NOTHING)), **dict(wanted.values)}
        for field, value in values.items():
            draft.packet.put(_own(field), value)
        before = draft.stated
        after = None if before is None else read(draft.packet, draft.orientation)
        if before and after and attrs.evolve(after, software=before.software) == before:
            draft.packet.put(_own("Software"), _text_or_none(before.software))

    def foreign(self, draft: Draft) -> Mapping[str, Sequence[object]]:
        """Nothing: the namespace is phototag's."""
        return {str(_own(local)): () for local in self.present(draft)}


def _fields(record: Record) -> dict[str, Value | None]:
    """The values of a record by the local names of their properties; None for one to be removed."""
    words = record.keywords
    # Texts, since there are more of them than an array may have structures (MOST_STRUCTURES).
    contributions = [f"{name}={float(value)!r}" for name, value in record.contributions.items()]
    return {
        "Kind": _text_or_none(record.kind),
        "Software": _text_or_none(record.software),
        "Models": _text_or_none(record.models),
        "Calibration": _text_or_none(record.calibration),
        "Corrected": None,  # of early versions
        "Decision": _pairs(record.decision),
        "Thought": None if record.thought is None else Text(record.thought),
        "ThoughtConfidence": _from_number(record.thought_confidence or None),
        "StartingPoint": _from_number(record.starting_point),
        "LogOdds": _from_number(record.log_odds),
        "Confidence": _from_number(record.confidence),
        "Grade": None if record.grade is None else Text(record.grade),
        "Contributions": bag(*contributions) if contributions else None,
        "Words": bag(*words.flat) if words.flat else None,
        "Hierarchy": bag(*words.hierarchical) if words.hierarchical else None,
        "Scene": bag(*words.scene) if words.scene else None,
        "Withheld": _pairs({name: repr(least) for name, least in record.withheld.items()}),
        "Crops": _bag_or_none(tuple(map(_from_crop, record.crops))),
    }


def read(packet: Packet, orientation: int) -> Record | None:
    """The record in a packet; None if phototag has written none.

    A crop whose region the user has deleted is left out.
    """
    if _own("Kind") not in packet and _own("Confidence") not in packet:
        return None
    places = {regions.identifier(region): region for region in packet.items(REGIONS)}
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
        decision=_decision(packet),
        thought=packet.text(_own("Thought")) or None,
        thought_confidence=_number(packet.text(_own("ThoughtConfidence"))),
        starting_point=_number_or_none(packet.text(_own("StartingPoint"))),
        withheld=_withheld(packet),
    )


def keywords(packet: Packet) -> Keywords:
    """The keywords that phototag has recorded in a packet."""
    return Keywords(*(packet.texts(_own(field)) for field in ("Words", "Hierarchy", "Scene")))


def _decision(packet: Packet) -> dict[str, str]:
    """What a person has decided; early versions wrote only that it was the kind."""
    pairs = (text.partition("=") for text in packet.texts(_own("Decision")))
    found = {field: value for field, _, value in pairs if field and value}
    if packet.text(_own("Corrected")) == "True":
        found.setdefault(KIND, packet.text(_own("Kind")))
    return found


def _withheld(packet: Packet) -> dict[str, float]:
    """The thresholds that have held keywords back; what another program has changed to no number is left out."""
    pairs = (text.partition("=") for text in packet.texts(_own("Withheld")))
    found = {name: _number_or_none(number) for name, _, number in pairs}
    return {name: number for name, number in found.items() if name and number is not None}


def _pairs(texts: Mapping[str, str]) -> Value | None:
    return bag(*(f"{name}={text}" for name, text in texts.items())) if texts else None


def _contribution(item: Value) -> tuple[str, float]:
    """A criterion and its log-odds: ``focus=3.345``, or the structure that early versions wrote."""
    if isinstance(item, Struct):
        return item.text("phototag:Criterion"), _number(item.text("phototag:LogOdds"))
    name, _, number = item.text.partition("=") if isinstance(item, Text) else ("", "", "")
    return name, _number(number)


def erase(packet: Packet) -> None:
    """Remove everything in phototag's namespace, including the ledger."""
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
    """A number that phototag wrote; 0 if another program has changed it to something else."""
    try:
        value = float(text)
    except ValueError:
        return 0.0
    return value if math.isfinite(value) else 0.0


def _number_or_none(text: str) -> float | None:
    """A number that phototag wrote; None if missing, or if another program has changed it to something else."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _text_or_none(text: str) -> Text | None:
    return Text(text) if text else None


def _from_number(number: float | None) -> Text | None:
    return None if number is None else Text(repr(float(number)))


def _bag_or_none(items: tuple[Value, ...]) -> Array | None:
    return Array("Bag", items) if items else None


def _own(local: str) -> Name:
    return Name(PHOTOTAG, local)
