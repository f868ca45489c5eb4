"""What phototag states in a photo and reads back from there, and what it is told to write."""

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


@attrs.frozen(kw_only=True)
class WriteOrder:
    """What is to be written into a photo: the record, and what goes with it and is not read back.

    Attributes:
        record: the statement, the words and the crops.
        faces: faces to be marked, in the upright picture.
        lightroom: a crop that Lightroom is to apply, for sidecars.
        size: width and height of the stored picture in px, for the faces.
    """

    record: Record
    faces: tuple[Box, ...] = ()
    lightroom: Box | None = None
    size: tuple[int, int] = (0, 0)


# Marks are kept from run to run: those of records that had these fields, always empty, stay what they are.
_ONCE_IN_A_RECORD: Final = {"faces": [], "lightroom": None, "size": [0, 0]}


def etag(record: Record | None) -> str:
    """A short name of what a record states; empty for none."""
    if record is None:
        return ""
    values = {**serialization.to_json(record), **_ONCE_IN_A_RECORD}
    if record.starting_point is None:
        del values["starting_point"]  # the name is then that of before there was one
    text = json.dumps(values, sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
