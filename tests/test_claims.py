"""What is claimed: the number of people, the doubt mark, and what thresholds hold back."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest

import phototag
from benchmarks.faults.unsealed import read, remove
from phototag.analysis.decisions.decision import Decision
from phototag.analysis.keywords.claims import Keywords, Level, claim, notes_on, withheld
from phototag.analysis.keywords.vocabulary import PeopleCount, Vocabulary
from phototag.analysis.result import Analysis, evaluate
from phototag.criteria.verdict import Kind
from phototag.metadata.record import Record, etag
from phototag.options import TagOptions
from phototag.worker.order import order_of, record_of
from scenes import answering, face, scene
from writing import apply

SEVERAL = answering(people={"several": 0.95, "two": 0.03, "one": 0.02})
UNSURE = answering(presence={"person": 0.51, "nobody": 0.49})
DOUBT = "phototag|review|doubtful"


def group_of(count: int) -> Analysis:
    faces = [face(0.08, 0.05 + 0.9 * number / count) for number in range(count)]
    found = evaluate("group.jpg", scene(*faces), SEVERAL)
    assert found.subjects.count == count
    return found


def paths(found: Analysis, level: Level, **more: object) -> tuple[str, ...]:
    return claim(found, found.verdict, level, **more).hierarchical  # type: ignore[arg-type]


# --------------------------------------------------------------------------- the number of people


@pytest.mark.parametrize(("count", "said"), [(3, "3"), (4, "4"), (9, "9"), (10, "10 or more"), (14, "10 or more")])  # fmt: skip
def test_a_group_says_how_many_it_is(count: int, said: str) -> None:
    found = group_of(count)
    people = [path for path in paths(found, Level.STANDARD) if "|people|" in path]
    assert people == ["phototag|people|group", f"phototag|people|{said} people"]
    assert f"{said} people" in claim(found, found.verdict, Level.STANDARD).flat
    assert not any("|people|" in path for path in paths(found, Level.MINIMAL))


def test_one_and_two_people() -> None:
    two = answering(people={"two": 0.95, "one": 0.05})
    couple = evaluate("couple.jpg", scene(face(0.2, 0.3), face(0.2, 0.7)), two)
    assert {"phototag|people|couple", "phototag|people|2 people"} <= set(
        paths(couple, Level.STANDARD)
    )
    one = evaluate("one.jpg", scene(face(0.5)))
    people = [path for path in paths(one, Level.STANDARD) if "|people|" in path]
    assert people == ["phototag|people|one person"]


def test_the_numbers_go_on_without_a_gap() -> None:
    assert [PeopleCount.of(count) for count in (0, 1)] == [None, None]
    assert [PeopleCount.of(count) for count in range(2, 11)] == list(PeopleCount)
    assert PeopleCount.of(300) is PeopleCount.MANY


def test_a_vocabulary_renames_and_drops_them(tmp_path: Path) -> None:
    file = tmp_path / "words.toml"
    text = '[words]\npeople.3 = "drei Personen"\npeople.10_or_more = false\nreview.doubtful = "prüfen"\n'
    file.write_text(text, encoding="utf-8")
    own = Vocabulary.load(file)
    assert "phototag|people|drei Personen" in paths(group_of(3), Level.STANDARD, vocabulary=own)
    people = [p for p in paths(group_of(12), Level.STANDARD, vocabulary=own) if "|people|" in p]
    assert people == ["phototag|people|group"]
    doubtful = evaluate("a.jpg", scene(face(0.5)), UNSURE)
    assert "phototag|review|prüfen" in paths(doubtful, Level.MINIMAL, vocabulary=own)


def test_the_threshold_of_the_count_holds_the_number_back_too() -> None:
    found = group_of(3)
    assert not any("|people|" in p for p in paths(found, Level.STANDARD, least={"subjects": 1.0}))


def test_numbers_come_and_go_with_every_byte(tmp_path: Path, astronaut: object) -> None:
    path = tmp_path / "a.jpg"
    astronaut.save(path)  # type: ignore[attr-defined]
    before = path.read_bytes()
    options = TagOptions(keywords=Level.STANDARD)
    for count in (3, 12):
        apply(path, order_of(group_of(count), options))
        there = read(path)
        assert there is not None
        assert there.keywords == claim(group_of(count), group_of(count).verdict, Level.STANDARD)
    remove(path)
    assert path.read_bytes() == before


# --------------------------------------------------------------------------- doubt


@pytest.mark.parametrize("level", Level)
def test_every_level_marks_a_doubtful_verdict(level: Level) -> None:
    doubtful = evaluate("a.jpg", scene(face(0.5)), UNSURE)
    assert doubtful.kind is not Kind.OTHER
    assert doubtful.confidence < 0.52
    assert DOUBT in paths(doubtful, level)
    sure = evaluate("a.jpg", scene(face(0.5)))
    assert sure.confidence > 0.8
    assert DOUBT not in paths(sure, level)


@pytest.mark.parametrize("kind", Kind)
def test_what_a_person_says_is_not_doubtful(kind: Kind) -> None:
    said = evaluate("a.jpg", scene(face(0.5)), UNSURE, decision=Decision(kind=kind))
    assert said.verdict.review is None
    assert attrs.evolve(said.verdict, confidence=0.5).review is None
    assert DOUBT not in paths(said, Level.FULL)


def test_a_word_about_something_else_leaves_the_doubt() -> None:
    decision = Decision.of({"environment": "studio"})
    said = evaluate("a.jpg", scene(face(0.5)), UNSURE, decision=decision)
    assert DOUBT in paths(said, Level.MINIMAL)


def test_something_else_that_is_doubtful_claims_nothing() -> None:
    nobody = answering(presence={"person": 0.49, "nobody": 0.51})
    other = evaluate("a.jpg", scene(face(0.5)), nobody)
    assert other.kind is Kind.OTHER
    assert claim(other, other.verdict, Level.FULL) == Keywords()


# --------------------------------------------------------------------------- thresholds


def held(found: Analysis, level: Level, **least: float) -> dict[str, float]:
    return withheld(found, found.verdict, level, least=least)


def test_only_what_is_held_back_is_told() -> None:
    found = evaluate("a.jpg", scene(face(0.5)), answering(environment={"studio": 0.98}))
    assert held(found, Level.FULL) == {}
    assert held(found, Level.MINIMAL, kind=0.5, cropping=0.0) == {}
    assert held(found, Level.STANDARD, cropping=1.0, grade=0.0) == {"cropping": 1.0}
    assert held(found, Level.MINIMAL, cropping=1.0) == {}  # not a word of this level
    assert held(found, Level.MINIMAL, environment=1.0) == {"environment": 1.0}  # its scene code
    # The verdict's threshold holds everything back: there is nothing that another one could.
    assert held(found, Level.FULL, kind=1.0, cropping=1.0) == {"kind": 1.0}


def test_of_something_else_nothing_is_held_back() -> None:
    other = evaluate("a.jpg", scene())
    assert other.kind is Kind.OTHER
    assert held(other, Level.FULL, kind=1.0, subjects=1.0) == {}


def test_the_note_is_in_the_change_and_in_the_photo(tmp_path: Path, astronaut: object) -> None:
    path = tmp_path / "a.jpg"
    astronaut.save(path)  # type: ignore[attr-defined]
    before = path.read_bytes()
    doubtful = evaluate("a.jpg", scene(face(0.5)), UNSURE)
    options = TagOptions(min_confidence=0.8)
    note = "nothing claimed, since it is below 0.8"
    change = apply(path, order_of(doubtful, options))
    assert note in change.notes
    there = read(path)
    assert there is not None
    assert there == record_of(doubtful, options)
    assert there.keywords == Keywords()
    assert notes_on(there.withheld) == (note,)
    again = apply(path, order_of(doubtful, options))
    assert (again.changed, again.notes) == (False, change.notes)
    low = apply(path, order_of(doubtful, TagOptions(min_confidence={"kind": 0.4, "subjects": 1})))
    assert "nothing claimed about subjects, since it is below 1" in low.notes
    assert note not in low.notes
    remove(path)
    assert path.read_bytes() == before


def test_a_record_without_thresholds_has_the_etag_of_before() -> None:
    """Etags are stored between runs."""
    assert etag(Record(kind="headshot", confidence=0.9)) == "564854b7d532277b"
    held_back = Record(kind="headshot", confidence=0.9, withheld={"kind": 0.95})
    assert etag(held_back) != "564854b7d532277b"


def test_thresholds_are_told_by_the_functions(headshot_jpg: Path) -> None:
    outcome = phototag.tag(headshot_jpg, min_confidence=1, dry_run=True)
    assert outcome.change is not None
    assert "nothing claimed, since it is below 1" in outcome.change.notes
    assert phototag.read(headshot_jpg) is None
