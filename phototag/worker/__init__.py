"""The sealed process: native code never runs in the caller's process.

Decoders, nets and exiv2 run in a child.  A crash or a hang costs one photo, the child's chatter goes
to ``logging``, and nothing in it finds a way out to the network.  The caller's process imports none
of cv2, mediapipe, pyexiv2 and numpy.
"""

from __future__ import annotations

from phototag.worker.pool import Pool
from phototag.worker.process import SealedProcess

__all__ = ["Pool", "SealedProcess"]
