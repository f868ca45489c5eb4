"""What phototag states in a photo, and what it reads back from there."""

from __future__ import annotations

import hashlib
import json
from typing import Final

import attrs

from phototag import serial
from phototag.crops import Crop
from phototag.geometry import Box
from phototag.keywords import Keywords

#: Raised when photos that were written before are to be written anew, though they say the same.
FORM: Final = 2


@attrs.frozen(kw_only=True)
class Record:
    """The statement of phototag about one photo, as it stands in the photo's metadata.

    Attributes:
        kind: ``headshot``, ``portrait`` or ``other``.
        confidence: probability that the kind is right, 0..1.
        grade: ``professional`` or ``casual`` for headshots, else None.
        contributions: log-odds by criterion, towards headshot +, portrait -.
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
    keywords: Keywords = attrs.Factory(Keywords)
    crops: tuple[Crop, ...] = ()
    faces: tuple[Box, ...] = ()
    lightroom: Box | None = None
    size: tuple[int, int] = (0, 0)
    software: str = ""
    models: str = ""
    calibration: str = ""
    corrected: bool = False


def mark(record: Record | None) -> str:
    """A short name of what a record states, as far as it can be read back; empty for none."""
    if record is None:
        return ""
    text = json.dumps(serial.to_json(record), sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
