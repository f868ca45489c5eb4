"""Own words, thresholds by criterion, and the list for Lightroom."""

from __future__ import annotations

from pathlib import Path

import pytest

from phototag.analysis.keywords import claims
from phototag.analysis.keywords.claims import Keywords, Level, claim, thresholds
from phototag.analysis.keywords.vocabulary import BRANCHES, Vocabulary, lightroom_keywords
from phototag.analysis.result import Analysis, evaluate
from phototag.criteria.verdict import Kind
from phototag.errors import BadValue, BadVocabulary
from scenes import answering, face, scene

GERMAN = """
root = "Bildart"
[branches]
kind = "Art"
[words]
kind.headshot = "Kopfporträt"
people.single = false
"""


@pytest.fixture
def headshot() -> Analysis:
    sure = answering(environment={"studio": 0.98}, grade={"professional": 0.9, "casual": 0.1})
    return evaluate("drawn.jpg", scene(face(0.5)), sure)


def words(result: Analysis, level: Level = Level.STANDARD, **more: object) -> Keywords:
    return claim(result, result.verdict, level, **more)  # type: ignore[arg-type]


def load(tmp_path: Path, text: str) -> Vocabulary:
    file = tmp_path / "words.toml"
    file.write_text(text, encoding="utf-8")
    return Vocabulary.load(file)


def test_own_words_replace_ours(tmp_path: Path, headshot: Analysis) -> None:
    found = words(headshot, vocabulary=load(tmp_path, GERMAN))
    assert found.flat == ("Kopfporträt", "professional", "head and shoulders")
    assert found.hierarchical[0] == "Bildart|Art|Kopfporträt"
    assert "010100" in found.scene  # the codes have no language


def test_words_that_are_the_same_stand_once(tmp_path: Path, headshot: Analysis) -> None:
    same = load(
        tmp_path, '[words]\nkind.headshot = "portrait"\nshot.head_and_shoulders = "portrait"'
    )
    assert words(headshot, vocabulary=same).flat.count("portrait") == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("root = ", "not valid TOML"),
        ("roots = 1", "no entry 'roots'"),
        ('[words]\nkinds.headshot = "x"', "no branch 'kinds'"),
        ('[words]\nkind.headshots = "x"', "no value of kind 'headshots'"),
        ('[words]\nkind.headshot = ""', "not a keyword"),
        ('[words]\nkind.headshot = "a|b"', "separates levels"),
        ('[words]\nkind.headshot = "a/b"', "separates levels"),
        ('[words]\nkind.headshot = "type=Bag"', "cannot be a keyword"),
        ("[words]\nkind = 3", "kind is not a table"),
        ('root = "a\\u0007"', "not a keyword"),
    ],
)
def test_each_mistake_in_a_vocabulary_is_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(BadVocabulary, match=said) as caught:
        load(tmp_path, text)
    assert "words.toml" in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadVocabulary, match=r"none\.toml: it cannot be read"):
        Vocabulary.load(tmp_path / "none.toml")


def test_every_word_that_may_be_claimed_is_in_the_list(headshot: Analysis) -> None:
    listed = lightroom_keywords(Vocabulary()).splitlines()
    assert listed[:3] == ["[phototag]", "\t[kind]", "\t\theadshot"]
    for path in words(headshot, Level.FULL).hierarchical:
        root, branch, word = path.split("|")
        assert {f"[{root}]", f"\t[{branch}]", f"\t\t{word}"} <= set(listed)
    assert not any("other" in line for line in listed)


def test_the_list_of_a_level_is_as_long_as_its_claims() -> None:
    lengths = [len(list(Vocabulary().entries(level))) for level in Level]
    assert lengths == [2, 5, len(BRANCHES)]


def test_a_criterion_below_its_threshold_claims_nothing(headshot: Analysis) -> None:
    everything = words(headshot)
    unsure = words(headshot, least={"grade": 0.95, "cropping": 1.0})
    assert set(everything.flat) - set(unsure.flat) == {"professional", "head and shoulders"}


def test_scene_codes_obey_the_thresholds(headshot: Analysis) -> None:
    assert "011700" in words(headshot).scene
    assert "011700" not in words(headshot, least={"environment": 1.0}).scene


def test_below_the_threshold_of_the_verdict_nothing_is_claimed(headshot: Analysis) -> None:
    assert headshot.kind is Kind.HEADSHOT
    assert words(headshot, least={"kind": 1.0}) == Keywords()


def test_thresholds_are_numbers_by_name() -> None:
    assert thresholds(0.9) == {"kind": 0.9}
    assert thresholds({"mood": 0.5}) == {"mood": 0.5}
    with pytest.raises(BadValue, match=r"one of kind, grade, .*, not 'focus'"):
        thresholds({"focus": 0.5})
    with pytest.raises(BadValue, match="between 0 and 1"):
        thresholds(1.5)
    assert claims.confidence_sources()[:2] == ("kind", "grade")
