"""Whose word is it? Three-way merge, on lists and on files."""

from __future__ import annotations

import subprocess
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.faults.unsealed import remove
from phototag.metadata.merge import LedgerEntry, fold, folded, merge
from phototag.metadata.record import Record
from phototag.options import WriteOptions
from writing import apply


def edit(exiftool: str, path: object, *options: str) -> None:
    subprocess.run(
        [exiftool, "-q", "-overwrite_original", *options, str(path)], check=True, timeout=60
    )


def test_the_users_spelling_wins() -> None:
    merged = merge(["HEADSHOT"], ["headshot"], LedgerEntry())
    assert merged.extra == ()
    assert merged.entry == LedgerEntry()


def test_both_unicode_forms_are_one_word() -> None:
    assert merge(["Ko\u0308ln"], ["K\u00f6ln"], LedgerEntry()).extra == ()


def test_stale_words_of_ours_go() -> None:
    merged = merge(["a", "headshot"], ["portrait"], LedgerEntry(("headshot",)))
    assert merged.drop == {1}
    assert merged.extra == ("portrait",)
    assert merged.entry == LedgerEntry(("portrait",))


def test_a_deleted_word_stays_deleted_until_forced() -> None:
    entry = LedgerEntry(("headshot",))
    merged = merge([], ["headshot"], entry)
    assert merged.extra == ()
    assert merged.declined == ("headshot",)
    again = merge([], ["headshot"], merged.entry)
    assert again.extra == ()
    assert again.declined == ("headshot",)
    assert merge([], ["headshot"], merged.entry, force=True).extra == ("headshot",)


def test_a_word_deleted_while_the_verdict_changed_stays_deleted() -> None:
    merged = merge([], ["portrait"], LedgerEntry(("headshot",)), vocabulary=["headshot"])
    assert merged.declined == ()
    assert merge([], ["headshot"], merged.entry).extra == ()


def test_a_copy_deleted_with_its_original_declines_nothing() -> None:
    merged = merge([], [], LedgerEntry(("Wedding",)))
    assert merged.entry == LedgerEntry()


def test_a_declined_word_that_the_user_types_is_the_users() -> None:
    merged = merge(["Headshot"], ["headshot"], LedgerEntry((), ("headshot",)))
    assert merged.entry == LedgerEntry()
    assert merge(["Headshot"], [], merged.entry).drop == frozenset()


def test_a_word_that_the_user_spells_anew_is_the_users() -> None:
    merged = merge(["Headshot"], ["headshot"], LedgerEntry(("headshot",)))
    assert merged.entry == LedgerEntry()
    assert merged.declined == ()


words = st.lists(st.sampled_from(["a", "A", "b", "c", "ä", "a\u0308", "d e"]), max_size=6)


@given(words, words, words)
def test_user_words_survive_every_merge_and_the_second_changes_nothing(
    users: list[str], first: list[str], second: list[str]
) -> None:
    there, entry = list(users), LedgerEntry()
    for wanted in (first, second, second, []):
        merged = merge(there, wanted, entry)
        last = there
        there = [w for at, w in enumerate(there) if at not in merged.drop] + [*merged.extra]
        entry = merged.entry
        assert users == there[: len(users)]
        assert {fold(w) for w in wanted} <= {fold(w) for w in there}
        again = merge(there, wanted, entry)
        assert (again.drop, again.extra, again.entry) == (frozenset(), (), entry)
    assert users == there
    assert last is not there


@given(words, words, words)
def test_every_spelling_of_a_copied_word_is_there_and_goes_again(
    users: list[str], copies: list[str], own: list[str]
) -> None:
    there, entry = list(users), LedgerEntry()
    for wanted in (own, [*copies, *own]):
        merged = merge(there, wanted, entry, copies=copies)
        there = [w for at, w in enumerate(there) if at not in merged.drop] + [*merged.extra]
        entry = merged.entry
    assert all(copy in there or fold(copy) in folded(users) for copy in copies)
    # Of phototag's word and the user's, the user's spelling is there, and once.
    added = there[len(users) :]
    assert len(added) == len(set(added))
    assert not folded(added) & folded(users)
    assert all(word in copies or fold(word) not in folded(copies) for word in added)
    again = merge(there, [*copies, *own], entry, copies=copies)
    assert (again.drop, again.extra, again.entry) == (frozenset(), (), entry)
    removed = merge(there, [], entry)
    assert [w for at, w in enumerate(there) if at not in removed.drop] == users


def test_a_word_in_another_composition_is_still_phototags_but_not_before_its_own() -> None:
    assert merge(["Ko\u0308ln"], [], LedgerEntry(("K\u00f6ln",))).drop == {0}
    assert merge(["Ko\u0308ln", "K\u00f6ln"], [], LedgerEntry(("K\u00f6ln",))).drop == {1}


@pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "webp"])
def test_a_word_deleted_in_the_file_stays_deleted_and_is_reported(
    make: Any, dump: Any, headshot: Record, suffix: str, exiftool: str
) -> None:
    path = make(f"a.{suffix}")
    apply(path, headshot)
    edit(exiftool, path, "-XMP-dc:Subject-=headshot", "-IPTC:Keywords-=headshot")
    change = apply(path, headshot)
    assert change.declined["dc:subject"] == ("headshot",)
    assert dump(path)["XMP-dc:Subject"] == ["plain background"]
    assert not apply(path, headshot).changed
    assert apply(path, headshot).declined["dc:subject"] == ("headshot",)
    forced = apply(path, headshot, WriteOptions(force=True))
    assert forced.added["dc:subject"] == ("headshot",)
    assert forced.declined == {}


def test_a_word_deleted_in_xmp_only_goes_from_iptc_too(
    make: Any, dump: Any, headshot: Record, exiftool: str
) -> None:
    path = make("a.jpg")
    apply(path, headshot)
    edit(exiftool, path, "-XMP-dc:Subject-=headshot")
    apply(path, headshot)
    assert dump(path)["IPTC:Keywords"] == "plain background"
    assert dump(path)["XMP-dc:Subject"] == ["plain background"]


def test_a_deleted_region_stays_deleted(
    make: Any, dump: Any, headshot: Record, exiftool: str
) -> None:
    path = make("a.jpg")
    apply(path, headshot)
    edit(exiftool, path, "-XMP-iptcExt:ImageRegion=")
    change = apply(path, headshot)
    assert set(change.declined["Iptc4xmpExt:ImageRegion"]) == {
        "phototag-crop-casting_8x10",
        "phototag-crop-linkedin",
    }
    assert "XMP-iptcExt:ImageRegion" not in dump(path)
    apply(path, headshot, WriteOptions(force=True))
    assert len(dump(path)["XMP-iptcExt:ImageRegion"]) == 2


def test_a_region_that_moves_is_written_anew(make: Any, dump: Any, headshot: Record) -> None:
    path = make("a.jpg")
    apply(path, headshot)
    first, second = headshot.crops
    moved = attrs.evolve(first, box=attrs.evolve(first.box, x=0.2))
    apply(path, attrs.evolve(headshot, crops=(moved, second)))
    found = {r["RId"]: r for r in dump(path)["XMP-iptcExt:ImageRegion"]}
    assert set(found) == {"phototag-crop-casting_8x10", "phototag-crop-linkedin"}
    assert found["phototag-crop-casting_8x10"]["RegionBoundary"]["RbX"] == 0.2


def test_iptc_only_words_come_to_subject_and_go_again(
    make: Any, dump: Any, headshot: Record
) -> None:
    path = make("a.jpg", "-codedcharacterset=utf8", "-IPTC:Keywords=Köln")
    apply(path, headshot)
    assert dump(path)["XMP-dc:Subject"] == ["Köln", "headshot", "plain background"]
    assert not apply(path, headshot).changed
    remove(path)
    assert dump(path)["IPTC:Keywords"] == "Köln"
    assert "XMP-dc:Subject" not in dump(path)


def test_user_words_without_a_node_get_one_in_the_hierarchy(
    make: Any, dump: Any, headshot: Record
) -> None:
    path = make(
        "a.jpg",
        "-XMP-dc:Subject=Wedding",
        "-XMP-dc:Subject=Anna",
        "-XMP-lr:HierarchicalSubject=People|Anna",
    )
    apply(path, headshot)
    assert dump(path)["XMP-lr:HierarchicalSubject"] == [
        "People|Anna",
        "Wedding",
        "phototag|kind|headshot",
        "phototag|background|plain background",
    ]
