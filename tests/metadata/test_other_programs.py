"""Other programs write the file between two runs of phototag, each in a manner of its own."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pyexiv2
import pytest

from benchmarks.faults.unsealed import read, remove
from phototag.metadata.containers.jpeg import Jpeg
from phototag.metadata.record import Record
from writing import apply

FORMATS = ("jpg", "png", "tif", "webp")


def rewrite_with_exiv2(path: Path) -> None:
    """As digiKam does: all simple properties become attributes, all blocks are written anew."""
    with pyexiv2.ImageData(path.read_bytes()) as image:
        image.modify_xmp({"Xmp.xmp.Rating": "4"})
        path.write_bytes(image.get_bytes())


def rewrite_with_exiftool(path: Path) -> None:
    command = ["exiftool", "-q", "-q", "-overwrite_original", "-XMP:Rating=4", str(path)]
    subprocess.run(command, check=True, timeout=60)


@pytest.mark.parametrize("program", [rewrite_with_exiv2, rewrite_with_exiftool])
@pytest.mark.parametrize("suffix", FORMATS)
def test_the_record_survives_another_programs_rewrite(
    make: Any, dump: Any, headshot: Record, suffix: str, program: Any
) -> None:
    path = make(f"a.{suffix}", "-XMP-dc:Subject=Wedding")
    apply(path, headshot)
    program(path)
    assert headshot == read(path)
    again = apply(path, headshot)
    assert (again.added, again.removed, again.declined) == ({}, {}, {})
    remove(path)
    left = {key: value for key, value in dump(path).items() if key.startswith("XMP-")}
    left.pop("XMP-x:XMPToolkit")
    assert left == {"XMP-dc:Subject": ["Wedding"], "XMP-xmp:Rating": 4}
    assert not [key for key in dump(path) if key.startswith("IPTC:")]


COMPACT = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Adobe XMP Core 7.0-c000 1.000000">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="uuid:1" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:a="http://ns.adobe.com/camera-raw-settings/1.0/"
    xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/"
    xmlns:stEvt="http://ns.adobe.com/xap/1.0/sType/ResourceEvent#"
   xmp:Rating="3" a:Exposure2012="+0.50" xmpMM:DocumentID="x&#xA;y">
   <!-- kept -->
   <dc:subject><rdf:Bag><rdf:li>Wedding</rdf:li></rdf:Bag></dc:subject>
   <dc:title><rdf:Alt><rdf:li xml:lang="x-default">T</rdf:li>
     <rdf:li xml:lang="de">U</rdf:li></rdf:Alt></dc:title>
   <xmpMM:History><rdf:Seq>
     <rdf:li stEvt:action="saved" stEvt:when="2024"/>
     <rdf:li rdf:parseType="Resource"><stEvt:action>derived</stEvt:action></rdf:li>
   </rdf:Seq></xmpMM:History>
   <a:Masks><rdf:Seq><rdf:li><rdf:Description a:What="Sky"><a:Points><rdf:Seq>
     <rdf:li>1 2</rdf:li></rdf:Seq></a:Points></rdf:Description></rdf:li></rdf:Seq></a:Masks>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"""


def test_adobes_compact_xmp_keeps_all_it_has(make: Any, dump: Any, headshot: Record) -> None:
    path = make("a.jpg")
    path.write_bytes(Jpeg(path.read_bytes()).replaced(COMPACT.encode(), None))
    before = dump(path)
    assert before["XMP-xmpMM:DocumentID"] == "x\ny"
    apply(path, headshot)
    assert not apply(path, headshot).changed
    after = dump(path)
    changed = {key for key in before if before[key] != after.get(key)}
    assert changed == {"XMP-dc:Subject"}
    packet = Jpeg(path.read_bytes()).xmp or b""
    # One resource, one name: a description about another one would not count.
    assert packet.count(b'rdf:about="uuid:1"') == packet.count(b"rdf:about=") == 2
    assert b"<!-- kept -->" in packet
    remove(path)
    assert before == dump(path)


def test_a_word_the_user_adds_stays_when_ours_go(
    make: Any, dump: Any, headshot: Record, portrait: Record
) -> None:
    path = make("a.jpg")
    apply(path, headshot)
    command = ["exiftool", "-q", "-overwrite_original", "-XMP-dc:Subject+=mine", str(path)]
    subprocess.run(command, check=True, timeout=60)
    apply(path, portrait)
    assert dump(path)["XMP-dc:Subject"] == ["mine", "portrait"]
    assert "mine" in dump(path)["XMP-lr:HierarchicalSubject"]
    assert "mine" in dump(path)["IPTC:Keywords"]


@pytest.mark.parametrize("suffix", ["jpg", "tif"])
def test_what_a_program_adds_to_an_iptc_block_of_ours_goes_with_it(
    make: Any, dump: Any, headshot: Record, suffix: str
) -> None:
    """exiftool gives each block a version of the envelope."""
    path = make(f"a.{suffix}")
    apply(path, headshot)
    command = ["exiftool", "-q", "-q", "-overwrite_original", "-IPTC:Keywords-=headshot", str(path)]
    subprocess.run(command, check=True, timeout=60)
    assert dump(path)["IPTC:EnvelopeRecordVersion"] == 4
    assert apply(path, headshot).declined["dc:subject"] == ("headshot",)
    remove(path)
    assert not [key for key in dump(path) if key.startswith("IPTC:")]
