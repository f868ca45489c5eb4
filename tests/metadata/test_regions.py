"""Crops as image regions: orientation, roles, other people's regions."""

from __future__ import annotations

import io
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps

from benchmarks.faults.unsealed import read
from phototag.metadata.orientation import stored, upright
from phototag.metadata.record import Record
from phototag.scene.geometry import Box
from writing import apply

sides = st.floats(0, 0.5)


@given(st.builds(Box, sides, sides, sides, sides), st.integers(1, 8))
def test_a_box_comes_back_the_same_in_every_orientation(box: Box, orientation: int) -> None:
    back = upright(stored(box, orientation), orientation)
    assert pytest.approx(attrs.astuple(box)) == attrs.astuple(back)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "webp"])
def test_regions_are_in_stored_pixels(
    make: Any, dump: Any, headshot: Record, suffix: str, orientation: int
) -> None:
    """The region in the stored pixels shows what the crop shows in the upright picture."""
    path = make(f"a.{suffix}", orientation=orientation)
    apply(path, headshot)
    assert headshot == read(path)
    region = dump(path)["XMP-iptcExt:ImageRegion"][0]["RegionBoundary"]
    x, y, width, height = (float(region[side]) for side in ("RbX", "RbY", "RbW", "RbH"))

    # An independent judge: paint the stored rectangle, let Pillow turn the picture upright.
    picture = Image.new("L", (200, 100))
    picture.paste(
        255,
        (round(x * 200), round(y * 100), round((x + width) * 200), round((y + height) * 100)),
    )
    data = io.BytesIO()
    tags = Image.Exif()
    tags[0x0112] = orientation
    picture.save(data, "TIFF", exif=tags)
    turned = ImageOps.exif_transpose(Image.open(data))
    assert turned is not None
    left, top, right, bottom = turned.getbbox() or (0, 0, 0, 0)
    box = headshot.crops[0].box
    expected = (box.x, box.y, box.right, box.bottom)
    found = (
        left / turned.width,
        top / turned.height,
        right / turned.width,
        bottom / turned.height,
    )
    assert pytest.approx(expected, abs=0.011) == found


def test_boxes_are_written_with_six_decimals_and_stay(
    make: Any, dump: Any, headshot: Record
) -> None:
    path = make("a.jpg", orientation=6)
    third = attrs.evolve(headshot.crops[0], box=Box(1 / 3, 1 / 7, 1 / 3, 1 / 7))
    record = attrs.evolve(headshot, crops=(third,))
    apply(path, record)
    assert not apply(path, record).changed
    region = dump(path)["XMP-iptcExt:ImageRegion"][0]["RegionBoundary"]
    assert str(region["RbX"]) == "0.142857"
    found = read(path)
    assert found is not None
    assert not apply(path, found).changed
    assert pytest.approx(attrs.astuple(third.box), abs=1e-6) == attrs.astuple(found.crops[0].box)


def test_a_region_says_what_it_is_for(make: Any, dump: Any, headshot: Record) -> None:
    path = make("a.jpg")
    apply(path, headshot)
    region = dump(path)["XMP-iptcExt:ImageRegion"][0]
    boundary = region.pop("RegionBoundary")
    base = "http://cv.iptc.org/newscodes"
    assert region == {
        "RId": "phototag-crop-casting_8x10",
        "Name": "Casting Ä 8x10",
        "RCtype": [{"Identifier": [f"{base}/imageregiontype/human"], "Name": "human"}],
        "RRole": [
            {"Identifier": [f"{base}/imageregionrole/{role}"], "Name": role}
            for role in ("recomCropping", "portraitCropping")
        ],
    }
    assert (boundary["RbShape"], boundary["RbUnit"]) == ("Rectangle", "Relative")
    assert [float(boundary[f"Rb{side}"]) for side in "XYWH"] == [0.1, 0.2, 0.4, 0.5]


def test_other_peoples_regions_stay(make: Any, dump: Any, headshot: Record) -> None:
    bob = (
        "-XMP-iptcExt:ImageRegion={RId=r1,Name=Bob,PersonInImage=Bob,"
        "RegionBoundary={RbShape=rectangle,RbUnit=relative,RbX=0.1,RbY=0.1,RbW=0.2,RbH=0.2}}"
    )
    path = make("a.jpg", bob)
    before = dump(path)["XMP-iptcExt:ImageRegion"]
    apply(path, headshot)
    after = dump(path)["XMP-iptcExt:ImageRegion"]
    assert before == after[:1]
    assert len(after) == 3
