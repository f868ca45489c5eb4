"""What other packages add: the example of the documentation, installed and used."""

from __future__ import annotations

import enum
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path

import attrs
import pytest

from phototag import plugins
from phototag.analysis.keywords import vocabulary
from phototag.analysis.keywords.claims import Level
from phototag.analysis.result import Analysis, evaluate
from phototag.criteria import CRITERIA, Criterion, Finding, Status, installed, registry
from phototag.criteria.cropping import CroppingFinding
from phototag.criteria.registry import GROUP
from phototag.errors import BadPlugin, CriterionFailed
from phototag.options import TagOptions
from phototag.worker.order import record_of
from scenes import face, scene
from sums import check, in_text

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "docs" / "examples" / "phototag-placement"
CLUB = """
from phototag import Profile, Vocabulary
from phototag.crops.profiles import Serves

PROFILES = (Profile(
    name="club_pass", title="Pass of the club", ratio=(3, 4), pixels=(60, 80), wanted=(60, 80),
    head=(0.3, 0.6, 0.9), eyes=(0.2, 0.42, 0.6), serves=Serves.SINGLE, role="portraitCropping",
    source="the club's rules",
),)
WORDS = Vocabulary(root="Club", words={("kind", "portrait"): "member"})
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the example as pip installs it, and a package with profiles and words."""
    folder = tmp_path_factory.mktemp("site")
    source = shutil.copytree(EXAMPLE, tmp_path_factory.mktemp("source") / "example")
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-build-isolation",
         "--target", folder, source],
        check=True, capture_output=True, timeout=300,
    )  # fmt: skip
    folder.joinpath("club_phototag.py").write_text(CLUB, encoding="utf-8")
    said = folder / "club-1.0.dist-info"
    said.mkdir()
    said.joinpath("METADATA").write_text("Metadata-Version: 2.1\nName: club\nVersion: 1.0\n")
    said.joinpath("entry_points.txt").write_text(
        "[phototag.profiles]\nclub = club_phototag:PROFILES\n"
        "[phototag.vocabularies]\nclub = club_phototag:WORDS\n"
    )
    return folder


def run(site: Path, *arguments: object) -> str:
    beside = os.pathsep.join([str(site), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    done = subprocess.run(
        [sys.executable, *map(str, arguments)], capture_output=True, text=True, timeout=300,
        env={**os.environ, "PYTHONPATH": beside}, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_the_example_shows_up_everywhere(site: Path, portrait_jpg: Path, tmp_path: Path) -> None:
    found = json.loads(run(site, "-m", "phototag", "analyze", "--json", portrait_jpg))
    assert found["criteria"]["placement"]["value"] == "centre"
    assert list(found["criteria"])[-1] == "placement"
    run(site, "-m", "phototag", "tag", "--keywords", "full", portrait_jpg)
    assert "phototag|placement|centre" in run(
        site, "-m", "phototag", "show", "--json", portrait_jpg
    )
    assert "\t[placement]\n\t\tleft" in run(site, "-m", "phototag", "keywords")
    page = tmp_path / "page.html"
    run(site, "-m", "phototag", "gallery", portrait_jpg, "-o", page)
    assert '"placement","centre"' in page.read_text(encoding="utf-8")
    assert "phototag-placement 1.0" in run(site, "-m", "phototag", "doctor")


@pytest.mark.slow
def test_the_example_is_in_the_documentation(site: Path, tmp_path: Path) -> None:
    docs = shutil.copytree(
        ROOT / "docs", tmp_path / "docs", ignore=shutil.ignore_patterns("_build", "_generated")
    )
    code = "import sys; sys.path.insert(0, sys.argv[1]); import tables; print(tables.json_fields())"
    page = run(site, "-c", code, docs)
    assert "### `placement`" in page
    assert "the third of the frame that holds the middle of the face" in page


@pytest.mark.slow
def test_an_analysis_goes_through_json_with_and_without_it(site: Path, portrait_jpg: Path) -> None:
    code = (
        "import json, sys, phototag; result = phototag.analyze(sys.argv[1]);"
        "again = phototag.Analysis.from_dict(json.loads(json.dumps(result.to_dict())));"
        "assert again == result and again.others['placement'].middle; print(json.dumps(result.to_dict()))"
    )
    values = json.loads(run(site, "-c", code, portrait_jpg))
    import phototag

    assert not phototag.Analysis.from_dict(values).others  # it is not installed here


@pytest.mark.slow
def test_profiles_and_words_of_a_package(site: Path, portrait_jpg: Path) -> None:
    named = run(site, "-m", "phototag", "analyze", "--json", "--profiles", "club", portrait_jpg)
    found = json.loads(named)
    assert [crop["profile"] for crop in found["crops"]] == ["club_pass"]
    run(site, "-m", "phototag", "tag", "--vocabulary", "club", portrait_jpg)
    assert "Club|kind|member" in run(site, "-m", "phototag", "show", "--json", portrait_jpg)


class LedgerEntry:
    """An entry point of a package that is not well."""

    name, value, dist = "odd", "odd_package:CRITERION", None

    def __init__(self, offered: object) -> None:
        self._offered = offered

    def load(self) -> object:
        if isinstance(self._offered, Exception):
            raise self._offered
        return self._offered


@pytest.mark.parametrize(
    ("offered", "said"),
    [(ImportError("no module"), "no module"), ("a text", "is not a Criterion")],
)
def test_a_package_that_is_not_well_is_named(
    monkeypatch: pytest.MonkeyPatch, offered: object, said: str
) -> None:
    plugins.loaded.cache_clear()
    monkeypatch.setattr(metadata, "entry_points", lambda group: [LedgerEntry(offered)])
    with pytest.raises(BadPlugin, match=said) as caught:
        plugins.loaded(GROUP, Criterion)
    assert "odd_package" in str(caught.value)
    plugins.loaded.cache_clear()


@attrs.frozen(kw_only=True)
class OddFinding(Finding):
    """What a package that is not well might answer."""

    odd: object = None

    @property
    def value(self) -> object:
        return self.odd


@pytest.fixture(autouse=True)
def branches_are_found_anew() -> Iterator[None]:
    vocabulary.branches.cache_clear()
    yield
    vocabulary.branches.cache_clear()


def with_odd(
    monkeypatch: pytest.MonkeyPatch, judge: Callable[..., Finding], **more: object
) -> Analysis:
    """The analysis of a portrait with one more criterion."""
    odd = Criterion(finding=OddFinding, judge=judge, **more)  # type: ignore[arg-type]
    every = {**installed(), "odd": odd}
    for module in (registry, vocabulary):
        monkeypatch.setattr(module, "installed", lambda: every)
    return evaluate("jane.jpg", scene(face()))


def fail(*_: object) -> Finding:
    raise ZeroDivisionError


def answer(**values: object) -> Callable[..., Finding]:
    def judge(*_: object) -> Finding:
        return OddFinding(status=Status.MEASURED, reason="", **values)  # type: ignore[arg-type]

    return judge


@pytest.mark.parametrize(
    ("judge", "said"),
    [
        (fail, "ZeroDivisionError"),
        (answer(contribution=float("nan")), "nan"),
        (answer(confidence=7.0), "confidence 7"),
        (answer(odd=object()), "not JSON serializable"),
        (lambda *_: None, "it returned None"),
    ],
)
def test_a_criterion_that_fails_is_named(
    monkeypatch: pytest.MonkeyPatch, judge: Callable[..., Finding], said: str
) -> None:
    with pytest.raises(CriterionFailed, match=f"odd: the criterion failed: .*{said}") as caught:
        with_odd(monkeypatch, judge)
    assert caught.value.photo == "jane.jpg"


class Word(enum.StrEnum):
    ONE = "one"
    TWO = "two"
    LEVELS = "a|b"


def test_words_of_a_criterion_with_several_values(monkeypatch: pytest.MonkeyPatch) -> None:
    values = (Word.ONE, Word.TWO)
    found = with_odd(monkeypatch, answer(odd=values, confidence=0.5), values=values)
    record = record_of(found, TagOptions(keywords=Level.FULL))
    assert set(record.keywords.hierarchical) >= {"phototag|odd|one", "phototag|odd|two"}
    assert (
        not record_of(found, TagOptions(keywords=Level.FULL, min_confidence={"odd": 0.9}))
        .keywords.hierarchical[-1]
        .startswith("phototag|odd")
    )


def test_what_a_criterion_contributes_is_in_the_sum(monkeypatch: pytest.MonkeyPatch) -> None:
    without = evaluate("jane.jpg", scene(face()))
    found = with_odd(monkeypatch, answer(contribution=-0.77))
    assert found.verdict.log_odds == pytest.approx(without.verdict.log_odds - 0.77)
    assert found.verdict.starting_point == without.verdict.starting_point
    check(found)
    said, least = in_text(found), in_text(without)
    assert said
    assert least
    assert len(said[0]) > len(least[0])  # it is named
    monkeypatch.undo()
    read = Analysis.from_dict(found.to_dict())  # where it is not installed
    assert not read.others
    check(attrs.evolve(read, scene=found.scene))


def test_an_analysis_made_without_a_criterion_can_be_written_with_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    without = evaluate("jane.jpg", scene(face()))
    with_odd(monkeypatch, answer(odd=Word.ONE), values=tuple(Word)[:2])
    assert record_of(without, TagOptions(keywords=Level.FULL)).kind == "headshot"


def test_a_word_that_parts_levels_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadPlugin, match="separates levels"):
        with_odd(monkeypatch, answer(odd=Word.ONE), values=tuple(Word))


@pytest.mark.parametrize(
    ("name", "finding", "said"),
    [("kind", OddFinding, "is reserved"), ("zzz", CroppingFinding, "uses the same finding class")],
)
def test_the_eleven_cannot_be_replaced(
    monkeypatch: pytest.MonkeyPatch, name: str, finding: type[Finding], said: str
) -> None:
    every = {**installed(), name: Criterion(finding=finding, judge=fail)}
    installed.cache_clear()
    monkeypatch.setattr(plugins, "loaded", lambda *_, **__: every)
    with pytest.raises(BadPlugin, match=said):
        installed()
    monkeypatch.undo()
    installed.cache_clear()


def test_reserved_are_the_names_of_our_own() -> None:
    own = {branch.name for branch in vocabulary.BRANCHES}
    own |= {branch.confidence_source for branch in vocabulary.BRANCHES}
    own |= {field.name for field in attrs.fields(Analysis)}
    assert own - set(CRITERIA) == registry.RESERVED


def test_an_analysis_can_be_a_key() -> None:
    assert len({evaluate("jane.jpg", scene(face())) for _ in range(2)}) == 1
