"""Crops of the picture turned so that a tilted head is upright, without the empty corners of the turned picture."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import attrs

from phototag.crops.fitting import (
    cuts,
    eye_error,
    size_error,
    sizes,
    spared,
    tops,
    unfit,
    wanted_left,
)
from phototag.crops.layout import Area, lay_out
from phototag.scene.geometry import Box, Point, turned_around

if TYPE_CHECKING:
    from phototag.crops.layout import Head, Layout
    from phototag.crops.profiles import Profile
    from phototag.scene.measures import Face, Scene

TOPS = 32  # number of places tried between the highest and the lowest
INSET = 0.5  # px that a crop stays away from the edge of the turned picture
ACROSS = 0.1  # as in ``fitting``


@attrs.frozen(kw_only=True)
class Levelled:
    """A crop of a turned picture.

    Attributes:
        angle: degrees by which the picture is turned clockwise, around its middle.
        box: the crop, in fractions of the picture's width and height, as in ``TurnedBox``.
        pixels: width and height of the crop.
        head, eyes: height of the head, and place of the eye line from the top, as parts of the crop's height.
    """

    angle: float
    box: Box
    pixels: tuple[int, int]
    head: float
    eyes: float


def levelled(scene: Scene, face: Face, profile: Profile, angle: float) -> Levelled | str:
    """The best crop of one person's head in the turned picture, or a sentence that says why there is none.

    Args:
        scene: what was detected.
        face: of the person.
        profile: for one person.
        angle: degrees by which to turn the picture clockwise.
    """
    layout = lay_out(scene, (face,))
    if layout.head is None or face.mesh is None:
        return "it is not known how the head is tilted"
    turned = _turned(layout, face, angle)
    head = turned.head
    assert head is not None
    if problem := unfit(profile, head):
        return problem
    best = min(_placed(spared(profile), turned, head, angle), default=None)
    if best is None:
        return (
            f"turned by {abs(angle):.0f} degrees to level the head, the photo has no {profile.ratio_text} "
            "crop without empty corners that fits the profile"
        )
    _, left, top, wide, high = best
    return Levelled(
        angle=angle,
        box=Box(
            left / layout.width, top / layout.height, wide / layout.width, high / layout.height
        ),
        pixels=(wide, high),
        head=head.height / high,
        eyes=(head.eyes - top) / high,
    )


def _turned(layout: Layout, face: Face, angle: float) -> Layout:
    """The layout of the turned picture; its frame is that of the picture before."""
    middle = Point(layout.width / 2, layout.height / 2)

    def moved(x: float, y: float) -> Point:
        return turned_around(Point(x, y), angle, middle)

    def seen(point: Point) -> Point:
        return moved(point.x * layout.width, point.y * layout.height)

    before, mesh = layout.head, face.mesh
    assert before is not None
    assert mesh is not None
    left, right, chin = seen(mesh.left_eye), seen(mesh.right_eye), seen(mesh.chin)
    outline = [seen(point).x for point in mesh.outline] or [left.x, right.x]
    # Where the axis of the head, from the chin through the middle of the eyes, reaches the top of the hair.
    across = (mesh.left_eye.x + mesh.right_eye.x) / 2 * layout.width
    slope = (across - mesh.chin.x * layout.width) / max(1.0, before.chin - before.eyes)
    crown = moved(across + slope * (before.eyes - before.crown), before.crown)
    head = attrs.evolve(
        before,
        crown=crown.y,
        chin=chin.y,
        eyes=(left.y + right.y) / 2,
        left=min(outline),
        right=max(outline),
        middle=((left.x + right.x) / 2 + (min(outline) + max(outline)) / 2) / 2,
        roll=0.0,
    )
    faces = [Area(head.left, min(head.eyes, _face_top(head)), head.right, head.chin)]
    for area in layout.faces[1:]:
        centre = moved((area.left + area.right) / 2, (area.top + area.bottom) / 2)
        wide, high = (area.right - area.left) / 2, area.height / 2
        faces.append(Area(centre.x - wide, centre.y - high, centre.x + wide, centre.y + high))
    joints = (moved(x, y) for x, y in layout.joints)
    return attrs.evolve(
        layout,
        head=head,
        faces=tuple(faces),
        joints=tuple((joint.x, joint.y) for joint in joints),
    )


def _face_top(head: Head) -> float:
    """The top of a face's box: the forehead, about as far above the eyes as the mouth is below them."""
    return max(head.crown, head.eyes - (head.chin - head.eyes) / 2)


def _placed(
    profile: Profile, layout: Layout, head: Head, angle: float
) -> Iterator[tuple[float, int, int, int, int]]:
    """Crops that keep the rules: cost, left, top, width, height."""
    low, _, high = profile.head
    across, down = profile.ratio
    least = max(head.height / high / down, profile.pixels[1] / down, profile.pixels[0] / across)
    first, last = math.ceil(least - 1e-9), math.floor(head.height / low / down + 1e-9)
    diagonal = math.hypot(layout.width, layout.height)
    last = min(last, math.floor(diagonal / math.hypot(across, down)))
    for units in sizes(first, last) if first <= last else ():
        wide, tall = units * across, units * down
        for top in _tops(profile, layout, head, tall):
            found = _row(layout, (wide, tall), top, angle)
            if found is None:
                continue
            wanted = wanted_left(profile, head, wide)
            least_left = max(found[0], head.right - wide)
            most_left = min(found[1], head.left)
            left = math.ceil(least_left), math.floor(most_left)
            if left[0] > left[1]:
                continue
            x = min(max(round(wanted), left[0]), left[1])
            if cuts(layout, (x, top, wide, tall), head.height):
                continue
            hair = max(0.0, top - head.crown) / head.height
            cost = (
                size_error(profile, head, tall)
                + eye_error(profile, head, top, tall)
                + ((x - wanted) / wide / ACROSS) ** 2
                + (hair / ACROSS) ** 2
            )
            yield cost, x, top, wide, tall


def _tops(profile: Profile, layout: Layout, head: Head, high: int) -> list[int]:
    """Places of the top edge, in whole pixels."""
    # The turned picture has other edges than those of the frame, which ``_row`` looks after.
    far = attrs.evolve(layout, height=4 * layout.height)
    lowest, highest, wanted = tops(profile, far, head, high, first=-float(layout.height))
    if lowest > highest:
        return []
    step = (highest - lowest) / TOPS
    places = {math.ceil(lowest + step * number) for number in range(TOPS + 1)}
    places.add(round(min(max(wanted, lowest), highest)))
    return sorted(place for place in places if lowest <= place <= highest)


def _row(
    layout: Layout, size: tuple[int, int], top: int, angle: float
) -> tuple[float, float] | None:
    """The least and the most left edge of a crop at this height that is inside the turned picture; None if none is."""
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    wide, high = size
    middle_x, middle_y = layout.width / 2, layout.height / 2
    low, most = -math.inf, math.inf
    y = top - middle_y
    # In the picture as it was, the corner at (left, top) is at a * left + b, and the others are ``reach`` from it.
    for a, b, reach, side in (
        (cos, cos * -middle_x + sin * y + middle_x, (0.0, cos * wide, sin * high), layout.width),
        (-sin, sin * middle_x + cos * y + middle_y, (0.0, -sin * wide, cos * high), layout.height),
    ):
        least = INSET - b - min(0.0, reach[1]) - min(0.0, reach[2])
        greatest = side - INSET - b - max(0.0, reach[1]) - max(0.0, reach[2])
        if abs(a) < 1e-9:  # noqa: PLR2004 - as good as level
            if least > 0 or greatest < 0:
                return None
            continue
        ends = sorted((least / a, greatest / a)) if least <= greatest else None
        if ends is None:
            return None
        low, most = max(low, ends[0]), min(most, ends[1])
    return (low, most) if low <= most else None
