"""MWG face regions: on request, unnamed, never twice, and never anybody else's."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from benchmarks.faults.unsealed import remove
from phototag.metadata.record import Record, WriteOrder
from phototag.scene.geometry import Box
from writing import apply

FACE = Box(0.25, 0.125, 0.5, 0.5)
NAMED = (
    "-RegionInfo={AppliedToDimensions={W=96,H=64,Unit=pixel},RegionList=[{Area={X=0.5,Y=0.375,"
    "W=0.5,H=0.5,Unit=normalized},Name=Jane,Type=Face}]}"
)


def regions(dump: Any, path: Any) -> Any:
    return dump(path).get("XMP-mwg-rs:RegionInfo")


@pytest.fixture
def faced(headshot: Record) -> WriteOrder:
    return WriteOrder(record=headshot, faces=(FACE,), size=(96, 64))


def test_no_face_is_marked_unless_asked_for(make: Any, dump: Any, headshot: Record) -> None:
    path = make("a.jpg")
    apply(path, headshot)
    assert regions(dump, path) is None


def test_a_face_is_marked_by_its_middle_and_without_a_name(
    make: Any, dump: Any, faced: WriteOrder
) -> None:
    path = make("a.jpg")
    before = path.read_bytes()
    apply(path, faced)
    found = regions(dump, path)
    assert found["AppliedToDimensions"] == {"H": 64, "Unit": "pixel", "W": 96}
    (region,) = found["RegionList"]
    assert region == {
        "Area": {"H": 0.5, "Unit": "normalized", "W": 0.5, "X": 0.5, "Y": 0.375},
        "Type": "Face",
    }
    assert not apply(path, faced).changed
    remove(path)
    assert before == path.read_bytes()


def test_a_bystander_is_described_as_one(make: Any, dump: Any, faced: WriteOrder) -> None:
    path = make("a.jpg")
    before = path.read_bytes()
    order = attrs.evolve(faced, bystanders=(Box(0.8, 0.1, 0.1, 0.1),))
    apply(path, order)
    subject, bystander = regions(dump, path)["RegionList"]
    assert "Description" not in subject
    assert bystander["Description"] == "bystander"
    assert not apply(path, order).changed
    remove(path)
    assert before == path.read_bytes()


@pytest.mark.parametrize(
    ("orientation", "middle"),
    [
        (1, (0.5, 0.375)), (2, (0.5, 0.375)), (3, (0.5, 0.625)), (4, (0.5, 0.625)),
        (5, (0.375, 0.5)), (6, (0.375, 0.5)), (7, (0.625, 0.5)), (8, (0.625, 0.5)),
    ],
)  # fmt: skip
def test_faces_are_in_stored_pixels(
    make: Any, dump: Any, faced: WriteOrder, orientation: int, middle: tuple[float, float]
) -> None:
    path = make("a.jpg", orientation=orientation)
    apply(path, faced)
    area = regions(dump, path)["RegionList"][0]["Area"]
    assert (area["X"], area["Y"]) == middle


def test_a_face_that_somebody_has_named_is_left_to_them(
    make: Any, dump: Any, faced: WriteOrder
) -> None:
    path = make("a.jpg", NAMED)
    before = dump(path)
    apply(path, faced)
    (region,) = regions(dump, path)["RegionList"]
    assert region["Name"] == "Jane"
    remove(path)
    assert dump(path) == before


def test_other_faces_stay_beside_ours(make: Any, dump: Any, faced: WriteOrder) -> None:
    path = make("a.jpg", NAMED)
    before = dump(path)
    apply(path, attrs.evolve(faced, faces=(Box(0, 0, 0.1, 0.1),)))
    assert [r.get("Name") for r in regions(dump, path)["RegionList"]] == ["Jane", None]
    remove(path)
    assert dump(path) == before


def test_a_face_that_was_named_since_belongs_to_the_user(
    make: Any, dump: Any, faced: WriteOrder
) -> None:
    path = make("a.jpg")
    apply(path, faced)
    data = path.read_bytes()
    mark = b"<mwg-rs:Type>Face</mwg-rs:Type>"
    named = data.replace(mark, mark + b"<mwg-rs:Name>Jane</mwg-rs:Name>")
    at = named.index(b"http://ns.adobe.com/xap/1.0/\0") - 2
    size = int.from_bytes(data[at : at + 2], "big") + len(named) - len(data)
    path.write_bytes(named[:at] + size.to_bytes(2, "big") + named[at + 2 :])
    remove(path)
    (region,) = regions(dump, path)["RegionList"]
    assert region["Name"] == "Jane"


def test_without_the_request_earlier_marks_go(
    make: Any, dump: Any, faced: WriteOrder, headshot: Record
) -> None:
    path = make("a.jpg")
    apply(path, faced)
    apply(path, headshot)
    assert regions(dump, path) is None
