"""Robustness: the changes to the photos, and what is counted."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks.accuracy import robustness
from benchmarks.photos.labelled import Label
from phototag.analysis.result import Analysis, evaluate
from scenes import face, scene


def decoded(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


@pytest.fixture
def image() -> Image.Image:
    """7 x 4: red on the left, blue on the right."""
    pixels = np.zeros((4, 7, 3), np.uint8)
    pixels[:, :3, 0] = 255
    pixels[:, 3:, 2] = 255
    return Image.fromarray(pixels)


def test_a_photo_of_half_size_has_half_the_sides(image: Image.Image) -> None:
    assert decoded(robustness.half_size(image)).size == (3, 2)


def test_a_mirrored_photo_has_left_and_right_exchanged(image: Image.Image) -> None:
    there = decoded(robustness.mirrored(image))
    assert (there.format, there.getpixel((0, 0))) == ("PNG", (0, 0, 255))
    assert there.getpixel((6, 0)) == (255, 0, 0)


def test_a_photo_saved_as_jpeg_keeps_its_size_and_loses_detail(image: Image.Image) -> None:
    there = decoded(robustness.jpeg(image))
    assert (there.format, there.size) == ("JPEG", (7, 4))
    assert not np.array_equal(np.asarray(there), np.asarray(image))


def test_an_array_has_the_pixels_of_the_photo(image: Image.Image) -> None:
    there = robustness.array(image)
    assert there.dtype == np.uint8
    assert np.array_equal(there, np.asarray(image))


def analyses(**heights: float) -> dict[str, Analysis]:
    """Photos with a face of this height each."""
    return {name: evaluate(name, scene(face(height))) for name, height in heights.items()}


def test_the_comparison_counts_other_answers_and_failures() -> None:
    original = analyses(a=0.5, b=0.5, c=0.5, d=0.5)
    changed = analyses(a=0.5, b=0.08, c=0.5)
    changed["c"] = evaluate("c", scene(face(0.5), face(0.5, x=0.2)))  # one more person
    found = robustness.compare(original, changed)
    assert (found.photos, found.failed) == (3, ("d",))
    assert "b" in found.other_kind
    assert "a" not in found.other_kind
    assert found.kind == pytest.approx(1 - len(found.other_kind) / 3)
    assert found.subjects == pytest.approx(2 / 3)


def test_the_comparison_of_nothing_is_empty() -> None:
    found = robustness.compare({}, {})
    assert (found.photos, found.kind, found.subjects) == (0, 0, 0)


def test_only_turned_heads_are_counted_in_the_mirror() -> None:
    found = robustness.turning(
        iter(
            [
                (20.0, -18.0),
                (-10.0, 10.0),
                (6.0, 1.0),  # turned, and not to the other side
                (4.0, 3.0),  # hardly turned: its sign does not count
                (None, 7.0),
                (3.0, None),
                (None, None),
            ]
        )
    )
    assert (found.faces, found.lost, found.turned) == (4, 2, 3)
    assert found.changed_sign == pytest.approx(2 / 3)
    assert found.median_sum == pytest.approx((2 + 7) / 2)  # of 0, 2, 7, 7


def test_without_faces_nothing_is_said_about_the_mirror() -> None:
    found = robustness.turning(iter([(None, None)]))
    assert (found.changed_sign, found.median_sum) == (None, None)


@pytest.mark.slow
def test_a_real_photo_is_answered_alike_in_every_form(
    label: Label, astronaut: Image.Image, tmp_path: Path
) -> None:
    astronaut.save(tmp_path / label.file, quality=95)
    found = robustness.measure(tmp_path, [label], workers=1)
    assert (found.photos, found.failed) == (1, ())
    assert found.changes["array"].kind == 1
    assert all(one.subjects == 1 for one in found.changes.values())
    assert found.turning.faces == 1
