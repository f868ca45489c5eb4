"""Any mixture of earlier metadata, in four formats: tagged, tagged again, and taken back.

``PHOTOTAG_EXAMPLES`` says how many mixtures are tried (CI: 2,000).
"""

from __future__ import annotations

import os
import shutil
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from benchmarks.faults.unsealed import remove
from phototag.metadata.record import Record, WriteOrder
from phototag.options import WriteOptions
from phototag.scene.geometry import Box
from writing import apply

EXAMPLES: Final = int(os.environ.get("PHOTOTAG_EXAMPLES", "60"))
WORDS: Final = (
    "wedding", "Tante Käthe", "headshot", "Headshot", "日本", "a, b; c", 'quote "x" & <y>',
    "x" * 63 + "ß", "phototag", "portrait",
)  # fmt: skip
LATIN: Final = tuple(word for word in WORDS if word.isascii() or "ä" in word)
PATHS: Final = ("Places|Europe|Rome", "People|Käthe", "wedding", "phototag|kind|portrait")
ORIENTATIONS: Final = range(1, 9)
# What phototag writes, as exiftool names it.
OURS: Final = (
    "XMP-phototag:", "XMP-dc:Subject", "XMP-lr:HierarchicalSubject", "XMP-digiKam:TagsList",
    "XMP-microsoft:LastKeywordXMP", "XMP-iptcCore:Scene", "XMP-iptcExt:ImageRegion",
    "XMP-mwg-rs:RegionInfo", "IPTC:Keywords", "IPTC:CodedCharacterSet",
    "IPTC:ApplicationRecordVersion", "Photoshop:IPTCDigest", "File:CurrentIPTCDigest",
    "XMP-x:XMPToolkit", "ExifTool:", "File:File", "System:", "SourceFile",
    "File:CurrentIPTCDigest", "RIFF:VP8X", "RIFF:WebP_Flags", "RIFF:ImageWidth", "RIFF:ImageHeight",
    "XMP-rdf:", "RIFF:AlphaIsUsed",
)  # fmt: skip
LISTS: Final = ("XMP-dc:Subject", "XMP-lr:HierarchicalSubject", "XMP-digiKam:TagsList",
                "XMP-microsoft:LastKeywordXMP", "XMP-iptcCore:Scene")  # fmt: skip
PEOPLE: Final = (
    "-RegionInfo={AppliedToDimensions={W=48,H=40,Unit=pixel},RegionList=[{Area={X=0.5,Y=0.4,W=0.2,"
    "H=0.3,Unit=normalized},Name=Jane,Type=Face}]}"
)
REGION: Final = (
    "-XMP-iptcExt:ImageRegion=[{RId=mine,RegionBoundary={RbShape=rectangle,RbUnit=relative,"
    "RbX=0.1,RbY=0.1,RbW=0.5,RbH=0.5}}]"
)


@attrs.frozen
class Mixture:
    """What other programs have left in a file."""

    suffix: str
    options: tuple[str, ...]
    icc: bool
    thumbnail: bool
    trailer: bool


def _lists(name: str, values: tuple[str, ...], separator: str = "|") -> st.SearchStrategy[Any]:
    chosen = st.lists(st.sampled_from(values), unique=True, max_size=3)
    return chosen.map(lambda found: [f"-{name}={w.replace('|', separator)}" for w in found])


@st.composite
def mixtures(draw: st.DrawFn) -> Mixture:
    suffix = draw(st.sampled_from(("jpg", "tif", "png", "webp")))
    options: list[str] = []
    for strategy in (
        _lists("XMP-dc:Subject", WORDS),
        _lists("XMP-lr:HierarchicalSubject", PATHS),
        _lists("XMP-digiKam:TagsList", PATHS, "/"),
        _lists("XMP-microsoft:LastKeywordXMP", PATHS, "/"),
        _lists("XMP-iptcCore:Scene", ("010100", "011000")),
    ):
        options += draw(st.just([]) | strategy)
    if suffix in {"jpg", "tif"}:
        encoding = draw(st.sampled_from((None, "utf-8", "latin-1")))
        if encoding == "utf-8":
            options += ["-CodedCharacterSet=UTF8", *draw(_lists("IPTC:Keywords", WORDS))]
            options += draw(st.just([]) | st.just(["-IPTC:City=Köln"]))
        elif encoding:
            options += ["-charset", "iptc=Latin1", *draw(_lists("IPTC:Keywords", LATIN))]
            options += draw(st.just([]) | st.just(["-IPTC:Caption-Abstract=Grüße"]))
    for extra in (
        ["-XMP-xmp:Rating=4"], ["-XMP-xmp:Label=Red"], ["-XMP-dc:Title=Ein Titel & mehr"],
        [PEOPLE], [REGION], ["-EXIF:Artist=Jane"], ["-XMP-crs:Exposure2012=+0.5"],
        ["-n", f"-Orientation={draw(st.sampled_from(ORIENTATIONS))}"],
    ):  # fmt: skip
        options += draw(st.just([]) | st.just(extra))
    jpeg = suffix == "jpg"
    return Mixture(
        suffix,
        tuple(options),
        icc=draw(st.booleans()),
        thumbnail=jpeg and draw(st.booleans()),
        trailer=jpeg and draw(st.booleans()),
    )


@pytest.fixture(scope="module")
def helper() -> Iterator[Any]:
    """One exiftool that stays open."""
    if shutil.which("exiftool") is None:
        pytest.skip("exiftool, the independent reader, is not installed")
    from exiftool import ExifToolHelper

    with ExifToolHelper(common_args=["-G1"], check_execute=False) as found:
        yield found


def make(mixture: Mixture, path: Path, helper: Any) -> None:
    picture = Image.radial_gradient("L").convert("RGB").resize((48, 40))
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    picture.save(path, icc_profile=profile if mixture.icc else None)
    options = list(mixture.options)
    if mixture.thumbnail:
        small = path.with_name("thumbnail.jpg")
        picture.resize((16, 12)).save(small)
        options.append(f"-ThumbnailImage<={small}")
    if options:
        helper.execute("-q", "-q", "-m", "-overwrite_original", *options, str(path))
    if mixture.trailer:
        with path.open("ab") as file:
            file.write(b"trailer of a phone: \0\1\2")


def dump(path: Path, helper: Any) -> dict[str, Any]:
    """Everything exiftool reads, binary values included."""
    (found,) = helper.execute_json("-a", "-s", "-struct", "-b", str(path))
    return {
        key: value
        for key, value in found.items()
        if not key.startswith(("System:", "ExifTool:", "SourceFile", "File:FileSize"))
    }


def picture_data(path: Path) -> bytes:
    """What must stay byte for byte, by a reading that is not phototag's."""
    data = path.read_bytes()
    if path.suffix == ".jpg":
        return data[data.rindex(b"\xff\xda") :]  # the scan and whatever comes after it
    if path.suffix == ".png":
        at, found = 8, b""
        while at < len(data):
            size, kind = struct.unpack_from(">I4s", data, at)
            found += data[at : at + size + 12] if kind in {b"IDAT", b"iCCP", b"eXIf"} else b""
            at += size + 12
        return found
    with Image.open(path) as image:
        if path.suffix == ".tif":
            places = zip(image.tag_v2[273], image.tag_v2[279], strict=True)  # type: ignore[attr-defined]
            return b"".join(data[at : at + size] for at, size in places)
        profile: bytes = image.info.get("icc_profile", b"")
        return image.tobytes() + profile


def as_list(value: object) -> list[str]:
    if value is None:
        return []
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]


@pytest.mark.slow
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(mixture=mixtures(), iptc=st.sampled_from(("always", "auto", "never")), faces=st.booleans())
def test_only_our_rows_change_and_all_of_it_comes_back(
    tmp_path: Path, helper: Any, headshot: Record, mixture: Mixture, iptc: Any, *, faces: bool
) -> None:
    path = tmp_path / f"a.{mixture.suffix}"
    make(mixture, path, helper)
    order = WriteOrder(record=headshot)
    if faces:
        order = attrs.evolve(order, faces=(Box(0.1, 0.1, 0.2, 0.2),), size=(48, 40))
    before, pixels = dump(path, helper), picture_data(path)
    apply(path, order, WriteOptions(iptc=iptc))
    after = dump(path, helper)
    changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    assert {key for key in changed if not key.startswith(OURS)} == set()
    assert picture_data(path) == pixels
    for name in LISTS:
        assert set(as_list(before.get(name))) <= set(as_list(after.get(name))), name
    assert set(as_list(before.get("IPTC:Keywords"))) <= set(as_list(after.get("IPTC:Keywords")))
    written = path.read_bytes()
    assert not apply(path, order, WriteOptions(iptc=iptc)).changed
    assert path.read_bytes() == written
    remove(path)
    assert dump(path, helper) == before
    assert picture_data(path) == pixels
