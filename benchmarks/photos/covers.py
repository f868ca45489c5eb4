"""Draws things over the mouth of a face: a flat patch, a mask, a hand, a microphone."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from phototag.vision.decoding import RGB
    from phototag.vision.yunet import Detection

    Floats = NDArray[np.float64]
    Mask = NDArray[np.uint8]

CLOTH = ((235, 240, 245), (150, 190, 220), (25, 25, 28), (60, 90, 140), (200, 60, 60))
NOISE = (2, 6, 14)  # standard deviations, 8-bit levels
LEAST_SOFT = 0.6  # px by which the edge is softened at least


class Cover(enum.StrEnum):
    """What is drawn."""

    PATCH = "patch"
    MASK = "mask"
    HAND = "hand"
    MICROPHONE = "microphone"


def covered(rgb: RGB, face: Detection, cover: Cover, random: np.random.Generator) -> RGB:
    """A copy of the picture in which the mouth of an upright face is covered."""
    box, points = face.box, face.points
    shape = np.zeros(rgb.shape[:2], np.uint8)
    mouth = 0.8 * points[3:5].mean(0) + 0.2 * points[2]
    colour = _DRAWN[cover](shape, box, mouth, _skin(rgb, box), random)
    layer = np.broadcast_to(colour, rgb.shape) * _light(rgb.shape[0], random)
    layer = layer + random.normal(0, random.choice(NOISE), rgb.shape[:2])[..., None]
    soft = max(LEAST_SOFT, 0.01 * float(box[2]))
    part = cv2.GaussianBlur(shape, (0, 0), soft)[..., None] / 255
    mixed: RGB = (rgb * (1 - part) + np.clip(layer, 0, 255) * part).astype(np.uint8)
    return mixed


def _patch(
    shape: Mask, box: Floats, mouth: Floats, _: Floats, random: np.random.Generator
) -> Floats:
    size = np.array([0.42 + 0.25 * random.random(), 0.2 + 0.14 * random.random()]) * box[2:]
    low, high = (np.round(mouth + sign * size).astype(int).tolist() for sign in (-1, 1))
    cv2.rectangle(shape, low, high, 255, -1)
    return random.integers(0, 256, 3).astype(float)


def _mask(shape: Mask, box: Floats, _: Floats, __: Floats, random: np.random.Generator) -> Floats:
    corners = [(0.05, 0.52), (0.5, 0.46), (0.95, 0.52), (0.9, 0.82), (0.5, 1.03), (0.1, 0.82)]
    outline = np.array([box[:2] + corner * box[2:] for corner in np.array(corners)])
    cv2.fillPoly(shape, [np.round(outline).astype(np.int32)], 255)
    return np.array(CLOTH[random.integers(len(CLOTH))], float)


def _hand(
    shape: Mask, box: Floats, mouth: Floats, skin: Floats, random: np.random.Generator
) -> Floats:
    wide, high = box[2:]
    for finger in range(4):
        middle = round(box[0] + (0.2 + 0.2 * finger) * wide), round(mouth[1] + 0.12 * high)
        size = round(0.11 * wide), round(0.32 * high)
        cv2.ellipse(shape, middle, size, float(random.normal(0, 12)), 0, 360, 255, -1)
    palm = round(mouth[0]), round(mouth[1] + 0.35 * high)
    cv2.ellipse(shape, palm, (round(0.45 * wide), round(0.25 * high)), 0, 0, 360, 255, -1)
    return skin * (0.85 + 0.25 * random.random())


def _microphone(
    shape: Mask, box: Floats, mouth: Floats, _: Floats, random: np.random.Generator
) -> Floats:
    wide, high = box[2:]
    middle = round(mouth[0] + random.normal(0, 0.05) * wide), round(mouth[1] + 0.1 * high)
    cv2.ellipse(shape, middle, (round(0.2 * wide), round(0.2 * high)), 0, 0, 360, 255, -1)
    low = round(mouth[0] - 0.1 * wide), round(mouth[1] + 0.2 * high)
    cv2.rectangle(shape, low, (round(mouth[0] + 0.1 * wide), round(mouth[1] + high)), 255, -1)
    return np.full(3, float(random.integers(10, 70)))


_DRAWN = {
    Cover.PATCH: _patch,
    Cover.MASK: _mask,
    Cover.HAND: _hand,
    Cover.MICROPHONE: _microphone,
}


def _skin(rgb: RGB, box: Floats) -> Floats:
    """The median colour below the eyes."""
    x, y, wide, high = box
    rows = slice(max(0, int(y + 0.3 * high)), int(y + 0.5 * high) + 1)
    columns = slice(max(0, int(x + 0.25 * wide)), int(x + 0.75 * wide) + 1)
    median: Floats = np.median(rgb[rows, columns].reshape(-1, 3), axis=0)
    return median


def _light(height: int, random: np.random.Generator) -> Floats:
    """In half of the pictures, light from above."""
    if random.random() < 0.5:
        return np.ones((1, 1, 1))
    return np.linspace(1.05, 0.85, height)[:, None, None]
