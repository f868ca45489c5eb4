"""What a photo says about itself: its own keywords and its rating, without phototag's words."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from benchmarks.faults.unsealed import ThisProcess
from phototag.metadata.about import About
from phototag.metadata.record import Record
from phototag.options import Limits, WriteOptions
from phototag.worker import tasks
from phototag.worker.source import PhotoFile
from writing import apply

WORDS = (
    "-XMP-dc:Subject=Wedding", "-XMP-lr:HierarchicalSubject=Places|Rome", "-XMP-digiKam:TagsList=People/Jane",
    "-IPTC:Keywords=wedding", "-IPTC:Keywords=Garden",
)  # fmt: skip
OWN = {"Wedding", "Rome", "Jane", "Garden"}


def about(path: Path) -> About:
    return tasks.preview(ThisProcess(), PhotoFile.of(path), Limits(), side=40, quality=60)[1]


def folded(found: About) -> set[str]:
    return {word.casefold() for word in found.keywords}


def test_all_lists_are_read_and_each_keyword_is_there_once(make: Any) -> None:
    found = about(make("a.jpg", *WORDS))
    assert folded(found) == {word.casefold() for word in OWN}
    assert len(found.keywords) == len(OWN)


def test_phototags_words_are_not_the_photos_own(make: Any, headshot: Record) -> None:
    path = make("a.jpg", *WORDS, "-XMP-xmp:Rating=3")
    before = about(path)
    assert apply(path, headshot).changed
    after = about(path)
    assert folded(after) == folded(before)
    assert after.rating == 3


def test_a_photo_that_says_nothing(make: Any, headshot: Record) -> None:
    path = make("a.jpg")
    assert about(path) == About()
    apply(path, headshot)
    assert about(path) == About()


@pytest.mark.parametrize(
    ("written", "rating"),
    [
        (["-XMP-xmp:Rating=5"], 5),
        (["-XMP-xmp:Rating=-1"], -1),
        (["-XMP-xmp:Rating=0"], 0),
        (["-IFD0:Rating=4"], 4),
        (["-XMP-xmp:Rating=2", "-IFD0:Rating=4"], 2),
        (["-XMP-microsoft:RatingPercent=75"], 4),
        (["-XMP-xmp:Rating=99"], None),
        ([], None),
    ],
)
def test_the_rating_is_that_of_xmp_or_else_of_exif(
    make: Any, written: list[str], rating: int | None
) -> None:
    assert about(make("a.jpg", *written)).rating == rating


def test_the_sidecar_wins(make: Any, headshot: Record) -> None:
    path = make("a.jpg", "-XMP-dc:Subject=Wedding", "-XMP-xmp:Rating=3")
    apply(path, headshot, WriteOptions(sidecar="always"))
    (sidecar,) = path.parent.glob("*.xmp")
    text = sidecar.read_text("utf-8")
    assert "Wedding" in text
    sidecar.write_text(text.replace("Wedding", "Party"), "utf-8")
    assert about(path) == About(keywords=("Party",), rating=3)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_a_sidecar_without_permission_does_not_hide_the_picture(make: Any) -> None:
    path = make("a.jpg", "-XMP-dc:Subject=Wedding")
    sidecar = path.with_name("a.jpg.xmp")
    sidecar.write_text("")
    sidecar.chmod(0)
    assert about(path).keywords == ("Wedding",)


def test_damaged_metadata_say_nothing(make: Any) -> None:
    path = make("a.jpg", "-XMP-dc:Subject=Wedding")
    path.write_bytes(path.read_bytes().replace(b"</rdf:RDF>", b"</rdf:RDG>"))
    assert about(path) == About()
    damaged = make("b.jpg", "-XMP-dc:Subject=Wedding")
    damaged.with_name("b.jpg.xmp").write_text("no XMP")
    assert about(damaged).keywords == ("Wedding",)


def test_a_format_that_is_not_written(make: Any) -> None:
    path = make("a.avif", "-XMP-dc:Subject=Wedding", "-XMP-xmp:Rating=2")
    assert about(path) == About(keywords=("Wedding",), rating=2)
