"""Statistics of the surroundings that tell where a picture was taken.

Two kinds: measures with a name (colours, sky, edges, how detail falls off from octave to octave),
and the mean and spread of early maps of the segmenter, pooled over the surroundings alone.  Chosen
in a feature study on 352 labelled photographs: the named ones alone tell studio, indoor and outdoor
apart in 66 %, the maps alone in 71 %, both in 73 % (cross-validated by source).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from phototag.vision.surroundings import (
    CALM,
    GREEN_CHROMA,
    GREEN_HUE,
    LEAST_SHARE,
    SKY_CHROMA,
    SKY_HUE,
    SKY_L,
    fit_surface,
    to_lab,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from phototag.vision.photo import RGB
    from phototag.vision.surroundings import Bools, Floats, Grey, Mask

    Maps = list[NDArray[np.float32]]

SIDE = 384  # px, long side all named measures are taken at, so that they compare
OUTSIDE = 0.1  # mask probability below which a pixel belongs to the surroundings
OCTAVES = 5
CLEAR = 2  # 8-bit levels per pixel: an edge
CHANNELS = 96  # of each early map
NAMED = (
    *(f"octave_{n}" for n in range(OCTAVES)),
    "fall_off", "residual_50", "residual_90", "residual_99", "symmetry",
    "lightness_range", "lightness_95", "lightness", "lightness_spread",
    "chroma", "chroma_95", "a", "b", "a_spread", "b_spread",
    "top_a", "top_b", "top_b_spread", "top_lightness", "white_top",
    "green", "leaves", "sky", "edges", "upright", "level",
    "gradient_50", "gradient_95", "gradient_99", "share",
)  # fmt: skip
NAMES = (
    *NAMED,
    *(f"map{m}_{kind}_{c}" for m in (1, 2) for kind in ("mean", "spread") for c in range(CHANNELS)),
)


def measure(rgb: RGB, mask: Mask, early_maps: Callable[[RGB], Maps]) -> tuple[float, ...] | None:
    """The statistics in the order of ``NAMES``; None when people fill the frame."""
    height, width = mask.shape
    scale = SIDE / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    part = cv2.resize(mask, size, interpolation=cv2.INTER_AREA)
    outside = cv2.dilate(part, np.ones((9, 9), np.uint8)) < OUTSIDE
    if outside.mean() < LEAST_SHARE:
        return None
    small = cv2.resize(rgb, size, interpolation=how)
    lab = to_lab(small)
    values = [
        *_octaves(small, outside),
        *_surface(lab, outside),
        *_colours(lab, outside),
        *_edges(small, outside),
        float(outside.mean()),
        *_pooled(early_maps(rgb), cv2.dilate(mask, np.ones((9, 9), np.uint8)) < OUTSIDE),
    ]
    assert len(values) == len(NAMES)
    return tuple(float(f"{value:.5g}") for value in values)  # stored with every photo


def _octaves(rgb: RGB, outside: Bools) -> list[float]:
    """Log of the mean detail in each octave, and how much is finer than coarse."""
    level: Floats = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    found = []
    for _ in range(OCTAVES):
        half = cv2.pyrDown(level)
        detail = np.abs(level - cv2.pyrUp(half, dstsize=level.shape[::-1]))
        where = cv2.resize(
            outside.astype(np.float32), level.shape[::-1], interpolation=cv2.INTER_AREA
        )
        there = detail[where > 0.5]  # noqa: PLR2004 - more than half of the pixel
        found.append(float(np.log(there.mean() + 0.05)) if there.size else 0.0)
        level = half
    return [*found, found[1] - found[4]]


def _surface(lab: Floats, outside: Bools) -> list[float]:
    """Distance from a smooth colour surface, and how one-sided its light is."""
    distance, surface = fit_surface(lab, outside)
    across, xx, yy = (abs(float(surface[term, 0])) for term in (1, 3, 4))
    return [*np.percentile(distance, (50, 90, 99)), across / (across + xx + yy + 1)]


def _colours(lab: Floats, outside: Bools) -> list[float]:
    lightness, a, b = (lab[..., n][outside] for n in range(3))
    chroma = np.hypot(a, b)
    low, bright, high = np.percentile(lightness, (1, 95, 99))
    top = outside.copy()
    top[outside.shape[0] // 3 :] = False
    if top.sum() <= 50:  # noqa: PLR2004 - people fill the top: the whole stands for it
        top = outside
    top_l, top_a, top_b = (lab[..., n][top] for n in range(3))
    white = (top_l > 90) & (np.hypot(top_a, top_b) < 6)  # noqa: PLR2004 - an overcast sky, a lamp
    return [
        high - low, bright, lightness.mean(), lightness.std(),
        chroma.mean(), np.percentile(chroma, 95), a.mean(), b.mean(), a.std(), b.std(),
        top_a.mean(), top_b.mean(), top_b.std(), top_l.mean(), white.mean(),
        *_nature(lab, outside, top),
    ]  # fmt: skip


def _nature(lab: Floats, outside: Bools, top: Bools) -> list[float]:
    """Parts that are green, green and textured, and sky."""
    lightness, a, b = (lab[..., n] for n in range(3))
    chroma, hue = np.hypot(a, b), np.degrees(np.arctan2(b, a)) % 360
    steep = _gradient(cv2.convertScaleAbs(lightness, alpha=2.55))[2]
    green = (hue > GREEN_HUE[0]) & (hue < GREEN_HUE[1]) & (chroma > GREEN_CHROMA)
    blue = (hue > SKY_HUE[0]) & (hue < SKY_HUE[1]) & (chroma > SKY_CHROMA)
    sky = blue & (lightness > SKY_L) & (steep < CALM)
    leaves = green & (steep > 2 * CLEAR)
    return [green[outside].mean(), leaves[outside].mean(), sky[top].mean()]


def _edges(rgb: RGB, outside: Bools) -> list[float]:
    """How much is edge, how much of that is upright and level, and how steep it is."""
    dx, dy, steep = _gradient(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY))
    clear = outside & (steep > CLEAR)
    narrow = np.tan(np.radians(5))
    upright = (np.abs(dy) < narrow * np.abs(dx))[clear]
    level = (np.abs(dx) < narrow * np.abs(dy))[clear]
    return [
        clear.sum() / outside.sum(),
        upright.mean() if upright.size else 0.0,
        level.mean() if level.size else 0.0,
        *np.percentile(steep[outside], (50, 95, 99)),
    ]


def _gradient(grey: Grey) -> tuple[Floats, Floats, Floats]:
    """d/dx, d/dy and its length, 8-bit levels per pixel, after a Gaussian of 1 px."""
    soft = cv2.GaussianBlur(grey.astype(np.float32), (0, 0), 1)
    dx, dy = (cv2.Sobel(soft, cv2.CV_32F, x, 1 - x) / 8 for x in (1, 0))
    return dx, dy, np.hypot(dx, dy)


def _pooled(maps: Maps, outside: Bools) -> list[float]:
    """Mean and spread of every channel over the surroundings."""
    found: list[float] = []
    for layer in maps:
        size = layer.shape[:0:-1]
        weight = cv2.resize(outside.astype(np.float32), size, interpolation=cv2.INTER_AREA)
        total = max(float(weight.sum()), 1e-6)
        mean = (layer * weight).sum((1, 2)) / total
        variance = ((layer - mean[:, None, None]) ** 2 * weight).sum((1, 2)) / total
        found += [*mean, *np.sqrt(variance)]
    return found
