"""The nets that run on ONNX Runtime, without mediapipe's: those have no business in a process of the tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phototag.scene import models
from phototag.vision import people_prefilter
from phototag.vision.decoding import Picture, decode
from phototag.vision.detector import Detector
from phototag.vision.movenet import BodyDetector
from phototag.vision.nets import FacePass, Nets
from phototag.vision.yunet import FaceDetector, session
from samples import SAMPLES

if TYPE_CHECKING:
    from phototag.vision.decoding import RGB


class Looking(Nets):
    """Nets that keep the sizes of the face detector's passes."""

    def __init__(self) -> None:
        self.passes: list[int] = []
        self._yunet = FaceDetector()
        self._body = BodyDetector()
        self._content = session(models.CONTENT_NET)

    def faces_at(
        self, rgb: RGB, side: int, within: tuple[int, int, int, int] | None = None
    ) -> FacePass:
        """See ``Nets``."""
        self.passes.append(side)
        return super().faces_at(rgb, side, within)


class Glancing(Detector):
    """A detector that can glance, but not look closely."""

    def __init__(self) -> None:
        self._nets = Looking()
        self._prefilter = people_prefilter.default()


def decoded(name: str) -> Picture:
    """A picture of scikit-image, as it is measured."""
    return decode(name, (SAMPLES / name).read_bytes())
