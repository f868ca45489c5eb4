"""Measures of the whole picture, of the pixels of its people, and of their surroundings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from phototag.scene.geometry import Box
from phototag.scene.measures import Person, Surroundings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from phototag.vision.decoding import RGB

    # OpenCV's stubs promise only "some array"; these names say what it holds.
    Mask = NDArray[Any]  # H x W, float32, 0..1
    Grey = NDArray[Any]  # H x W, uint8
    Floats = NDArray[Any]  # H x W x 3, float32
    Bools = NDArray[np.bool_]
    Corners = tuple[int, int, int, int]  # left, top, right, bottom in px

# Mask probabilities from which a pixel shows a trace of a person, counts as a person, certainly is one.
TRACE, PERSON, SURE = 0.15, 0.5, 0.85
OUTSIDE = 25  # highest 8-bit mask value (a tenth) that counts as surroundings
LOWEST = 10  # px; rows that count as the lower edge
GROW = 11  # px by which the mask is grown before the rest counts as surroundings
LEAST_SHARE = 0.02  # of the picture; smaller surroundings tell nothing
SAMPLE = 4000  # pixels to which the smooth colour surface is fitted
LEAST_EDGE = 31  # pixels; with fewer, sharpness cannot be measured
CLEAR_EDGE = 6  # 8-bit levels (a quarter of Sobel's sum)

# CIE LAB hue in degrees, chroma, lightness: from a feature study on labelled photographs.
SKY_HUE, SKY_CHROMA, SKY_L = (200, 290), 6, 55
GREEN_HUE, GREEN_CHROMA = (95, 165), 8
CALM = 3  # 8-bit levels, as CLEAR_EDGE: a sky has no edges


def to_lab(rgb: RGB) -> Floats:
    """CIE LAB with L 0..100."""
    return cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)


def gradient(grey: Grey) -> Grey:
    """|d/dx| + |d/dy| by Sobel, a quarter of its value, 8 bit."""
    dx, dy = (np.abs(cv2.Sobel(grey, cv2.CV_16S, x, 1 - x)) for x in (1, 0))
    return cv2.convertScaleAbs(cv2.add(dx, dy), alpha=0.25)


def percentile(values: Grey, share: float, where: Grey | None = None) -> int:
    """Percentile of 8-bit values, H x W; see ``percentiles``."""
    return percentiles(values, (share,), where)[0]


def percentiles(values: Grey, shares: Sequence[float], where: Grey | None = None) -> list[int]:
    """Percentiles of 8-bit values from their histogram (much faster than sorting).

    Args:
        values: H x W, uint8.
        shares: 0..1 each.
        where: mask of the same size, uint8; None = everywhere.
    """
    counts = cv2.calcHist([values], [0], where, [256], [0, 256]).ravel().cumsum()
    return [int(np.searchsorted(counts, share * counts[-1])) for share in shares]


def colour_measures(lab: Floats) -> dict[str, float | None]:
    """The colour part of ``ImageFacts``, measured on some of the pixels."""
    _, a, b = cv2.split(lab)
    chroma = cv2.magnitude(a, b)
    total = float(chroma.sum())
    coloured = total / chroma.size > 1
    spread = 1 - float(np.hypot(a.sum(), b.sum())) / total if coloured else None
    return {
        "chroma": float(np.percentile(chroma[::2, ::2], 95)),
        "hue_spread": spread,
    }


def person_measures(mask: Mask, face: Corners | None) -> Person:
    """Share, uncertain part, box and crown of the people in the mask."""
    sure = mask > PERSON
    traces, surest = (int(np.count_nonzero(mask > least)) for least in (TRACE, SURE))
    return Person(
        share=np.count_nonzero(sure) / mask.size,
        undecided=1 - surest / traces if traces else 1.0,
        lower_edge=float(mask[-LOWEST:].mean()),
        box=_largest_piece(sure),
        crown=_crown(sure, face) if face is not None else None,
    )


def _largest_piece(sure: Bools) -> Box | None:
    height, width = sure.shape
    outlines, _ = cv2.findContours(
        sure.view(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE
    )  # a tenth of the time of connected components
    if not outlines:
        return None
    x, y, wide, high = cv2.boundingRect(max(outlines, key=cv2.contourArea))
    return Box(x / width, y / height, wide / width, high / height)


def _crown(sure: Bools, face: Corners) -> float | None:
    """Top of the hair: go up from the middle of the face while most of the row is a person."""
    height, width = sure.shape
    left, top, right, bottom = face
    third = (right - left) / 3
    columns = sure[:, max(0, int(left + third)) : min(width, int(right - third) + 1)]
    if columns.size == 0:
        return None
    filled = columns.mean(axis=1) >= PERSON
    row = min(height - 1, max(0, (top + bottom) // 2))
    if not filled[row]:
        return None
    gaps = np.flatnonzero(~filled[:row])
    return float((gaps[-1] + 1) / height) if gaps.size else 0.0


def surroundings_measures(
    rgb: RGB, lab: Floats, mask: Mask, face: Corners | None, content: tuple[float, ...] | None
) -> Surroundings | None:
    """Measure what is visible apart from the people; None if they fill the frame.

    Args:
        rgb: H x W x 3.
        lab: of every other pixel.
        mask: where people are, H x W.
        face: of the main face.
        content: see ``content.around_people``.
    """
    if content is None:
        return None
    grown = cv2.dilate((mask * 255).astype(np.uint8), np.ones((GROW, GROW), np.uint8))
    outside = cv2.inRange(grown, 0, OUTSIDE)
    share = cv2.countNonZero(outside) / outside.size
    if share < LEAST_SHARE:
        return None
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    sharp = gradient(grey)
    clearest, sharpest = percentiles(sharp, (0.95, 0.97), outside)
    chosen = np.flatnonzero(outside > 0)  # three times as fast as with the mask itself
    chosen = chosen[:: max(1, chosen.size // SAMPLE)]
    distance = _distance(rgb, chosen)
    residual, residual_90, residual_99 = map(float, np.percentile(distance, (50, 90, 99)))
    median = np.median(rgb.reshape(-1, 3)[chosen], axis=0).astype(int)
    clear = cv2.inRange(sharp, CLEAR_EDGE + 1, 255)
    return Surroundings(
        share=share,
        residual=residual,
        residual_90=residual_90,
        residual_99=residual_99,
        edges=_part(clear, outside),
        edge_sharpness=_edge_sharpness(grey, sharp, outside, max(sharpest, 3)),
        detail_ratio=_detail_ratio(grey, outside, face),
        sharpness=float(clearest),
        colour="#{:02x}{:02x}{:02x}".format(*median),
        **_nature(lab, *(np.ascontiguousarray(layer[::2, ::2]) for layer in (sharp, outside))),
        content=content,
    )


def _part(what: Grey, where: Grey) -> float:
    """Share of the pixels of mask ``where`` that are also in mask ``what``."""
    total = cv2.countNonZero(where)
    return cv2.countNonZero(cv2.bitwise_and(what, where)) / total if total else 0.0


def _distance(rgb: RGB, chosen: NDArray[np.intp]) -> NDArray[Any]:
    """Distance (Delta E) of sampled pixels from a quadratic colour surface fitted to them (ridge)."""
    height, width = rgb.shape[:2]
    colours = to_lab(rgb.reshape(-1, 3)[chosen][None])[0]
    rows, columns = np.divmod(chosen, width)
    x, y = columns / width - 0.5, rows / height - 0.5
    terms = np.stack([np.ones_like(x), x, y, x * x, y * y, x * y], 1)
    surface = np.linalg.solve(terms.T @ terms + 1e-6 * np.eye(6), terms.T @ colours)
    distance: NDArray[Any] = np.linalg.norm(colours - terms @ surface, axis=1)
    return distance


def _edge_sharpness(grey: Grey, sharp: Grey, outside: Grey, least: int) -> float | None:
    """How much of their steepness edges of at least this one lose by a blur."""
    strong = cv2.bitwise_and(outside, cv2.inRange(sharp, least, 255)) > 0
    edges = sharp[strong]
    if edges.size < LEAST_EDGE:
        return None
    soft = gradient(cv2.GaussianBlur(grey, (0, 0), 1.6))
    return float(np.median(edges / (soft[strong] + 0.5)))


def _detail_ratio(grey: Grey, outside: Grey, face: Corners | None) -> float | None:
    if face is None:
        return None
    detail = cv2.convertScaleAbs(cv2.Laplacian(grey, cv2.CV_16S, ksize=1))
    left, top, right, bottom = face
    inside = detail[max(0, top) : bottom, max(0, left) : right]
    if inside.size == 0:
        return None
    return percentile(detail, 0.95, outside) / (
        percentile(np.ascontiguousarray(inside), 0.95) + 1.0
    )


def _nature(lab: Floats, sharp: Grey, outside: Grey) -> dict[str, float]:
    """Sky as a part of the surroundings in the top third, and green as a part of all surroundings."""
    light, a, b = cv2.split(lab)
    chroma, hue = cv2.cartToPolar(a, b, angleInDegrees=True)
    third = outside.shape[0] // 3
    top = slice(0, third)
    sky = cv2.inRange(hue[top], *SKY_HUE)
    for mask in (
        _above(chroma[top], SKY_CHROMA),
        _above(light[top], SKY_L),
        cv2.inRange(sharp[top], 0, CALM - 1),
    ):
        sky = cv2.bitwise_and(sky, mask)
    green = cv2.bitwise_and(cv2.inRange(hue, *GREEN_HUE), _above(chroma, GREEN_CHROMA))
    return {"sky": _part(sky, outside[top]) if third else 0.0, "green": _part(green, outside)}


def _above(values: Floats, least: float) -> Grey:
    found: Grey = cv2.compare(values, least, cv2.CMP_GT)  # type: ignore[call-overload] # also takes a number
    return found
