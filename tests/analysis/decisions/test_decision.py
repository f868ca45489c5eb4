"""A person's word: its text forms, and what it puts in place of phototag's findings."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import phototag
from phototag import Box, Decision, DrawnCrop, Kind, Place, Shot, Status, VisibleExpression
from phototag.analysis.decisions.corrections_file import load
from phototag.analysis.result import Analysis, evaluate
from scenes import face, scene

BOXES = st.tuples(*[st.floats(0, 0.5)] * 2, *[st.floats(0.01, 0.5)] * 2).map(lambda b: Box(*b))
DECISIONS = st.builds(
    Decision,
    kind=st.none() | st.sampled_from(Kind),
    shot=st.none() | st.sampled_from(Shot),
    expression=st.none() | st.sampled_from(VisibleExpression),
    environment=st.none() | st.sampled_from(Place),
    crops=st.lists(
        st.builds(DrawnCrop, st.sampled_from(["linkedin", "a b"]), BOXES), max_size=1
    ).map(tuple),
)


@given(DECISIONS)
def test_words_give_the_decision_back(decision: Decision) -> None:
    words = decision.words()
    again = Decision.of(words)
    assert again.words() == words
    assert bool(again) is bool(decision) is bool(words)
    assert (again.kind, again.shot, again.expression, again.environment) == (
        decision.kind,
        decision.shot,
        decision.expression,
        decision.environment,
    )


@pytest.mark.parametrize(
    "words",
    [{"kind": "vase"}, {"colour": "red"}, {"crop:linkedin": "0 0 1"}, {"crop:linkedin": "0 0 2 1"},
     {"crop:linkedin": "nan 0 1 1"}, {"crop:linkedin": "0 0 0 1"}, {"shot": "headshot"}],
)  # fmt: skip
def test_what_is_no_decision(words: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        Decision.of(words)
    assert Decision.readable({**words, "environment": "studio"}) == Decision(
        environment=Place.STUDIO
    )


def test_the_later_word_holds() -> None:
    first = Decision(kind=Kind.OTHER, shot=Shot.FACE)
    assert first.with_(Decision(kind=Kind.HEADSHOT)) == Decision(kind=Kind.HEADSHOT, shot=Shot.FACE)


def analysis(**said: object) -> Analysis:
    return evaluate("a.jpg", scene(face(0.3)), decision=Decision(**said))  # type: ignore[arg-type]


def test_each_word_stands_in_place_of_the_finding() -> None:
    found = analysis(
        kind=Kind.PORTRAIT,
        shot=Shot.FULL_BODY,
        expression=VisibleExpression.EXPRESSIVE,
        environment=Place.OUTDOOR,
    )
    own = analysis()
    assert (found.kind, found.verdict.corrected, found.verdict.thought) == (
        Kind.PORTRAIT, True, own.kind,
    )  # fmt: skip
    assert found.verdict.thought_confidence == own.confidence
    assert (found.cropping.shot, found.mood.expression) == (
        Shot.FULL_BODY,
        VisibleExpression.EXPRESSIVE,
    )
    assert (found.environment.place, found.environment.inside) == (Place.OUTDOOR, False)
    for one in (found.cropping, found.mood, found.environment):
        assert one.status is Status.DECIDED
        assert one.reason.startswith("you said ")
    assert Analysis.from_dict(found.to_dict()).decision == found.decision


def test_it_is_never_said_with_phototags_certainty() -> None:
    found, own = analysis(kind=Kind.OTHER), analysis()
    (line, *_) = found.explain().splitlines()
    odds = f"{100 * own.confidence:.0f} %"
    assert line == f"Other, you said other; phototag thought {own.kind}, {odds}."
    agreed = analysis(kind=own.kind).explain().splitlines()[0]
    assert f"you said {own.kind}; so did phototag, {odds}" in agreed
    assert "sure" not in line + agreed


def test_a_drawn_crop_replaces_the_suggestion_or_the_refusal() -> None:
    own, box = analysis(), Box(0.1, 0.1, 0.5, 0.4)
    (suggested, *_), (refused, *_) = own.crops, own.refusals
    for profile in (suggested.profile, refused.profile):
        found = analysis(crops=(DrawnCrop(profile, box),))
        (drawn,) = (crop for crop in found.crops if crop.profile == profile)
        assert (drawn.box, drawn.reason, drawn.pixels) == (box, "as you drew it", (1200, 1200))
        assert profile not in {refusal.profile for refusal in found.refusals}
        assert sum(crop.recommended for crop in found.crops) == 1
    assert analysis(crops=(DrawnCrop("no such profile", box),)).crops == own.crops


def test_the_word_is_written_and_read_back(portrait_jpg: Path) -> None:
    result = phototag.analyze(portrait_jpg)
    with phototag.Analyzer() as analyzer:
        seen = analyzer.detect(portrait_jpg)
    box = Box(0.2, 0.0, 0.5, 0.5)
    said = Decision(kind=Kind.HEADSHOT, shot=Shot.HALF_BODY, crops=(DrawnCrop("linkedin", box),))
    phototag.write(portrait_jpg, evaluate(str(portrait_jpg), seen, decision=said), keywords="full")
    record = phototag.read(portrait_jpg)
    assert record is not None
    assert record.decision == said.words()
    assert record.thought == str(result.kind)
    assert record.thought_confidence == pytest.approx(result.confidence, abs=1e-4)
    assert record.corrected
    (crop,) = (crop for crop in record.crops if crop.profile == "linkedin")
    assert crop.box.x == pytest.approx(0.2, abs=1e-3)
    assert "half body" in record.keywords.flat


def test_the_second_form_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "corrections.json"
    file.write_text(
        '{"schema": 2, "what": "phototag corrections", "corrections": ['
        '{"path": "a.jpg", "picture": "ab", "said": {"kind": "headshot", "shot": "face"}},'
        '{"path": "b.jpg", "picture": "cd", "left": {"kind": "portrait"}}]}',
        encoding="utf-8",
    )
    first, second = load(file)
    assert first.decision == Decision(kind=Kind.HEADSHOT, shot=Shot.FACE)
    assert (second.decision, second.left) == (Decision(), {"kind": "portrait"})
