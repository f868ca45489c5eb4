"""What becomes of a photo: one class for each way it can end, with the same attributes on all of them."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import get_args

import attrs
import pytest

import phototag
from commands import rows, run
from phototag.analysis.result import evaluate
from phototag.metadata.change import Change
from phototag.outcome import AnyOutcome
from scenes import face, scene

ANALYSIS = evaluate("jane.jpg", scene(face(0.5)))
ERROR = phototag.errors.PhotoDamaged("jane.jpg", "it is cut off", "restore it from a backup")
ALL: list[AnyOutcome] = [
    phototag.Done(photo="jane.jpg", analysis=ANALYSIS),
    phototag.Failed(photo="jane.jpg", error=ERROR),
    phototag.Unchanged(photo="jane.jpg", kind=phototag.Kind.PORTRAIT),
    phototag.Removed(photo="jane.jpg", change=Change(changed=True)),
    phototag.LeftBehind(photo="jane.jpg", warning="it may be another program's"),
]
ATTRIBUTES = ("photo", "analysis", "change", "error", "verdict_from", "kind", "keywords", "warning")


def test_all_outcomes_have_the_same_attributes() -> None:
    assert {type(outcome) for outcome in ALL} == set(get_args(AnyOutcome))
    for outcome in ALL:
        assert all(hasattr(outcome, name) for name in ATTRIBUTES)
        assert [outcome.analysis is None, outcome.error is None, not outcome.warning].count(
            False
        ) == (type(outcome) in {phototag.Done, phototag.Failed, phototag.LeftBehind})


def test_a_photo_that_was_seen_but_could_not_be_written_failed_with_an_analysis() -> None:
    failed = phototag.Failed(photo="jane.jpg", error=ERROR, analysis=ANALYSIS)
    assert (failed.kind, failed.error) == (ANALYSIS.kind, ERROR)
    assert failed.to_dict() == phototag.Failed(photo="jane.jpg", error=ERROR).to_dict()
    assert phototag.Failed(photo="jane.jpg", error=ERROR).kind is None


def test_what_an_outcome_is_known_by_cannot_be_given_otherwise() -> None:
    with pytest.raises(TypeError):
        phototag.Done(photo="jane.jpg", analysis=ANALYSIS, error=ERROR)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    with pytest.raises(TypeError):
        phototag.Failed(photo="jane.jpg")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        ALL[0].photo = "john.jpg"  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]


@pytest.mark.parametrize("outcome", ALL, ids=lambda outcome: type(outcome).__name__)
def test_an_outcome_goes_through_pickle(outcome: AnyOutcome) -> None:
    again = pickle.loads(pickle.dumps(outcome))
    assert type(again) is type(outcome)
    assert [repr(getattr(again, name)) for name in ATTRIBUTES] == [
        repr(getattr(outcome, name)) for name in ATTRIBUTES
    ]
    if outcome.error is None:
        assert again == outcome


def kinds_of(value: object) -> set[type]:
    """The types of all values in it."""
    inside: list[object] = []
    if isinstance(value, dict):
        inside = [*value, *value.values()]
    elif isinstance(value, list):
        inside = value
    return {type(value)}.union(*map(kinds_of, inside))


def test_a_dictionary_has_nothing_in_it_but_json() -> None:
    """No enums and no tuples: YAML, MessagePack and schemas take it, too."""
    plain = {dict, list, str, int, float, bool, type(None)}
    assert kinds_of(ANALYSIS.to_dict()) <= plain
    assert json.loads(json.dumps(ANALYSIS.to_dict())) == ANALYSIS.to_dict()


def test_a_match_tells_them_apart() -> None:
    def said(outcome: phototag.TreeOutcome) -> str:
        match outcome:
            case phototag.Done(analysis=found):
                return str(found.kind)
            case phototag.Failed(error=error):
                return error.problem
            case phototag.Unchanged(kind=kind):
                return f"still {kind}"
            case phototag.LeftBehind(warning=warning):
                return warning

    told = [said(outcome) for outcome in ALL if not isinstance(outcome, phototag.Removed)]
    assert told == ["headshot", "it is cut off", "still portrait", "it may be another program's"]


def test_the_json_of_outcomes_is_what_the_command_prints(
    headshot_jpg: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(headshot_jpg.read_bytes()[:300])
    photos = [str(broken), str(headshot_jpg)]
    printed = rows(run("analyze", "--json", *photos).stdout)
    with phototag.Analyzer(workers=1) as analyzer:
        outcomes = list(analyzer.analyze_many(photos))
    assert [type(outcome) for outcome in outcomes] == [phototag.Failed, phototag.Done]
    assert [outcome.to_dict() for outcome in outcomes] == printed
