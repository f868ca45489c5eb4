"""Which passes of the face detector a picture needs, and on which part of it.

A pass costs 2 ms with the picture's long side at 320 px, 7 at 640, 20 at 1024. The first finds every face that is large
in the frame. What it and the body net have seen decides whether a finer one can find more.

The limits were chosen on 1,321 photographs: in all but two of them, as many faces are found as with all passes that the
sizes of the faces ask for. 218 of 555 passes at 640 px are spared, 15 of 73 at 1024, and what is left of these looks at
half of the picture, on average.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from phototag.vision.figures import head_in
from phototag.vision.nets import reduced, turned_back

if TYPE_CHECKING:
    from collections.abc import Sequence

    from phototag.scene.measures import Figure
    from phototag.vision.decoding import RGB
    from phototag.vision.nets import FacePass, Nets
    from phototag.vision.yunet import Detection

FIRST, SECOND, FINEST = 320, 640, 1024  # px of the long side
SURE_SCORE = 0.8
LARGE = 0.25  # of the frame's height: with a sure face so large, the others are found, too
SMALL = 0.05  # of the frame's height: points of smaller faces are too coarse at 320 px
DOUBTFUL = 0.2  # score from which a candidate that is no sure face asks for the second pass
BODY = 0.2  # strength of a body without a detected face that asks for it
ALONE = 0.4  # strength of a body that asks for it where nothing at all suggests a face
HEAD = 0.1  # visibility of a head for the body net
BESIDE = 0.3  # of a face's sides, by which the body net may see its head beside it
# YuNet finds faces from 10 px. If the largest one has less than three times that in the second pass, others may be
# missing.
FINE_FACE, FINE_LEAST = 30, 900  # px of the second pass; px of the picture
SAME_PLACE = 0.5  # of the larger side: distance of a candidate from the face that it became
GROWN = 2  # sides of a candidate by which the finest pass looks around it
MARGIN = 48  # px of the finest pass, in addition
TURNS = (90, 180, 270)  # degrees clockwise


def find(nets: Nets, rgb: RGB, figures: Sequence[Figure], first: FacePass) -> list[Detection]:
    """The faces in the seen picture, largest first.

    Args:
        nets: the loaded nets.
        rgb: the seen picture.
        figures: the people whom the body net sees.
        first: the first pass.
    """
    height, side = rgb.shape[0], max(rgb.shape[:2])
    if _large(first, height) or _complete(first, rgb, figures):
        return first.faces
    strongest = max((one.strength for one in figures), default=0.0)
    if not first.candidates and strongest < ALONE:
        return []
    second = nets.faces_at(rgb, SECOND)
    if _large(second, height) or side < FINE_LEAST or not second.candidates:
        return second.faces
    small = not second.faces or second.faces[0].box[3] * SECOND < FINE_FACE * side
    if not small or not _doubtful(second):
        return second.faces
    finest = nets.faces_at(rgb, FINEST, _around(second.candidates, rgb))
    return max(second.faces, finest.faces, key=len)


def best_turn(nets: Nets, rgb: RGB) -> tuple[int, float]:
    """Which turned copy shows the clearest face: degrees clockwise by which the picture is turned, and its score."""
    small = reduced(rgb, FIRST)
    scores = {
        turn: max(
            (f.score for f in nets.faces_at(turned_back(small, turn), FIRST).faces), default=0
        )
        for turn in TURNS
    }
    turn = max(scores, key=scores.__getitem__)
    return turn, scores[turn]


def _large(found: FacePass, height: int) -> bool:
    """Whether the largest face is sure, and large in the frame."""
    seen = found.seen
    return bool(seen) and seen[0].score >= SURE_SCORE and seen[0].box[3] >= LARGE * height


def _complete(found: FacePass, rgb: RGB, figures: Sequence[Figure]) -> bool:
    """Whether every candidate is a sure face, the largest has a head for the body net, and every body has a face."""
    least = SMALL * rgb.shape[0]
    faces = [one for one in found.candidates if one.score >= DOUBTFUL]
    if not faces or any(one.score < SURE_SCORE or one.box[3] < least for one in faces):
        return False
    if not any(
        one.head_visibility >= HEAD and head_in(faces[0], one, rgb, BESIDE) for one in figures
    ):
        return False
    return all(
        one.strength < BODY or any(head_in(face, one, rgb, BESIDE) for face in faces)
        for one in figures
    )


def _doubtful(found: FacePass) -> bool:
    """Whether any candidate has not become a face."""
    return any(not any(_same(one, face) for face in found.faces) for one in found.candidates)


def _same(one: Detection, face: Detection) -> bool:
    apart = np.abs(one.box[:2] + one.box[2:] / 2 - face.box[:2] - face.box[2:] / 2)
    return bool((apart < SAME_PLACE * np.maximum(one.box[2:], face.box[2:])).all())


def _around(candidates: Sequence[Detection], rgb: RGB) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of the part of the picture in which the candidates are."""
    height, width = rgb.shape[:2]
    boxes = np.array([one.box for one in candidates])
    margin = MARGIN * max(height, width) / FINEST + GROWN * boxes[:, 2:]
    left, top = np.maximum((boxes[:, :2] - margin).min(axis=0), 0)
    right, bottom = np.minimum((boxes[:, :2] + boxes[:, 2:] + margin).max(axis=0), (width, height))
    return int(left), int(top), int(np.ceil(right)), int(np.ceil(bottom))
