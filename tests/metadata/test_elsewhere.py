"""XMP and IPTC where other programs put them: hidden by nothing that phototag writes, and given back."""

from __future__ import annotations

import hashlib
import struct
import zlib
from pathlib import Path
from typing import Any

import attrs
import pytest
from PIL import Image

from benchmarks.faults.unsealed import read, remove
from phototag.errors import MetadataDamaged
from phototag.metadata import exiv2
from phototag.metadata.containers import open_container
from phototag.metadata.containers.jpeg import Jpeg
from phototag.metadata.containers.png import Png
from phototag.metadata.containers.tiff import TiffFile
from phototag.metadata.record import Record
from phototag.metadata.xmp.names import Name
from phototag.metadata.xmp.packet import Packet
from phototag.options import WriteOptions
from writing import apply

SUBJECT, HIERARCHY = Name.of("dc:subject"), Name.of("lr:hierarchicalSubject")
PACKET = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:{prefix}="{uri}">{body}</rdf:Description></rdf:RDF></x:xmpmeta>'
)
WEDDING = PACKET.format(
    prefix="dc",
    uri="http://purl.org/dc/elements/1.1/",
    body="<dc:subject><rdf:Bag><rdf:li>wedding</rdf:li></rdf:Bag></dc:subject>",
).encode()
OLD_PREFIX = PACKET.format(
    prefix="xap", uri="http://ns.adobe.com/xap/1.0/", body="<xap:Rating>3</xap:Rating>"
).encode()


# --------------------------------------------------------------------------- PNG


def profile(kind: bytes, name: bytes, content: bytes) -> bytes:
    """A chunk with a profile in the form of ImageMagick."""
    text = b"\n%b\n%8d\n%b\n" % (name, len(content), content.hex().encode())
    packed = b"\0" + zlib.compress(text) if kind == b"zTXt" else text
    body = kind + b"Raw profile type " + name + b"\0" + packed
    return struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))


def png(path: Path, *chunks: bytes) -> Path:
    """A small PNG with these chunks behind its header."""
    Image.radial_gradient("L").resize((96, 64)).save(path)
    data = path.read_bytes()
    path.write_bytes(data[:33] + b"".join(chunks) + data[33:])
    return path


def subjects(data: bytes) -> tuple[str, ...]:
    """What exiv2, and with it digiKam and darktable, reads."""
    return exiv2.view(data).ours["dc:subject"]


@pytest.mark.parametrize("kind", [b"zTXt", b"tEXt"])
def test_xmp_in_a_profile_of_a_png_is_its_xmp(
    tmp_path: Path, headshot: Record, kind: bytes
) -> None:
    path = png(tmp_path / "a.png", profile(kind, b"xmp", WEDDING))
    before = path.read_bytes()
    apply(path, headshot)
    assert subjects(path.read_bytes()) == ("wedding", *headshot.keywords.flat)
    assert read(path) == headshot
    assert not apply(path, headshot).changed
    remove(path)
    left = Png(path.read_bytes())
    assert Packet(left.xmp).values() == Packet(Png(before).xmp).values()
    assert left.shape.partition(";")[0] == f"raw profile {kind.decode()}"
    assert left.rest() == Png(before).rest()
    assert subjects(path.read_bytes()) == ("wedding",)


def test_a_png_whose_profile_phototag_once_hid_is_put_right(
    tmp_path: Path, headshot: Record
) -> None:
    path = png(tmp_path / "b.png")
    apply(path, headshot)
    standard = next(bytes(c) for c in Png(path.read_bytes())._chunks if c.is_standard)
    hidden = profile(b"zTXt", b"xmp", WEDDING)
    before = png(tmp_path / "a.png", hidden).read_bytes()
    path = png(tmp_path / "a.png", standard, hidden)
    assert subjects(path.read_bytes()) == headshot.keywords.flat
    tagged = path.read_bytes()
    remove(path)
    assert path.read_bytes() == before
    path.write_bytes(tagged)
    apply(path, headshot)
    assert subjects(path.read_bytes()) == ("wedding", *headshot.keywords.flat)


def test_two_packets_of_somebody_are_left_alone(tmp_path: Path, headshot: Record) -> None:
    path = png(tmp_path / "a.png")
    path.write_bytes(Png(path.read_bytes()).replaced(OLD_PREFIX, None))
    standard = next(bytes(c) for c in Png(path.read_bytes())._chunks if c.is_standard)
    path = png(tmp_path / "a.png", standard, profile(b"zTXt", b"xmp", WEDDING))
    before = path.read_bytes()
    with pytest.raises(MetadataDamaged, match="two XMP packets"):
        apply(path, headshot)
    assert path.read_bytes() == before


def test_iptc_words_in_a_profile_of_a_png_stay_listed(tmp_path: Path, headshot: Record) -> None:
    words = b"\x1c\x02\x19\x00\x05Maria"
    block = b"8BIM" + struct.pack(">HHI", 0x0404, 0, len(words)) + words + b"\0" * (len(words) % 2)
    path = png(tmp_path / "a.png", profile(b"zTXt", b"iptc", block))
    before = path.read_bytes()
    apply(path, headshot)
    packet = Packet(Png(path.read_bytes()).xmp)
    assert packet.texts(SUBJECT) == ("Maria", *headshot.keywords.flat)
    assert "Maria" in packet.texts(HIERARCHY)
    assert not apply(path, headshot).changed
    remove(path)
    assert path.read_bytes() == before


# --------------------------------------------------------------------------- fields of other programs


@pytest.mark.parametrize(
    ("options", "flat", "paths"),
    [
        (("-XPKeywords=one; two ",), ("one", " two "), ("one", " two ")),
        (("-XPKeywords=one", "-XMP-dc:Subject=seen"), ("seen",), ("seen",)),
        (("-XPKeywords=one", "-IPTC:Keywords=seen"), ("seen",), ("seen",)),
        (("-XMP-mediapro:CatalogSets=A|B", "-XMP-dc:Subject=C"), ("C",), ("A|B", "C")),
        (("-XMP-mediapro:CatalogSets=A|B", "-XMP-lr:HierarchicalSubject=D"), (), ("D",)),
        (("-XMP-mediapro:CatalogSets=A|B", "-XMP-digiKam:TagsList=D"), (), ()),
        (("-XMP-acdsee:Categories=no XML <",), (), ()),
    ],
)
def test_words_that_were_listed_stay_so_and_no_others_come(
    make: Any,
    headshot: Record,
    options: tuple[str, ...],
    flat: tuple[str, ...],
    paths: tuple[str, ...],
) -> None:
    path = make("a.jpg", *options)
    before = Packet(Jpeg(path.read_bytes()).xmp).values()
    for _ in range(2):
        apply(path, headshot)
        packet = Packet(Jpeg(path.read_bytes()).xmp)
        assert {*packet.texts(SUBJECT)} == {*flat, *headshot.keywords.flat}
        assert {*packet.texts(HIERARCHY)} == {*paths, *headshot.keywords.hierarchical}
    assert not apply(path, headshot).changed
    remove(path)
    assert Packet(Jpeg(path.read_bytes()).xmp).values() == before


# --------------------------------------------------------------------------- prefixes


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.tif", "a.webp", "beside.jpg"])
def test_a_namespace_keeps_the_prefix_that_the_file_has_for_it(
    make: Any, headshot: Record, name: str
) -> None:
    """exiv2 reads no packet that calls one namespace by two prefixes; a crop names ``xmp`` deep inside."""
    path = make(name)
    beside = path.with_name(path.name + ".xmp")
    if name == "beside.jpg":
        beside.write_bytes(OLD_PREFIX)
    else:
        path.write_bytes(open_container(path.read_bytes(), name).replaced(OLD_PREFIX, None))
    assert headshot.crops
    options = WriteOptions(sidecar="always" if name == "beside.jpg" else "auto")
    apply(path, headshot, options)
    written = beside if name == "beside.jpg" else path
    data = written.read_bytes()
    assert data.count(b'="http://ns.adobe.com/xap/1.0/"') == data.count(b"xmlns:xap=")
    view = exiv2.view(data)
    assert not view.error
    assert view.foreign["Xmp.xmp.Rating"] == "3"
    assert read(path) == headshot
    assert not apply(path, headshot, options).changed
    remove(path)
    assert exiv2.view(written.read_bytes()).foreign["Xmp.xmp.Rating"] == "3"


# --------------------------------------------------------------------------- IPTC in TIFF


def tiff(path: Path, block: bytes, kind: int, digest: bytes) -> Path:
    """A TIFF with an IPTC block of a type, and with Photoshop's digest of it."""
    pixels = bytes(range(256)) * 12
    resources = b"8BIM" + struct.pack(">HHI", 0x0425, 0, 16) + digest
    count = len(block) // (4 if kind == 4 else 1)
    entries = [
        (256, 4, 1, 32), (257, 4, 1, 32), (258, 3, 3, (8, 8, 8)), (259, 4, 1, 1), (262, 4, 1, 2),
        (273, 4, 1, pixels), (277, 4, 1, 3), (278, 4, 1, 32), (279, 4, 1, len(pixels)),
        (33723, kind, count, block), (34377, 1, len(resources), resources),
    ]  # fmt: skip
    at, body, rows = 8 + 2 + 12 * len(entries) + 4, b"", b""
    for tag, form, number, value in entries:
        content = struct.pack("<3H", *value) if isinstance(value, tuple) else value
        place = at + len(body) if isinstance(content, bytes) else content
        rows += struct.pack("<HHII", tag, form, number, place)
        if isinstance(content, bytes):
            body += content + b"\0" * (len(content) % 2)
    path.write_bytes(b"II*\0" + struct.pack("<IH", 8, len(entries)) + rows + bytes(4) + body)
    return path


@pytest.mark.parametrize("length", range(4, 8))
@pytest.mark.parametrize(("kind", "filled"), [(7, False), (1, False), (4, True), (4, False)])
def test_iptc_of_every_type_is_written_and_taken_back_with_its_digest(
    tmp_path: Path, headshot: Record, kind: int, length: int, *, filled: bool
) -> None:
    word = b"M" * length
    bare = b"\x1c\x02\x00\x00\x02\x00\x04\x1c\x02\x50" + struct.pack(">H", length) + word
    block = bare + bytes(-len(bare) % 4) if kind == 4 else bare
    digest = hashlib.md5(block if filled else bare).digest()
    path = tiff(tmp_path / "a.tif", block, kind, digest)
    before = path.read_bytes()
    apply(path, headshot)
    tagged = TiffFile(path.read_bytes())
    assert tagged.iptc is not None
    assert right(tagged)
    assert not apply(path, attrs.evolve(headshot, software="later")).changed
    remove(path)
    assert path.read_bytes() == before


def right(photo: TiffFile) -> bool:
    """Whether the digest is that of the IPTC block, with or without what fills it up."""
    (_, digest), iptc = *photo._digests(), photo.iptc
    assert iptc is not None
    return digest.value in {hashlib.md5(form).digest() for form in (iptc, iptc.rstrip(b"\0"))}
