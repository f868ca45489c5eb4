"""The record that phototag writes into a photo and reads back, and the order to write one."""

from __future__ import annotations

import hashlib
import json
import math
from typing import Final

import attrs

from phototag.analysis.keywords.claims import Keywords
from phototag.crops import Crop
from phototag.scene import serialization
from phototag.scene.geometry import Box

DIGITS: Final = 3  # decimals of log-odds

#: Raised when photos must be written again although their record has not changed.
FORM: Final = 2
KIND: Final = "kind"  # the field of a decision that sets the kind


@attrs.frozen(kw_only=True)
class Record:
    """Phototag's record of one photo, as stored in the photo's metadata.

    Attributes:
        kind: ``headshot``, ``portrait`` or ``other``.
        confidence: probability that the kind is right, 0..1.
        grade: ``professional`` or ``casual`` for headshots, else None.
        contributions: log-odds by criterion, towards headshot +, portrait -, with three decimals.
        starting_point: log-odds before any evidence, with three decimals; None in old records, which lack it.
        keywords: the keywords and scene codes written.
        crops: the crop suggestions.
        software: version of phototag.
        models: short name of the set of models (changes when a model does).
        calibration: short name of the calibration (changes when a threshold does).
        decision: what a person has decided, as texts by field (``decisions.Decision.words``).
        thought, thought_confidence: phototag's own kind and its probability, if a person has set the kind.
        withheld: the thresholds that have held keywords back, by source of confidence (``--min-confidence``).
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
    decision: dict[str, str] = attrs.Factory(dict)
    thought: str | None = None
    thought_confidence: float = 0.0
    withheld: dict[str, float] = attrs.Factory(dict)

    @property
    def corrected(self) -> bool:
        """Whether a person has set the kind."""
        return KIND in self.decision

    @property
    def log_odds(self) -> float | None:
        """The sum of starting point and contributions; None without a starting point."""
        if self.starting_point is None:
            return None
        # Adding 0.0 turns -0.0 into 0.0.
        return round(math.fsum((self.starting_point, *self.contributions.values())), DIGITS) + 0.0


@attrs.frozen(kw_only=True)
class Audit:
    """What the metadata of one file say about phototag's part of them.

    Attributes:
        record: phototag's record; None without one.
        lacking: words that phototag added and that are missing in one property but present in another, by the
            property in which they are missing.
        unplaced: the profiles of recorded crops whose region is missing.
        old_digest: whether Photoshop's digest is that of the IPTC block without phototag's words.
    """

    record: Record | None
    lacking: dict[str, tuple[str, ...]] = attrs.Factory(dict)
    unplaced: tuple[str, ...] = ()
    old_digest: bool = False


@attrs.frozen(kw_only=True)
class WriteOrder:
    """What to write into a photo: the record, and data that are not read back.

    Attributes:
        record: the verdict, the keywords and the crops.
        faces: faces of subjects that get a region, in the upright picture.
        bystanders: the same of other people.
        lightroom: a crop for Lightroom to apply, only for sidecars.
        size: width and height of the stored picture in px, for the faces.
    """

    record: Record
    faces: tuple[Box, ...] = ()
    bystanders: tuple[Box, ...] = ()
    lightroom: Box | None = None
    size: tuple[int, int] = (0, 0)


# Etags are stored between runs. Records once had these fields, always empty; with them, old etags stay valid.
_ONCE_IN_A_RECORD: Final = {"faces": [], "lightroom": None, "size": [0, 0]}


def etag(record: Record | None) -> str:
    """A short hash of a record's content; empty for no record."""
    if record is None:
        return ""
    values = {**serialization.to_json(record), **_ONCE_IN_A_RECORD}
    if record.starting_point is None:
        del values["starting_point"]  # the etag is then the same as before the field existed
    if not record.withheld:
        del values["withheld"]
    if record.decision in ({}, {KIND: record.kind}) and record.thought is None:
        # All that early versions knew of a decision; theirs was in this field.
        values["corrected"] = record.corrected
        for name in ("decision", "thought", "thought_confidence"):
            del values[name]
    text = json.dumps(values, sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
