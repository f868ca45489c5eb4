"""Crop suggestions: named profiles and the fitting of a crop to a scene.

Nothing is cut here, and no pixel is seen: `worker.sealed.cutting` cuts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from phototag.crops.fitting import Placed, fit
from phototag.crops.layout import lay_out
from phototag.crops.profiles import (
    ALLOWED,
    RECOMMENDED,
    Profile,
    Serves,
    built_in,
    in_use,
    load,
    named,
    names,
)
from phototag.crops.suggestion import DPI, Crop, Fit, Refusal
from phototag.scene.geometry import Box
from phototag.wording import percent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from phototag.crops.layout import Head, Layout
    from phototag.scene.measures import Face, Scene

NEXT_TO_NOTHING = 0.98  # of the picture's area; a larger crop changes almost nothing
LEVEL = 3.0  # degrees of roll up to which a head counts as upright
UPSIDE_DOWN = 180  # degrees


def suggest(
    scene: Scene, subjects: Sequence[Face], profiles: Sequence[Profile] | None = None
) -> tuple[tuple[Crop, ...], tuple[Refusal, ...]]:
    """The crops that suit a picture, and the reasons why others do not.

    Args:
        scene: what was detected.
        subjects: the faces of the people who are the subject, the main one first.
        profiles: in order of preference; None = the built-in ones.

    Returns:
        Crops in the order of the profiles, with the first suitable one recommended; and the refusals.
    """
    asked = in_use(profiles)
    if scene.image.turn:
        return (), tuple(Refusal(profile.name, _turned(scene.image.turn)) for profile in asked)
    layout = lay_out(scene, tuple(subjects))
    crops: list[Crop] = []
    refusals: list[Refusal] = []
    for profile in asked:
        placed = fit(profile, layout)
        if isinstance(placed, str):
            refusals.append(Refusal(profile.name, placed))
        else:
            first = profile.recommend and not any(crop.recommended for crop in crops)
            crops.append(_crop(profile, placed, layout, recommended=first))
    return tuple(crops), tuple(refusals)


def redrawn(
    crops: Sequence[Crop],
    refusals: Sequence[Refusal],
    drawn: Mapping[str, Box],
    scene: Scene,
    profiles: Sequence[Profile] | None = None,
) -> tuple[tuple[Crop, ...], tuple[Refusal, ...]]:
    """The suggestions with those crops that a person has drawn, by profile; unknown profiles are left out."""
    asked = in_use(profiles)
    known = {profile.name: profile for profile in asked}
    by_name = {crop.profile: crop for crop in crops}
    for name in drawn.keys() & known.keys():
        by_name[name] = _drawn(known[name], drawn[name], scene, by_name.get(name))
    left = tuple(refusal for refusal in refusals if refusal.profile not in by_name)
    return tuple(by_name[name] for name in known if name in by_name), left


def _drawn(profile: Profile, box: Box, scene: Scene, suggested: Crop | None) -> Crop:
    pixels = (
        max(1, round(box.width * scene.image.width)),
        max(1, round(box.height * scene.image.height)),
    )
    recommended = suggested is not None and suggested.recommended
    return Crop(
        profile=profile.name,
        ratio=profile.ratio_text,
        box=box,
        recommended=recommended,
        pixels=pixels,
        reason="as you drew it",
        roles=(RECOMMENDED if recommended else ALLOWED, *profile.roles),
        title=profile.title,
        rotation=0.0 if suggested is None else suggested.rotation,
    )


def _crop(profile: Profile, placed: Placed, layout: Layout, *, recommended: bool) -> Crop:
    width, height = layout.width, layout.height
    head = layout.head if profile.serves is Serves.SINGLE else None
    remarks = _remarks(profile, placed, layout, head)
    inches = " x ".join(f"{side / DPI[0]:.1f}" for side in (placed.width, placed.height))
    facts = "everybody is inside" if head is None else _facts(placed, head)
    return Crop(
        profile=profile.name,
        ratio=profile.ratio_text,
        box=Box(
            placed.left / width, placed.top / height, placed.width / width, placed.height / height
        ),
        recommended=recommended,
        pixels=(placed.width, placed.height),
        reason="; ".join([facts, f"prints {inches} in at {DPI[0]} dpi", *remarks]),
        roles=(RECOMMENDED if recommended else ALLOWED, *profile.roles),
        title=profile.title,
        fit=Fit.REMARK if remarks else Fit.FITS,
        rotation=_rotation(head),
    )


def _turned(degrees: int) -> str:
    if degrees == UPSIDE_DOWN:
        return "the head is upside down; turn the photo first"
    side = "clockwise" if degrees < UPSIDE_DOWN else "counter-clockwise"
    return f"the head is turned by 90 degrees {side}; if the photo lies on its side, turn it first"


def _facts(placed: Placed, head: Head) -> str:
    return (
        f"the head is {percent(head.height / placed.height)} of the crop's height, the eyes at "
        f"{percent((head.eyes - placed.top) / placed.height)} from the top"
    )


def _remarks(profile: Profile, placed: Placed, layout: Layout, head: Head | None) -> list[str]:
    """Remarks about a crop that fits."""
    remarks = []
    if placed.width * placed.height >= NEXT_TO_NOTHING * layout.width * layout.height:
        remarks.append(f"the photo already has this framing and the ratio {profile.ratio_text}")
    if placed.width < profile.wanted[0] or placed.height < profile.wanted[1]:
        remarks.append(f"the intended size is {profile.wanted[0]} x {profile.wanted[1]} px")
    if head is not None and placed.top > head.crown:
        remarks.append(
            f"{percent((placed.top - head.crown) / head.height)} of the head is cut off at the hair"
        )
    if _rotation(head):
        side = "clockwise" if _rotation(head) > 0 else "counter-clockwise"
        remarks.append(f"rotate by {abs(_rotation(head)):.0f} degrees {side} to level the head")
    return remarks


def rotation(face: Face) -> float:
    """Degrees clockwise that would level the head with this face; 0 if it is level or its tilt is not known."""
    return _levelling(face.mesh.pose.roll if face.mesh else None)


def _rotation(head: Head | None) -> float:
    return _levelling(None if head is None else head.roll)


def _levelling(roll: float | None) -> float:
    return 0.0 if roll is None or abs(roll) <= LEVEL else -round(roll, 1)


__all__ = [
    "DPI",
    "Crop",
    "Fit",
    "Profile",
    "Refusal",
    "built_in",
    "in_use",
    "load",
    "named",
    "names",
    "redrawn",
    "rotation",
    "suggest",
]
