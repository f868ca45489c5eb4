"""What phototag states in a photo, and what it reads back from there."""

from __future__ import annotations

import hashlib
import json
import math
from typing import Final

import attrs

from phototag.crops import Crop
from phototag.keywords.claims import Keywords
from phototag.scene import serialization
from phototag.scene.geometry import Box

DIGITS: Final = 3  # after the point, of log-odds

#: Raised when photos that were written before are to be written anew, though they say the same.
FORM: Final = 2


@attrs.frozen(kw_only=True)
class Record:
    """The statement of phototag about one photo, as it stands in the photo's metadata.

    Attributes:
        kind: ``headshot``, ``portrait`` or ``other``.
        confidence: probability that the kind is right, 0..1.
        grade: ``professional`` or ``casual`` for headshots, else None.
        contributions: log-odds by criterion, towards headshot +, portrait -, with three digits after
            the point.
        starting_point: log-odds before anything is seen, with as many; None where that was not yet
            stated.
        keywords: the words and scene codes that are claimed.
        crops: the crop suggestions.
        faces: faces to be marked, in the upright picture; not read back.
        lightroom: a crop that Lightroom is to apply, for sidecars; not read back.
        size: width and height of the stored picture in px, for the faces; not read back.
        software: version of phototag.
        models: short name of the set of models (changes when a model does).
        calibration: short name of the calibration (changes when a threshold does).
        corrected: a person has said what the picture is.
    """

    kind: str
    confidence: float
    grade: str | None = None
    contributions: dict[str, float] = attrs.Factory(dict)
    starting_point: float | None = None
    keywords: Keywords = attrs.Factory(Keywords)
    crops: tuple[Crop, ...] = ()
    faces: tuple[Box, ...] = ()
    lightroom: Box | None = None
    size: tuple[int, int] = (0, 0)
    software: str = ""
    models: str = ""
    calibration: str = ""
    corrected: bool = False

    @property
    def log_odds(self) -> float | None:
        """What starting point and contributions add up to; None without a starting point."""
        if self.starting_point is None:
            return None
        # Plus 0 makes 0.0 of -0.0.
        return round(math.fsum((self.starting_point, *self.contributions.values())), DIGITS) + 0.0


def mark(record: Record | None) -> str:
    """A short name of what a record states, as far as it can be read back; empty for none."""
    if record is None:
        return ""
    values = serialization.to_json(record)
    if record.starting_point is None:
        del values["starting_point"]  # the name is then that of before there was one
    text = json.dumps(values, sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
