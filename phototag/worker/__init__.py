"""The sealed process: native code never runs in the caller's process.

Decoders, nets and exiv2 run in a child process. A crash or a hang costs one photo, the child's output goes to
``logging``, and nothing in it can reach the network. The caller's process does not import cv2, mediapipe,
pyexiv2 or numpy.
"""

from __future__ import annotations

from phototag.worker.pool import Pool
from phototag.worker.process import SealedProcess

__all__ = ["Pool", "SealedProcess"]
