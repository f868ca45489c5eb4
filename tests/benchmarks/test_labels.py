"""Labels: the words of the file become those of phototag, and only where they apply."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.photos import labelled
from phototag.criteria.cropping import Shot
from phototag.criteria.environment import Place
from phototag.criteria.posing import Facing
from phototag.criteria.verdict import Grade, Kind

Line = dict[str, Any]


def test_everything_applies_to_a_headshot(line: Line) -> None:
    label = labelled.label(line)
    assert label.kind is Kind.HEADSHOT
    assert label.shot is Shot.HEAD_AND_SHOULDERS
    assert label.environment is Place.STUDIO
    assert label.expression == "serious"
    assert label.facing is Facing.FRONTAL
    assert label.grade is Grade.CASUAL
    assert labelled.label({**line, "strict": True}).grade is Grade.PROFESSIONAL


def test_a_group_is_a_portrait_without_a_face_of_its_own(line: Line) -> None:
    label = labelled.label({**line, "kind": "group", "subjects": 3})
    assert (label.kind, label.subjects) == (Kind.PORTRAIT, 3)
    assert (label.expression, label.facing, label.grade) == (None, None, None)
    assert label.shot is not None


def test_nothing_but_kind_and_count_applies_to_a_picture_of_nobody(line: Line) -> None:
    label = labelled.label({**line, "kind": "none", "subjects": 0})
    assert (label.kind, label.subjects) == (Kind.OTHER, 0)
    assert (label.shot, label.background, label.environment) == (None, None, None)
    assert (label.expression, label.facing, label.grade) == (None, None, None)


def test_portraits_have_no_grade(line: Line) -> None:
    assert labelled.label({**line, "kind": "portrait"}).grade is None


@pytest.mark.parametrize("change", [{"kind": "selfie"}, {"crop": "torso"}])
def test_unknown_words_are_an_error(line: Line, change: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="not a valid"):
        labelled.label({**line, **change})


def test_load_keeps_the_order(line: Line, tmp_path: Path) -> None:
    lines = [json.dumps({**line, "file": name}) for name in ("b.jpg", "a.jpg")]
    (tmp_path / labelled.FILE).write_text("\n".join(lines) + "\n\n", encoding="utf-8")
    assert [label.file for label in labelled.load(tmp_path)] == ["b.jpg", "a.jpg"]
