"""What is cut out of a photo for a crop profile: the whole photo's crop, one for each person, a levelled one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from phototag.criteria.subjects import faces_of_subjects
from phototag.criteria.verdict import Kind
from phototag.crops import Crop, in_use, names, rotation, suggest
from phototag.crops.levelling import levelled
from phototag.crops.profiles import Serves
from phototag.crops.size import Size
from phototag.errors import BadValue, CropRefused
from phototag.files import arguments
from phototag.scene.geometry import Box
from phototag.wording import percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from phototag.analysis.result import Analysis
    from phototag.crops import Profile, Refusal
    from phototag.scene.measures import Face

NOBODY: Final = "no person is the subject"


@attrs.frozen(kw_only=True)
class Area:
    """What is cut out of a photo; the attributes are those of ``requests.Cut``.

    Attributes:
        box, pixels: the crop.
        angle: degrees by which the photo is turned clockwise first.
        reason: one sentence: why it fits, and what was done.
        person: number of the person, from 1; 0 for the crop of the whole photo.
        crop: the suggestion from which it was made; None for a levelled one.
    """

    box: Box
    pixels: tuple[int, int]
    angle: float = 0.0
    reason: str
    person: int = 0
    crop: Crop | None = None

    def as_crop(self, profile: Profile, size: Size | None) -> Crop:
        """The crop as a suggestion, with the size of the new file."""
        pixels = self.pixels if size is None else (size.width, size.height)
        if self.crop is not None:
            return attrs.evolve(self.crop, pixels=pixels)
        return Crop(
            profile=profile.name,
            ratio=profile.ratio_text,
            box=self.box,
            recommended=False,
            pixels=pixels,
            reason=self.reason,
            title=profile.title,
            rotation=self.angle,
        )

    def size(self, photo: str, wanted: Size | None, *, enlarge: bool) -> tuple[int, int] | None:
        """The size of the new file, if it is another one than that of the crop.

        Raises:
            CropRefused: the crop is smaller, or has another ratio.
        """
        if wanted is None:
            return None
        wide, high = self.pixels
        if not wanted.has_ratio(wide, high):
            problem = (
                f"the crop has {wide} x {high} px, which is another ratio than that of {wanted}"
            )
            raise CropRefused(photo, problem, "choose another size, or draw the crop anew")
        if (wide < wanted.width or high < wanted.height) and not enlarge:
            problem = f"the crop has {wide} x {high} px, fewer than {wanted}"
            raise CropRefused(
                photo, problem, "choose a smaller size, or use --enlarge (enlarge=True)"
            )
        return wanted.width, wanted.height


@attrs.frozen(kw_only=True)
class CutOptions:
    """How a crop is made; see ``phototag.crop``."""

    quality: int
    lossless: bool = False
    lightroom: bool = False
    level: bool = False
    size: Size | None = None
    enlarge: bool = False


def profile_for(name: str, profiles: Sequence[Profile] | None, how: CutOptions) -> Profile:
    """The crop profile with this name, after everything has been refused that cannot be made of any photo.

    Args:
        name: of the profile.
        profiles: in which it is looked up; None = the built-in ones.
        how: how its crops are made.

    Raises:
        BadValue: there is no such profile; options exclude each other; a size has another ratio than the profile.
    """
    arguments.one_of("profile", name, names(profiles))
    profile = next(one for one in in_use(profiles) if one.name == name)
    if how.lossless and how.lightroom:
        problem = "lossless and lightroom cannot be combined"
        raise BadValue("lossless", problem, "leave out one of the two")
    for option, given in (("lossless", how.lossless), ("lightroom", how.lightroom)):
        if given and (how.size or how.level):
            problem = f"{option} cannot be combined with size and level"
            raise BadValue(option, problem, f"leave out {option}, or the other two")
    if how.size is not None and not how.size.has_ratio(*profile.ratio):
        across, down = profile.ratio
        near = Size(how.size.width, max(1, round(how.size.width * down / across)))
        problem = f"{how.size} has not the ratio {profile.ratio_text} of {profile.name}"
        raise BadValue("size", problem, f"for example {near}")
    return profile


def areas(
    analysis: Analysis, profile: Profile, *, level: bool = False, each: bool = False
) -> list[Area | CropRefused]:
    """What is cut out of a photo, or why it is not.

    A crop that a person has drawn is taken as it is.

    Args:
        analysis: of the photo.
        profile: the crop profile.
        level: turn the photo where the head is tilted.
        each: one crop for each person who is the subject and whose face a second net confirms, the main one first.
    """
    scene = analysis.scene
    assert scene is not None
    faces = faces_of_subjects(scene, analysis.subjects) if analysis.kind is not Kind.OTHER else ()
    drawn = profile.name in {crop.profile for crop in analysis.decision.crops}
    if not each or not faces:
        suggested = _of(profile, analysis.crops, analysis.refusals)
        alone = next(iter(faces)) if len(faces) == analysis.subjects.count == 1 else None
        return [_area(analysis, profile, suggested, alone, level=level and not drawn)]
    found: list[Area | CropRefused] = []
    people = [face for face in faces if face is faces[0] or face.confirmed]
    for number, face in enumerate(people, 1):
        of_drawn = drawn and number == 1
        crops, refusals = (analysis.crops, ()) if of_drawn else suggest(scene, (face,), (profile,))
        suggested = _of(profile, crops, refusals)
        made = _area(analysis, profile, suggested, face, level=level and not of_drawn)
        if isinstance(made, Area):
            found.append(attrs.evolve(made, person=number))
        else:
            found.append(CropRefused(made.photo, f"person {number}: {made.problem}"))
    return found


def _of(profile: Profile, crops: Sequence[Crop], refusals: Sequence[Refusal]) -> Crop | str:
    """The crop for a profile, or why there is none."""
    for crop in crops:
        if crop.profile == profile.name:
            return crop
    reasons = {refusal.profile: refusal.reason for refusal in refusals}
    return reasons.get(profile.name, NOBODY)


def _area(
    analysis: Analysis, profile: Profile, suggested: Crop | str, face: Face | None, *, level: bool
) -> Area | CropRefused:
    scene = analysis.scene
    assert scene is not None
    turn = 0.0
    if level and face is not None and profile.serves is Serves.SINGLE and not scene.image.turn:
        turn = rotation(face)
    if turn and face is not None:
        found = levelled(scene, face, profile, turn)
        if isinstance(found, str):
            return _refused(analysis, profile, found)
        side = "clockwise" if turn > 0 else "counter-clockwise"
        return Area(
            box=found.box,
            pixels=found.pixels,
            angle=found.angle,
            reason=f"the head is {percent(found.head)} of the crop's height, the eyes at "
            f"{percent(found.eyes)} from the top; turned by {abs(turn):.0f} degrees {side}",
        )
    if isinstance(suggested, str):
        return _refused(analysis, profile, suggested)
    return Area(box=suggested.box, pixels=suggested.pixels, reason=suggested.reason, crop=suggested)


def _refused(analysis: Analysis, profile: Profile, reason: str) -> CropRefused:
    return CropRefused(analysis.path, f"there is no {profile.name} crop: {reason}")
