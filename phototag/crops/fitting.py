"""Fit a profile to a picture: the best crop that breaks no hard rule, or the reason why there is none.

The hard rules: the exact ratio, inside the frame, no face cut, no joint cut, head and eye line inside the
profile's bands, hair kept unless the profile allows it to be cut, everybody inside if the profile is for
everybody. The best crop has the least sum of squares of these errors: head height and eye line from the
profile's wanted values (in halves of their bands), horizontal position of the head (in tenths of the width),
and hair cut (in tenths of the head).
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import attrs

from phototag.crops.edges import Interval, best_place
from phototag.crops.layout import JOINT, TOUCHES, Area
from phototag.crops.profiles import Serves
from phototag.wording import percent

if TYPE_CHECKING:
    from phototag.crops.layout import Head, Layout
    from phototag.crops.profiles import Band, Profile

STEPS = 48  # number of sizes tried between the smallest and the largest
# Margin kept inside each band, as a part of its width: a new detection on the finished crop finds the hair or
# the eyes at slightly different places.
SPARE = 0.12
TURNED = 20.0  # degrees of yaw from which a head gets the full look room
ACROSS = 0.1  # of the crop's width: horizontal error that costs one unit


@attrs.frozen
class Placed:
    """A crop in whole pixels, and its distance from the profile's wanted values."""

    left: int
    top: int
    width: int
    height: int
    cost: float


def fit(profile: Profile, layout: Layout) -> Placed | str:
    """The best crop, or a sentence that says why there is none."""
    if profile.serves is Serves.EVERYBODY:
        return _everybody(profile, layout)
    if layout.subjects != 1 or layout.head is None:
        return f"the profile is for one person with a face; people in this photo: {layout.subjects}"
    return _single(profile, layout, layout.head)


# --------------------------------------------------------------------------- one person's head


def _single(profile: Profile, layout: Layout, head: Head) -> Placed | str:
    if problem := unfit(profile, head):
        return problem
    return _inside_bands(spared(profile), layout, head)


@functools.lru_cache(maxsize=256)  # the same few profiles for every photo
def spared(profile: Profile) -> Profile:
    """The profile with the margins kept inside its bands."""
    return attrs.evolve(profile, head=_spared_band(profile.head), eyes=_spared_band(profile.eyes))


def _inside_bands(profile: Profile, layout: Layout, head: Head) -> Placed | str:
    low, _, high = profile.head
    across, down = profile.ratio
    # Sizes are whole multiples of the ratio, so that it is exact to the pixel.
    least = max(head.height / high / down, profile.pixels[1] / down, profile.pixels[0] / across)
    most = min(head.height / low / down, layout.height / down, layout.width / across)
    first, last = math.ceil(least - 1e-9), math.floor(most + 1e-9)
    if first > last:
        return _size_problem(profile, layout, head)
    costs = {units: size_error(profile, head, units * down) for units in sizes(first, last)}
    best: Placed | None = None
    for units, cost in sorted(costs.items(), key=lambda item: item[1]):
        if best is not None and cost >= best.cost:  # the other costs are never negative
            break
        if best is not None and cost + _eyes_cost(profile, layout, head, units) >= best.cost:
            continue
        placed = _place(profile, layout, head, units)
        if placed is not None and (best is None or placed.cost < best.cost):
            best = placed
    return best or _place_problem(profile, layout, head, first)


def unfit(profile: Profile, head: Head) -> str:
    """A problem that no crop can fix."""
    if head.yaw is not None and abs(head.yaw) > profile.turn:
        return f"the head is turned by {abs(head.yaw):.0f} degrees; at most {profile.turn:.0f} are allowed"
    if head.yaw is None and profile.turn < TURNED:
        return "it is not known whether the head faces the camera"
    if head.roll is not None and abs(head.roll) > profile.tilt:
        return f"the head is tilted by {abs(head.roll):.0f} degrees; at most {profile.tilt:.0f} are allowed"
    if head.eye_distance < profile.eye_pixels:
        return (
            f"it needs {profile.eye_pixels} px between the eyes, there are {head.eye_distance:.0f}"
        )
    if profile.headroom > 0 and not head.crown_seen:
        return "the photo cuts the hair, and this profile needs room above it"
    return ""


def sizes(first: int, last: int) -> Iterator[int]:
    """The sizes that are tried, from the first to the last."""
    count = min(STEPS, last - first)
    for step in range(count + 1):
        yield first + round(step * (last - first) / max(count, 1))


def size_error(profile: Profile, head: Head, high: int) -> float:
    """Cost of a crop's size alone."""
    return _off(head.height / high, profile.head) ** 2


def eye_error(profile: Profile, head: Head, top: float, high: int) -> float:
    """Cost of the eye line in a crop with this top edge and height."""
    return _off((head.eyes - top) / high, profile.eyes) ** 2


def wanted_left(profile: Profile, head: Head, wide: int) -> float:
    """The left edge that centres a head, with more room on the side to which it looks."""
    # A positive yaw means looking to the right of the picture.
    yaw = head.yaw or 0.0
    room = math.copysign(profile.look_room * min(1.0, abs(yaw) / TURNED), yaw)
    return head.middle - (0.5 - room) * wide


def _eyes_cost(profile: Profile, layout: Layout, head: Head, units: int) -> float:
    """Least cost of the eye line in a crop of this size."""
    high = units * profile.ratio[1]
    lowest, highest, wanted = tops(profile, layout, head, high)
    top = max(lowest, min(highest, wanted))
    return eye_error(profile, head, top, high)


def tops(
    profile: Profile, layout: Layout, head: Head, high: int, first: float = 0.0
) -> tuple[float, float, float]:
    """Range of the top edge of a crop with this height: least, most, and best; ``first`` is the frame's."""
    eye_low, eye_wanted, eye_high = profile.eyes
    kept = head.crown - profile.headroom * high  # the lowest top edge that does not cut the hair
    return (
        max(first, head.eyes - eye_high * high, head.chin - high),
        min(float(layout.height - high), head.eyes - eye_low * high, kept),
        head.eyes - eye_wanted * high,
    )


def _place(profile: Profile, layout: Layout, head: Head, units: int) -> Placed | None:
    wide, high = units * profile.ratio[0], units * profile.ratio[1]
    wanted = wanted_left(profile, head, wide)
    span = wanted, wanted + wide
    top = best_place(
        *tops(profile, layout, head, high),
        _forbidden(layout, high, head.height, span, across=False),
    )
    if top is None:
        return None
    left = best_place(
        max(0.0, head.right - wide),
        min(float(layout.width - wide), head.left),
        wanted,
        _forbidden(layout, wide, head.height, (top, top + high), across=True),
    )
    box = None if left is None else _whole(left, top, wide, high, layout)
    if left is None or box is None or cuts(layout, box, head.height):
        return None
    hair = max(0.0, top - head.crown) / head.height
    cost = (
        size_error(profile, head, high)
        + eye_error(profile, head, top, high)
        + ((left - wanted) / wide / ACROSS) ** 2
        + (hair / ACROSS) ** 2
    )
    return Placed(*box, cost)


def _spared_band(band: Band) -> Band:
    """The band without its margins."""
    low, wanted, high = band
    return low + SPARE * (wanted - low), wanted, high - SPARE * (high - wanted)


def _off(value: float, band: Band) -> float:
    """Distance from the wanted value, in halves of the band."""
    low, wanted, high = band
    side = high - wanted if value > wanted else wanted - low
    return (value - wanted) / max(side, 1e-6)


def cuts(layout: Layout, box: tuple[int, int, int, int], head: float) -> bool:
    """Whether an edge of a crop (left, top, width, height) cuts a face or a joint."""
    left, top, wide, high = box
    across = _forbidden(layout, wide, head, (top, top + high), across=True)
    along = _forbidden(layout, high, head, (left, left + wide), across=False)
    # Rounding to whole pixels may move an edge by half a pixel.
    return any(low + 0.5 < left < end - 0.5 for low, end in across) or any(
        low + 0.5 < top < end - 0.5 for low, end in along
    )


def _forbidden(
    layout: Layout, size: int, head: float, span: Interval, *, across: bool
) -> list[Interval]:
    """Places of the first edge (left or top) at which it or the opposite edge would cut something.

    Args:
        layout: layout of the picture.
        size: from the first edge to the opposite one, px.
        head: height of the head, px.
        span: what the crop covers along these edges; they cannot cut anything beyond.
        across: left and right edges, or top and bottom.
    """
    limit = float((layout.width if across else layout.height) - size)
    found: list[Interval] = []
    for low, high in _in_the_way(layout, JOINT * head, span, across=across):
        # An edge at the frame itself cuts nothing that the photo does not already cut.
        first, opposite = (max(low, 0.0), high), (low - size, min(high - size, limit))
        found += [interval for interval in (first, opposite) if interval[0] < interval[1]]
    return found


def _in_the_way(layout: Layout, room: float, span: Interval, *, across: bool) -> Iterator[Interval]:
    """What an edge must not cut: joints with room around them, and faces."""
    for x, y in layout.joints:
        middle, where = (x, y) if across else (y, x)
        if span[0] < where < span[1]:
            yield middle - room, middle + room
    for face in layout.faces:
        sides = (face.left, face.right), (face.top, face.bottom)
        here, there = sides if across else sides[::-1]
        if there[0] < span[1] and there[1] > span[0]:
            yield here


def _whole(
    left: float, top: float, wide: int, high: int, layout: Layout
) -> tuple[int, int, int, int] | None:
    """Round to whole pixels; half a pixel moves nothing out of the frame."""
    x = min(max(0, round(left)), layout.width - wide)
    y = min(max(0, round(top)), layout.height - high)
    return (x, y, wide, high) if x >= 0 and y >= 0 else None


def _size_problem(profile: Profile, layout: Layout, head: Head) -> str:
    low, _, high = profile.head
    across, down = profile.ratio
    largest = min(layout.height / down, layout.width / across)
    share = head.height / (largest * down)
    if share > high:
        return (
            f"the head is {percent(share)} of the tallest {profile.ratio_text} crop; at most {percent(high)} "
            "is allowed: the photo is too tight"
        )
    need = max(profile.pixels[1] / down, profile.pixels[0] / across)
    have = min(largest, head.height / low / down)
    return (
        f"it needs {math.ceil(need * across)} x {math.ceil(need * down)} px, has "
        f"{math.floor(have * across)} x {math.floor(have * down)}"
    )


def _place_problem(profile: Profile, layout: Layout, head: Head, units: int) -> str:
    high = units * profile.ratio[1]
    room = head.crown / high
    if profile.headroom > 0 and room < profile.headroom:
        return f"the headroom is {percent(max(0.0, room))}, the profile needs {percent(profile.headroom)}"
    below = (layout.height - head.eyes) / high
    if below < 1 - profile.eyes[2]:
        return (
            f"below the eyes there is {percent(below)} of the crop's height, the profile needs "
            f"{percent(1 - profile.eyes[2])}"
        )
    if head.left < TOUCHES * layout.width or head.right > (1 - TOUCHES) * layout.width:
        return "the photo cuts the face at the side"
    return "every crop of this shape would cut a joint, another face, or the hair"


# --------------------------------------------------------------------------- everybody


def _everybody(profile: Profile, layout: Layout) -> Placed | str:
    people = layout.people
    if people is None or layout.subjects == 0:
        return "the profile is for people with visible faces, and there are none"
    needed = _as_far_as_seen(people, layout)
    across, down = profile.ratio
    largest = math.floor(min(layout.height / down, layout.width / across))
    tightest = max((needed.right - needed.left) / across, needed.height / down)
    if tightest > largest:
        return (
            f"no {profile.ratio_text} crop holds everybody: they take "
            f"{percent((needed.right - needed.left) / layout.width)} of the width and "
            f"{percent(needed.height / layout.height)} of the height"
        )
    units = min(largest, math.ceil(tightest / (1 - 2 * profile.air)))
    least = max(profile.pixels[1] / down, profile.pixels[0] / across)
    units = max(units, math.ceil(least))
    if units > largest:
        return (
            f"it needs {profile.pixels[0]} x {profile.pixels[1]} px, has "
            f"{largest * across} x {largest * down}"
        )
    wide, high = units * across, units * down
    scale = min(face.height for face in layout.faces[: layout.subjects])
    left = best_place(
        max(0.0, needed.right - wide),
        min(float(layout.width - wide), needed.left),
        (needed.left + needed.right - wide) / 2,
        _forbidden(layout, wide, scale, (needed.top, needed.bottom), across=True),
    )
    top = best_place(
        max(0.0, needed.bottom - high),
        min(float(layout.height - high), needed.top),
        (needed.top + needed.bottom - high) / 2,
        _forbidden(layout, high, scale, (needed.left, needed.right), across=False),
    )
    box = None if left is None or top is None else _whole(left, top, wide, high, layout)
    if box is None or cuts(layout, box, scale):
        return "every crop of this shape would cut a joint or a bystander's face"
    return Placed(*box, 0.0)


def _as_far_as_seen(people: Area, layout: Layout) -> Area:
    """Extend the area to the frame where the frame cuts somebody: a crop must not cut more."""
    near_x, near_y = TOUCHES * layout.width, TOUCHES * layout.height
    return Area(
        0.0 if people.left <= near_x else people.left,
        0.0 if people.top <= near_y else people.top,
        float(layout.width) if people.right >= layout.width - near_x else people.right,
        float(layout.height) if people.bottom >= layout.height - near_y else people.bottom,
    )
