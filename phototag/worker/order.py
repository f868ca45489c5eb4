"""Makes the write order for a photo from an analysis and the options."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phototag.analysis.explanation import added_up
from phototag.analysis.keywords.claims import claim, withheld
from phototag.analysis.result import Analysis
from phototag.crops import names
from phototag.files import arguments
from phototag.metadata.record import DIGITS, Record, WriteOrder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from phototag.crops import Profile
    from phototag.options import KeptOptions, TagOptions
    from phototag.scene.geometry import Box


def check_crop(
    options: TagOptions | KeptOptions,
    profiles: Sequence[Profile] | None,
    analysis: Analysis | None = None,
) -> None:
    """Refuse a crop for Lightroom without a profile of that name.

    Args:
        options: the options of the call.
        profiles: the crop profiles; None = the built-in ones.
        analysis: an existing analysis, which may have been made with other profiles.

    Raises:
        BadValue: for the argument ``lightroom_crop``.
    """
    if options.lightroom_crop is None:
        return
    known = names(profiles)
    if analysis is not None:
        known += [crop.profile for crop in analysis.crops]
        known += [refusal.profile for refusal in analysis.refusals]
    arguments.one_of("lightroom_crop", options.lightroom_crop, known)


def order_of(analysis: Analysis, options: TagOptions) -> WriteOrder:
    """The order to write into the photo."""
    record = record_of(analysis, options)
    asked = (crop.box for crop in record.crops if crop.profile == options.lightroom_crop)
    return WriteOrder(
        record=record,
        faces=tuple(_faces(analysis, bystanders=False)) if options.faces else (),
        bystanders=tuple(_faces(analysis, bystanders=True)) if options.faces else (),
        lightroom=next(asked, None),
        size=_stored_size(analysis),
    )


def record_of(analysis: Analysis, options: TagOptions) -> Record:
    """The record to write into the photo."""
    claimed = claim(
        analysis,
        analysis.verdict,
        options.keywords,
        least=options.min_confidence,
        vocabulary=options.vocabulary,
    )
    sure = analysis.confidence >= options.min_confidence.get("kind", 0.0)
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
        software=analysis.software,
        models=analysis.models,
        calibration=analysis.calibration,
        decision=analysis.decision.words(),
        thought=analysis.verdict.thought,
        thought_confidence=round(analysis.verdict.thought_confidence, 4),
        withheld=withheld(
            analysis,
            analysis.verdict,
            options.keywords,
            least=options.min_confidence,
            vocabulary=options.vocabulary,
        ),
    )


def _faces(analysis: Analysis, *, bystanders: bool) -> Iterator[Box]:
    """The faces of subjects or of bystanders, as far as a second net has confirmed them."""
    scene = analysis.scene
    if scene is None or not analysis.subjects.count:
        return
    for number, face in enumerate(scene.faces):
        if face.confirmed and (number not in analysis.subjects.subject_faces) is bystanders:
            yield face.box.turned(scene.image.turn)


def _stored_size(analysis: Analysis) -> tuple[int, int]:
    """Width and height before the Exif orientation is applied."""
    if analysis.scene is None:
        return 0, 0
    image = analysis.scene.image
    sideways = image.orientation in {5, 6, 7, 8}
    return (image.height, image.width) if sideways else (image.width, image.height)
