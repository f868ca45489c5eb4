"""Where the real pictures are that scikit-image ships."""

from __future__ import annotations

from pathlib import Path

import skimage

SAMPLES = Path(skimage.__path__[0], "data")
