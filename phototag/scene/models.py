"""The six vision models that fill a scene: their names and digests, and what tells one set of them from another.

Their digests are only here: the build refuses to pack any other files, and ``phototag doctor`` and the sealed
process check the installed files (`phototag.vision.model_files`) against the same table. Only the standard library is
needed, so that both a build and a broken installation can import this module.
"""

from __future__ import annotations

import hashlib
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

EXPRESSION_NET: Final = "expression.onnx"
"""How much a small grey picture of a face shows each of seven expressions, for ONNX Runtime."""

FACE_DETECTOR: Final = "face_detection_yunet_2023mar.onnx"
"""YuNet, for ONNX Runtime."""

CONTENT_NET: Final = "efficientnet_lite0.onnx"
"""What a picture shows, as two late maps of a net trained on ImageNet, for ONNX Runtime."""

FACE_LANDMARKER: Final = "face_landmarker.task"
"""478 points of one face, for mediapipe's ``FaceLandmarker``."""

MOVENET: Final = "movenet_lightning.onnx"
"""17 points of one body, as four maps of MoveNet Lightning, for ONNX Runtime."""

SELFIE_SEGMENTER: Final = "selfie_segmenter.tflite"
"""The share of the picture that is a person, for mediapipe's ``ImageSegmenter``."""

MODELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        CONTENT_NET: "e6e1aabddee218bff592704c01778c780dee87b6dfda6ec0147edc7281523305",
        EXPRESSION_NET: "6840a2b3238cff4c5dfb57f35dc99cf41c15dc0130906452d54b1d2259657e46",
        FACE_DETECTOR: "6a104cb3bbb3917feadad223613fd68467f5bb0bf697326ad4ceea94ee5d1314",
        FACE_LANDMARKER: "b36e4de19dfd273e575ed66ec8b033ce6b4c228ea54c581d227b03d65f6c729c",
        MOVENET: "a2e5103535aec238bd5714e3b61761785177bcd4536cf6936111cd5f72bd8fc9",
        SELFIE_SEGMENTER: "9ee168ec7c8f2a16c56fe8e1cfbc514974cbbb7e434051b455635f1bd1462f5c",
    }
)
"""SHA-256 of every model file, by its name."""


def identity() -> str:
    """A short identifier of this set of models: 12 hexadecimal digits that change with any of them.

    It is stored with every result, so that results of different models are never confused. It is computed
    from the table alone; no file is read.
    """
    table = "".join(f"{digest}  {name}\n" for name, digest in sorted(MODELS.items()))
    return hashlib.sha256(table.encode()).hexdigest()[:12]
