"""Reasons add up: whatever is shown of them sums to what is shown as their sum."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import phototag
from phototag.analysis.decisions.decision import Decision
from phototag.analysis.explanation import turning_criteria
from phototag.analysis.result import Analysis, evaluate
from phototag.criteria.calibration import default
from phototag.criteria.finding import settled
from phototag.criteria.verdict import Kind, Rules
from phototag.wording import adding_up
from samples import SAMPLES
from scenes import body, face, scene
from sums import check, exact, in_text, painted

HEADSHOT = scene(face(0.5))
PORTRAIT = scene(face(0.15, top=0.1), body=body(knees=0.9))
NOBODY = scene()
START = default().section("verdict", Rules).base
SHOWN = f"({START:+.1f})"
NUMBERS = st.floats(-1000, 1000) | st.sampled_from([0.0, -0.0, 0.05, -0.05, 0.1, -1.806])


# ---------------------------------------------------------------------------------- the rounding


@given(parts=st.lists(NUMBERS, max_size=20), digits=st.integers(0, 5))
def test_rounded_parts_add_up_to_the_rounded_sum(parts: list[float], digits: int) -> None:
    shown, total = adding_up(parts, digits)
    assert sum(map(exact, shown)) == exact(total)  # no -0.0 among them, either
    printed = [Fraction(repr(part)) for part in parts]
    assert Fraction(repr(total)) == round(sum(printed, Fraction()), digits)
    assert len(shown) == len(parts)
    for number, part in zip(shown, printed, strict=True):
        assert number == round(number, digits)
        assert abs(Fraction(repr(number)) - part) < Fraction(1, 10**digits)
        assert number * part >= 0  # none changes sides, and
        assert part or not number  # nothing stays nothing


@given(tenths=st.lists(st.integers(-200, 200), max_size=20))
def test_what_needs_no_rounding_stays(tenths: list[int]) -> None:
    parts = [count / 10 for count in tenths]
    assert list(adding_up(parts, 1)[0]) == parts


def test_those_that_lose_most_are_rounded_up() -> None:
    assert adding_up([0.14, 0.13, 0.14], 1) == ((0.2, 0.1, 0.1), 0.4)
    assert adding_up([-0.14, -0.13, -0.14], 1) == ((-0.1, -0.1, -0.2), -0.4)
    assert adding_up([-1.806, 0.46, 0.48], 0) == ((-2.0, 0.0, 1.0), -1.0)
    assert adding_up([], 1) == ((), 0.0)


@pytest.mark.parametrize("log_odds", [0.3, -0.8945, -0.85, 1.2345, 2.0005])
def test_a_sum_in_the_middle_is_rounded_as_it_is_printed(log_odds: float) -> None:
    """Not as the binary number is, or the sum of binary numbers, which lie on either side of it by chance."""
    for part in (0.1, 0.7, -1.1, 1.006001):
        parts = [part, round(log_odds - part, 6)]
        for digits in (1, 3):
            total = exact(adding_up(parts, digits)[1])
            assert total == exact(log_odds).quantize(Decimal(10) ** -digits)


# -------------------------------------------------------------------------------- what is shown


def test_the_starting_point_is_that_of_the_calibration() -> None:
    base = default().section("verdict", Rules).base
    for drawn in (HEADSHOT, PORTRAIT, NOBODY):
        result = evaluate("drawn.jpg", drawn)
        assert result.verdict.starting_point == base
        assert result.to_dict()["verdict"]["starting_point"] == base
        check(result)


def lines(drawn: Any, kind: Kind | None = None) -> str:
    result = evaluate("drawn.jpg", drawn, decision=Decision(kind=kind))
    check(result)
    return result.explain()


def test_the_text_says_what_the_sum_means() -> None:
    others = r"( and the other criteria \([+-]0\.\d\))? the sum is"
    start = rf"With the starting point {re.escape(SHOWN)}"
    assert re.search(rf"{start}{others} \+\d\.\d: above 0 means headshot\.", lines(HEADSHOT))
    assert re.search(rf"{start}{others} -\d+\.\d: below 0 means portrait\.", lines(PORTRAIT))
    assert "the sum" not in lines(NOBODY)


def test_the_text_of_a_corrected_verdict_says_what_phototag_thought() -> None:
    assert lines(PORTRAIT, Kind.PORTRAIT).count("below 0 means portrait.") == 1
    assert "below 0 means portrait, but you decided headshot." in lines(PORTRAIT, Kind.HEADSHOT)
    assert "above 0 means headshot, but you decided portrait." in lines(HEADSHOT, Kind.PORTRAIT)
    nobody = "it has no effect, because no person is the subject, but you decided headshot."
    assert nobody in lines(NOBODY, Kind.HEADSHOT)
    words = "Other, you said other; phototag thought portrait, over 99 %."
    assert lines(PORTRAIT, Kind.OTHER) == words


def with_contributions(**amounts: float) -> Analysis:
    """A portrait whose criteria contribute just this."""
    result = evaluate("drawn.jpg", PORTRAIT)
    changed = {
        name: attrs.evolve(finding, contribution=settled(amounts.get(name, 0.0)))
        for name, finding in result.items()
    }
    total = settled(math.fsum((result.verdict.starting_point, *amounts.values())))
    judged = attrs.evolve(
        result.verdict, log_odds=total, kind=Kind.HEADSHOT if total > 0 else Kind.PORTRAIT
    )
    return attrs.evolve(result, verdict=judged, **changed)  # type: ignore[arg-type]


def test_the_text_says_what_would_have_made_it_the_other_kind() -> None:
    tight = with_contributions(focus=3.0, cropping=1.0, mood=0.1, posing=-0.2)
    assert turning_criteria(tight) == ("focus",)
    assert "Without focus it would be a portrait." in tight.explain()
    tighter = with_contributions(focus=3.0, cropping=2.9, mood=0.1)
    assert turning_criteria(tighter) == ("focus", "cropping")
    assert "Without focus and cropping it would be a portrait." in tighter.explain()
    wide = with_contributions(focus=-3.0)
    assert turning_criteria(wide) == ()
    assert "Even without the reasons for it, it would be a portrait" in wide.explain()
    assert turning_criteria(evaluate("drawn.jpg", NOBODY)) == ()


@pytest.mark.parametrize(
    ("amounts", "said"),
    [
        ({"focus": 0.02 - START}, "the sum is 0.0: unrounded it is above 0, which means headshot."),
        ({"focus": -START}, "the sum is 0.0: unrounded it is not above 0, which means portrait."),
        ({"focus": 0.09}, "and all criteria (+0.1) the sum is"),
        ({"focus": 3.0, "mood": -0.09, "posing": 0.09}, f"{SHOWN} the sum is +{3 + START:.1f}: above 0 means headshot."),
    ],
)  # fmt: skip
def test_sums_that_are_close(amounts: dict[str, float], said: str) -> None:
    result = with_contributions(**amounts)
    check(result)
    assert said in result.explain()


# ------------------------------------------------------------------------------------ old JSON


def test_json_of_before_there_was_a_starting_point_is_read() -> None:
    for drawn in (HEADSHOT, PORTRAIT, NOBODY):
        result = evaluate("drawn.jpg", drawn)
        old = result.to_dict()
        start = old["verdict"].pop("starting_point")
        again = Analysis.from_dict(old)
        assert again.verdict.starting_point == pytest.approx(start, abs=1e-12)
        same = attrs.evolve(again.verdict, starting_point=start)
        assert attrs.evolve(again, verdict=same) == result
        check(attrs.evolve(again, scene=drawn))
        assert again.explain() == result.explain()


@pytest.mark.parametrize("old", [False, True])
def test_what_is_not_installed_here_is_in_the_starting_point(old: bool) -> None:
    result = evaluate("drawn.jpg", PORTRAIT)
    there = result.to_dict()
    there["criteria"]["odd"] = {"value": None, "contribution": 0.5, "confidence": 0.0}
    there["verdict"]["log_odds"] += 0.5
    if old:
        del there["verdict"]["starting_point"]
    again = Analysis.from_dict(there)
    start = result.verdict.starting_point + 0.5
    assert again.verdict.starting_point == pytest.approx(start, abs=1e-12)
    check(attrs.evolve(again, scene=PORTRAIT))


# ------------------------------------------------------------------------------- real pictures


@pytest.fixture(scope="module")
def analyses(
    astronaut: Image.Image, tmp_path_factory: pytest.TempPathFactory
) -> list[tuple[Path, Analysis]]:
    """The astronaut, parts of her, several of her, and nobody."""
    folder = tmp_path_factory.mktemp("real")
    pictures = {
        f"part {n}": astronaut.crop(box)
        for n, box in enumerate(
            [(124, 4, 324, 254), (80, 0, 380, 375), (150, 40, 300, 220), (0, 0, 512, 300),
             (60, 0, 400, 512), (170, 60, 280, 180), (300, 0, 512, 512)]
        )
    }  # fmt: skip
    pictures["whole"] = astronaut
    for across, down in ((2, 1), (3, 1), (2, 2)):
        tile = Image.new("RGB", (across * 512, down * 512))
        for n in range(across * down):
            tile.paste(astronaut, (n % across * 512, n // across * 512))
        pictures[f"{across} by {down}"] = tile
    for name in ("chelsea.png", "coffee.png"):
        with Image.open(SAMPLES / name) as image:
            pictures[name] = image.convert("RGB")
    paths = [folder / f"{name}.jpg" for name in pictures]
    for path, picture in zip(paths, pictures.values(), strict=True):
        picture.save(path, quality=95)
    with phototag.Analyzer() as analyzer:
        return [(path, analyzer.analyze(path)) for path in paths]


@pytest.mark.slow
def test_real_pictures_are_of_all_kinds(analyses: list[tuple[Path, Analysis]]) -> None:
    assert {analysis.kind for _, analysis in analyses} == set(Kind)


@pytest.mark.slow
def test_what_is_shown_of_real_pictures_adds_up(
    analyses: list[tuple[Path, Analysis]], monkeypatch: pytest.MonkeyPatch
) -> None:
    for _, analysis in analyses:
        check(analysis)
        parts, total = painted(analysis, monkeypatch)
        assert len(parts) == 1 + len(analysis.contributions)
        assert sum(parts) == total
        said = in_text(analysis)
        assert said is None or said[1] == total


@pytest.mark.slow
def test_what_exiftool_reads_adds_up(analyses: list[tuple[Path, Analysis]], exiftool: str) -> None:
    import subprocess

    for path, analysis in analyses:
        phototag.write(path, analysis)
        command = [
            exiftool,
            "-s3",
            "-XMP-phototag:StartingPoint",
            "-XMP-phototag:LogOdds",
            str(path),
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
        start, total = map(Decimal, done.stdout.split())
        record = phototag.read(path)
        assert record is not None
        assert start + sum(map(exact, record.contributions.values())) == total
        assert total == exact(round(analysis.verdict.log_odds, 3))
        assert not phototag.write(path, analysis).changed
