"""A crop that Lightroom is to apply: into sidecars, and out again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmarks.faults.unsealed import remove
from corpus import negative
from phototag.errors import (
    WriteRefused,
)
from phototag.metadata.record import Record, WriteOrder
from phototag.metadata.xmp.names import Name
from phototag.metadata.xmp.packet import Packet
from phototag.scene.geometry import Box
from writing import apply

WORDS = ("-XMP-dc:Subject=wedding", "-XMP-xmp:Rating=4")
SUBJECT = Name.of("dc:subject")


CROP = Box(0.25, 0.125, 0.5, 0.5)


def crs(path: Path) -> dict[str, str]:
    packet = Packet(path.read_bytes())
    return {n.local: packet.text(n) for n in packet.names() if "camera-raw" in n.uri}


def test_a_lightroom_crop_goes_into_the_sidecar_and_comes_back_out(
    tmp_path: Path, headshot: Record
) -> None:
    path = negative(tmp_path / "a.nef")  # lies on its side: orientation 6
    cropped = WriteOrder(record=headshot, lightroom=CROP)
    apply(path, cropped)
    beside = tmp_path / "a.xmp"
    assert crs(beside) == {
        "CropLeft": "0.125000", "CropTop": "0.250000", "CropRight": "0.625000",
        "CropBottom": "0.750000", "CropAngle": "0", "CropConstrainToWarp": "0", "HasCrop": "True",
    }  # fmt: skip
    assert not apply(path, cropped).changed
    apply(path, headshot)
    assert crs(beside) == {}
    apply(path, cropped)
    remove(path)
    assert sorted(tmp_path.iterdir()) == [path]


def test_a_crop_of_the_users_is_left_alone(tmp_path: Path, headshot: Record) -> None:
    path = negative(tmp_path / "a.nef")
    cropped = WriteOrder(record=headshot, lightroom=CROP)
    apply(path, cropped)
    beside = tmp_path / "a.xmp"
    (tmp_path / "a.nef.xmp").unlink()
    beside.write_bytes(beside.read_bytes().replace(b"CropRight>0.625", b"CropRight>0.900"))
    apply(path, WriteOrder(record=headshot, lightroom=Box(0, 0, 0.3, 0.3)))
    assert crs(beside)["CropRight"] == "0.900000"
    remove(path)
    assert crs(beside)["CropRight"] == "0.900000"


def test_a_lightroom_crop_is_never_written_into_a_photo(make: Any, headshot: Record) -> None:
    path = make("a.jpg")
    before = path.read_bytes()
    with pytest.raises(WriteRefused, match="into sidecars only"):
        apply(path, WriteOrder(record=headshot, lightroom=CROP))
    assert path.read_bytes() == before
