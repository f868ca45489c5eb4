"""What decisions teach, and when they teach nothing."""

from __future__ import annotations

import random
import tomllib

import numpy as np
import pytest

from phototag import Decision, Kind, VisibleExpression
from phototag.analysis.decisions import classes, learned_file, line
from phototag.analysis.decisions.decision import Field
from phototag.analysis.decisions.evidence import Choice, Judged, Side, log_odds_of
from phototag.analysis.decisions.learning import Lesson, learned
from phototag.criteria import calibration, personal
from phototag.criteria.personal import Offsets
from scenes import face, scene


def drawn(at: float, count: int, seed: int = 0, spread: float = 3.0) -> list[Side]:
    """Decisions of somebody whose line lies at these log-odds."""
    dice = random.Random(seed)
    odds = [dice.gauss(at, spread) for _ in range(count)]
    return [Side(log_odds=one, headshot=one > at) for one in odds]


def test_the_line_follows_a_contrary_person_and_stays_for_the_others() -> None:
    assert line.offset([]) == 0
    assert abs(line.offset(drawn(0.0, 30))) < 0.3
    for at in (-3.0, 3.0):
        assert line.offset(drawn(at, 60)) == pytest.approx(-at, abs=0.8)


def test_slips_of_the_pen_move_it_little() -> None:
    sides = drawn(0.0, 50)
    wrong = [
        Side(log_odds=side.log_odds, headshot=not side.headshot) if at % 10 == 0 else side
        for at, side in enumerate(sides)
    ]
    assert abs(line.offset(wrong)) < 1.0


def test_it_is_the_mean_of_the_posterior() -> None:
    """The same by plain sums, without matrices."""
    sides = drawn(1.0, 7)
    total = weight = 0.0
    for offset in np.arange(-8, 8.0001, 0.005):
        likelihood = 0.7 / 0.2 * np.exp(-(offset**2) / 0.08) + 0.15 * np.exp(-(offset**2) / 8)
        near = sum(abs(side.log_odds) < 2 for side in sides) > len(sides) / 2
        slips = 0.1 if near else 0.05
        for side in sides:
            chance = 1 / (1 + np.exp(-(1 if side.headshot else -1) * (side.log_odds + offset)))
            likelihood *= (1 - slips) * chance + slips / 2
        total, weight = total + offset * likelihood, weight + likelihood
    assert line.offset(sides) == pytest.approx(total / weight, abs=0.01)


def test_each_is_left_out_in_turn() -> None:
    sides = drawn(2.0, 12)
    taught = line.without_each(sides)
    for at, offset in enumerate(taught):
        others = sides[:at] + sides[at + 1 :]
        near = sum(abs(side.log_odds) < 2 for side in sides) > len(sides) / 2
        same = sum(abs(side.log_odds) < 2 for side in others) > len(others) / 2
        if near == same:
            assert offset == pytest.approx(line.offset(others), abs=1e-6)


def choice(said: str, **chances: float) -> Choice:
    return Choice(chances=chances, said=said)


def test_offsets_of_classes_are_at_the_minimum() -> None:
    dice = random.Random(1)
    found = []
    for _ in range(40):
        share = dice.random()
        said = "a" if share > 0.8 else "b"
        found.append(choice(said, a=share * 0.9 + 0.01, b=1 - (share * 0.9 + 0.02), c=0.01))
    by = classes.offsets(found, 1.0)
    assert by["b"] > 0 > by["a"]

    def cost(moved: dict[str, float]) -> float:
        losses = (-np.log(classes.moved(one.chances, moved)[one.said]) for one in found)
        return float(sum(losses)) + sum(value**2 for value in moved.values()) / 2

    least = cost(by)
    for name in by:
        for step in (-0.01, 0.01):
            assert cost(by | {name: by[name] + step}) > least


def pictures(offset: float, count: int) -> list[Judged]:
    """Heads of all sizes, decided by somebody whose line is elsewhere."""
    found = []
    for at in range(count):
        drawn_scene = scene(face(0.08 + 0.5 * at / count))
        odds = log_odds_of(drawn_scene, calibration.default())
        assert odds is not None
        kind = Kind.HEADSHOT if odds + offset > 0 else Kind.PORTRAIT
        found.append(Judged(scene=drawn_scene, decision=Decision(kind=kind)))
    return found


def lesson(judged: list[Judged], field: Field = Field.KIND) -> Lesson:
    (found,) = (one for one in learned(judged, calibration.default()).lessons if one.field == field)
    return found


def test_a_contrary_person_is_followed() -> None:
    judged = pictures(3.0, 40)
    found = learned(judged, calibration.default())
    assert found.offsets.kind > 1
    (kind,) = found.lessons
    assert not kind.refused
    assert kind.right_after > kind.right_before
    assert f"{kind.right_after} of 40 decisions are met" in str(kind)


def test_nothing_is_learned_from_too_little() -> None:
    assert "10 decisions are needed" in lesson(pictures(3.0, 9)).refused
    assert "another one" in lesson(pictures(0.0, 40)).refused
    assert not learned(pictures(0.0, 40), calibration.default()).offsets


def test_corrections_without_confirmations_are_refused() -> None:
    odds = [(one, log_odds_of(one.scene, calibration.default())) for one in pictures(3.0, 60)]
    wrong = [
        one
        for one, found in odds
        if found is not None and (found > 0) is not (one.decision.kind is Kind.HEADSHOT)
    ]
    assert len(wrong) >= 10
    assert "corrections alone mislead" in lesson(wrong).refused
    assert not learned(wrong, calibration.default()).offsets


def test_expressions_are_learned_behind_the_guard() -> None:
    judged = [
        Judged(scene=one.scene, decision=Decision(expression=VisibleExpression.SMILE))
        for one in pictures(0.0, 12)
    ]
    found = lesson(judged, Field.EXPRESSION)
    assert found.count == 12
    assert (found.confirmed == 12) is (found.right_before == 12)


def test_offsets_move_a_few_numbers_and_the_identity() -> None:
    shipped = calibration.default()
    moved = Offsets(kind=-1.5, classes={"shot": {"face": 0.5}}).moved(shipped)
    assert Offsets().moved(shipped) is shipped
    assert moved.identity.startswith(f"{shipped.identity}+")
    one = scene(face(0.3))
    before, after = log_odds_of(one, shipped), log_odds_of(one, moved)
    assert before is not None
    assert after is not None
    only_kind = log_odds_of(one, Offsets(kind=-1.5).moved(shipped))
    assert only_kind == pytest.approx(before - 1.5)
    pairs = zip(shipped.model("shot").intercepts, moved.model("shot").intercepts, strict=True)
    assert sorted(round(new - old, 6) for old, new in pairs)[-2:] == [0.0, 0.5]


def test_the_file_holds_the_offsets_and_the_evidence() -> None:
    found = learned(pictures(3.0, 40), calibration.default())
    text = learned_file.text(found, "abc", "2026-01-31")
    tables = tomllib.loads(text)
    assert tables["kind"] == {"offset": found.offsets.kind, "evidence": str(found.lessons[0])}
    assert learned_file.MARK in text.encode()
    assert personal._offsets(tables) == found.offsets
