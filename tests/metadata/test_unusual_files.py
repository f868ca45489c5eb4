"""Files as few programs write them: written, and taken back to the byte, with every reader's values as before."""

from __future__ import annotations

import hashlib
import json
import struct
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import unusual
import unusual_parts
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.faults.unsealed import read, remove
from phototag.errors import MetadataDamaged, WriteRefused
from phototag.metadata import exiv2
from phototag.metadata.containers import open_container
from phototag.metadata.record import Record
from phototag.options import WriteOptions
from writing import apply

# The character set that a block declares becomes UTF-8; the flags of WebP and the kind of file follow the XMP.
MAY_CHANGE = (
    "ExifTool:", "File:FileType", "File:CurrentIPTCDigest", "Photoshop:IPTCDigest", "System:",
    "IPTC:CodedCharacterSet", "RIFF:WebP_Flags", "SourceFile", "XMP-x:XMPToolkit", "PNG:",
)  # fmt: skip
# exiftool counts the bytes of blank XMP as a tag or warns of it; a warning that names sizes or segments names others.
AMBIGUOUS = {"blank and xmp"}
SAMPLES = [
    (suffix, name)
    for suffix, make in unusual.KINDS.items()
    for name in make()
    if name not in AMBIGUOUS
]


def every(suffix: str, step: int = 1) -> Iterator[tuple[str, bytes]]:
    """The unusual files of a format; of very many, some."""
    for number, (name, data) in enumerate(unusual.KINDS[suffix]().items()):
        if number % step == 0 and name not in AMBIGUOUS:
            yield name, data


def values(folder: Path, exiftool: str) -> dict[str, dict[str, Any]]:
    """What exiftool reads in all files of a folder, and what it warns of."""
    command = [
        exiftool,
        "-j",
        "-G1",
        "-a",
        "-s",
        "-validate",
        "-warning",
        "-error",
        "-all",
        str(folder),
    ]
    found = subprocess.run(command, check=False, capture_output=True, text=True, timeout=300)
    return {Path(photo["SourceFile"]).name: photo for photo in json.loads(found.stdout)}


def is_kept(before: object, after: object) -> bool:
    """Whether all values are still there; phototag adds words to lists."""
    old = before if isinstance(before, list) else [before]
    new = after if isinstance(after, list) else [after]
    return before == after or {*map(str, old)} <= {*map(str, new)}


@pytest.mark.parametrize(
    ("suffix", "step"), [("jpg", 3), ("tif", 19), ("png", 1), ("webp", 1), ("jp2", 1)]
)
def test_every_unusual_file_is_written_and_taken_back(
    tmp_path: Path, headshot: Record, exiftool: str, suffix: str, step: int
) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    new.mkdir()
    taken_back = tmp_path / f"taken back.{suffix}"
    names = {}
    for number, (name, data) in enumerate(every(suffix, step)):
        path = new / f"{number}.{suffix}"
        names[path.name] = name
        (old / path.name).write_bytes(data)
        path.write_bytes(data)
        before = exiv2.view(data)
        apply(path, headshot)
        tagged = path.read_bytes()
        after = exiv2.view(tagged)
        assert read(path) == headshot, name
        assert not apply(path, headshot).changed, name
        if before.foreign:
            assert {k: after.foreign.get(k) for k in before.foreign} == before.foreign, name
        for label, words in before.ours.items():
            assert set(words) <= set(after.ours[label]), name
        taken_back.write_bytes(tagged)
        remove(taken_back)
        assert taken_back.read_bytes() == data, name
    assert names
    before_all, after_all = values(old, exiftool), values(new, exiftool)
    for file, photo in before_all.items():
        lost = {
            tag
            for tag, value in photo.items()
            if not tag.startswith(MAY_CHANGE) and not is_kept(value, after_all[file].get(tag))
        }
        assert not lost, names[file]


@pytest.mark.parametrize("suffix", list(unusual.KINDS))
def test_replacing_the_blocks_by_themselves_changes_nothing(suffix: str) -> None:
    for name, data in every(suffix):
        container = open_container(data, f"a.{suffix}")
        assert container.replaced(container.xmp, container.iptc) == data, name
        assert container.replaced(container.xmp, container.iptc, container.shape) == data, name


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_new_blocks_are_taken_back(data: st.DataObject) -> None:
    """Any file, with any blocks written once or twice, and then those of before."""
    suffix, name = data.draw(st.sampled_from(SAMPLES))
    content = unusual.KINDS[suffix]()[name]
    before = open_container(content, f"a.{suffix}")
    present = before
    for _ in range(data.draw(st.integers(1, 3))):
        xmp = unusual_parts.PACKET + b" " * data.draw(st.integers(0, 5000))
        block = None
        if before.holds_iptc:
            block = unusual_parts.MARIA + bytes(data.draw(st.integers(0, 4)))
        written = present.replaced(xmp, block)
        present = open_container(written, f"a.{suffix}")
        assert present.xmp == xmp
        assert present.rest() == before.rest()
        if block is not None and present.iptc is not None:
            assert present.iptc.startswith(block)
    assert present.replaced(before.xmp, before.iptc, before.shape) == content


def test_a_digest_is_current_after_a_write(tmp_path: Path, headshot: Record) -> None:
    """Otherwise, programs take the XMP for out of date."""
    nothing, gone = unusual_parts.digest(b""), unusual_parts.digest(b"gone")
    for number, parts in enumerate([(nothing,), (gone,), (nothing, gone)]):
        path = tmp_path / f"{number}.jpg"
        path.write_bytes(unusual.jpeg(unusual.photoshop(*parts)))
        apply(path, headshot)
        block = open_container(path.read_bytes(), path.name).iptc
        assert block is not None
        assert path.read_bytes().count(unusual_parts.digest(block)) == len(parts)


def test_a_digest_that_was_wrong_stays_wrong(tmp_path: Path, headshot: Record) -> None:
    """It says that a program without XMP has changed the IPTC, which is still true."""
    stale = unusual_parts.digest(b"another")
    path = tmp_path / "a.jpg"
    path.write_bytes(
        unusual.jpeg(unusual.photoshop(unusual_parts.resource(0x404, unusual_parts.MARIA), stale))
    )
    apply(path, headshot)
    assert stale in path.read_bytes()


TWICE = unusual.segment(0xE1, unusual_parts.XMP_HEADER + unusual_parts.PACKET) * 2
REFUSED = {
    "xmp.jpg": unusual.jpeg(TWICE),
    "xmp.tif": unusual.tiff(*[(700, 1, len(unusual_parts.PACKET), unusual_parts.PACKET)] * 2),
    "iptc.tif": unusual.tiff(*[(33723, 7, len(unusual_parts.MARIA), unusual_parts.MARIA)] * 2),
    "keywords.jpg": unusual.jpeg(
        unusual.photoshop(
            unusual_parts.resource(
                0x404, unusual_parts.MARIA + b"xx" + unusual_parts.dataset(2, 25, b"party")
            )
        )
    ),
    "hidden.jpg": unusual.jpeg(
        unusual.photoshop(b"unknown", unusual_parts.resource(0x404, unusual_parts.MARIA))
    ),
    "utf8.jpg": unusual.jpeg(
        unusual.photoshop(
            unusual_parts.resource(
                0x404, unusual_parts.dataset(1, 90, b"\x1b%G") + unusual_parts.LATIN
            )
        )
    ),
    "full.jpg": unusual.jpeg(
        unusual.segment(
            0xE1,
            unusual_parts.XMP_HEADER
            + unusual_parts.PACKET.replace(
                b"</rdf:Bag>", b"<rdf:li>x</rdf:li>" * 3400 + b"</rdf:Bag>"
            ),
        )
    ),
}


@pytest.mark.parametrize("name", list(REFUSED))
def test_what_is_refused_says_why_and_the_remedy_works(
    tmp_path: Path, headshot: Record, name: str
) -> None:
    path = tmp_path / name
    path.write_bytes(REFUSED[name])
    with pytest.raises(WriteRefused) as caught:
        apply(path, headshot)
    assert "--sidecar always" in caught.value.remedy
    assert "backup" not in str(caught.value)
    assert "\n" not in str(caught.value)
    apply(path, headshot, WriteOptions(sidecar="always"))
    assert len(list(tmp_path.iterdir())) == 2
    assert read(path) == headshot
    remove(path)
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_bytes() == REFUSED[name]


def test_blank_xmp_before_a_packet_is_ambiguous(tmp_path: Path, headshot: Record) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(unusual.jpegs()["blank and xmp"])
    with pytest.raises(MetadataDamaged, match="two XMP packets"):
        apply(path, headshot)


@pytest.mark.parametrize("name", list(unusual_parts.BLANKS))
def test_a_blank_sidecar_is_filled_and_emptied_again(
    tmp_path: Path, headshot: Record, name: str
) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(unusual.jpeg())
    beside = tmp_path / "a.jpg.xmp"
    beside.write_bytes(unusual_parts.BLANKS[name])
    apply(path, headshot, WriteOptions(sidecar="always"))
    assert read(path) == headshot
    remove(path)
    assert beside.read_bytes() == unusual_parts.BLANKS[name]


def test_old_photoshops_words_are_read_and_its_block_is_left_alone(
    tmp_path: Path, headshot: Record
) -> None:
    block = unusual_parts.MARIA + unusual_parts.dataset(2, 25, b"party")
    segment = unusual.segment(0xED, unusual_parts.OLD_PS + unusual_parts.resource(0x404, block))
    path = tmp_path / "a.jpg"
    path.write_bytes(unusual.jpeg(segment))
    apply(path, headshot)
    tagged = path.read_bytes()
    assert segment in tagged
    assert unusual_parts.PS not in tagged
    assert exiv2.view(tagged).ours["dc:subject"] == ("party", *headshot.keywords.flat)


def test_files_with_thousands_of_directories_take_no_time(tmp_path: Path, headshot: Record) -> None:
    """All directories list all others."""
    count = 2000
    data = bytearray(unusual.tiff((330, 4, count, bytes(4 * count))))
    entry = data.index(struct.pack("<HHI", 330, 4, count))
    at = int.from_bytes(data[entry + 8 : entry + 12], "little")
    each = struct.pack("<HHHII", 1, 330, 4, count, at) + bytes(4)
    for number in range(count):
        struct.pack_into("<I", data, at + 4 * number, len(data) + number * len(each))
    path = tmp_path / "a.tif"
    path.write_bytes(bytes(data) + each * count)
    digest = hashlib.sha256(path.read_bytes()).digest()
    start = time.monotonic()
    apply(path, headshot)
    assert time.monotonic() - start < 20
    remove(path)
    assert hashlib.sha256(path.read_bytes()).digest() == digest


def exif(*entries: bytes, behind: bytes = b"") -> bytes:
    directory = struct.pack("<H", len(entries)) + b"".join(entries) + bytes(4) + behind
    return unusual.segment(0xE1, b"Exif\0\0II*\0\x08\0\0\0" + directory)


MAKE, OTHER = (struct.pack("<HHI4s", 0x010F, 2, 4, text) for text in (b"AAA", b"BBB"))
XMP = unusual.segment(0xE1, unusual_parts.XMP_HEADER + unusual_parts.PACKET)
COMPLAINED_OF = {
    "a tag twice": unusual.jpeg(exif(MAKE, OTHER), XMP),
    "a maker note beyond the end": unusual.jpeg(
        exif(
            MAKE,
            struct.pack("<HHII", 0x8769, 4, 1, 38),
            behind=struct.pack("<HHHII", 1, 0x927C, 7, 90000, 56) + bytes(4),
        ),
        XMP,
    ),
    "a broken profile": unusual.jpeg(XMP, unusual.segment(0xE2, b"ICC_PROFILE\0\1\1abc")),
}


@pytest.mark.parametrize("name", list(COMPLAINED_OF))
def test_a_sidecar_is_made_whatever_exiv2_complains_of(
    tmp_path: Path, headshot: Record, name: str
) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(COMPLAINED_OF[name])
    apply(path, headshot, WriteOptions(sidecar="always"))
    (beside,) = set(tmp_path.iterdir()) - {path}
    assert exiv2.view(beside.read_bytes()).ours["dc:subject"][:1] == ("wedding",)
    remove(path)
    assert list(tmp_path.iterdir()) == [path]
