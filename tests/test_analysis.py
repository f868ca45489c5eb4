"""Verdict, explanation, keywords and JSON, from drawn scenes."""

from __future__ import annotations

import json

import attrs
import pytest

from phototag.analysis.keywords import claims
from phototag.analysis.keywords.claims import Keywords, Level
from phototag.analysis.result import Analysis, evaluate
from phototag.criteria.calibration import default
from phototag.criteria.verdict import Grade, Kind, Rules
from phototag.scene.measures import Scene
from scenes import answering, body, face, scene, turned

HEADSHOT = scene(face(0.5))
PORTRAIT = scene(face(0.15, top=0.1), body=body(knees=0.9))
GROUP = scene(face(0.4, 0.3), face(0.4, 0.7))
FULL_BODY = scene(face(0.08, top=0.1), body=body(ankles=0.9, knees=0.9))
NOBODY = scene()


STUDIO = {
    "environment": {"studio": 0.98},
    "background": {"plain": 0.98},
    "grade": {"professional": 0.9, "casual": 0.1},
}
FIELD = {
    "environment": {"outdoor": 0.98},
    "background": {"detailed": 0.98},
    "grade": {"professional": 0.2, "casual": 0.8},
}
EVEN = {"grade": {"professional": 0.52, "casual": 0.48}}


def analysed(drawn: Scene, **answers: dict[str, float]) -> Analysis:
    return evaluate("drawn.jpg", drawn, answering(**(answers or STUDIO)))


@pytest.mark.parametrize(
    ("drawn", "kind"),
    [
        (HEADSHOT, Kind.HEADSHOT),
        (PORTRAIT, Kind.PORTRAIT),
        (GROUP, Kind.PORTRAIT),
        (NOBODY, Kind.OTHER),
    ],
)
def test_the_kind_of_a_drawn_scene_is_the_expected_one(drawn: Scene, kind: Kind) -> None:
    assert analysed(drawn).kind is kind


def test_the_verdict_is_the_sum_of_the_contributions() -> None:
    base = default().section("verdict", Rules).base
    for drawn in (HEADSHOT, PORTRAIT, GROUP):
        result = analysed(drawn)
        assert result.verdict.log_odds == pytest.approx(base + sum(result.contributions.values()))


def test_probabilities_sum_to_one_and_name_the_kind() -> None:
    for drawn in (HEADSHOT, PORTRAIT, GROUP, NOBODY):
        verdict = analysed(drawn).verdict
        chances = {
            "headshot": verdict.headshot,
            "portrait": verdict.portrait,
            "other": verdict.other,
        }
        assert sum(chances.values()) == pytest.approx(1)
        assert chances[verdict.kind] == verdict.confidence


def test_grade_is_for_headshots_alone() -> None:
    assert analysed(HEADSHOT).grade is Grade.PROFESSIONAL
    assert analysed(HEADSHOT, **FIELD).grade is Grade.CASUAL
    assert analysed(HEADSHOT, **EVEN).grade is None
    assert analysed(PORTRAIT).grade is None
    assert analysed(PORTRAIT).verdict.professional is None


def test_the_explanation_tells_the_grade_with_its_odds() -> None:
    assert "those of a professional headshot (90 % professional)" in analysed(HEADSHOT).explain()
    assert "do not show whether it is professional (52 %" in analysed(HEADSHOT, **EVEN).explain()
    assert "professional" not in analysed(PORTRAIT).explain()


def test_explanation_starts_with_the_verdict_and_the_strongest_reason() -> None:
    result = analysed(HEADSHOT)
    first, reasons, *_ = result.explain().splitlines()
    assert first.startswith("Headshot, professional, ")
    strongest = max(result.items(), key=lambda pair: pair[1].contribution)
    assert reasons.startswith(f"For it: {strongest[1].reason}")
    assert "No person is the subject" in analysed(NOBODY).explain()


def test_json_has_the_schema_and_comes_back_equal() -> None:
    for drawn in (HEADSHOT, PORTRAIT, GROUP, NOBODY):
        result = analysed(drawn)
        row = json.loads(json.dumps(result.to_dict()))
        assert (row["schema"], row["path"], row["kind"]) == (1, "drawn.jpg", str(result.kind))
        assert Analysis.from_dict(row) == result


def test_every_criterion_in_json_has_the_common_fields() -> None:
    for name, row in analysed(PORTRAIT).to_dict()["criteria"].items():
        assert {"value", "status", "contribution", "confidence", "reason"} <= set(row), name


def test_json_of_a_headshot_as_the_contract_spells_it() -> None:
    row = analysed(HEADSHOT).to_dict()
    found = row["criteria"]
    assert row["grade"] == "professional"
    assert found["focus"]["value"] == "head"
    assert found["subjects"] == found["subjects"] | {"value": "single", "count": 1, "faces": 1}
    assert found["cropping"]["shot"] == "head_and_shoulders"
    assert found["mood"]["expression"] == "serious"
    assert found["environment"] == found["environment"] | {"place": "studio", "inside": True}
    assert found["retouching"] == found["retouching"] | {"style": "natural", "colour": "colour"}
    assert found["background"]["kind"] == "plain"
    assert found["posing"] == found["posing"] | {"facing": "frontal", "yaw": 0, "roll": 0}
    assert found["marketing"] == found["marketing"] | {
        "value": ["profile", "cv", "casting"],
        "status": "derived",
    }
    assert found["printing"]["nearest"] == "4:5"
    assert row["keywords"] == {
        "flat": ["headshot"],
        "hierarchical": ["phototag|kind|headshot"],
        "scene": ["010100", "010600", "011700"],
    }
    crop = row["crops"][0]
    assert set(crop) >= {"profile", "ratio", "box", "recommended", "pixels", "reason"}
    assert (len(crop["box"]), len(crop["pixels"]), crop["recommended"]) == (4, 2, True)


def test_from_dict_ignores_what_a_newer_version_adds_and_refuses_the_rest() -> None:
    row = analysed(HEADSHOT).to_dict()
    assert Analysis.from_dict({**row, "added_later": 1}) == analysed(HEADSHOT)
    for broken in ({}, {**row, "criteria": {}}, {**row, "verdict": {"kind": "sculpture"}}):
        with pytest.raises(ValueError, match="not an analysis"):
            Analysis.from_dict(broken)


def test_keywords_grow_with_the_level_and_stay_below_one_root() -> None:
    result = analysed(HEADSHOT)
    levels = [claims.claim(result, result.verdict, level) for level in Level]
    minimal, standard, full = (set(claimed.hierarchical) for claimed in levels)
    assert minimal < standard < full
    assert all(path.startswith("phototag|") for path in full)
    assert "phototag|shot|head and shoulders" in standard
    assert "phototag|use|profile" in full


def test_nothing_is_claimed_of_other_or_below_the_threshold() -> None:
    nobody = analysed(NOBODY)
    assert nobody.keywords == Keywords()
    doubtful = analysed(scene(face(0.39)))
    assert claims.claim(doubtful, doubtful.verdict, least={"kind": 0.99}) == Keywords()


@pytest.mark.parametrize(
    ("drawn", "codes"),
    [
        (PORTRAIT, ("010600", "011700")),
        (GROUP, ("010800", "011700")),
        (scene(turned(60)), ("010100", "010400", "010600", "011700")),
        (FULL_BODY, ("010300", "010600", "011700")),
    ],
)
def test_the_scene_codes_are_those_of_what_was_found(drawn: Scene, codes: tuple[str, ...]) -> None:
    assert analysed(drawn).keywords.scene == codes


def test_scene_code_of_pictures_taken_outdoors() -> None:
    assert "011600" in analysed(HEADSHOT, **FIELD).keywords.scene


def test_the_scene_is_kept_beside_the_result_and_not_compared() -> None:
    result = analysed(HEADSHOT)
    assert result.scene == HEADSHOT
    assert attrs.evolve(result, scene=None) == result
