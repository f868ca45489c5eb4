"""XMP files beside photos: their names, what is in them, and how they go again."""

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path
from typing import Any

import attrs
import pytest
from PIL import Image

from benchmarks.faults.unsealed import read, remove
from corpus import negative
from phototag.errors import (
    FormatNotWritable,
    MetadataDamaged,
    WriteInPart,
    WriteRefused,
    WriteUncertain,
)
from phototag.files import replace as replacing
from phototag.files import sidecar_names
from phototag.files.content import Content
from phototag.files.original import Original, refuse_unless_replaceable
from phototag.metadata.record import Record
from phototag.metadata.xmp.names import Name
from phototag.metadata.xmp.packet import Packet
from phototag.options import WriteOptions
from writing import apply

WORDS = ("-XMP-dc:Subject=wedding", "-XMP-xmp:Rating=4")
SUBJECT = Name.of("dc:subject")


@pytest.fixture
def heic(tmp_path: Path) -> Path:
    """A HEIC file with the user's words inside."""
    heif = pytest.importorskip("pillow_heif")
    heif.register_heif_opener()
    packet = Packet(None)
    from phototag.metadata.xmp.values import Text, bag

    packet.put(SUBJECT, bag("wedding"))
    packet.put(Name.of("xmp:Rating"), Text("4"))
    path = tmp_path / "a.heic"
    Image.new("RGB", (96, 64), "teal").save(path, xmp=packet.to_bytes())
    return path


def subject(path: Path) -> tuple[str, ...]:
    return Packet(path.read_bytes()).texts(SUBJECT)


@pytest.mark.parametrize(
    ("photo", "there", "found"),
    [
        ("a.jpg", [], []),
        ("a.jpg", ["a.jpg.xmp"], ["a.jpg.xmp"]),
        ("a.jpg", ["a.jpg.XMP"], ["a.jpg.XMP"]),
        ("a.jpg", ["a.xmp", "a.nef.xmp"], []),
        ("a.nef", ["a.xmp"], ["a.xmp"]),
        ("a.NEF", ["a.NEF.xmp"], ["a.NEF.xmp"]),
        ("a.nef", ["a.xmp", "a.nef.xmp"], ["a.xmp", "a.nef.xmp"]),
    ],
)
def test_which_sidecars_belong_to_a_photo(
    tmp_path: Path, photo: str, there: list[str], found: list[str]
) -> None:
    for name in there:
        (tmp_path / name).touch()
    (tmp_path / "folder.jpg.xmp").mkdir()
    assert sidecar_names.existing(str(tmp_path / photo)) == [str(tmp_path / name) for name in found]
    assert sidecar_names.existing(str(tmp_path / "folder.jpg")) == []


@pytest.mark.parametrize(
    ("photo", "names"), [("a.heic", ["a.heic.xmp"]), ("a.CR3", ["a.xmp", "a.CR3.xmp"])]
)
def test_the_names_of_new_sidecars(photo: str, names: list[str]) -> None:
    assert sidecar_names.new(photo) == names


def test_a_new_sidecar_holds_all_that_the_photo_holds(heic: Path, headshot: Record) -> None:
    before = heic.read_bytes()
    change = apply(heic, headshot)
    beside = heic.with_name("a.heic.xmp")
    assert change.files == (str(beside),)
    assert before == heic.read_bytes()
    assert subject(beside) == ("wedding", "headshot", "plain background")
    packet = Packet(beside.read_bytes())
    assert packet.text(Name.of("xmp:Rating")) == "4"
    assert "wedding" in packet.texts(Name.of("lr:hierarchicalSubject"))
    assert read(heic) == headshot
    assert not apply(heic, headshot).changed
    assert remove(heic).changed
    assert not beside.exists()
    assert read(heic) is None


def test_words_of_iptc_and_exif_are_in_a_new_sidecar(make: Any, headshot: Record) -> None:
    path = make(
        "a.jpg", "-IPTC:Keywords=only here", "-IPTC:City=Köln", "-XMP-dc:Subject=flat",
        "-IPTC:Keywords=flat", "-EXIF:Artist=Jane",
    )  # fmt: skip
    apply(path, headshot, WriteOptions(sidecar="always"))
    packet = Packet(path.with_name("a.jpg.xmp").read_bytes())
    assert packet.texts(SUBJECT)[:2] == ("flat", "only here")
    assert [item for name in packet.names() if name.local == "City" for item in [packet.text(name)]]
    assert packet.texts(Name.of("dc:creator")) == ("Jane",)


def test_always_leaves_the_photo_alone(make: Any, headshot: Record) -> None:
    path = make("a.jpg", *WORDS)
    before = path.read_bytes()
    apply(path, headshot, WriteOptions(sidecar="always"))
    assert before == path.read_bytes()
    assert read(path) == headshot
    remove(path)
    assert sorted(path.parent.iterdir()) == [path]


def test_a_sidecar_that_is_there_is_updated_beside_the_photo(
    make: Any, dump: Any, headshot: Record
) -> None:
    """darktable reads its sidecar instead of the photo: our words must be in both."""
    path = make("a.jpg", *WORDS)
    beside = path.with_name("a.jpg.xmp")
    shutil.copyfile(make("b.jpg"), path.with_name("c.jpg"))
    program = shutil.which("exiftool")
    assert program
    command = [program, "-q", "-q", "-o", str(beside), "-XMP-dc:Subject=in the sidecar"]
    subprocess.run([*command, str(path.with_name("c.jpg"))], check=True, timeout=60)
    before = dump(path), dump(beside)
    change = apply(path, headshot)
    assert change.files == (str(beside), str(path))
    assert subject(beside) == ("in the sidecar", "headshot", "plain background")
    assert not apply(path, headshot).changed
    assert len(remove(path).files) == 2
    assert before == (dump(path), dump(beside))


def test_never_makes_no_sidecar_and_leaves_one_alone(
    make: Any, heic: Path, headshot: Record
) -> None:
    path = make("a.jpg", *WORDS)
    beside = path.with_name("a.jpg.xmp")
    beside.write_bytes(Packet(None).to_bytes())
    before = beside.read_bytes()
    assert apply(path, headshot, WriteOptions(sidecar="never")).files == (str(path),)
    assert before == beside.read_bytes()
    with pytest.raises(FormatNotWritable, match=r"a\.heic"):
        apply(heic, headshot, WriteOptions(sidecar="never"))


def test_negatives_are_never_written_into(tmp_path: Path, headshot: Record) -> None:
    path = negative(tmp_path / "a.nef")
    before = path.read_bytes()
    beside = tmp_path / "a.xmp", tmp_path / "a.nef.xmp"
    assert apply(path, headshot).files == tuple(map(str, beside))
    assert before == path.read_bytes()
    assert Packet((tmp_path / "a.xmp").read_bytes()).text(Name.of("xmp:Rating")) == "3"
    found = read(path)
    assert found is not None
    assert found.crops == headshot.crops  # turned back by the orientation in the raw file's Exif
    remove(path)
    assert sorted(tmp_path.iterdir()) == [path]


def test_of_two_sidecars_the_one_that_is_left_is_updated(
    tmp_path: Path, headshot: Record, portrait: Record
) -> None:
    path = negative(tmp_path / "a.nef")
    apply(path, headshot)
    (tmp_path / "a.xmp").unlink()
    assert apply(path, portrait).files == (str(tmp_path / "a.nef.xmp"),)
    assert sorted(tmp_path.iterdir()) == [path, tmp_path / "a.nef.xmp"]


def test_a_dng_gets_a_sidecar_unless_none_is_allowed(tmp_path: Path, headshot: Record) -> None:
    path = negative(tmp_path / "a.dng")
    before = path.read_bytes()
    assert len(apply(path, headshot).files) == 2
    remove(path)
    assert apply(path, headshot, WriteOptions(sidecar="never")).files == (str(path),)
    assert read(path) == headshot
    remove(path)
    assert before == path.read_bytes()


def test_a_sidecar_with_something_of_the_users_stays(heic: Path, headshot: Record) -> None:
    apply(heic, headshot)
    beside = heic.with_name("a.heic.xmp")
    text = beside.read_text(encoding="utf-8")
    beside.write_text(
        text.replace("<rdf:li>wedding<", "<rdf:li>added later</rdf:li><rdf:li>wedding<", 1)
    )
    remove(heic)
    assert subject(beside) == ("added later", "wedding")
    assert read(heic) is None


def test_a_damaged_sidecar_is_left_alone(make: Any, headshot: Record) -> None:
    path = make("a.jpg")
    beside = path.with_name("a.jpg.xmp")
    beside.write_bytes(b"<x:xmpmeta")
    before = path.read_bytes()
    with pytest.raises(MetadataDamaged, match=r"a\.jpg\.xmp"):
        apply(path, headshot)
    assert (before, b"<x:xmpmeta") == (path.read_bytes(), beside.read_bytes())


def test_a_sidecar_that_appears_meanwhile_is_not_overwritten(
    heic: Path, headshot: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    beside = heic.with_name("a.heic.xmp")
    real = refuse_unless_replaceable

    def late(*arguments: Any, **options: Any) -> None:
        real(*arguments, **options)
        beside.write_bytes(b"somebody else's")

    monkeypatch.setattr(replacing, "refuse_unless_replaceable", late)
    with pytest.raises(WriteRefused, match="created it in the meantime"):
        apply(heic, headshot)
    assert beside.read_bytes() == b"somebody else's"
    assert sorted(heic.parent.iterdir()) == [heic, beside]


def test_metadata_that_cannot_be_read_get_no_sidecar_that_hides_them(
    tmp_path: Path, headshot: Record
) -> None:
    heif = pytest.importorskip("pillow_heif")
    heif.register_heif_opener()
    path = tmp_path / "a.heic"
    Image.new("RGB", (96, 64)).save(path, xmp=b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><broken>")
    with pytest.raises(MetadataDamaged, match="cannot be read"):
        apply(path, headshot)
    assert sorted(tmp_path.iterdir()) == [path]


def test_a_dry_run_makes_no_sidecar(heic: Path, headshot: Record) -> None:
    change = apply(heic, headshot, WriteOptions(dry_run=True))
    assert change.changed
    assert sorted(heic.parent.iterdir()) == [heic]


@pytest.mark.parametrize("suffix", ["gif", "bmp", "avif"])
def test_a_format_without_xmp_is_tagged_in_a_sidecar(
    tmp_path: Path, headshot: Record, suffix: str
) -> None:
    path = tmp_path / f"a.{suffix}"
    Image.new("RGB", (64, 48), "olive").save(path)
    apply(path, headshot)
    assert read(path) == headshot
    remove(path)
    assert sorted(tmp_path.iterdir()) == [path]


def test_jpeg_2000_is_written_into(tmp_path: Path, headshot: Record) -> None:
    path = tmp_path / "a.jp2"
    Image.radial_gradient("L").convert("RGB").save(path)
    before = path.read_bytes()
    apply(path, headshot)
    assert read(path) == headshot
    with Image.open(path) as picture:
        picture.load()
    assert not apply(path, headshot).changed
    remove(path)
    assert before == path.read_bytes()


def test_jpeg_2000_that_refers_to_places_is_refused(tmp_path: Path, headshot: Record) -> None:
    path = tmp_path / "a.jp2"
    Image.radial_gradient("L").save(path)
    data = path.read_bytes()
    path.write_bytes(data[:12] + struct.pack(">I4s", 8, b"ftbl") + data[12:])
    with pytest.raises(FormatNotWritable, match="file offsets"):
        apply(path, headshot, WriteOptions(sidecar="never"))


def test_words_that_exiftool_added_to_a_heic_are_copied(
    tmp_path: Path, exiftool: str, headshot: Record
) -> None:
    """exiv2 overlooks XMP that was added to a HEIC without any."""
    heif = pytest.importorskip("pillow_heif")
    heif.register_heif_opener()
    path = tmp_path / "a.heic"
    Image.new("RGB", (96, 64), "teal").save(path)
    command = [exiftool, "-q", "-overwrite_original", "-XMP-dc:Subject=wedding", str(path)]
    subprocess.run(command, check=True, timeout=60)
    apply(path, headshot)
    assert "wedding" in subject(path.with_name("a.heic.xmp"))


def test_exif_texts_keep_their_letters(make: Any, headshot: Record) -> None:
    path = make("a.jpg", "-charset", "exif=UTF8", "-EXIF:Artist=Jörg Müller")
    apply(path, headshot, WriteOptions(sidecar="always"))
    packet = Packet(path.with_name("a.jpg.xmp").read_bytes())
    assert packet.texts(Name.of("dc:creator")) == ("Jörg Müller",)


def test_two_negatives_of_one_name_have_sidecars_of_their_own(
    tmp_path: Path, headshot: Record, portrait: Record
) -> None:
    one, other = negative(tmp_path / "i.nef"), negative(tmp_path / "i.dng")
    apply(one, portrait)
    apply(other, headshot)
    assert read(one) == portrait
    assert read(other) == headshot
    assert not (tmp_path / "i.xmp").exists()


def test_what_stands_beside_a_damaged_photo_can_be_taken_back(make: Any, headshot: Record) -> None:
    path = make("a.jpg")
    apply(path, headshot, WriteOptions(sidecar="always"))
    path.write_bytes(path.read_bytes()[:30])
    assert read(path) == headshot
    remove(path)
    assert read(path) is None


@pytest.mark.parametrize("words", [(), WORDS, ("-IPTC:Keywords=wedding",)])
@pytest.mark.parametrize("modes", [("always", "auto"), ("auto", "always")])
def test_a_sidecar_that_phototag_made_goes_also_if_the_photo_is_tagged(
    make: Any, headshot: Record, words: tuple[str, ...], modes: tuple[Any, Any]
) -> None:
    photo = make("a.jpg", *words)
    before = photo.read_bytes()
    for mode in modes:
        apply(photo, headshot, WriteOptions(sidecar=mode))
    assert photo.read_bytes() != before
    assert read(photo.with_name("a.jpg")) == headshot
    assert photo.with_name("a.jpg.xmp").exists()
    remove(photo)
    assert photo.read_bytes() == before
    assert [path.name for path in photo.parent.iterdir()] == ["a.jpg"]


def tagged_with_sidecar(tmp_path: Path, headshot: Record) -> tuple[Path, Path, dict[str, bytes]]:
    """A JPEG and its sidecar, both tagged, and what is in them."""
    photo = tmp_path / "a.jpg"
    Image.new("RGB", (96, 64), "teal").save(photo)
    apply(photo, headshot, WriteOptions(sidecar="always"))
    apply(photo, headshot)
    beside = tmp_path / "a.jpg.xmp"
    return photo, beside, {path.name: path.read_bytes() for path in (photo, beside)}


def test_a_photo_that_is_refused_keeps_its_sidecar_as_it_was(
    tmp_path: Path, headshot: Record
) -> None:
    photo, beside, before = tagged_with_sidecar(tmp_path, headshot)
    photo.chmod(0o444)
    with pytest.raises(WriteRefused, match="read-only"):
        apply(photo, attrs.evolve(headshot, kind="portrait"))
    assert {path.name: path.read_bytes() for path in (photo, beside)} == before


def test_a_photo_that_fails_after_its_sidecar_says_so(
    tmp_path: Path, headshot: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo, beside, before = tagged_with_sidecar(tmp_path, headshot)

    def full(original: Original, data: Content, **options: Any) -> object:
        if original.path == str(photo):
            raise WriteRefused(original.photo, "the disk is full", "free some space")
        return replacing.replace(original, data, **options)

    monkeypatch.setattr("phototag.worker.replacing.replace", full)
    with pytest.raises(WriteInPart) as caught:
        apply(photo, attrs.evolve(headshot, kind="portrait"))
    assert photo.read_bytes() == before["a.jpg"]
    assert beside.read_bytes() != before["a.jpg.xmp"]
    assert "a.jpg.xmp was changed, but not this file: the disk is full" in str(caught.value)
    assert "(this file is unchanged); free some space" in str(caught.value)


def test_a_sidecar_whose_change_is_uncertain_leaves_the_photo_and_says_so(
    tmp_path: Path, headshot: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo, beside, before = tagged_with_sidecar(tmp_path, headshot)

    def failing(original: Original, data: Content, **options: Any) -> object:
        replacing.replace(original, data, **options)
        raise WriteUncertain(original.photo, "the disk did not confirm that", "check the disk")

    monkeypatch.setattr("phototag.worker.replacing.replace", failing)
    with pytest.raises(WriteInPart) as caught:
        apply(photo, attrs.evolve(headshot, kind="portrait"))
    assert caught.value.photo == str(photo)
    assert photo.read_bytes() == before["a.jpg"]
    assert beside.read_bytes() != before["a.jpg.xmp"]
    assert "a.jpg.xmp: the disk did not confirm that (this file is unchanged)" in str(caught.value)
