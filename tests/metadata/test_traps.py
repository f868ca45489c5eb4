"""Each way in which photo metadata get lost or misread, as a test of that name."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path
from typing import Any

import attrs
import pytest

from benchmarks.faults.unsealed import read, remove
from phototag.analysis.keywords.claims import Keywords
from phototag.errors import MetadataDamaged, WriteRefused
from phototag.metadata import exiv2, iim, ledger, verify
from phototag.metadata.containers.jpeg import Jpeg
from phototag.metadata.containers.tiff import TiffFile
from phototag.metadata.draft import Draft
from phototag.metadata.record import Record
from phototag.metadata.xmp.packet import Packet
from phototag.options import WriteOptions
from writing import apply

FORMATS = ("jpg", "png", "tif", "webp")


def packet(path: Path, exiftool: str) -> str:
    command = [exiftool, "-XMP", "-b", str(path)]
    return subprocess.run(command, check=True, capture_output=True, timeout=60).stdout.decode()


@pytest.mark.parametrize("suffix", FORMATS)
def test_word_lists_are_bags(make: Any, headshot: Record, suffix: str, exiftool: str) -> None:
    path = make(f"a.{suffix}")
    apply(path, headshot)
    text = packet(path, exiftool)
    for name in ("dc:subject", "lr:hierarchicalSubject", "Iptc4xmpCore:Scene"):
        content = text.partition(f"<{name}")[2].partition(f"</{name}>")[0]
        assert "<rdf:Bag>" in content, name
    assert "<rdf:Seq>" not in text


@pytest.mark.parametrize("suffix", FORMATS)
def test_validation_finds_nothing_new(
    make: Any, headshot: Record, suffix: str, exiftool: str
) -> None:
    def complaints(path: Path) -> list[str]:
        command = [exiftool, "-validate", "-warning", "-error", "-a", str(path)]
        return subprocess.run(
            command, check=False, capture_output=True, text=True, timeout=60
        ).stdout.split("\n")

    path = make(f"a.{suffix}")
    before = complaints(path)
    apply(path, headshot)
    assert before == complaints(path)


def test_keywords_with_commas_stay_whole(make: Any, dump: Any, headshot: Record) -> None:
    path = make("a.jpg", "-sep", "##", "-XMP-dc:Subject=Rome, Italy##x")
    words = Keywords(("one, two",), ("phototag|one, two",))
    apply(path, attrs.evolve(headshot, keywords=words))
    assert dump(path)["XMP-dc:Subject"] == ["Rome, Italy", "x", "one, two"]


def test_a_warning_of_exiv2_is_not_printed(make: Any, headshot: Record, capfd: Any) -> None:
    path = make("a.jpg")
    path.write_bytes(path.read_bytes().replace(b"II*\0", b"II*\x01"))
    apply(path, headshot)
    assert capfd.readouterr() == ("", "")


def test_a_pending_error_does_not_hit_the_next_photo(make: Any, headshot: Record) -> None:
    broken = make("a.jpg", "-XMP-dc:Subject=x")
    assert exiv2.view(broken.read_bytes().replace(b"</rdf:Bag>", b"</rdf:Bug>")).error
    assert exiv2.view(make("b.jpg").read_bytes()).error == ""
    apply(make("c.jpg"), headshot)


def test_latin_1_iptc_becomes_utf_8_whole_and_comes_back(
    make: Any, dump: Any, headshot: Record
) -> None:
    latin = ("-charset", "iptc=Latin1", "-IPTC:Keywords=Köln", "-IPTC:Caption-Abstract=Grüße")
    path = make("a.jpg", *latin)
    before = path.read_bytes()
    apply(path, headshot)
    assert dump(path)["IPTC:Caption-Abstract"] == "Grüße"
    assert dump(path)["IPTC:CodedCharacterSet"] == "UTF8"
    assert dump(path)["IPTC:Keywords"] == ["Köln", "headshot", "plain background"]
    assert dump(path)["XMP-dc:Subject"] == ["Köln", "headshot", "plain background"]
    remove(path)
    assert before == path.read_bytes()


def test_latin_1_iptc_stays_utf_8_when_the_user_needs_it(
    make: Any, dump: Any, headshot: Record, exiftool: str
) -> None:
    path = make("a.jpg", "-charset", "iptc=Latin1", "-IPTC:Keywords=Köln")
    apply(path, headshot)
    command = [exiftool, "-q", "-overwrite_original", "-IPTC:City=Łódź", str(path)]
    subprocess.run(command, check=True, timeout=60)
    remove(path)
    assert dump(path)["IPTC:City"] == "Łódź"
    assert dump(path)["IPTC:Keywords"] == "Köln"


def test_iptc_binary_datasets_are_not_lost(make: Any, headshot: Record) -> None:
    path = make("a.jpg", "-IPTC:Keywords=x", "-IPTC:ObjectPreviewData=y")
    data = path.read_bytes()
    iptc = Jpeg(data).iptc
    assert iptc is not None
    binary = b"\x1c\x02\xca\x00\x05\xff\x00\x1c\xfe\x01"
    path.write_bytes(Jpeg(data).replaced(None, iptc + binary))
    before = path.read_bytes()
    apply(path, headshot)
    assert binary in (Jpeg(path.read_bytes()).iptc or b"")
    remove(path)
    assert before == path.read_bytes()


@pytest.mark.parametrize("suffix", ["jpg", "tif"])
def test_a_right_photoshop_digest_is_renewed_and_a_wrong_one_kept(
    make: Any, dump: Any, headshot: Record, suffix: str, exiftool: str
) -> None:
    wrong = "00000000000000000000000000000001"
    for right in (True, False):
        path = make(f"{right}.{suffix}", "-IPTC:Keywords=x")
        digest = str(dump(path)["File:CurrentIPTCDigest"]) if right else wrong
        command = [exiftool, "-q", "-overwrite_original", f"-Photoshop:IPTCDigest={digest}"]
        subprocess.run([*command, str(path)], check=True, timeout=60)
        before = dump(path)
        apply(path, headshot)
        container = (Jpeg if suffix == "jpg" else TiffFile)(path.read_bytes())
        expected = hashlib.md5(container.iptc or b"").hexdigest() if right else wrong
        assert expected == dump(path)["Photoshop:IPTCDigest"]
        remove(path)
        assert before == dump(path)


def test_keywords_join_the_keywords(make: Any, headshot: Record) -> None:
    """A block in another order than the standard's must not be torn apart."""
    block = iim.Iim(
        (
            iim.DataSet((2, 0), b"\0\4"),
            iim.DataSet((2, 25), b"mine"),
            iim.DataSet((2, 90), b"Rome"),
            iim.DataSet((2, 5), b"title"),
        )
    )
    path = make("a.jpg")
    path.write_bytes(Jpeg(path.read_bytes()).replaced(None, iim.serialise(block)))
    before = path.read_bytes()
    apply(path, headshot)
    found = iim.parse(Jpeg(path.read_bytes()).iptc or b"")
    assert [item.number for item in found.datasets] == [
        (1, 90),
        (2, 0),
        (2, 25),
        (2, 25),
        (2, 25),
        (2, 90),
        (2, 5),
    ]
    remove(path)
    assert before == path.read_bytes()


def test_long_keywords_of_the_user_are_not_repeated_cut(
    make: Any, dump: Any, headshot: Record
) -> None:
    long = "ä" * 40
    path = make("a.jpg", f"-XMP-dc:Subject={long}")
    assert [note for note in apply(path, headshot).notes if long in note]
    assert "IPTC:Keywords" not in dump(path)
    assert dump(path)["XMP-dc:Subject"] == [long, "headshot", "plain background"]
    assert not apply(path, headshot).changed


def test_webp_has_no_iptc_and_says_nothing_of_it(make: Any, headshot: Record) -> None:
    assert "IPTC:Keywords" not in apply(make("a.webp"), headshot).added


def test_removing_the_last_xmp_of_a_webp_works(make: Any, dump: Any, headshot: Record) -> None:
    path = make("a.webp", exif=False)
    before = path.read_bytes()
    assert dump(path)["File:FileType"] == "WEBP"
    apply(path, headshot)
    assert dump(path)["File:FileType"] == "Extended WEBP"
    remove(path)
    assert before == path.read_bytes()


@pytest.mark.parametrize("bad", ["a\nb", "a\0b", "type=Bag", "\x07", "\ud800", "", " "])
def test_words_that_corrupt_a_bag_are_refused(make: Any, headshot: Record, bad: str) -> None:
    path = make("a.jpg")
    before = path.read_bytes()
    with pytest.raises(WriteRefused):
        apply(path, attrs.evolve(headshot, keywords=Keywords((bad,))))
    with pytest.raises(WriteRefused):
        apply(path, attrs.evolve(headshot, confidence=float("nan")))
    assert before == path.read_bytes()


@pytest.mark.parametrize("suffix", FORMATS)
def test_such_words_of_the_user_survive(
    make: Any, dump: Any, headshot: Record, suffix: str
) -> None:
    path = make(f"a.{suffix}", "-XMP-dc:Subject=type=Bag", "-E", "-XMP-dc:Subject=a&#xa;b&#x9;c")
    before = dump(path)
    apply(path, headshot)
    assert dump(path)["XMP-dc:Subject"][:2] == ["type=Bag", "a\nb\tc"]
    remove(path)
    assert before == dump(path)


def test_xmp_over_64_kilobytes_is_refused_in_jpeg_only(make: Any, headshot: Record) -> None:
    many = Keywords(tuple(f"keyword number {number:06d}" for number in range(2000)))
    path = make("a.jpg")
    before = path.read_bytes()
    with pytest.raises(WriteRefused, match="JPEG allows"):
        apply(path, attrs.evolve(headshot, keywords=many))
    assert before == path.read_bytes()
    assert apply(path, headshot).changed
    assert apply(make("a.png"), attrs.evolve(headshot, keywords=many)).changed


def test_struct_prefixes_of_other_programs_are_understood(make: Any, headshot: Record) -> None:
    path = make("a.jpg")
    apply(path, headshot)
    data = path.read_bytes()
    # A prefix of the same length keeps all sizes right.
    for mark in (b"<%b:", b"</%b:", b"xmlns:%b="):
        data = data.replace(mark % b"Iptc4xmpExt", mark % b"iptcExtensn")
    path.write_bytes(data)
    assert headshot == read(path)
    assert not apply(path, headshot).changed


def test_a_document_type_is_refused(make: Any, headshot: Record) -> None:
    path = make("a.png", "-XMP-dc:Subject=x")
    jpeg = make("a.jpg")
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><rdf:RDF xmlns:rdf="urn:x">&a;</rdf:RDF>'
    jpeg.write_bytes(Jpeg(jpeg.read_bytes()).replaced(bomb, None))
    with pytest.raises(MetadataDamaged, match="document type"):
        apply(jpeg, headshot)
    assert apply(path, headshot).changed


def test_the_crop_is_never_a_person(make: Any, dump: Any, headshot: Record) -> None:
    path = make("a.jpg")
    apply(path, headshot)
    assert not [key for key in dump(path) if key.startswith(("XMP-mwg", "XMP-crs"))]


def test_the_users_fields_are_not_touched(make: Any, dump: Any, headshot: Record) -> None:
    path = make("a.jpg", "-XMP:Rating=3", "-XMP:Label=Red", "-XMP-dc:Title=T", "-Exif:Artist=me")
    before = dump(path)
    apply(path, headshot)
    after = dump(path)
    assert before == {key: after.get(key) for key in before}


def _verify(old: bytes, new: bytes, meant: bytes | None = None) -> None:
    """Compare two files; what was to be written is what the third says, or else the second."""
    before, written = Jpeg(old), Jpeg(new)
    intended = _draft(Jpeg(new if meant is None else meant))
    verify.check(before, verify.foreign(_draft(before)), written, intended, _draft(written))


def _draft(photo: Jpeg) -> Draft:
    block, packet = None if photo.iptc is None else iim.parse(photo.iptc), Packet(photo.xmp)
    return Draft(packet, block, takes_iptc=True, orientation=1, ledger=ledger.read(packet))


def test_verification_notices_a_changed_picture(make: Any, headshot: Record) -> None:
    path = make("a.jpg")
    old = path.read_bytes()
    apply(path, headshot)
    new = path.read_bytes()
    _verify(old, new)
    for at in (-20, new.index(b"\xff\xda") + 8, new.index(b"a description")):
        spoiled = bytearray(new)
        spoiled[at] ^= 1
        with pytest.raises(ValueError, match="picture or other metadata"):
            _verify(old, bytes(spoiled))


def test_verification_notices_lost_words_of_the_user(make: Any, headshot: Record) -> None:
    path = make("a.jpg", "-XMP-dc:Subject=Wedding", "-XMP:Rating=3", "-IPTC:City=Rome")
    old = path.read_bytes()
    apply(path, headshot)
    new = path.read_bytes()
    for mine, other in (
        (b"<rdf:li>Wedding</rdf:li>", b"<rdf:li>Weddinx</rdf:li>"),
        (b">3</xmp:Rating>", b">4</xmp:Rating>"),
    ):
        assert mine in new
        with pytest.raises(ValueError, match="XMP of other"):
            _verify(old, new.replace(mine, other))
    with pytest.raises(ValueError, match="IPTC of other"):
        _verify(old, new.replace(b"Rome", b"Rume"))


def test_verification_notices_that_our_own_words_do_not_stay(make: Any, headshot: Record) -> None:
    path = make("a.jpg", "-codedcharacterset=utf8", "-IPTC:Keywords=mine")
    old = path.read_bytes()
    apply(path, headshot)
    new = path.read_bytes()
    for mine, other in (
        (b"<rdf:li>headshot</rdf:li>", b"<rdf:li>headshut</rdf:li>"),
        (b"headshot\x1c\x02\x19", b"headshut\x1c\x02\x19"),
    ):
        assert mine in new
        with pytest.raises(ValueError, match=r"not those that were|(XMP|IPTC) of other"):
            _verify(old, new.replace(mine, other, 1), new)


def test_the_second_reader_notices_what_the_first_overlooks(
    make: Any, headshot: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make("a.jpg", "-XMP:Rating=3")
    old = path.read_bytes()
    apply(path, headshot)
    new = path.read_bytes().replace(b">3</xmp:Rating>", b">4</xmp:Rating>")
    monkeypatch.setattr(verify, "_foreign_xmp", lambda _: {})
    with pytest.raises(ValueError, match=r"exiv2 would read Xmp\.xmp\.Rating differently"):
        _verify(old, new)


def test_never_takes_our_iptc_words_back_and_keeps_the_users(
    make: Any, dump: Any, headshot: Record
) -> None:
    path = make("a.jpg", "-codedcharacterset=utf8", "-IPTC:Keywords=mine")
    apply(path, headshot)
    apply(path, headshot, WriteOptions(iptc="never"))
    assert dump(path)["IPTC:Keywords"] == "mine"
