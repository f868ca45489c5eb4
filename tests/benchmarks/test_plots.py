"""The figures: all there, and the same bytes for the same answers."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import attrs
import pytest

from benchmarks.accuracy import report as accuracy
from benchmarks.accuracy.report import Judged
from benchmarks.photos.labelled import Label
from phototag.analysis.result import evaluate
from phototag.criteria.verdict import Kind
from scenes import face, scene

pytest.importorskip("matplotlib")
FIGURES = {"reliability.svg", "confusion.svg", "separation.svg", "coverage.svg"}


@pytest.fixture
def judged(label: Label) -> list[Judged]:
    """Ten photos, every other one a portrait, with faces from small to large."""
    kinds = (Kind.HEADSHOT, Kind.PORTRAIT)
    return [
        Judged(
            label=attrs.evolve(label, file=f"{n}.jpg", kind=kinds[n % 2]),
            analysis=evaluate(f"{n}.jpg", scene(face(0.08 + 0.05 * n))),
        )
        for n in range(10)
    ]


def test_every_figure_drawn_twice_has_the_same_bytes(judged: list[Judged], tmp_path: Path) -> None:
    from benchmarks.accuracy import plots

    found = accuracy.report([judged], held_out=False)
    first = plots.draw(found, [judged], tmp_path / "first")
    second = plots.draw(found, [judged], tmp_path / "second")
    assert {path.name for path in first} == FIGURES
    for one, other in zip(first, second, strict=True):
        assert one.read_bytes() == other.read_bytes()
        assert b"<dc:date>" not in one.read_bytes()
        assert ET.parse(one).getroot().tag.endswith("svg")


def test_other_answers_give_other_figures(judged: list[Judged], tmp_path: Path) -> None:
    from benchmarks.accuracy import plots

    fewer = judged[:7]
    all_of_them = plots.draw(accuracy.report([judged], held_out=False), [judged], tmp_path / "all")
    some = plots.draw(accuracy.report([fewer], held_out=False), [fewer], tmp_path / "some")
    for one, other in zip(all_of_them, some, strict=True):
        assert one.read_bytes() != other.read_bytes(), one.name


def test_photos_that_failed_are_no_obstacle(label: Label, tmp_path: Path) -> None:
    from benchmarks.accuracy import plots

    failed = [Judged(label=label, analysis=None)]
    found = accuracy.report([failed], held_out=False)
    assert len(plots.draw(found, [failed], tmp_path)) == len(FIGURES)
