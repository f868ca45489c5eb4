"""How the heads of mediapipe's attention face mesh merge into 478 points.

The facts are those of mediapipe 0.10.21, ``mediapipe/modules/face_landmark/
tensors_to_face_landmarks_with_attention.pbtxt`` (Apache-2.0): which of the 468 mesh points each
head refines, in the order of the head's output. "Left" and "right" are as seen in the picture.
"""

from __future__ import annotations

from typing import Final

MESH_POINTS: Final = 468
IRIS_POINTS: Final = 5
OUTPUT_SIZE: Final = 3 * (MESH_POINTS + 2 * IRIS_POINTS)
PRESENCE: Final = "conv_faceflag"
_MESH: Final = "output_mesh_identity"

LIPS: Final = (
    61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 185, 40, 39, 37, 0, 267, 269, 270, 409,
    78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308, 191, 80, 81, 82, 13, 312, 311, 310, 415,
    76, 77, 90, 180, 85, 16, 315, 404, 320, 307, 306, 184, 74, 73, 72, 11, 302, 303, 304, 408,
    62, 96, 89, 179, 86, 15, 316, 403, 319, 325, 292, 183, 42, 41, 38, 12, 268, 271, 272, 407,
)  # fmt: skip
LEFT_EYE: Final = (
    33, 7, 163, 144, 145, 153, 154, 155, 133, 246, 161, 160, 159, 158, 157, 173, 130, 25, 110, 24,
    23, 22, 26, 112, 243, 247, 30, 29, 27, 28, 56, 190, 226, 31, 228, 229, 230, 231, 232, 233,
    244, 113, 225, 224, 223, 222, 221, 189, 35, 124, 46, 53, 52, 65, 143, 111, 117, 118, 119, 120,
    121, 128, 245, 156, 70, 63, 105, 66, 107, 55, 193,
)  # fmt: skip
RIGHT_EYE: Final = (
    263, 249, 390, 373, 374, 380, 381, 382, 362, 466, 388, 387, 386, 385, 384, 398, 359, 255, 339,
    254, 253, 252, 256, 341, 463, 467, 260, 259, 257, 258, 286, 414, 446, 261, 448, 449, 450, 451,
    452, 453, 464, 342, 445, 444, 443, 442, 441, 413, 265, 353, 276, 283, 282, 295, 372, 340, 346,
    347, 348, 349, 350, 357, 465, 383, 300, 293, 334, 296, 336, 285, 417,
)  # fmt: skip

# Heads that replace x and y of mesh points.
_REFINED: Final = {"output_lips": LIPS, "output_left_eye": LEFT_EYE, "output_right_eye": RIGHT_EYE}

# Heads that add points, in output order. They have no z: it is taken from the middle of the upper
# eyelid. (mediapipe 0.10 averages 16 points of the eyelids; x and y are the same either way.)
_IRISES: Final = {"output_left_iris": 159, "output_right_iris": 386}

HEADS: Final = {
    _MESH: 3 * MESH_POINTS,
    **{head: 2 * len(points) for head, points in _REFINED.items()},
    **dict.fromkeys(_IRISES, 2 * IRIS_POINTS),
}
"""How many numbers each head gives, in the order in which they are joined."""


def merge_indices() -> list[int]:
    """For every number of the merged landmarks, where it stands in the joined heads."""
    starts = _starts()
    picked = list(range(3 * MESH_POINTS))
    for head, points in _REFINED.items():
        for i, point in enumerate(points):
            x = starts[head] + 2 * i
            picked[3 * point : 3 * point + 2] = [x, x + 1]
    for head, eyelid in _IRISES.items():
        for i in range(IRIS_POINTS):
            x = starts[head] + 2 * i
            picked += [x, x + 1, 3 * eyelid + 2]
    return picked


def _starts() -> dict[str, int]:
    """Where each head begins when all are joined."""
    starts: dict[str, int] = {}
    end = 0
    for head, size in HEADS.items():
        starts[head] = end
        end += size
    return starts
