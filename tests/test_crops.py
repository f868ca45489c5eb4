"""Crop suggestions on drawn scenes."""

from __future__ import annotations

import attrs
from hypothesis import given
from hypothesis import strategies as st

from phototag.crops import PROFILES, suggest
from phototag.crops.fitting import locate_head
from scenes import face, scene

BY_NAME = {profile.name: profile for profile in PROFILES}


def test_a_half_body_portrait_contains_a_headshot() -> None:
    found = suggest(scene(face(0.25, top=0.2)))
    assert [crop.profile for crop in found] == [profile.name for profile in PROFILES]
    assert [crop.recommended for crop in found] == [True, False, False, False, False]


def test_a_small_picture_has_too_few_pixels() -> None:
    tiny = attrs.evolve(scene(face()).image, width=160, height=200)
    assert suggest(scene(face(), image=tiny)) == ()


def test_groups_and_empty_pictures_get_no_headshot_crop() -> None:
    assert suggest(scene(face(0.3, 0.3), face(0.3, 0.7))) == ()
    assert suggest(scene()) == ()


def test_what_changes_next_to_nothing_says_so() -> None:
    framed = suggest(scene(face(0.42, top=0.2)))[0]
    assert framed.reason.startswith("already 4:5") == (framed.box.area >= 0.98)


@given(
    height=st.floats(0.03, 0.9),
    x=st.floats(0.05, 0.95),
    top=st.floats(-0.1, 0.9),
    width=st.integers(100, 8000),
    tall=st.integers(100, 8000),
)
def test_every_crop_keeps_the_hard_rules(
    height: float, x: float, top: float, width: int, tall: int
) -> None:
    image = attrs.evolve(scene(face()).image, width=width, height=tall)
    drawn = scene(face(height, x, top), image=image)
    head = locate_head(drawn)
    for crop in suggest(drawn):
        profile, box = BY_NAME[crop.profile], crop.box
        wide, high = crop.pixels
        across, down = profile.ratio
        assert wide * down == high * across
        assert min(box.x, box.y) >= 0
        assert max(box.right, box.bottom) <= 1 + 1e-9
        assert box.x * width <= head.left
        assert head.right <= box.right * width + 1e-6
        assert head.chin <= box.bottom * tall + 1e-6
        assert high >= profile.pixels
        assert profile.head[0] <= head.height / high <= profile.head[2]
        eyes = (head.eyes - box.y * tall) / high
        assert profile.eyes[0] <= eyes <= profile.eyes[2]
        if profile.headroom >= 0:
            assert box.y * tall <= head.crown + 1
