"""Crop suggestions on drawn scenes: the hard rules, the reasons, the profiles."""

from __future__ import annotations

import os
from pathlib import Path

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phototag.crops import Crop, Fit, Refusal, built_in, load, suggest
from phototag.crops.edges import best_place
from phototag.crops.fitting import cuts
from phototag.crops.layout import lay_out
from phototag.crops.profiles import Serves
from phototag.errors import BadProfiles
from phototag.scene.geometry import Box
from phototag.scene.measures import Face, Scene
from scenes import body, face, scene, turned

BY_NAME = {profile.name: profile for profile in built_in()}
HEADS = {name for name, profile in BY_NAME.items() if profile.serves is Serves.SINGLE}


def suggested(drawn: Scene) -> dict[str, Crop]:
    return {crop.profile: crop for crop in suggest(drawn, drawn.faces)[0]}


def refused(drawn: Scene) -> dict[str, str]:
    return {refusal.profile: refusal.reason for refusal in suggest(drawn, drawn.faces)[1]}


def sized(drawn: Scene, width: int, height: int) -> Scene:
    return attrs.evolve(drawn, image=attrs.evolve(drawn.image, width=width, height=height))


def mirrored(drawn: Scene) -> Scene:
    """The scene in the mirror: what was left is right."""

    def flipped(seen: Face) -> Face:
        points = {
            name: attrs.evolve(getattr(seen, other), x=1 - getattr(seen, other).x)
            for name, other in (("left_eye", "right_eye"), ("right_eye", "left_eye"))
        }
        mesh = seen.mesh
        assert mesh is not None
        pose = attrs.evolve(mesh.pose, yaw=-mesh.pose.yaw, roll=-mesh.pose.roll)
        box = attrs.evolve(seen.box, x=1 - seen.box.right)
        outline = tuple(attrs.evolve(point, x=1 - point.x) for point in mesh.outline)
        turned_round = attrs.evolve(mesh, pose=pose, outline=outline, **points)
        return attrs.evolve(seen, box=box, mesh=turned_round, **points)

    box = drawn.person.box
    assert box is not None
    person = attrs.evolve(drawn.person, box=attrs.evolve(box, x=1 - box.right))
    return attrs.evolve(drawn, faces=tuple(map(flipped, drawn.faces)), person=person)


# --------------------------------------------------------------------------- one person


def test_a_half_body_portrait_contains_a_headshot() -> None:
    found = suggested(scene(face(0.25, top=0.2)))
    assert found.keys() | {"passport_us", "icao_35x45"} >= HEADS
    assert [crop.profile for crop in found.values() if crop.recommended] == ["casting_8x10"]


def test_every_profile_has_a_crop_or_a_reason() -> None:
    for drawn in (
        scene(face(0.25)),
        scene(face(0.8, top=0.1)),
        scene(face(0.3, 0.2), face(0.3, 0.7)),
    ):
        crops, refusals = suggest(drawn, drawn.faces)
        named = [crop.profile for crop in crops] + [refusal.profile for refusal in refusals]
        assert sorted(named) == sorted(BY_NAME)
        assert all(refusal.reason for refusal in refusals)


def test_too_few_pixels_are_refused_with_numbers() -> None:
    tiny = sized(scene(face(0.3)), 160, 200)
    assert suggested(tiny) == {}
    assert refused(tiny)["linkedin"].startswith("it needs 400 x 400 px, has ")


def test_a_tight_headshot_cannot_be_made_looser() -> None:
    tight = scene(face(0.8, top=0.15))
    assert "the photo is too tight" in refused(tight)["print_4x6"]


def test_hair_that_the_photo_cuts_is_a_reason() -> None:
    cut = scene(face(0.45, top=0.05))
    cut = attrs.evolve(cut, person=attrs.evolve(cut.person, crown=0.0))
    assert (
        refused(cut)["linkedin"] == "the photo cuts the hair, and this profile needs room above it"
    )


def test_identity_photos_want_a_frontal_face_and_are_never_recommended() -> None:
    assert "turned by 20 degrees" in refused(scene(turned(20, height=0.3)))["passport_us"]
    blind = scene(face(0.3, mesh=None))
    assert "it is not known" in refused(blind)["icao_35x45"]
    assert not BY_NAME["passport_us"].recommend
    small = refused(sized(scene(face(0.3)), 700, 875))["icao_35x45"]
    assert small.startswith("it needs 90 px between the eyes, there are ")


def test_a_turned_head_gets_room_to_look_into() -> None:
    profile = BY_NAME["casting_8x10"]
    straight, right = (suggested(scene(drawn))["casting_8x10"].box
                       for drawn in (face(0.2), turned(25, height=0.2)))  # fmt: skip
    moved = (right.x - straight.x) / right.width
    assert moved == pytest.approx(profile.look_room, abs=0.01)


def test_a_tilted_head_is_a_remark_and_an_angle() -> None:
    tilted = face(0.25)
    assert tilted.mesh is not None
    pose = attrs.evolve(tilted.mesh.pose, roll=8.0)
    crop = suggested(scene(attrs.evolve(tilted, mesh=attrs.evolve(tilted.mesh, pose=pose))))[
        "casting_8x10"
    ]
    assert (crop.rotation, crop.fit) == (-8.0, Fit.REMARK)
    assert "rotate by 8 degrees counter-clockwise to level the head" in crop.reason
    assert suggested(scene(face(0.25)))["casting_8x10"].rotation == 0


def test_a_crop_of_the_whole_photo_says_that_the_photo_is_framed_already() -> None:
    whole = suggested(scene(face(0.6, top=0.15)))["casting_8x10"]
    assert whole.box.area >= 0.98
    assert "the photo already has this framing and the ratio 4:5" in whole.reason
    part = suggested(scene(face(0.5, top=0.2)))["casting_8x10"]
    assert 0.9 < part.box.area < 0.98
    assert "already" not in part.reason


def test_no_joint_is_cut() -> None:
    drawn = scene(face(0.2, top=0.1))
    free = suggested(drawn)["casting_8x10"]
    joints = list(body().landmarks)
    joints[7] = attrs.evolve(joints[7], x=0.5, y=free.box.bottom, visibility=0.9)
    armed = attrs.evolve(drawn, body=attrs.evolve(body(), landmarks=tuple(joints)))
    moved = suggested(armed)["casting_8x10"]
    assert abs(moved.box.bottom - free.box.bottom) > 0.02
    hidden = [attrs.evolve(joint, visibility=0.1) for joint in joints]
    unseen = attrs.evolve(armed, body=attrs.evolve(body(), landmarks=tuple(hidden)))
    assert suggested(unseen)["casting_8x10"] == free


def test_a_bystanders_face_is_not_cut() -> None:
    main = face(0.25, 0.5, 0.2)
    free = suggested(scene(main))["linkedin"].box
    behind = face(0.06, free.right, free.y + 0.1)
    drawn = scene(main, behind)
    crops, _ = suggest(drawn, (main,))
    for crop in crops:
        if BY_NAME[crop.profile].serves is Serves.SINGLE:
            assert (
                crop.box.right <= behind.box.x + 1e-3 or crop.box.right >= behind.box.right - 1e-3
            )


# --------------------------------------------------------------------------- everybody


def test_a_group_has_everybody_inside_with_air() -> None:
    drawn = scene(face(0.15, 0.4, 0.4), face(0.15, 0.6, 0.4))
    drawn = sized(
        attrs.evolve(drawn, person=attrs.evolve(drawn.person, box=Box(0.3, 0.35, 0.4, 0.4))),
        6000,
        7500,
    )
    found = suggested(drawn)
    assert found
    assert not found.keys() & HEADS
    for crop in found.values():
        assert crop.box.x < 0.3
        assert crop.box.right > 0.7
    assert "for one person with a face; people in this photo: 2" in refused(drawn)["casting_8x10"]


def test_a_group_that_does_not_fit_a_ratio_is_told_so() -> None:
    wide = scene(face(0.2, 0.1, 0.4), face(0.2, 0.5, 0.4), face(0.2, 0.9, 0.4))
    assert "no 4:5 crop holds everybody" in refused(sized(wide, 6000, 3000))["print_16x20"]


def test_without_a_face_there_is_no_crop() -> None:
    crops, refusals = suggest(scene(body=body()), ())
    assert crops == ()
    assert {refusal.profile for refusal in refusals} == set(BY_NAME)


# --------------------------------------------------------------------------- any scene

EXAMPLES = int(os.environ.get("PHOTOTAG_EXAMPLES", "200")) * 5  # CI: 10,000


@st.composite
def pictures(draw: st.DrawFn) -> tuple[Scene, tuple[Face, ...]]:
    """Any people anywhere, partly outside the frame, and the first few of them as subjects."""
    numbers = st.tuples(st.floats(0.03, 0.9), st.floats(0.02, 0.98), st.floats(-0.1, 0.9))
    main, *rest = (face(*found) for found in draw(st.lists(numbers, min_size=1, max_size=4)))
    assert main.mesh is not None
    pose = attrs.evolve(main.mesh.pose, yaw=draw(st.floats(-60, 60)), roll=draw(st.floats(-40, 40)))
    main = attrs.evolve(main, mesh=attrs.evolve(main.mesh, pose=pose))
    sides = st.integers(60, 9000)
    drawn = sized(scene(main, *rest), draw(sides), draw(sides))
    points = [attrs.evolve(point, visibility=0) for point in body().landmarks]
    near = st.floats(-0.1, 1.1)
    joints = draw(st.lists(st.tuples(near, near), max_size=8))
    for number, (x, y) in zip((7, 8, 9, 10, 13, 14, 15, 16), joints, strict=False):
        points[number] = attrs.evolve(points[number], x=x, y=y, visibility=0.9)
    crown = draw(st.none() | st.floats(0, 0.9))
    drawn = attrs.evolve(
        drawn,
        person=attrs.evolve(drawn.person, crown=crown),
        body=attrs.evolve(body(), landmarks=tuple(points)),
    )
    return drawn, drawn.faces[: draw(st.integers(1, 4))]


@settings(max_examples=EXAMPLES, deadline=None)
@given(picture=pictures())
def test_no_hard_rule_is_ever_broken(picture: tuple[Scene, tuple[Face, ...]]) -> None:
    drawn, people = picture
    size = drawn.image.width, drawn.image.height
    crops, refusals = suggest(drawn, people)
    assert len(crops) + len(refusals) == len(BY_NAME)
    assert sum(crop.recommended for crop in crops) <= 1
    layout = lay_out(drawn, people)
    for crop in crops:
        keeps_the_rules(crop, drawn, people)
        box = (round(crop.box.x * size[0]), round(crop.box.y * size[1]), *crop.pixels)
        single = BY_NAME[crop.profile].serves is Serves.SINGLE
        assert layout.head is not None
        scale = layout.head.height if single else min(f.height for f in layout.faces[: len(people)])
        assert not cuts(layout, box, scale)
        if single:
            cuts_no_joint(crop, drawn, layout.head.height)
    for refusal in refusals:
        assert isinstance(refusal, Refusal)
        assert len(refusal.reason) > 10


def cuts_no_joint(crop: Crop, drawn: Scene, head: float) -> None:
    """No edge that is not the frame's own lies within a tenth of a head of a joint it could cut."""
    width, height = drawn.image.width, drawn.image.height
    left, right = crop.box.x * width, crop.box.right * width
    top, bottom = crop.box.y * height, crop.box.bottom * height
    for number in (7, 8, 9, 10, 13, 14, 15, 16):
        joint = drawn.body.landmarks[number]
        x, y = joint.x * width, joint.y * height
        if joint.visibility < 0.3 or not (0 < joint.x < 1 and 0 < joint.y < 1):
            continue
        for edge, place, inside in (
            (left, x, top < y < bottom), (right, x, top < y < bottom),
            (top, y, left < x < right), (bottom, y, left < x < right),
        ):  # fmt: skip
            whole = width if place == x else height
            if inside and 0.5 < edge < whole - 0.5:
                assert abs(edge - place) >= 0.1 * head - 1


def keeps_the_rules(crop: Crop, drawn: Scene, people: tuple[Face, ...]) -> None:
    profile, box = BY_NAME[crop.profile], crop.box
    (wide, high), (across, down) = crop.pixels, profile.ratio
    width, height = drawn.image.width, drawn.image.height
    assert wide * down == high * across
    assert (wide, high) == (round(box.width * width), round(box.height * height))
    assert wide >= profile.pixels[0]
    assert high >= profile.pixels[1]
    assert min(box.x, box.y) >= 0
    assert max(box.right, box.bottom) <= 1 + 1e-9
    for person in people:
        for point in (person.left_eye, person.right_eye, person.nose):
            if 0 <= point.x <= 1 and 0 <= point.y <= 1:
                assert box.x - 1 / width <= point.x <= box.right + 1 / width
                assert box.y - 1 / height <= point.y <= box.bottom + 1 / height
    if profile.serves is Serves.SINGLE:
        head = lay_out(drawn, people).head
        assert head is not None
        assert profile.head[0] <= head.height / high <= profile.head[2]
        eyes = (head.eyes - box.y * height) / high
        assert profile.eyes[0] - 1 / high <= eyes <= profile.eyes[2] + 1 / high
        assert head.chin <= box.bottom * height + 1
        if profile.headroom >= 0:
            assert box.y * height <= head.crown + 1


@given(
    height=st.floats(0.1, 0.5),
    x=st.floats(0.2, 0.8),
    top=st.floats(0.05, 0.5),
    yaw=st.floats(-40, 40),
)
def test_the_crop_in_the_mirror_is_the_mirrored_crop(
    height: float, x: float, top: float, yaw: float
) -> None:
    drawn = scene(turned(yaw, height=height, x=x, top=top))
    here, there = suggested(drawn), suggested(mirrored(drawn))
    assert here.keys() == there.keys()
    for name, crop in here.items():
        assert there[name].box.x == pytest.approx(1 - crop.box.right, abs=0.01)
        assert there[name].box.y == pytest.approx(crop.box.y, abs=0.01)
        assert there[name].box.height == pytest.approx(crop.box.height, abs=0.01)


# --------------------------------------------------------------------------- the parts


@pytest.mark.parametrize(
    ("wanted", "forbidden", "place"),
    [
        (5, [], 5),
        (-3, [], 0),
        (12, [], 10),
        (5, [(4, 8)], 4),
        (5, [(3, 5.5)], 5.5),
        (5, [(4, 6), (6, 9)], 4),
        (5, [(-1, 7)], 7),
        (5, [(-1, 11)], None),
        (5, [(5, 7)], 5),
    ],
)
def test_the_best_place_is_the_nearest_allowed_one(
    wanted: float, forbidden: list[tuple[float, float]], place: float | None
) -> None:
    assert best_place(0, 10, wanted, forbidden) == place


def test_no_place_in_an_empty_range() -> None:
    assert best_place(1, 0, 0.5, []) is None


OWN = """
[poster]
title = "Our poster"
ratio = [3, 4]
pixels = [300, 400]
wanted = [600, 800]
head = [0.2, 0.3, 0.5]
serves = "single"
role = "portraitCropping"
source = "our house rules"
"""


def test_own_profiles_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text(OWN, encoding="utf-8")
    (poster,) = load(file)
    drawn = scene(face(0.25))
    (crop,), () = suggest(drawn, drawn.faces, [poster])
    assert (crop.profile, crop.ratio, crop.recommended) == ("poster", "3:4", True)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[poster]", "[poster", "not valid TOML"),
        ("ratio = [3, 4]", "", "poster is not a valid profile"),
        ("ratio = [3, 4]", "ratio = [0, 4]", "must be positive"),
        ("head = [0.2, 0.3, 0.5]", "head = [0.5, 0.3, 0.2]", "head must be three rising"),
        ("portraitCropping", "roundCropping", "role must be one of"),
        ("[poster]", "[my-poster]", "letters, digits and underscores"),
        ('serves = "single"', 'serves = "nobody"', "poster is not a valid profile"),
        ("title", "titel", "poster is not a valid profile"),
        ("head = [0.2", "head = [0.0", "above 0"),
        ('"our house rules"', '"x"\nair = 0.5', "air must be"),
        ('"our house rules"', '"x"\nlook_room = nan', "headroom must be between"),
        ("Our poster", "Our\\u0001poster", "title must be printable"),
    ],
)
def test_mistakes_in_own_profiles_are_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    file = tmp_path / "own.toml"
    file.write_text(OWN.replace(old, new), encoding="utf-8")
    with pytest.raises(BadProfiles, match=said) as caught:
        load(file)
    assert "own.toml" in str(caught.value)
