"""``remove`` gives the XMP of other programs back byte for byte, whatever its form."""

from __future__ import annotations

import codecs
import random
from pathlib import Path
from typing import Any, Final

import pytest

from benchmarks.faults.unsealed import read, remove
from phototag.metadata.containers import open_container
from phototag.metadata.record import Record, WriteOrder
from phototag.metadata.xmp import form
from phototag.options import WriteOptions
from phototag.scene.geometry import Box
from writing import apply

DC: Final = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
LR: Final = 'xmlns:lr="http://ns.adobe.com/lightroom/1.0/"'
DIGIKAM: Final = 'xmlns:digiKam="http://www.digikam.org/ns/1.0/"'
RDF: Final = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
WRAPPED: Final = "<?xpacket begin='\ufeff' id='W5M0MpCehiHzreSzNTczkc9d'?>"
WORDS: Final = "<dc:subject><rdf:Bag><rdf:li>wedding</rdf:li></rdf:Bag></dc:subject>"
REGIONS: Final = """
<mwg-rs:Regions rdf:parseType='Resource' xmlns:mwg-rs='http://www.metadataworkinggroup.com/schemas/regions/'
 xmlns:stDim='http://ns.adobe.com/xap/1.0/sType/Dimensions#' xmlns:stArea='http://ns.adobe.com/xmp/sType/Area#'>
  <mwg-rs:AppliedToDimensions stDim:w='96' stDim:h='64' stDim:unit='pixel'/>
  <mwg-rs:RegionList><rdf:Bag><rdf:li><rdf:Description mwg-rs:Name='Ana' mwg-rs:Type='Face'>
    <mwg-rs:Area stArea:x='0.1' stArea:y='0.1' stArea:w='0.1' stArea:h='0.1' stArea:unit='normalized'/>
  </rdf:Description></rdf:li></rdf:Bag></mwg-rs:RegionList>
</mwg-rs:Regions>"""  # fmt: skip


def whole(inside: str) -> str:
    return f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF {RDF}>{inside}</rdf:RDF></x:xmpmeta>'


def described(inside: str, attributes: str = "") -> str:
    return whole(f'<rdf:Description rdf:about="" {DC} {attributes}>{inside}</rdf:Description>')


USUAL: Final = described(WORDS)
SPELLED: Final[dict[str, str | bytes]] = {
    "no wrapper": USUAL,
    "a wrapper without padding": f'{WRAPPED}{USUAL}<?xpacket end="r"?>',
    "padding of its own": f"{WRAPPED}\n{USUAL}{' ' * 777}\n\n<?xpacket end='w'?>",
    "nothing behind the padding": f"{USUAL}\n{' ' * 99}\n",
    "NULs at the end": USUAL + "\0" * 33,
    "a byte order mark": codecs.BOM_UTF8 + USUAL.encode(),
    "an XML declaration": f'<?xml version="1.0" encoding="UTF-8"?>\r\n{USUAL}',
    "line breaks of Windows": described(f"\r\n {WORDS}\r\n").replace("><", ">\r\n<"),
    "single quotes": described("", "dc:source='a \"b\" &#x41;'"),
    "attributes on lines of their own": described(WORDS, "\n   dc:source='a'\n\n  dc:format='b'"),
    "CDATA": described(f"<dc:title><![CDATA[a<b]]>c&amp;&#100;</dc:title>{WORDS}"),
    "a word in CDATA": described("<dc:subject><rdf:Bag><rdf:li><![CDATA[R&B]]></rdf:li></rdf:Bag></dc:subject>"),
    "one word without a list": described("<dc:subject>wedding</dc:subject>"),
    "one word as an attribute": described("", 'dc:subject="wedding"'),
    "an empty list": described("<dc:subject><rdf:Bag/></dc:subject>"),
    "an empty list with a space": described("<dc:subject>\n <rdf:Bag />\n</dc:subject>"),
    "no list of words": described("<dc:subject/>"),
    "an ordered list": described(WORDS.replace("Bag", "Seq")),
    "no description": whole(""),
    "RDF as a single tag": f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF {RDF}/></x:xmpmeta>',
    "an empty description": whole('<rdf:Description rdf:about=""/>'),
    "two descriptions": whole(
        f'<rdf:Description rdf:about="" {DC}>{WORDS}</rdf:Description> '
        f"<rdf:Description rdf:about='' {LR} />"
    ),
    "hierarchies": described(
        f"{WORDS}<lr:hierarchicalSubject><rdf:Bag>\n <rdf:li>a|wedding</rdf:li>\n</rdf:Bag>"
        "</lr:hierarchicalSubject><digiKam:TagsList><rdf:Seq><rdf:li>a/wedding</rdf:li></rdf:Seq>"
        "</digiKam:TagsList>",
        f"{LR} {DIGIKAM}",
    ),
    "a hierarchical word as an attribute": described(WORDS, f'{LR} lr:hierarchicalSubject="a|b"'),
    "phototag's words as the user's": described(WORDS.replace("wedding", "Headshot ")),
    "faces": described(WORDS + REGIONS),
    "a property twice": described(f"{WORDS}<dc:source>a</dc:source><dc:source>b</dc:source>"),
    "UTF-16, little-endian": (f"{WRAPPED}{USUAL}<?xpacket end='w'?>").encode("utf-16-le"),
    "UTF-16 with a mark": codecs.BOM_UTF16_BE + USUAL.encode("utf-16-be"),
    "UTF-32": codecs.BOM_UTF32_LE + USUAL.encode("utf-32-le"),
}  # fmt: skip
PACKETS: Final = {
    name: packet if isinstance(packet, bytes) else packet.encode()
    for name, packet in SPELLED.items()
}
FORMATS: Final = ("a.jpg", "a.tif", "a.png", "a.webp", "a.jp2")


def put_xmp(photo: Path, packet: bytes) -> None:
    container = open_container(photo.read_bytes(), photo.name)
    photo.write_bytes(container.replaced(packet, container.iptc))


def order(record: Record) -> WriteOrder:
    return WriteOrder(record=record, faces=(Box(0.5, 0.5, 0.2, 0.3),), size=(96, 64))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        (name, kind)
        for name in FORMATS
        for kind in PACKETS
        # PNG and JPEG 2000 want UTF-8, and exiv2 does not open such a file.
        if kind not in {"UTF-16 with a mark", "UTF-32"} or name not in {"a.png", "a.jp2"}
    ],
)
def test_the_file_is_the_same_after_removal(
    make: Any, headshot: Record, portrait: Record, name: str, kind: str
) -> None:
    photo: Path = make(name)
    put_xmp(photo, PACKETS[kind])
    before = photo.read_bytes()
    for record in (headshot, portrait, headshot):
        apply(photo, order(record))
        assert read(photo) == record
        tagged = photo.read_bytes()
        assert not apply(photo, order(record)).changed
        assert photo.read_bytes() == tagged
    remove(photo)
    assert photo.read_bytes() == before


@pytest.mark.parametrize("kind", PACKETS)
def test_a_sidecar_is_the_same_after_removal(
    make: Any, headshot: Record, portrait: Record, kind: str
) -> None:
    photo: Path = make("a.jpg")
    before = photo.read_bytes()
    sidecar = photo.with_name("a.jpg.xmp")
    sidecar.write_bytes(PACKETS[kind])
    options = WriteOptions(sidecar="always")
    apply(photo, order(headshot), options)
    apply(photo, order(portrait), options)
    assert sidecar.read_bytes() != PACKETS[kind]
    remove(photo)
    assert sidecar.read_bytes() == PACKETS[kind]
    assert photo.read_bytes() == before


def test_padding_for_which_a_jpeg_has_no_room_comes_back(make: Any, headshot: Record) -> None:
    photo: Path = make("a.jpg")
    filled = described(f"<dc:title>{'x' * 40_000}</dc:title>{WORDS}")
    put_xmp(photo, f"{WRAPPED}{filled}{' ' * 24_000}\n<?xpacket end='w'?>".encode())
    before = photo.read_bytes()
    apply(photo, headshot)
    assert len(photo.read_bytes()) < len(before)
    remove(photo)
    assert photo.read_bytes() == before


def test_an_edit_by_another_program_stays(make: Any, headshot: Record, dump: Any) -> None:
    photo: Path = make("a.jpg")
    put_xmp(photo, PACKETS["one word as an attribute"])
    apply(photo, headshot)
    text = photo.read_bytes()
    assert b"phototag:Form" in text
    edited = open_container(text, photo.name).xmp
    assert edited is not None
    put_xmp(photo, edited.replace(b">wedding<", b">Wedding<"))
    remove(photo)
    assert dump(photo)["XMP-dc:Subject"] == ["Wedding"]
    assert b"phototag" not in photo.read_bytes()


@pytest.mark.parametrize(
    "damaged", ["", "-", "x-1-2-AAAA", "{check}-a-2-AAAA", "{check}-1-2-AAAA", "{check}-1-2-%%"]
)
def test_a_damaged_form_is_ignored(damaged: str) -> None:
    left, before = b"<a>wedding</a>" * 9, b"<a/>" * 3
    kept = form.difference(left, before)
    assert form.restored(left, kept) == before
    assert form.restored(left, damaged.format(check=kept.partition("-")[0])) == left


def test_a_large_difference_is_not_kept() -> None:
    assert form.difference(b"<a/>", random.Random(1).randbytes(40_000)) == ""
