"""Every word of the user's stays listed as it was: what applications showed of it is known from runs of them."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Any

import pytest

from benchmarks.faults.unsealed import remove
from phototag.metadata import iim
from phototag.metadata.containers import open_container
from phototag.metadata.record import Record
from phototag.metadata.xmp.names import Name
from phototag.metadata.xmp.packet import Packet
from phototag.metadata.xmp.values import Array, Text
from phototag.options import WriteOptions
from writing import apply

LONG = "x" * 70
DECOMPOSED = unicodedata.normalize("NFD", "Käthe")
SPELLINGS = ("Käthe", DECOMPOSED, "Garden", "garden", " garden ")


def listed(path: Path, name: str) -> list[str]:
    """The words of a property, or of the IPTC block."""
    container = open_container(path.read_bytes(), path.name)
    if name != "IPTC:Keywords":
        return list(Packet(container.xmp).texts(Name.of(name)))
    return [] if container.iptc is None else list(iim.parse(container.iptc).keywords)


def with_words(path: Path, name: str, *words: str) -> Path:
    """The photo with these words in a property, as another program would write them."""
    container = open_container(path.read_bytes(), path.name)
    packet = Packet(container.xmp)
    packet.put(Name.of(name), Array("Bag", tuple(map(Text, words))))
    path.write_bytes(container.replaced(packet.to_bytes(), container.iptc))
    return path


def test_every_spelling_is_repeated(make: Any, headshot: Record) -> None:
    """digiKam and darktable list the hierarchy, gThumb lists IPTC; for all of them each spelling is a keyword."""
    path = with_words(make("a.jpg"), "dc:subject", *SPELLINGS)
    before = path.read_bytes()
    for _ in range(2):
        apply(path, headshot)
        for name in ("dc:subject", "lr:hierarchicalSubject", "IPTC:Keywords"):
            assert [w for w in listed(path, name) if w in SPELLINGS] == list(SPELLINGS), name
    assert not apply(path, headshot).changed
    remove(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("word", ["headshot", "Headshot", "plain background"])
@pytest.mark.parametrize("field", ["IPTC:Keywords", "IFD0:XPKeywords"])
def test_a_word_of_the_users_that_is_phototags_too_is_repeated(
    make: Any, headshot: Record, field: str, word: str
) -> None:
    path = make("a.jpg", f"-{field}={word}")
    before = path.read_bytes()
    apply(path, headshot)
    assert word in listed(path, "dc:subject")
    assert word in listed(path, "lr:hierarchicalSubject")
    assert not apply(path, headshot).changed
    remove(path)
    assert path.read_bytes() == before


def test_a_word_that_iptc_has_no_room_for_is_not_hidden_by_a_new_list(
    make: Any, headshot: Record, portrait: Record
) -> None:
    """gThumb lists only IPTC if it has keywords; darktable and Shotwell would list the cut word as another one."""
    path = with_words(make("a.jpg"), "dc:subject", LONG, "wedding")
    before = path.read_bytes()
    dry = apply(path, headshot, WriteOptions(dry_run=True))
    assert [note for note in dry.notes if LONG in note]
    apply(path, portrait)
    apply(path, headshot)
    assert listed(path, "dc:subject")[:2] == [LONG, "wedding"]
    assert LONG in listed(path, "lr:hierarchicalSubject")
    assert listed(path, "IPTC:Keywords") == []
    remove(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("in_iptc", ["other", LONG[:64], LONG])
def test_a_list_in_iptc_gets_no_shorter_word(make: Any, headshot: Record, in_iptc: str) -> None:
    path = with_words(make("a.jpg", "-m", f"-IPTC:Keywords={in_iptc}"), "dc:subject", LONG)
    apply(path, headshot)
    assert listed(path, "IPTC:Keywords") == [in_iptc, "headshot", "plain background"]
    assert not apply(path, headshot).changed


def test_a_long_word_that_the_user_adds_later_takes_the_list_back(
    make: Any, headshot: Record
) -> None:
    path = make("a.jpg")
    apply(path, headshot)
    assert listed(path, "IPTC:Keywords") == ["headshot", "plain background"]
    with_words(path, "dc:subject", *listed(path, "dc:subject"), LONG)
    apply(path, headshot)
    assert listed(path, "IPTC:Keywords") == []


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tif"])
def test_the_list_of_gthumb_in_xmp_is_kept_up_and_hides_nothing(
    make: Any, headshot: Record, suffix: str
) -> None:
    """gThumb lists the first of IPTC, this list and ``dc:subject``."""
    name = "Iptc4xmpCore:Keywords"
    path = with_words(make(f"a.{suffix}"), name, "wedding")
    before = Packet(open_container(path.read_bytes(), path.name).xmp).values()
    apply(path, headshot)
    assert listed(path, name) == ["wedding", "headshot", "plain background"]
    for other in ("dc:subject", "lr:hierarchicalSubject"):
        assert "wedding" in listed(path, other)
    if suffix in {"jpg", "tif"}:
        assert "wedding" in listed(path, "IPTC:Keywords")
    assert not apply(path, headshot).changed
    remove(path)
    assert Packet(open_container(path.read_bytes(), path.name).xmp).values() == before
