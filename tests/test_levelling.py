"""Crops of a turned picture: the head is level, nothing beside the picture is shown, and regions move along."""

from __future__ import annotations

import math
import subprocess
from pathlib import Path

import attrs
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image
from tilts import RGB, tilted

from benchmarks.faults.unsealed import ThisProcess
from phototag import Analyzer
from phototag.crops import built_in, rotation
from phototag.crops.levelling import Levelled, levelled
from phototag.scene.geometry import Box, Point, turned_around
from phototag.scene.measures import Face, Scene
from phototag.worker import tasks
from processes import photo
from scenes import face, scene

WIDE, HIGH = 1600, 2000
PROFILE = next(one for one in built_in() if one.name == "casting_8x10")
DARKEST = 90  # of the drawn pictures; what is beside them would be black
MARKS = ((255, 0, 0), (0, 0, 255))


def with_tilt(degrees: float, x: float = 0.5, top: float = 0.3) -> tuple[Scene, Face]:
    """A drawn picture in which the head is turned clockwise around the middle of the face."""
    upright = face(height=0.3, x=x, top=top)
    mesh = upright.mesh
    assert mesh is not None
    centre = Point(upright.box.centre.x * WIDE, upright.box.centre.y * HIGH)

    def at(point: Point) -> Point:
        found = turned_around(Point(point.x * WIDE, point.y * HIGH), degrees, centre)
        return Point(found.x / WIDE, found.y / HIGH)

    tilted_mesh = attrs.evolve(
        mesh,
        pose=attrs.evolve(mesh.pose, roll=degrees),
        chin=at(mesh.chin),
        left_eye=at(mesh.left_eye),
        right_eye=at(mesh.right_eye),
        outline=tuple(map(at, mesh.outline)),
    )
    one = attrs.evolve(
        upright,
        mesh=tilted_mesh,
        left_eye=tilted_mesh.left_eye,
        right_eye=tilted_mesh.right_eye,
        nose=at(upright.nose),
    )
    drawn = scene(one)
    facts = attrs.evolve(drawn.image, width=WIDE, height=HIGH)
    return attrs.evolve(drawn, image=facts), one


def crop_of(degrees: float, x: float = 0.5, top: float = 0.3) -> tuple[Levelled | str, Face]:
    drawn, one = with_tilt(degrees, x, top)
    return levelled(drawn, one, PROFILE, rotation(one)), one


def slope(first: Point, second: Point) -> float:
    """Degrees by which the line through two points falls to the right."""
    left, right = sorted((first, second), key=lambda point: point.x)
    return math.degrees(math.atan2(right.y - left.y, right.x - left.x))


@given(
    tilt=st.floats(3.5, 25).flatmap(lambda size: st.sampled_from([size, -size])),
    x=st.floats(0.35, 0.65),
    top=st.floats(0.15, 0.4),
)
def test_the_eyes_are_level_and_every_corner_is_inside_the_picture(
    tilt: float, x: float, top: float
) -> None:
    found, one = crop_of(tilt, x, top)
    assume(isinstance(found, Levelled))
    assert isinstance(found, Levelled)
    middle = Point(WIDE / 2, HIGH / 2)
    eyes = [
        turned_around(Point(eye.x * WIDE, eye.y * HIGH), found.angle, middle)
        for eye in (one.left_eye, one.right_eye)
    ]
    assert abs(slope(*eyes)) < 0.5
    box = found.box
    for corner in (
        (box.x, box.y),
        (box.right, box.y),
        (box.x, box.bottom),
        (box.right, box.bottom),
    ):
        before = turned_around(Point(corner[0] * WIDE, corner[1] * HIGH), -found.angle, middle)
        assert 0 <= before.x <= WIDE
        assert 0 <= before.y <= HIGH
    place = (eyes[0].y + eyes[1].y) / 2 / HIGH
    assert found.eyes == pytest.approx((place - box.y) / box.height, abs=1e-6)
    low, _, high = PROFILE.head
    assert low <= found.head <= high
    assert (box.width * WIDE, box.height * HIGH) == pytest.approx(found.pixels)
    assert found.pixels[0] * 5 == found.pixels[1] * 4


def test_most_tilted_heads_in_the_middle_of_a_picture_have_a_crop() -> None:
    found = [crop_of(tilt)[0] for tilt in (-25, -15, -8, -4, 4, 8, 15, 25)]
    assert all(isinstance(one, Levelled) for one in found), found


def test_a_head_in_the_corner_has_none_and_the_reason_is_said() -> None:
    found, _ = crop_of(25, x=0.2, top=0.02)
    assert isinstance(found, str)
    assert found.startswith("turned by 25 degrees to level the head, the photo has no 4:5 crop")


def drawn_picture(path: Path, marks: tuple[Point, ...]) -> Path:
    """Bright noise with a disc of its own colour at each point, px."""
    dice = np.random.default_rng(5)
    picture = dice.integers(DARKEST + 40, 200, (HIGH, WIDE, 3), dtype=np.uint8)
    down, across = np.mgrid[:HIGH, :WIDE]
    for mark, colour in zip(marks, MARKS, strict=False):
        picture[np.hypot(across + 0.5 - mark.x, down + 0.5 - mark.y) < 12] = colour
    Image.fromarray(picture).save(path)
    return path


def centre_of(picture: NDArray[np.uint8], colour: tuple[int, int, int]) -> Point:
    """The middle of the disc of a colour, px."""
    near = np.abs(picture.astype(int) - colour).max(axis=2) < 60
    assert near.any()
    rows, columns = np.nonzero(near)
    return Point(float(columns.mean()) + 0.5, float(rows.mean()) + 0.5)


def cut(path: Path, target: Path, found: Levelled, size: tuple[int, int] | None = None) -> RGB:
    tasks.cut(
        ThisProcess(),
        photo(path),
        box=found.box,
        pixels=found.pixels,
        target=str(target),
        quality=95,
        angle=found.angle,
        size=size,
    )
    with Image.open(target) as made:
        return np.asarray(made.convert("RGB"))


@pytest.mark.parametrize("tilt", [-20, -7, 5, 14])
def test_marks_on_the_eyes_are_level_in_the_new_file_and_nothing_beside_the_picture_is_in_it(
    tmp_path: Path, tilt: float
) -> None:
    found, one = crop_of(tilt)
    assert isinstance(found, Levelled)
    eyes = [Point(eye.x * WIDE, eye.y * HIGH) for eye in (one.left_eye, one.right_eye)]
    assert abs(slope(*eyes)) == pytest.approx(abs(tilt), abs=0.01)
    path = drawn_picture(tmp_path / "a.png", tuple(eyes))
    made = cut(path, tmp_path / "b.png", found)
    assert made.shape[1::-1] == found.pixels
    centres = [centre_of(made, colour) for colour in MARKS]
    assert abs(slope(*centres)) < 0.5
    distance = math.dist(attrs.astuple(eyes[0]), attrs.astuple(eyes[1]))
    assert math.dist(attrs.astuple(centres[0]), attrs.astuple(centres[1])) == pytest.approx(
        distance, abs=1
    )
    assert (centres[0].y + centres[1].y) / 2 / made.shape[0] == pytest.approx(found.eyes, abs=0.002)
    assert made.max(axis=2).min() > DARKEST


REGIONS = (
    "-RegionInfo={{AppliedToDimensions={{W={wide},H={high},Unit=pixel}},RegionList=["
    "{{Area={{X={first[0]:.6f},Y={first[1]:.6f},W=0.1,H=0.08,Unit=normalized}},Name=Jane,Type=Face}},"
    "{{Area={{X=0.02,Y=0.98,W=0.03,H=0.03,Unit=normalized}},Name=Outside,Type=Face}}]}}"
)
IMAGE_REGION = (
    "-XMP-iptcExt:ImageRegion=[{{Name=Joe,RegionBoundary={{RbShape=rectangle,RbUnit=relative,"
    "RbX={box.x:.6f},RbY={box.y:.6f},RbW={box.width:.6f},RbH={box.height:.6f}}}}}]"
)


@pytest.mark.parametrize("size", [None, (400, 500)])
def test_regions_are_where_they_were_on_the_picture(
    tmp_path: Path, exiftool: str, size: tuple[int, int] | None
) -> None:
    """Of a face, the middle of the region is the mark; of an image region, too."""
    found, _ = crop_of(12)
    assert isinstance(found, Levelled)
    marks = (Point(700, 900), Point(950, 1000))
    path = drawn_picture(tmp_path / "a.jpg", marks)
    other = Box((marks[1].x - 60) / WIDE, (marks[1].y - 40) / HIGH, 120 / WIDE, 80 / HIGH)
    first = (marks[0].x / WIDE, marks[0].y / HIGH)
    words = [REGIONS.format(wide=WIDE, high=HIGH, first=first), IMAGE_REGION.format(box=other)]
    subprocess.run(
        [exiftool, "-q", "-q", "-overwrite_original", *words, str(path)], check=True, timeout=60
    )
    made = cut(path, tmp_path / "b.png", found, size)
    high, wide = made.shape[:2]
    scale = wide / found.pixels[0]
    tags = [
        "RegionName",
        "RegionAppliedToDimensionsW",
        *(f"RegionArea{side}" for side in "XYWH"),
        *(f"ImageRegionBoundary{side}" for side in "XYWH"),
    ]
    said = subprocess.run(
        [exiftool, "-s3", "-n", *(f"-{tag}" for tag in tags), str(tmp_path / "b.png")],
        check=True, capture_output=True, text=True, timeout=60,
    ).stdout.splitlines()  # fmt: skip
    name, dimension, *numbers = said
    x, y, region_wide, region_high, left, top, other_wide, other_high = map(float, numbers)
    assert (name, int(dimension)) == ("Jane", wide)
    jane, joe = (centre_of(made, colour) for colour in MARKS)
    assert (x * wide, y * high) == pytest.approx((jane.x, jane.y), abs=1)
    assert (region_wide * wide, region_high * high) == pytest.approx(
        (0.1 * WIDE * scale, 0.08 * HIGH * scale), abs=0.1
    )
    middle = (left + other_wide / 2) * wide, (top + other_high / 2) * high
    assert middle == pytest.approx((joe.x, joe.y), abs=1)
    assert (other_wide * wide, other_high * high) == pytest.approx(
        (120 * scale, 80 * scale), abs=0.1
    )


@pytest.mark.slow
@pytest.mark.parametrize("tilt", [-14, 9])
def test_a_tilted_head_in_a_photo_is_upright_in_its_crop(
    tmp_path: Path, astronaut: Image.Image, tilt: float
) -> None:
    board = tilted(np.asarray(astronaut.resize((1536, 1536))), tilt)
    path = tmp_path / "tilted.png"
    Image.fromarray(board).save(path)
    with Analyzer(workers=1) as analyzer:
        before = analyzer.detect(path).main_face
        target, made = analyzer.crop(path, PROFILE.name, tmp_path / "level.png", level=True)
        after = analyzer.detect(target).main_face
    assert before is not None
    assert after is not None
    assert before.mesh is not None
    assert after.mesh is not None
    assert f"turned by {abs(made.rotation):.0f} degrees" in made.reason
    assert abs(before.mesh.pose.roll) > 3
    assert abs(after.mesh.pose.roll) < 2
