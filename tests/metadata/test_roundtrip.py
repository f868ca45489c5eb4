"""Tag, tag again, change the verdict, take it back: with whatever was in the photo before."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmarks.faults.unsealed import read, remove
from phototag.metadata.record import Record
from phototag.options import WriteOptions
from writing import apply

FORMATS = ("jpg", "png", "tif", "webp")
XMP = ("-XMP-dc:Subject=Wedding", "-XMP-dc:Title=Hello", "-XMP:Rating=4")
IPTC = (
    "-codedcharacterset=utf8",
    "-IPTC:Keywords=Köln",
    "-IPTC:Keywords=B",
    "-IPTC:Caption-Abstract=Grüße",
    "-IPTC:By-line=me",
)
LATIN1 = ("-charset", "iptc=Latin1", "-IPTC:Keywords=Köln", "-IPTC:Caption-Abstract=Grüße")
BOUNDARY = "RegionBoundary={RbShape=rectangle,RbUnit=relative,RbX=0.1,RbY=0.1,RbW=0.2,RbH=0.2}"
FACE = "{Area={W=0.1,H=0.1,X=0.5,Y=0.5,Unit=normalized},Name=Anna,Type=Face}"
PEOPLE = (
    f"-XMP-iptcExt:ImageRegion={{RId=r1,Name=Bob,{BOUNDARY}}}",
    f"-XMP-mwg-rs:RegionInfo={{AppliedToDimensions={{W=96,H=64,Unit=pixel}},RegionList=[{FACE}]}}",
    "-XMP-iptcExt:PersonInImage=Anna",
)
EARLIER: dict[str, tuple[str, ...]] = {
    "nothing": (),
    "exif": (),
    "xmp": XMP,
    "iptc utf-8": IPTC,
    "iptc latin-1": LATIN1,
    "iptc ascii, no mark": ("-IPTC:Keywords=plain", "-IPTC:City=Rome"),
    "all": (*XMP, *IPTC, "-Exif:Artist=me", "-GPSLatitude=1", "-GPSLatitudeRef=N"),
    "same words": ("-XMP-dc:Subject=HeadShot", "-XMP-dc:Subject=x, y", "-IPTC:Keywords=HEADSHOT"),
    "hierarchical": ("-XMP-lr:HierarchicalSubject=People|Anna", "-XMP-dc:Subject=Anna"),
    "TagsList": ("-XMP-digiKam:TagsList=People/Anna", "-XMP-dc:Subject=Anna"),
    "LastKeywordXMP": ("-XMP-microsoft:LastKeywordXMP=People/Anna",),
    "regions and people": PEOPLE,
    "qualifiers": ("-XMP-dc:Title-de=Hallo", "-XMP-dc:Title-en=Hello", "-XMP-dc:Rights=mine"),
}


@pytest.mark.parametrize("earlier", EARLIER)
@pytest.mark.parametrize("suffix", FORMATS)
def test_tag_tag_again_and_remove(  # noqa: PLR0917
    make: Any, dump: Any, headshot: Record, portrait: Record, suffix: str, earlier: str
) -> None:
    options = EARLIER[earlier]
    if suffix == "webp":
        options = tuple(o for o in options if not o.startswith(("-IPTC", "-coded", "-charset")))
        options = () if options[:1] == ("iptc=Latin1",) else options
    path: Path = make(f"a.{suffix}", *options, exif=earlier != "nothing")
    before, original = dump(path), path.read_bytes()

    assert apply(path, headshot).changed
    assert headshot == read(path)
    once = path.read_bytes()
    assert not apply(path, headshot).changed
    assert once == path.read_bytes()

    assert apply(path, portrait).changed
    assert portrait == read(path)
    assert "portrait" in [w.casefold() for w in _words(dump(path)["XMP-dc:Subject"])]
    assert "plain background" not in _words(dump(path)["XMP-dc:Subject"])

    assert apply(path, headshot).changed
    assert remove(path).changed
    assert before == dump(path)
    assert read(path) is None
    assert not remove(path).changed
    if not any(o.startswith("-XMP") for o in options) and "iptc" not in earlier:
        assert original == path.read_bytes()


def _words(value: object) -> list[str]:
    return value if isinstance(value, list) else [str(value)]


@pytest.mark.parametrize("suffix", FORMATS)
def test_dry_run_says_what_a_run_does(make: Any, headshot: Record, suffix: str) -> None:
    path = make(f"a.{suffix}", *XMP)
    before = path.read_bytes()
    promised = apply(path, headshot, WriteOptions(dry_run=True))
    assert before == path.read_bytes()
    assert promised == apply(path, headshot)
    assert promised.files == (str(path),)
    assert promised.added["dc:subject"] == ("headshot", "plain background")
    removed = remove(path)
    assert removed.removed["dc:subject"] == ("headshot", "plain background")


@pytest.mark.parametrize("suffix", FORMATS)
def test_the_pixels_of_a_tagged_photo_stay(make: Any, headshot: Record, suffix: str) -> None:
    from PIL import Image

    path = make(f"a.{suffix}", *XMP)
    with Image.open(path) as picture:
        before = picture.tobytes()
    apply(path, headshot)
    with Image.open(path) as picture:
        assert before == picture.tobytes()


def test_a_foreign_file_says_nothing(make: Any) -> None:
    assert read(make("a.jpg", *XMP)) is None
    assert not remove(make("b.jpg", *XMP)).changed


@pytest.mark.parametrize("suffix", FORMATS)
def test_what_the_user_adds_after_us_survives_remove(
    make: Any, dump: Any, headshot: Record, suffix: str, exiftool: str
) -> None:
    import subprocess

    path = make(f"a.{suffix}", exif=False)
    apply(path, headshot)
    command = [exiftool, "-q", "-overwrite_original", "-XMP-dc:Subject+=mine", "-XMP:Rating=5"]
    subprocess.run([*command, str(path)], check=True, timeout=60)
    assert headshot == read(path)
    remove(path)
    left = {key: value for key, value in dump(path).items() if key.startswith("XMP-")}
    left.pop("XMP-x:XMPToolkit")
    assert left == {"XMP-dc:Subject": ["mine"], "XMP-xmp:Rating": 5}


@pytest.mark.parametrize("suffix", ["jpg", "tif"])
def test_iptc_keywords_are_written_always_never_or_where_some_are(
    make: Any, dump: Any, headshot: Record, suffix: str
) -> None:
    path = make(f"a.{suffix}")
    before = path.read_bytes()
    apply(path, headshot, WriteOptions(iptc="auto"))
    assert "IPTC:Keywords" not in dump(path)
    apply(path, headshot)
    assert dump(path)["IPTC:Keywords"] == ["headshot", "plain background"]
    assert dump(path)["IPTC:CodedCharacterSet"] == "UTF8"
    apply(path, headshot, WriteOptions(iptc="never"))
    assert not [key for key in dump(path) if key.startswith("IPTC:")]
    remove(path)
    assert before == path.read_bytes()
    path = make(f"b.{suffix}", *IPTC)
    apply(path, headshot, WriteOptions(iptc="auto"))
    assert "headshot" in dump(path)["IPTC:Keywords"]
