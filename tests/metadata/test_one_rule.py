"""One rule for every list of keywords: what the user deletes in one, and words that a hierarchy would divide."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from benchmarks.faults.unsealed import remove
from phototag.analysis.keywords.claims import Keywords
from phototag.metadata.change import Change
from phototag.metadata.record import Record
from phototag.options import WriteOptions
from writing import apply

FIELDS = ("XMP-dc:Subject", "XMP-lr:HierarchicalSubject", "IPTC:Keywords", "XMP-digiKam:TagsList")
MINE = {
    "XMP-dc:Subject": "headshot",
    "XMP-lr:HierarchicalSubject": "phototag|kind|headshot",
    "IPTC:Keywords": "headshot",
    "XMP-digiKam:TagsList": "phototag/kind/headshot",
}


def exiftool_edits(photo: Path, *options: str) -> None:
    command = ["exiftool", "-q", "-overwrite_original", *options, str(photo)]
    subprocess.run(command, check=True, timeout=60)


def words(dump: Any, photo: Path) -> dict[str, list[str]]:
    found = dump(photo)
    listed = {field: found.get(field, []) for field in FIELDS}
    return {field: [there] if isinstance(there, str) else there for field, there in listed.items()}


@pytest.fixture
def tagged(make: Any, headshot: Record) -> Path:
    """A photo with a word of the user's in every list, and phototag's."""
    photo: Path = make(
        "a.jpg",
        *(f"-{field}=wedding" for field in FIELDS),
    )
    apply(photo, headshot)
    return photo


@pytest.mark.parametrize("field", FIELDS)
def test_a_word_deleted_in_one_list_goes_from_all_and_stays_away(
    tagged: Path, headshot: Record, dump: Any, field: str
) -> None:
    exiftool_edits(tagged, f"-{field}-={MINE[field]}")
    for first in (True, False):
        change = apply(tagged, headshot)
        assert change.changed == first
        there = words(dump, tagged)
        assert all("wedding" in listed for listed in there.values())
        assert not any(MINE[name] in listed for name, listed in there.items()), field
        assert "plain background" in there["XMP-dc:Subject"]
        assert "headshot" in change.declined["dc:subject"]
    apply(tagged, headshot, WriteOptions(force=True))
    assert all(MINE[name] in listed for name, listed in words(dump, tagged).items())


def test_a_deleted_word_that_the_user_adds_again_is_the_users(
    tagged: Path, headshot: Record, dump: Any
) -> None:
    exiftool_edits(tagged, "-XMP-dc:Subject-=headshot")
    apply(tagged, headshot)
    exiftool_edits(tagged, "-XMP-dc:Subject+=headshot")
    apply(tagged, headshot)
    remove(tagged)
    assert words(dump, tagged)["XMP-dc:Subject"] == ["wedding", "headshot"]


@pytest.mark.parametrize("field", ["XMP-lr:HierarchicalSubject", "IPTC:Keywords"])
def test_a_list_that_another_program_has_dropped_deletes_no_word(
    tagged: Path, headshot: Record, dump: Any, field: str
) -> None:
    exiftool_edits(tagged, f"-{field}=")
    apply(tagged, headshot)
    there = words(dump, tagged)
    assert "headshot" in there["XMP-dc:Subject"]
    assert "phototag/kind/headshot" in there["XMP-digiKam:TagsList"]


def test_the_last_word_of_the_list_that_all_read_counts_as_deleted(
    make: Any, portrait: Record, dump: Any
) -> None:
    photo: Path = make("a.jpg")
    apply(photo, portrait)
    exiftool_edits(photo, "-XMP-dc:Subject-=portrait")
    apply(photo, portrait)
    assert words(dump, photo) == {field: [] for field in FIELDS}


@pytest.mark.parametrize(
    "given",
    ["XMP-dc:Subject=AC/DC", "IPTC:Keywords=AC/DC", "XMP-dc:Subject=a|b", "IPTC:Keywords=a|b"],
)
def test_a_word_with_a_separator_stays_one(
    make: Any, headshot: Record, portrait: Record, dump: Any, given: str
) -> None:
    photo: Path = make("a.jpg", f"-{given}")
    word = given.partition("=")[2]
    before = photo.read_bytes()
    change = apply(photo, headshot, WriteOptions(dry_run=True))
    assert [note for note in change.notes if word in note]
    apply(photo, portrait)
    apply(photo, headshot)
    there = words(dump, photo)
    assert there["XMP-dc:Subject"] == [word, "headshot", "plain background"]
    assert there["XMP-lr:HierarchicalSubject"] == []
    remove(photo)
    assert photo.read_bytes() == before


@pytest.mark.parametrize("word", ["AC/DC", "a|b"])
def test_where_the_user_has_a_hierarchy_it_is_not_repeated_there(
    make: Any, headshot: Record, dump: Any, word: str
) -> None:
    photo: Path = make(
        "a.jpg", f"-XMP-dc:Subject={word}", "-XMP-dc:Subject=wedding",
        "-XMP-lr:HierarchicalSubject=events|party",
    )  # fmt: skip
    before = photo.read_bytes()
    change: Change = apply(photo, headshot)
    there = words(dump, photo)["XMP-lr:HierarchicalSubject"]
    assert word not in there
    assert {"wedding", "events|party", "phototag|kind|headshot"} <= set(there)
    assert not change.notes
    remove(photo)
    assert photo.read_bytes() == before


def test_a_divided_word_that_the_user_adds_later_takes_the_hierarchy_back(
    make: Any, dump: Any
) -> None:
    record = Record(
        kind="headshot",
        confidence=0.9,
        keywords=Keywords(("headshot",), ("phototag|kind|headshot",), ()),
    )
    photo: Path = make("a.jpg")
    apply(photo, record)
    exiftool_edits(photo, "-XMP-dc:Subject+=AC/DC")
    apply(photo, record)
    assert words(dump, photo)["XMP-lr:HierarchicalSubject"] == []
    exiftool_edits(photo, "-XMP-dc:Subject-=AC/DC", "-IPTC:Keywords-=AC/DC")
    apply(photo, record)
    assert words(dump, photo)["XMP-lr:HierarchicalSubject"] == ["phototag|kind|headshot"]
