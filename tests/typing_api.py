"""What type checkers see of the public names.  Nothing here runs; mypy and pyright read it."""

from __future__ import annotations

import threading
from collections.abc import Generator
from pathlib import Path
from typing import Any, assert_type

import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

import phototag


def one_photo(photo: Path) -> None:
    result = phototag.analyze(photo)
    assert_type(result, phototag.Analysis)
    assert_type(result.kind, phototag.Kind)
    assert_type(result.confidence, float)
    assert_type(result.grade, phototag.Grade | None)
    assert_type(result.cropping.shot, phototag.Shot | None)
    assert_type(result.subjects.count, int)
    assert_type(result.posing.yaw, float | None)
    assert_type(result.focus.reason, str)
    assert_type(result.crops, tuple[phototag.Crop, ...])
    assert_type(result.crops[0].box, phototag.Box)
    assert_type(result.explain(), str)
    assert_type(result.to_dict(), dict[str, Any])
    assert_type(phototag.Analysis.from_dict({}), phototag.Analysis)
    assert_type(phototag.write(photo, result, keywords=phototag.Level.FULL), phototag.Change)
    assert_type(phototag.tag("jane.jpg", min_confidence=0.9), phototag.Done)
    assert_type(phototag.read(photo), phototag.Record | None)
    assert_type(phototag.remove(photo), phototag.Change)
    assert_type(phototag.crop(photo, "linkedin"), tuple[str, phototag.Crop])


def every_input(data: bytes, array: NDArray[np.uint8], mat: MatLike) -> None:
    phototag.analyze(data)
    phototag.analyze(array)
    phototag.analyze(mat, bgr=True)
    with Path("jane.jpg").open("rb") as file:
        phototag.analyze(file)
    phototag.analyze(7)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def many_photos(photos: list[str]) -> None:
    with phototag.Analyzer(workers=2, limits=phototag.Limits(seconds=5)) as analyzer:
        assert_type(analyzer.analyze_many(photos), Generator[phototag.Outcome])
        for outcome in analyzer.tag_many(photos, phototag.TagOptions(), stop=threading.Event()):
            assert_type(outcome.analysis, phototag.Analysis | None)
            assert_type(outcome.error, phototag.PhototagError | None)
            if outcome.error is None:
                assert_type(outcome, phototag.Done)
                assert_type(outcome.analysis, phototag.Analysis)
                assert_type(outcome.kind, phototag.Kind)
            else:
                assert_type(outcome, phototag.Failed)
                assert_type(outcome.error, phototag.PhototagError)
        for taken in analyzer.remove_many(photos):
            if taken.error is None:
                assert_type(taken.change, phototag.Change)
    for found in phototag.tag_catalogue("~/Pictures", dry_run=True):
        assert_type(found, phototag.TreeOutcome)
        assert_type(found.change, phototag.Change | None)
        assert_type(found.kind, phototag.Kind | None)
    for said in phototag.decide_catalogue(photos, kind="headshot", shot=phototag.Shot.FACE):
        assert_type(said, phototag.TreeOutcome)
    phototag.decide_catalogue("jane.jpg", forget="yes")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    phototag.list_catalogue("~/Pictures", people=2, kind="headshot")
    phototag.list_catalogue("~/Pictures", people="2-5")
    for back in phototag.undo():
        assert_type(back, phototag.RemovalOutcome)
    assert_type(phototag.runs(), list[phototag.Run])
    for checked in phototag.check_catalogue("~/Pictures", repair=True):
        assert_type(checked, phototag.Checked)
        assert_type(checked.findings, tuple[phototag.CheckFinding, ...])
        assert_type(checked.findings[0].severity, phototag.Severity)
