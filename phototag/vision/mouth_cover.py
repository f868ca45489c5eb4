"""Whether something covers the mouth of the main face: a mask, a hand, a microphone, a glass.

The face mesh draws a mouth also where none can be seen. The content net, on a small crop around the mouth, tells skin
and lips from cloth and fingers.

As the numbers of ``people_prefilter.py``, these are not part of ``calibration.toml``: they are fitted on pictures whose
mouths were covered for it (``python -m benchmarks mouth-cover``). From which probability an expression is not told is
a number of the criterion mood.
"""

from __future__ import annotations

import functools
import tomllib
from pathlib import Path

from phototag.scene import serialization
from phototag.scene.regression import Logistic

FILE = Path(__file__).with_name("mouth_cover.toml")


@functools.cache
def default() -> Logistic:
    """The regression that phototag ships, on what ``Nets.mouth`` gives; when it changes, scenes must be detected again."""
    return serialization.from_json(tomllib.loads(FILE.read_text(encoding="utf-8")), Logistic)
