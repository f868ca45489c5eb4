"""The real darktable keeps what stands in tagged photos: its exports, its sidecars, and their removal."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

import darktable
from benchmarks.faults.unsealed import read, remove
from corpus import NAMED_FACE, build
from former import make_former
from phototag.criteria import CRITERIA
from phototag.crops import built_in
from phototag.metadata import iim
from phototag.metadata.containers import open_container
from phototag.metadata.record import Record, WriteOrder
from phototag.metadata.xmp.names import PHOTOTAG, Name
from phototag.metadata.xmp.packet import Packet
from phototag.metadata.xmp.values import Array, Struct, Text, Value
from phototag.options import WriteOptions
from phototag.scene.geometry import Box
from writing import apply

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("applications")]
COUNT, FACES, STARS = 12, 12, 4
KEYWORDS = ("dc:subject", "lr:hierarchicalSubject")
# What a program may say anew each time it writes, and what darktable keeps about itself.
ITS_OWN = (
    "http://darktable.sf.net/",
    "http://ns.adobe.com/xap/1.0/mm/",
    "http://ns.adobe.com/exif/1.0/",
)
# From 5.0 on, it also keeps the file's format among the keywords.
ITS_WORDS = {"darktable", "format", "jpg", "darktable|format|jpg"}
RATING = Name.of("xmp:Rating")
WAYS = ("inside", "beside", "inside, written before", "beside, written before")


@pytest.fixture
def whole(headshot: Record) -> WriteOrder:
    """A record of all criteria, of more crops and faces than one array may hold."""
    crops = tuple(
        attrs.evolve(headshot.crops[0], profile=profile.name, recommended=False)
        for profile in built_in()
    )
    places = [(0.05 + 0.25 * (at % 4), 0.1 + 0.3 * (at // 4)) for at in range(FACES)]
    contributions = dict.fromkeys(CRITERIA, 0.125)
    return WriteOrder(
        record=attrs.evolve(headshot, contributions=contributions, crops=crops),
        faces=tuple(Box(x, y, 0.1, 0.15) for x, y in places),
        size=(160, 120),
    )


@pytest.fixture
def photos(tmp_path: Path, exiftool: str) -> list[Path]:
    darktable.installed()
    options: dict[str, tuple[str, ...]] = {
        f"{number}.jpg": (
            f"-XMP-dc:Subject=word {number}", "-XMP-dc:Subject=people", "-XMP-dc:Creator=Ann",
            "-XMP-xmp:Rating=2", "-IPTC:Keywords=people", f"-IPTC:Keywords=in iptc {number}",
            NAMED_FACE % f"Person {number}", "-XMP-dc:Rights=hers",
        )
        for number in range(COUNT)
    }  # fmt: skip
    return build(tmp_path / "photos", exiftool, options)


def values(path: Path) -> dict[Name, Value]:
    """The XMP of a photo or a sidecar, without what darktable says of itself."""
    data = path.read_bytes()
    xmp = data if path.suffix == ".xmp" else open_container(data, path.name).xmp
    found = Packet(xmp).values()
    return {name: value for name, value in found.items() if not name.uri.startswith(ITS_OWN)}


def words(path: Path, *properties: str) -> set[str]:
    data = path.read_bytes()
    packet = Packet(data if path.suffix == ".xmp" else open_container(data, path.name).xmp)
    return {word for name in properties for word in packet.texts(Name.of(name))} - ITS_WORDS


def regions(found: dict[Name, Value]) -> list[dict[str, str]]:
    """The regions, part by part; from 5.0 on, darktable writes them anew, with the numbers of the export."""
    written = found[Name.of("mwg-rs:Regions")]
    assert isinstance(written, Struct)
    listed = written.fields[Name.of("mwg-rs:RegionList")]
    assert isinstance(listed, Array)
    return [dict(_parts(item)) for item in listed.items]


def _parts(value: Value, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, Struct):
        for field, inner in value.fields.items():
            yield from _parts(inner, field.local)
    elif isinstance(value, Text):
        with contextlib.suppress(ValueError):
            yield name, f"{float(value.text):.4f}"
            return
        yield name, value.text


def beside(path: Path) -> Path:
    return path.with_name(path.name + ".xmp")


def tagged(path: Path, order: WriteOrder, way: str) -> None:
    """Tag a photo in one of the ways."""
    apply(path, order, WriteOptions(sidecar="always" if way.startswith("beside") else "auto"))
    if way.endswith("written before"):
        make_former(beside(path) if way.startswith("beside") else path, order.record)
        apply(path, order, WriteOptions(sidecar="always" if way.startswith("beside") else "auto"))


def way(path: Path) -> str:
    """Each photo in its way, so that one run of darktable meets them all."""
    return WAYS[int(path.stem) % len(WAYS)]


def test_an_export_of_a_tagged_photo_holds_all_its_xmp(
    photos: list[Path], whole: WriteOrder, tmp_path: Path
) -> None:
    target = tmp_path / "exported"
    darktable.export(photos[0].parent, target, tmp_path / "scratch")
    untagged = {path.name: values(path) for path in sorted(target.iterdir())}
    users = {path.name: words(path, *KEYWORDS) for path in sorted(target.iterdir())}
    assert untagged.keys() == {path.name for path in photos}
    shutil.rmtree(target)
    for path in photos:
        tagged(path, whole, way(path))
    darktable.export(photos[0].parent, target, tmp_path / "scratch")
    for path in photos:
        exported, before = values(target / path.name), untagged[path.name]
        own = values(beside(path) if way(path).startswith("beside") else path)
        for name in own:
            if name.uri == PHOTOTAG:
                assert exported[name] == own[name], name
        for name, value in before.items():
            if str(name) not in {*KEYWORDS, "mwg-rs:Regions"}:
                assert exported[name] == value, name
        assert regions(exported) == regions(own)
        assert words(target / path.name, "dc:subject") >= {
            *whole.record.keywords.flat,
            *users[path.name],
        }
        remove(target / path.name)
        # A word of IPTC alone is there again, as darktable has left it.
        left = words(target / path.name, *KEYWORDS) | {f"in iptc {path.stem}"}
        assert left == users[path.name]
        block = open_container((target / path.name).read_bytes(), path.name).iptc
        assert block is not None
        assert iim.parse(block).keywords == ("people", f"in iptc {path.stem}")


def test_a_rating_is_saved_beside_a_tagged_photo_and_removal_leaves_it(
    photos: list[Path], whole: WriteOrder, tmp_path: Path
) -> None:
    before = {path: (values(path), words(path, *KEYWORDS)) for path in photos}
    for path in photos:
        tagged(path, whole, way(path))
    darktable.rate(photos[0].parent, tmp_path / "scratch", STARS)
    for path in photos:
        saved = values(beside(path))
        assert saved[RATING].text == str(STARS)  # type: ignore[union-attr]
        users = before[path][1] | {f"in iptc {path.stem}"}
        assert words(beside(path), *KEYWORDS) >= users | {
            *whole.record.keywords.hierarchical,
            "headshot",
        }
        # What darktable has made of our words is ours: the next run takes it out of the user's.
        apply(path, whole)
        assert words(beside(path), "dc:subject") == {*users, *whole.record.keywords.flat}
        hierarchy = words(beside(path), "lr:hierarchicalSubject")
        assert hierarchy == {*users, *whole.record.keywords.hierarchical}
        assert not apply(path, whole).changed
        remove(path)
        assert read(path) is None
        left = values(beside(path))
        assert not [name for name in left if name.uri == PHOTOTAG]
        assert words(beside(path), *KEYWORDS) == users
        assert left[RATING].text == str(STARS)  # type: ignore[union-attr]
        for name, value in before[path][0].items():
            if str(name) not in {*KEYWORDS, "xmp:Rating"} and name in saved:
                assert left[name] == value, name
        assert values(path) == before[path][0]


def test_more_regions_than_darktable_can_save_are_left_out_and_said(
    make: Any, whole: WriteOrder
) -> None:
    path = make("a.jpg", NAMED_FACE % "Ann")
    change = apply(path, whole)
    assert len(change.left_out["Iptc4xmpExt:ImageRegion"]) == len(built_in()) - 9
    assert len(change.left_out["mwg-rs:Regions"]) == FACES + 1 - 9
    for name, value in values(path).items():
        if name.uri == PHOTOTAG and isinstance(value, Array):
            structs = [item for item in value.items if isinstance(item, Struct)]
            assert len(structs) <= 9, name
    found = read(path)
    assert found is not None
    assert [crop.profile for crop in found.crops] == [
        crop.profile for crop in whole.record.crops[:9]
    ]
    assert not apply(path, whole).changed
