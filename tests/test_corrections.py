"""What people have set right."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import phototag
from phototag import Kind, errors
from phototag.analysis.decisions import corrections_file
from phototag.analysis.decisions.decision import Decision
from phototag.analysis.result import evaluate
from phototag.metadata.picture_hash import digest


@pytest.fixture
def file(portrait_jpg: Path, tmp_path: Path) -> Path:
    picture = digest(portrait_jpg.read_bytes(), str(portrait_jpg))
    row = {"path": str(portrait_jpg), "picture": picture, "was": "portrait", "is": "headshot"}
    saved = {"schema": 1, "what": "phototag corrections", "corrections": [row]}
    path = tmp_path / "corrections.json"
    path.write_text(json.dumps(saved), "utf-8")
    return path


def test_a_single_photo_is_tagged_as_corrected(portrait_jpg: Path, file: Path) -> None:
    outcome = phototag.tag(portrait_jpg, corrections=file)
    assert outcome.analysis is not None
    assert outcome.analysis.verdict.corrected
    assert outcome.analysis.explain().startswith("Headshot, you said headshot; phototag thought ")
    assert outcome.analysis.to_dict()["verdict"]["corrected"] is True
    record = phototag.read(portrait_jpg)
    assert record is not None
    assert (record.kind, record.confidence, record.corrected) == ("headshot", 1.0, True)
    assert record.keywords.scene[0] == "010100"
    phototag.tag(portrait_jpg)
    again = phototag.read(portrait_jpg)
    assert again == record, "a person's word travels with the photo"
    list(phototag.tag_catalogue(portrait_jpg, forget=portrait_jpg))
    forgotten = phototag.read(portrait_jpg)
    assert forgotten is not None
    assert (forgotten.kind, forgotten.corrected) == ("portrait", False)


def test_something_else_has_no_words_and_no_crops(portrait_jpg: Path) -> None:
    with phototag.Analyzer() as analyzer:
        scene = analyzer.detect(portrait_jpg)
        analysis = evaluate("a.jpg", scene, decision=Decision(kind=Kind.OTHER))
    assert (analysis.kind, analysis.grade, analysis.crops) == (Kind.OTHER, None, ())
    assert analysis.keywords.flat == ()


def test_a_correction_stays_with_the_picture(
    portrait_jpg: Path, file: Path, tmp_path: Path
) -> None:
    state, folder = tmp_path / "state.sqlite3", tmp_path / "Pictures"
    folder.mkdir()
    photo = portrait_jpg.rename(folder / "a.jpg")
    list(phototag.tag_catalogue(folder, state=state))
    (dry,) = phototag.tag_catalogue(folder, state=state, corrections=file, dry_run=True)
    assert str(dry.kind) == "headshot"
    (forgotten,) = phototag.tag_catalogue(folder, state=state)
    assert forgotten.verdict_from is phototag.VerdictSource.UNCHANGED  # a dry run remembers nothing
    (outcome,) = phototag.tag_catalogue(folder, state=state, corrections=file)
    assert (str(outcome.kind), outcome.verdict_from) == (
        "headshot",
        phototag.VerdictSource.RECALLED,
    )
    photo.rename(folder / "b.jpg")
    (moved,) = phototag.tag_catalogue(folder, state=state, keywords="full")
    assert str(moved.kind) == "headshot"


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[]", '{"what": "phototag corrections", "schema": 99, "corrections": []}',
     '{"what": "phototag corrections", "schema": 1, "corrections": [{"picture": "x"}]}',
     ('{"what": "phototag corrections", "schema": 1, "corrections":'
     ' [{"path": "a", "picture": "x", "is": "nonsense"}]}')],
)  # fmt: skip
def test_a_file_of_something_else_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "file.json"
    path.write_text(text, "utf-8")
    with pytest.raises(errors.BadCorrections, match="not a corrections file"):
        corrections_file.load(path)
    with pytest.raises(errors.BadCorrections, match="cannot be read"):
        corrections_file.load(tmp_path / "missing.json")
