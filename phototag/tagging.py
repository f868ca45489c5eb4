"""What is claimed of a photo, and how it is written."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from phototag.analysis.result import Analysis, added_up
from phototag.criteria.verdict import Kind
from phototag.keywords.claims import Level, Vocabulary, claim, thresholds
from phototag.metadata.options import Options
from phototag.metadata.record import DIGITS, Record
from phototag.scene.measures import Face


@attrs.frozen(kw_only=True)
class Tagging:
    """What is claimed of a photo, and how it is written.

    Attributes:
        keywords: how many words are claimed.
        vocabulary: which words.
        min_confidence: below it nothing is claimed, and what was claimed earlier goes away; a
            number for the verdict, or numbers by name (``keywords.governors``).
        lightroom_crop: name of a crop profile that Lightroom is to apply, in sidecars only.
        faces: mark faces as MWG regions too, which applications list as unnamed people.
        corrections: what a person has said of pictures, by their hash.
        write: options of the write itself.
    """

    keywords: Level = Level.MINIMAL
    vocabulary: Vocabulary = attrs.Factory(Vocabulary)
    min_confidence: Mapping[str, float] = attrs.field(factory=dict, converter=thresholds)
    lightroom_crop: str | None = None
    faces: bool = False
    corrections: Mapping[str, Kind] = attrs.Factory(dict)
    write: Options = attrs.Factory(Options)

    def record(self, analysis: Analysis) -> Record:
        """What is to stand in the photo."""
        claimed = claim(
            analysis,
            analysis.verdict,
            self.keywords,
            least=self.min_confidence,
            vocabulary=self.vocabulary,
        )
        sure = analysis.confidence >= self.min_confidence.get("kind", 0.0)
        crops = analysis.crops if sure else ()
        stated = added_up(analysis, DIGITS)
        return Record(
            kind=analysis.kind,
            confidence=round(analysis.confidence, 4),
            grade=analysis.grade,
            starting_point=stated.starting_point,
            contributions=stated.contributions,
            keywords=claimed,
            crops=crops,
            faces=tuple(face.box for face in _faces(analysis)) if self.faces else (),
            lightroom=next(
                (crop.box for crop in crops if crop.profile == self.lightroom_crop), None
            ),
            size=_stored_size(analysis),
            software=analysis.software,
            models=analysis.models,
            calibration=analysis.calibration,
            corrected=analysis.verdict.corrected,
        )


def _faces(analysis: Analysis) -> tuple[Face, ...]:
    """Faces of people; what looks like one in a picture without people is none."""
    return analysis.scene.faces if analysis.scene and analysis.subjects.count else ()


def _stored_size(analysis: Analysis) -> tuple[int, int]:
    """Width and height before the Exif orientation is applied."""
    if analysis.scene is None:
        return 0, 0
    image = analysis.scene.image
    sideways = image.orientation in {5, 6, 7, 8}
    return (image.height, image.width) if sideways else (image.width, image.height)
