"""Computes head pose, expression and gaze from the 478 points of a face mesh."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

from phototag.scene.geometry import Point
from phototag.scene.measures import Expression, HeadPose, Mesh

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Points = NDArray[np.float64]

# 33 points of MediaPipe's canonical face with their Procrustes weights: mesh number, x, y, z in cm
# (x to the subject's left, y up, z towards the viewer), weight.  Source: mediapipe's
# geometry_pipeline_metadata_landmarks.pbtxt (procrustes_landmark_basis), Copyright 2023 The
# MediaPipe Authors, Apache License 2.0.  Changed: texture coordinates dropped, weights rounded.
CANONICAL_FACE = (
    (4, 0.000000, -0.463170, 7.586580, 0.0709099),
    (6, 0.000000, 2.473255, 5.788627, 0.0321001),
    (10, 0.000000, 8.261778, 4.481535, 0.0084466),
    (33, -4.445859, 2.663991, 3.173422, 0.0587242),
    (54, -6.279331, 6.615427, 1.425850, 0.0076671),
    (67, -3.523964, 8.005976, 3.729163, 0.0090781),
    (117, -5.258659, 0.945811, 2.974312, 0.0097919),
    (119, -3.300681, 0.861641, 3.872784, 0.0145654),
    (121, -1.820731, 1.467954, 4.224124, 0.0185914),
    (127, -7.743095, 2.364999, -2.005167, 0.0051980),
    (129, -1.785794, -0.978284, 4.850470, 0.1206252),
    (132, -7.270895, -2.890917, -2.252455, 0.0055600),
    (133, -1.856432, 2.585245, 3.757904, 0.0532862),
    (136, -5.085276, -7.178590, 0.714711, 0.0668905),
    (143, -6.407571, 2.236021, 1.560843, 0.0148165),
    (147, -6.234883, -1.944430, 1.663542, 0.0142628),
    (198, -1.246815, 0.230297, 5.681036, 0.0254622),
    (205, -3.832928, -1.537326, 4.137731, 0.0472523),
    (263, 4.445859, 2.663991, 3.173422, 0.0587242),
    (284, 6.279331, 6.615427, 1.425850, 0.0076671),
    (297, 3.523964, 8.005976, 3.729163, 0.0090781),
    (346, 5.258659, 0.945811, 2.974312, 0.0097919),
    (348, 3.300681, 0.861641, 3.872784, 0.0145654),
    (350, 1.820731, 1.467954, 4.224124, 0.0185914),
    (356, 7.743095, 2.364999, -2.005167, 0.0051980),
    (358, 1.785794, -0.978284, 4.850470, 0.1206252),
    (361, 7.270895, -2.890917, -2.252455, 0.0055600),
    (362, 1.856432, 2.585245, 3.757904, 0.0532862),
    (365, 5.085276, -7.178590, 0.714711, 0.0668905),
    (372, 6.407571, 2.236021, 1.560843, 0.0148165),
    (376, 6.234883, -1.944430, 1.663542, 0.0142628),
    (420, 1.246815, 0.230297, 5.681036, 0.0254622),
    (425, 3.832928, -1.537326, 4.137731, 0.0472523),
)
_NUMBERS = np.array([row[0] for row in CANONICAL_FACE])
_MODEL = np.array([row[1:4] for row in CANONICAL_FACE])
_WEIGHTS = np.array([row[4] for row in CANONICAL_FACE])
_WEIGHTS /= _WEIGHTS.sum()

# Mesh numbers; left and right are the subject's.
RIGHT_EYE_OUTER, RIGHT_EYE_INNER = 33, 133
LEFT_EYE_OUTER, LEFT_EYE_INNER = 263, 362
RIGHT_LIDS, LEFT_LIDS = ((159, 145), (158, 153)), ((386, 374), (385, 380))  # upper, lower
RIGHT_IRIS, LEFT_IRIS = 468, 473
MOUTH_RIGHT, MOUTH_LEFT = 61, 291
LIP_TOP, LIP_BOTTOM, INNER_LIP_TOP, INNER_LIP_BOTTOM = 0, 17, 13, 14
CHIN = 152
OUTLINE = (
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
    152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
)  # fmt: skip


@attrs.frozen(eq=False)
class Rotation:
    """Rotation from canonical head to viewer (x right, y up, z to the viewer), and the misfit in cm."""

    matrix: Points
    residual: float


def fit_head(mesh: Points) -> Rotation:
    """Fit a mesh (478 x 3, px) to the canonical face by weighted weak-perspective Procrustes.

    Not with the task's own transformation matrix, which changes by 10 degrees for a face off the centre, nor with
    solvePnP, which needs the camera's parameters, and these are unknown.
    """
    seen = (mesh * [1, -1, -1])[_NUMBERS]
    model = _MODEL - _WEIGHTS @ _MODEL
    seen = seen - _WEIGHTS @ seen
    u, s, vt = np.linalg.svd((seen * _WEIGHTS[:, None]).T @ model)
    sign = np.array([1, 1, np.sign(np.linalg.det(u @ vt))])
    matrix = (u * sign) @ vt
    scale = (s * sign).sum() / (_WEIGHTS @ (model**2).sum(1))
    error = seen - scale * model @ matrix.T
    return Rotation(matrix, float(np.sqrt(_WEIGHTS @ (error**2).sum(1)) / max(scale, 1e-6)))


def describe(mesh: Points, width: int, height: int) -> Mesh:
    """The measures of a mesh (478 x 3, px of a ``width`` x ``height`` picture)."""
    rotation = fit_head(mesh)
    upright = (mesh * [1, -1, -1]) @ rotation.matrix
    upright = upright / max(
        float(np.linalg.norm(upright[RIGHT_EYE_OUTER] - upright[LEFT_EYE_OUTER])), 1e-6
    )

    def point(values: Points) -> Point:
        return Point(float(values[0] / width), float(values[1] / height))

    return Mesh(
        pose=_pose(rotation),
        expression=_expression(upright),
        gaze=_gaze(upright),
        chin=point(mesh[CHIN]),
        left_eye=point(mesh[LEFT_IRIS]),
        right_eye=point(mesh[RIGHT_IRIS]),
        outline=tuple(point(mesh[number]) for number in OUTLINE),
    )


def _pose(rotation: Rotation) -> HeadPose:
    matrix = rotation.matrix
    forward = matrix[:, 2]
    return HeadPose(
        yaw=float(np.degrees(np.arctan2(forward[0], forward[2]))),
        pitch=float(np.degrees(np.arcsin(np.clip(forward[1], -1, 1)))),
        roll=float(np.degrees(np.arctan2(-matrix[1, 0], matrix[1, 1]))),
        residual=rotation.residual,
    )


def _expression(face: Points) -> Expression:
    """Measure the expression; ``face``: mesh turned to the front, y up, in eye distances."""

    def gap(a: int, b: int) -> float:
        return float(np.linalg.norm(face[a] - face[b]))

    def eye_open(outer: int, inner: int, lids: tuple[tuple[int, int], ...]) -> float:
        return sum(gap(*pair) for pair in lids) / (len(lids) * max(gap(outer, inner), 1e-6))

    corners = (face[MOUTH_RIGHT, 1] + face[MOUTH_LEFT, 1]) / 2
    middle = (face[INNER_LIP_TOP, 1] + face[INNER_LIP_BOTTOM, 1]) / 2
    return Expression(
        mouth_width=gap(MOUTH_RIGHT, MOUTH_LEFT),
        mouth_open=gap(INNER_LIP_TOP, INNER_LIP_BOTTOM),
        lip_height=gap(LIP_TOP, LIP_BOTTOM),
        corner_lift=float(corners - middle),
        eye_open_left=eye_open(LEFT_EYE_OUTER, LEFT_EYE_INNER, LEFT_LIDS),
        eye_open_right=eye_open(RIGHT_EYE_OUTER, RIGHT_EYE_INNER, RIGHT_LIDS),
    )


def _gaze(face: Points) -> Point:
    """Mean offset of both irises from the middle of their eyes, in half eye widths."""
    offsets = []
    for iris, outer, inner in (
        (RIGHT_IRIS, RIGHT_EYE_OUTER, RIGHT_EYE_INNER),
        (LEFT_IRIS, LEFT_EYE_OUTER, LEFT_EYE_INNER),
    ):
        half = max(float(np.linalg.norm(face[outer] - face[inner])) / 2, 1e-6)
        offsets.append((face[iris] - (face[outer] + face[inner]) / 2) / half)
    x, y, _ = np.mean(offsets, axis=0)
    return Point(float(x), float(-y))
