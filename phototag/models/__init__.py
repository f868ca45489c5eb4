"""The six vision models that phototag ships: their paths, and whether the files are the right ones.

The files are made when phototag is built (``model_build/`` in the source tree) and are next to this module.
Their digests are only here: the build refuses to pack any other files, and ``phototag doctor`` and the sealed
process check the installed files against the same table. Only the standard library is needed, so that both a
build and a broken installation can import this module.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from phototag.errors import ModelsMissing

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

FOLDER: Final = Path(__file__).resolve().parent
"""The folder that holds the model files of this installation."""


def path(name: str) -> Path:
    """The path of a model file, whether or not the file exists (see `require`).

    Raises:
        KeyError: phototag has no model with this name.
    """
    if name not in MODELS:
        raise KeyError(name)
    return FOLDER / name


def identity() -> str:
    """A short identifier of this set of models: 12 hexadecimal digits that change with any of them.

    It is stored with every result, so that results of different models are never confused. It is computed
    from the table alone; no file is read.
    """
    table = "".join(f"{digest}  {name}\n" for name, digest in sorted(MODELS.items()))
    return hashlib.sha256(table.encode()).hexdigest()[:12]


def verify(folder: Path | None = None) -> list[str]:
    """Compare the model files with the table; an empty list means that all are right.

    Args:
        folder: the folder with the files; by default, that of this installation.

    Returns:
        One sentence for each file that is missing, cannot be read or is not the right one.
    """
    problems = (problem((folder or FOLDER) / name, digest) for name, digest in MODELS.items())
    return [found for found in problems if found]


def require(*names: str) -> None:
    """Check the installed models with these names, or all of them if none is named.

    Hashing all six takes about 20 ms, much less than loading them.

    Raises:
        KeyError: phototag has no model with one of these names.
        ModelsMissing: a file is missing or is not the one with which this version was built.
    """
    problems = [problem(path(name), MODELS[name]) for name in names or MODELS]
    if any(problems):
        raise ModelsMissing(
            "phototag",
            "; ".join(filter(None, problems)),
            "reinstall phototag, which includes the models",
        )


def problem(file: Path, digest: str) -> str:
    """What is wrong with a file that should have this SHA-256, as a sentence; empty if nothing."""
    try:
        with file.open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
    except FileNotFoundError:
        return f"{file.name} is missing"
    except OSError as error:
        return f"{file.name} cannot be read ({error.strerror or error})"
    if found != digest:
        return f"{file.name} is not the expected file (sha256 {found}, expected {digest})"
    return ""
