"""Accuracy and behaviour on labelled photographs, where there are any (PHOTOTAG_PHOTOS)."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from phototag.analyzer import Analyzer
from phototag.criteria import CRITERIA

pytestmark = pytest.mark.slow
KINDS = {"group": "portrait", "none": "other"}
Labelled = list[tuple[Path, dict[str, Any]]]


@pytest.fixture(scope="module")
def results(labelled: Labelled) -> list[dict[str, Any]]:
    with Analyzer(workers=2) as analyzer:
        outcomes = list(analyzer.analyze_many(path for path, _ in labelled))
    assert [outcome.error for outcome in outcomes if outcome.error] == []
    return [outcome.analysis.to_dict() for outcome in outcomes if outcome.analysis]


def test_kind(labelled: Labelled, results: list[dict[str, Any]]) -> None:
    right = [
        KINDS.get(label["kind"], label["kind"]) == result["kind"]
        for (_, label), result in zip(labelled, results, strict=True)
        if label["sure"]
    ]
    assert sum(right) / len(right) >= 0.96


def test_every_criterion_of_every_photo_has_a_reason(results: list[dict[str, Any]]) -> None:
    for result in results:
        for name in CRITERIA:
            assert result["criteria"][name]["reason"], (result["path"], name)


def test_tag_twice_and_remove(labelled: Labelled, tmp_path: Path) -> None:
    copies = [Path(shutil.copyfile(path, tmp_path / path.name)) for path, _ in labelled[:50]]
    before = {path: path.read_bytes() for path in copies}
    with Analyzer(workers=2) as analyzer:
        first = list(analyzer.tag_many(copies))
        assert [outcome.change and outcome.change.changed for outcome in first] == [True] * 50
        tagged = {path: path.read_bytes() for path in copies}
        second = list(analyzer.tag_many(copies))
        assert [outcome.change and outcome.change.changed for outcome in second] == [False] * 50
        assert {path: path.read_bytes() for path in copies} == tagged
        list(analyzer.remove_many(copies))
    assert {path: path.read_bytes() for path in copies} == before
