"""Fit the profiles to a scene: exact ratio, inside the frame, head and eyes where they belong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from phototag.crops.profiles import ALLOWED, PROFILES, RECOMMENDED
from phototag.crops.suggestion import Crop
from phototag.geometry import Box

if TYPE_CHECKING:
    from phototag.crops.profiles import Profile
    from phototag.scene import Face, Scene

HAIR = 0.27  # height of the hair above the face box / height of the box, where no crown is seen
NEXT_TO_NOTHING = 0.98  # of the picture's area; a crop that large changes next to nothing


@attrs.frozen(kw_only=True)
class Head:
    """Where the head is, in full-resolution pixels of the upright picture.

    Attributes:
        crown, chin, eyes: y of the top of the hair, the chin and the eye line.
        left, right: x of the face's edges.
        middle: x of the middle between the eyes.
    """

    crown: float
    chin: float
    eyes: float
    left: float
    right: float
    middle: float

    @property
    def height(self) -> float:
        """Chin to crown, px."""
        return self.chin - self.crown


def suggest(scene: Scene) -> tuple[Crop, ...]:
    """Crops of the one person in the picture; the best-fitting profile first and recommended.

    Groups get none yet: a head-and-shoulders crop of one of them would cut the others.
    """
    if len(scene.faces) != 1:
        return ()
    head = locate_head(scene)
    found = []
    for profile in PROFILES:
        fitted = fit(profile, head, scene.image.width, scene.image.height)
        if fitted is not None:
            found.append((profile, *fitted))
    return tuple(
        _crop(profile, pixels, scene, head, recommended=number == 0)
        for number, (profile, *pixels) in enumerate(found)
    )


def locate_head(scene: Scene) -> Head:
    """The main head, with hair as the person mask shows it; needs a face."""
    face: Face = scene.faces[0]
    width, height = scene.image.width, scene.image.height
    chin = max(face.mesh.chin.y, face.box.bottom) if face.mesh else face.box.bottom
    guess = face.box.y - HAIR * face.box.height
    crown = scene.person.crown
    # A mask that runs on above the head (a raised arm, somebody behind) is no hair.
    if crown is None or crown < guess - HAIR * face.box.height:
        crown = guess
    return Head(
        crown=max(0.0, min(crown, face.box.y)) * height,
        chin=min(1.0, chin) * height,
        eyes=(face.left_eye.y + face.right_eye.y) / 2 * height,
        left=face.box.x * width,
        right=face.box.right * width,
        middle=(face.left_eye.x + face.right_eye.x + 2 * face.box.centre.x) / 4 * width,
    )


def fit(profile: Profile, head: Head, width: int, height: int) -> tuple[int, int, int, int] | None:
    """Left, top, width and height of the crop in pixels; None when the profile cannot be met."""
    across, down = profile.ratio
    least, wanted, most = (head.height / share for share in reversed(profile.head))
    largest = min(height / down, width / across)  # in units of the ratio
    units = int(min(max(least, min(wanted, most)) / down, largest))
    wide, high = units * across, units * down
    if high < max(profile.pixels, least):
        return None
    top = _clamped(head.eyes - profile.eyes[1] * high, 0, height - high)
    # Hair first: the eye line may move within its band to keep it.
    top = min(top, head.crown - profile.headroom * high)
    left = _clamped(head.middle - wide / 2, 0, width - wide)
    box = (round(left), round(top), wide, high)
    return box if _allowed(profile, head, box) else None


def _allowed(profile: Profile, head: Head, box: tuple[int, int, int, int]) -> bool:
    left, top, wide, high = box
    eyes = (head.eyes - top) / high
    return (
        top >= 0
        and profile.eyes[0] <= eyes <= profile.eyes[2]
        and profile.head[0] <= head.height / high <= profile.head[2]
        and head.chin <= top + high
        and left <= head.left
        and head.right <= left + wide
    )


def _clamped(value: float, low: float, high: float) -> float:
    return max(low, min(high, value))


def _crop(
    profile: Profile, pixels: list[int], scene: Scene, head: Head, *, recommended: bool
) -> Crop:
    left, top, wide, high = pixels
    width, height = scene.image.width, scene.image.height
    share, eyes = head.height / high, (head.eyes - top) / high
    already = wide * high >= NEXT_TO_NOTHING * width * height
    remark = f"already {profile.ratio_text} and framed for it: " if already else ""
    return Crop(
        profile=profile.name,
        ratio=profile.ratio_text,
        box=Box(left / width, top / height, wide / width, high / height),
        recommended=recommended,
        pixels=(wide, high),
        reason=f"{remark}the head is {100 * share:.0f} % of the crop's height, the eyes at "
        f"{100 * eyes:.0f} % from the top",
        roles=(RECOMMENDED if recommended else ALLOWED, profile.shape_role),
        title=profile.title,
    )
