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


def test_percentiles_are_those_of_sorted_values() -> None:
    values = np.random.default_rng(2).integers(0, 256, (60, 70), np.uint8)
    found = surroundings.percentiles(values, (0.5, 0.95))
    assert found == [
        int(np.quantile(values, share, method="inverted_cdf")) for share in (0.5, 0.95)
    ]
    where = np.zeros_like(values)
    where[:10] = 255
    assert surroundings.percentile(values, 1.0, where) == values[:10].max()
