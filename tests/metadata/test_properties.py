"""Every property of the table has the one shape, and what it says of itself holds in a photo."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import attrs
import pytest

from benchmarks.faults.unsealed import remove
from phototag.metadata import ledger
from phototag.metadata.containers import open_container
from phototag.metadata.draft import Draft
from phototag.metadata.properties.property import Property, Wanted
from phototag.metadata.properties.table import PROPERTIES
from phototag.metadata.record import Record, WriteOrder
from phototag.metadata.xmp.names import PHOTOTAG, Name
from phototag.metadata.xmp.packet import Packet
from phototag.metadata.xmp.values import Array, Text
from phototag.options import WriteOptions
from phototag.scene.geometry import Box
from phototag.worker.sealed.targets import drafted
from writing import apply

OTHERS = (
    "-XMP-dc:Subject=Wedding", "-XMP-lr:HierarchicalSubject=Places|Rome", "-XMP-digiKam:TagsList=Places/Rome",
    "-XMP-microsoft:LastKeywordXMP=Places/Rome", "-XMP-iptcCore:Scene=011000", "-IPTC:Keywords=Wedding",
    "-XMP-iptcExt:ImageRegion=[{RId=mine,RegionBoundary={RbShape=rectangle,RbUnit=relative,RbX=0.1,RbW=0.5}}]",
    "-RegionInfo={RegionList=[{Area={X=0.9,Y=0.9,W=0.1,H=0.1,Unit=normalized},Name=Jane,Type=Face}]}",
)  # fmt: skip


def opened(path: Path) -> Draft:
    return drafted(open_container(path.read_bytes(), path.name))


@pytest.fixture
def photo(make: Any) -> Path:
    """A photo with a value of somebody else's in every property."""
    path: Path = make("a.jpg", *OTHERS)
    container = open_container(path.read_bytes(), path.name)
    packet = Packet(container.xmp)
    packet.put(Name.of("Iptc4xmpCore:Keywords"), Array("Bag", (Text("Wedding"),)))
    path.write_bytes(container.replaced(packet.to_bytes(), container.iptc))
    return path


@pytest.fixture
def order(headshot: Record) -> WriteOrder:
    return WriteOrder(record=headshot, faces=(Box(0.25, 0.125, 0.5, 0.5),), size=(96, 64))


INSIDE = [item for item in PROPERTIES if item.label != "crs:Crop"]  # which goes into sidecars alone


@pytest.mark.parametrize("item", INSIDE, ids=lambda item: item.label)
def test_what_the_ledger_remembers_is_present_and_what_others_wrote_is_foreign(
    photo: Path, order: WriteOrder, item: Property
) -> None:
    before = opened(photo)
    apply(photo, order)
    after = opened(photo)
    remembered = after.ledger.entry(item.label).added
    assert set(remembered) <= set(item.present(after))
    assert remembered or item.label == "phototag:*"
    if item.label != "phototag:*":
        assert any(item.foreign(before).values())
        assert item.foreign(after) == item.foreign(before)
    remove(photo)
    assert item.present(opened(photo)) == item.present(before)


@pytest.mark.parametrize("item", PROPERTIES, ids=lambda item: item.label)
def test_a_property_is_applied_after_those_before_it_and_taken_back_alone(
    photo: Path, order: WriteOrder, item: Property
) -> None:
    draft = opened(photo)
    draft.beside = True  # as in a sidecar, where all of them may be written
    wish = attrs.evolve(order, lightroom=Box(0.1, 0.1, 0.5, 0.5))
    for earlier in PROPERTIES[: PROPERTIES.index(item)]:
        earlier.apply(draft, earlier.wanted(draft, wish, WriteOptions()))
    before = item.present(draft)
    wanted = item.wanted(draft, wish, WriteOptions())
    item.apply(draft, wanted)
    assert set(wanted.names) <= set(item.present(draft))
    assert set(wanted.names) - set(before)
    draft.ledger = ledger.Ledger(draft.entries, draft.ledger.before)
    item.apply(draft, Wanted())
    assert item.present(draft) == before


def test_the_table_names_each_property_once_with_a_reason() -> None:
    labels = [item.label for item in PROPERTIES]
    assert len(set(labels)) == len(labels)
    assert all(item.why and item.content and item.form and item.written for item in PROPERTIES)
    assert PROPERTIES[-1].label == "phototag:*"


def test_nothing_but_what_the_table_lists_is_written(make: Any, order: WriteOrder) -> None:
    path = make("a.jpg")
    apply(path, order)
    packet = opened(path).packet
    listed = {item.label for item in PROPERTIES}
    assert {str(name) for name in packet.names() if name.uri != PHOTOTAG} <= listed
