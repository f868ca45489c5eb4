"""Measures of the person mask and of what lies around it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from phototag.vision import surroundings


@pytest.mark.parametrize("seed", range(8))
def test_the_largest_piece_is_that_of_connected_components(seed: int) -> None:
    rng = np.random.default_rng(seed)
    mask = cv2.GaussianBlur(rng.random((180, 240), np.float32), (0, 0), 9)
    sure = mask > np.percentile(mask, 80)
    _, _, stats, _ = cv2.connectedComponentsWithStats(sure.astype(np.uint8))
    x, y, wide, high, _ = stats[1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))]
    box = surroundings._largest_piece(sure)
    assert box is not None
    assert (box.x, box.y) == pytest.approx((x / 240, y / 180))
    assert (box.width, box.height) == pytest.approx((wide / 240, high / 180))


def test_nobody_has_no_piece() -> None:
    assert surroundings._largest_piece(np.zeros((20, 30), bool)) is None


def test_lightness_is_that_of_lab() -> None:
    rgb = np.random.default_rng(1).integers(0, 256, (40, 50, 3), np.uint8)
    light = surroundings.to_lab(rgb)[..., 0] * 2.55
    np.testing.assert_allclose(surroundings.lightness(rgb), light, atol=1.5)
