"""The starting point in a photo: written, read, and missing where an earlier version wrote."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from benchmarks.faults.unsealed import read, remove
from phototag.errors import WriteRefused
from phototag.metadata.record import Record, etag
from writing import apply


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.tif", "a.webp"])
def test_a_photo_tagged_before_there_was_a_starting_point(
    make: Any, headshot: Record, name: str
) -> None:
    path = make(name)
    untouched = path.read_bytes()
    old = attrs.evolve(headshot, starting_point=None)
    apply(path, old)
    assert b"StartingPoint" not in path.read_bytes()
    assert read(path) == old
    assert old.log_odds is None
    assert not apply(path, old).changed
    assert apply(path, headshot).changed
    assert read(path) == headshot
    assert headshot.log_odds == 0.75
    assert b"0.75" in path.read_bytes()
    assert not apply(path, headshot).changed
    assert apply(path, old).changed  # as `undo` does
    assert b"StartingPoint" not in path.read_bytes()
    assert b"phototag:LogOdds>0.75" not in path.read_bytes()
    remove(path)
    assert path.read_bytes() == untouched


def test_the_mark_of_what_an_earlier_version_stated_is_what_it_was() -> None:
    record = Record(kind="headshot", confidence=0.9, contributions={"focus": 1.5})
    assert etag(record) == "b1b5e8074c2f2122"  # as state files of earlier runs hold it
    assert etag(attrs.evolve(record, starting_point=-1.806)) != etag(record)
    said = attrs.evolve(record, decision={"kind": "headshot"})
    others = [said, attrs.evolve(said, thought="portrait", thought_confidence=0.6)]
    others.append(attrs.evolve(record, decision={"shot": "face"}))
    assert len({etag(record), *map(etag, others)}) == 4


def test_a_starting_point_that_somebody_has_spoilt_is_none(make: Any, headshot: Record) -> None:
    path = make("a.jpg")
    apply(path, headshot)
    data = path.read_bytes()
    assert data.count(b"StartingPoint>-0.5<") == 1
    for spoilt in (b"-0,5", b"-inf", b"    "):
        path.write_bytes(data.replace(b"StartingPoint>-0.5<", b"StartingPoint>%s<" % spoilt))
        found = read(path)
        assert found is not None
        assert found.starting_point is None
        assert found.contributions == headshot.contributions
        assert apply(path, headshot).changed
        assert read(path) == headshot


def test_a_starting_point_must_be_a_number(make: Any, headshot: Record) -> None:
    path = make("a.jpg")
    before = path.read_bytes()
    for number in (float("nan"), float("inf")):
        with pytest.raises(WriteRefused, match="not finite"):
            apply(path, attrs.evolve(headshot, starting_point=number))
    assert path.read_bytes() == before


def test_log_odds_of_nothing_have_no_sign() -> None:
    even = Record(
        kind="portrait", confidence=0.5, contributions={"focus": 1.5}, starting_point=-1.5
    )
    assert str(even.log_odds) == "0.0"
