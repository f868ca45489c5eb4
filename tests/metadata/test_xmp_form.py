"""XMP of other programs keeps its form: what phototag does not change comes out as it went in."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest

from benchmarks.faults.unsealed import read, remove
from phototag.errors import MetadataDamaged
from phototag.metadata.containers.jpeg import Jpeg
from phototag.metadata.record import Record
from writing import apply

DC: Final = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
XMP: Final = 'xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
ABOUT: Final = 'rdf:about=""'
TITLE: Final = "<dc:title>T</dc:title>"


def description(attributes: str, inside: str) -> str:
    if not inside:
        return f"<rdf:Description {attributes}/>"
    return f"<rdf:Description {attributes}>{inside}</rdf:Description>"


def whole(attributes: str, inside: str, before: str = "") -> str:
    """An XMP packet without its wrapper."""
    return (
        f'{before}<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f"{description(attributes, inside)}</rdf:RDF></x:xmpmeta>"
    )


# Attributes of the description, and what is inside it.
FORMS: Final[dict[str, tuple[str, str]]] = {
    "xmlns before attributes": (f"{DC} {ABOUT}", TITLE),
    "xmlns after attributes": (f"{ABOUT} {DC}", TITLE),
    "xmlns between attributes": (f'{ABOUT} {XMP} xmp:Rating="3" {DC} xmp:Label="x"', TITLE),
    "xmlns in no order": (f'xmlns:b="urn:b" {ABOUT} {DC} xmlns:B="urn:B" xmlns:a="urn:a"', TITLE),
    "xmlns repeated inside": (f"{ABOUT} {DC}", f"<dc:title {DC}>T</dc:title>"),
    "a prefix of its own": (
        f'{ABOUT} xmlns:xap="http://ns.adobe.com/xap/1.0/"',
        "<xap:Rating>3</xap:Rating>",
    ),
    "a prefix with two meanings": (
        ABOUT,
        '<p:a xmlns:p="urn:1"><p:b xmlns:p="urn:2">x</p:b></p:a>',
    ),
    "attributes only": (f'{ABOUT} {XMP} xmp:Rating="3" xmp:Label="r"', ""),
    "line breaks and tabs in an attribute": (f'{ABOUT} {XMP} xmp:Label="a&#xA;b&#x9;c"', ""),
    "a carriage return": (f"{ABOUT} {DC}", "<dc:title>a&#xD;b</dc:title>"),
    "escaped characters": (f"{ABOUT} {DC}", "<dc:title>&lt;a&gt; &amp; \"b\" 'c'</dc:title>"),
    "a comment": (f"{ABOUT} {DC}", f"<!-- a <b> & c -->{TITLE}<!---->"),
    "an instruction": (f"{ABOUT} {DC}", f"<?other do <it> & more?>{TITLE}"),
    "white space": (f"{ABOUT} {DC}", f"\n\t {TITLE}\n\n"),
    "an empty element": (f"{ABOUT} {DC}", f"{TITLE}<dc:rights/>"),
    "text between elements": (
        f"{ABOUT} {XMP}",
        "<xmp:a>x<xmp:b>y</xmp:b>z<!--c-->w</xmp:a>",
    ),
    "qualifiers": (
        f"{ABOUT} {DC}",
        '<dc:title><rdf:Alt><rdf:li xml:lang="x-default" xml:space="preserve"> T </rdf:li></rdf:Alt></dc:title>',
    ),
    "two descriptions": (
        f"{ABOUT} {DC}",
        f"{TITLE}</rdf:Description><rdf:Description {ABOUT} {XMP}><xmp:Rating>3</xmp:Rating>",
    ),
}  # fmt: skip
BOMB: Final = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
HOSTILE: Final = {
    "entities in text": whole(f"{ABOUT} {DC}", "<dc:title>&b;</dc:title>", BOMB).encode(),
    "entities in an attribute": whole(f'{ABOUT} {XMP} xmp:Label="&b;"', "", BOMB).encode(),
    "an entity from a file": whole(
        f"{ABOUT} {DC}", "<dc:title>&e;</dc:title>", '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///e">]>'
    ).encode(),
    "a document type from a file": whole(ABOUT, "", '<!DOCTYPE x SYSTEM "file:///e">').encode(),
    "nested too deeply": whole(
        ABOUT, '<a xmlns="urn:a">' + "<a>" * 100 + "</a>" * 101
    ).encode(),
    "without end": whole(ABOUT, '<a xmlns="urn:a">' + "<a>" * 15_000).encode(),
    "a prefix that is not declared": whole(ABOUT, "<dc:title>T</dc:title>").encode(),
    "an attribute's prefix that is not declared": whole(
        f"{ABOUT} {DC}", '<dc:subject><rdf:Bag xmp:Label="x"/></dc:subject>'
    ).encode(),
    "half of a UTF-16 character": whole(f"{ABOUT} {DC}", TITLE).encode("utf-16") + b"x",
    "Latin-1": whole(
        f"{ABOUT} {DC}", "<dc:title>Käthe</dc:title>", '<?xml version="1.0" encoding="iso-8859-1"?>'
    ).encode("latin-1"),
}  # fmt: skip


@pytest.fixture
def photo(make: Any) -> Path:
    path: Path = make("a.jpg")
    return path


def put_xmp(photo: Path, packet: bytes) -> None:
    photo.write_bytes(Jpeg(photo.read_bytes()).replaced(packet, None))


def xmp(photo: Path) -> str:
    return (Jpeg(photo.read_bytes()).xmp or b"").decode()


@pytest.mark.parametrize("form", FORMS)
def test_form_stays_while_tags_are_there_and_after_them(
    photo: Path, headshot: Record, form: str
) -> None:
    attributes, inside = FORMS[form]
    put_xmp(photo, whole(attributes, inside).encode())
    apply(photo, headshot)
    assert read(photo) == headshot
    assert description(attributes, inside) in xmp(photo)
    remove(photo)
    assert xmp(photo).strip() == whole(attributes, inside)


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_xmp_is_refused_and_left_alone(photo: Path, headshot: Record, kind: str) -> None:
    put_xmp(photo, HOSTILE[kind])
    before = photo.read_bytes()
    with pytest.raises(MetadataDamaged):
        apply(photo, headshot)
    assert photo.read_bytes() == before
