"""Accuracy and behaviour on labelled photographs, where there are any (PHOTOTAG_PHOTOS)."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from phototag.analysis.result import Analysis
from phototag.analyzer import Analyzer
from phototag.criteria import CRITERIA
from phototag.criteria.calibration import default
from phototag.criteria.subjects import faces_of_subjects
from phototag.crops import built_in
from phototag.crops.fitting import cuts
from phototag.crops.layout import lay_out
from phototag.crops.profiles import Serves
from sums import check

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("labelled"), pytest.mark.timeout(1500)]
KINDS = {"group": "portrait", "none": "other"}
Labelled = list[tuple[Path, dict[str, Any]]]


@pytest.fixture(scope="module")
def analyses(labelled: Labelled) -> list[Analysis]:
    with Analyzer(workers=2) as analyzer:
        outcomes = list(analyzer.analyze_many(path for path, _ in labelled))
    assert [outcome.error for outcome in outcomes if outcome.error] == []
    return [outcome.analysis for outcome in outcomes if outcome.analysis]


@pytest.fixture(scope="module")
def results(analyses: list[Analysis]) -> list[dict[str, Any]]:
    return [analysis.to_dict() for analysis in analyses]


def test_the_kind_is_right_for_96_of_100_labelled_photos(
    labelled: Labelled, results: list[dict[str, Any]]
) -> None:
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


def test_what_is_shown_of_every_photo_adds_up(analyses: list[Analysis]) -> None:
    for analysis in analyses:
        check(analysis)


def test_every_crop_keeps_the_hard_rules(analyses: list[Analysis]) -> None:
    profiles = {profile.name: profile for profile in built_in()}
    seen = 0
    for analysis in analyses:
        scene = analysis.scene
        assert scene is not None
        if not analysis.crops:
            continue
        people = faces_of_subjects(scene, default())
        layout = lay_out(scene, people)
        width, height = scene.image.width, scene.image.height
        for crop in analysis.crops:
            seen += 1
            profile, box = profiles[crop.profile], crop.box
            name = (analysis.path, crop.profile)
            assert crop.pixels[0] * profile.ratio[1] == crop.pixels[1] * profile.ratio[0], name
            assert min(box.x, box.y) >= 0, name
            assert max(box.right, box.bottom) <= 1 + 1e-9, name
            pixels = round(box.x * width), round(box.y * height), *crop.pixels
            if profile.serves is Serves.EVERYBODY:
                continue
            assert layout.head is not None
            face = people[0]
            for point in (face.left_eye, face.right_eye, face.nose):
                assert box.x <= point.x <= box.right, name
                assert box.y <= point.y <= box.bottom, name
            assert layout.head.chin <= box.bottom * height + 1, name
            if profile.headroom >= 0:
                assert box.y * height <= layout.head.crown + 1, name
            assert not cuts(layout, pixels, layout.head.height), name
    assert seen > 500


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
