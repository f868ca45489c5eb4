"""Which passes of the face detector a picture gets, and that they find what all passes would."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
from looking import Looking, decoded

from phototag.scene.geometry import Box, Point
from phototag.scene.measures import Figure
from phototag.vision import face_search
from phototag.vision.figures import figure, head_in, upright
from phototag.vision.movenet import Bodies
from phototag.vision.nets import turned_back
from phototag.vision.yunet import Detection

if TYPE_CHECKING:
    from phototag.vision.decoding import RGB


@pytest.fixture
def nets() -> Looking:
    return Looking()


def astronaut(side: int, width: int, height: int, at: tuple[int, int] = (0, 0)) -> RGB:
    """The astronaut, so many px large, somewhere in a larger grey picture."""
    board = np.full((height, width, 3), 128, np.uint8)
    return with_astronaut(board, side, at)


def with_astronaut(board: RGB, side: int, at: tuple[int, int]) -> RGB:
    person = cv2.resize(decoded("astronaut.png").rgb, (side, side), interpolation=cv2.INTER_AREA)
    x, y = at
    board[y : y + side, x : x + side] = person
    return board


def found(nets: Looking, rgb: RGB, figures: tuple[Figure, ...] | None = None) -> list[Detection]:
    """The faces; the people are those that the body net sees, unless others are given."""
    if figures is None:
        figures = tuple(map(figure, nets.bodies(rgb).people))
    return face_search.find(nets, rgb, figures, nets.faces_at(rgb, face_search.FIRST))


def test_a_large_face_needs_one_pass(nets: Looking) -> None:
    rgb = np.ascontiguousarray(decoded("astronaut.png").rgb[:280, 100:380])
    (face,) = found(nets, rgb, ())
    assert face.box[3] > face_search.LARGE * len(rgb)
    assert nets.passes == [320]


def test_a_small_face_whose_body_is_seen_needs_one_pass(nets: Looking) -> None:
    (face,) = found(nets, astronaut(600, 1000, 750, (200, 150)))
    assert face_search.SMALL < face.box[3] / 750 < face_search.LARGE
    assert nets.passes == [320]


def test_a_small_face_without_a_body_gets_a_second_pass(nets: Looking) -> None:
    assert len(found(nets, astronaut(600, 1000, 750, (200, 150)), ())) == 1
    assert nets.passes == [320, 640]


def test_another_body_asks_for_the_second_pass(nets: Looking) -> None:
    rgb = astronaut(600, 1000, 750, (200, 150))
    seen = tuple(map(figure, nets.bodies(rgb).people))
    other = Figure(
        strength=0.5,
        clearness=0.5,
        head=Point(0.05, 0.05),
        head_visibility=0.5,
        box=Box(0, 0, 1, 1),
    )
    found(nets, rgb, (*seen, other))
    assert nets.passes == [320, 640]


def test_where_nothing_suggests_a_face_there_is_one_pass(nets: Looking) -> None:
    assert found(nets, np.full((750, 1000, 3), 128, np.uint8), ()) == []
    assert nets.passes == [320]


def test_a_body_alone_asks_for_the_second_pass(nets: Looking) -> None:
    body = Figure(
        strength=0.5, clearness=0.5, head=Point(0.5, 0.2), head_visibility=0.1, box=Box(0, 0, 1, 1)
    )
    assert found(nets, np.full((750, 1000, 3), 128, np.uint8), (body,)) == []
    assert nets.passes == [320, 640]


def test_the_finest_pass_finds_small_faces_at_their_places(nets: Looking) -> None:
    rgb = astronaut(170, 1024, 768, (120, 500))
    with_astronaut(rgb, 75, (330, 520))
    faces = found(nets, rgb, ())
    whole = nets.faces_at(rgb, face_search.FINEST).faces
    assert nets.passes == [320, 640, 1024, 1024]
    assert len(faces) == len(whole) > 1
    for face, same in zip(faces, whole, strict=True):
        np.testing.assert_allclose(face.box, same.box, atol=3)
        np.testing.assert_allclose(face.points, same.points, atol=3)


def test_the_mirror_image_of_a_part_shows_the_faces_at_their_places(nets: Looking) -> None:
    rgb = astronaut(330, 1000, 750, (30, 80))
    with_astronaut(rgb, 330, (560, 300))
    found_pass = nets.faces_at(rgb, 640)
    assert len(found_pass.seen) == len(found_pass.faces) == 2
    for face in found_pass.faces:
        nearest = min(found_pass.seen, key=lambda one: abs(one.box[0] - face.box[0]))
        np.testing.assert_allclose(face.box, nearest.box, atol=3)
        np.testing.assert_allclose(face.points, nearest.points, atol=3)


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_the_turned_copy_with_a_face_is_found(nets: Looking, turn: int) -> None:
    lying = turned_back(decoded("astronaut.png").rgb, 360 - turn)
    assert face_search.best_turn(nets, lying)[0] == turn


def test_the_astronaut_is_upright_and_turned_is_not(nets: Looking) -> None:
    rgb = decoded("astronaut.png").rgb
    known = [upright(nets.bodies(turned_back(rgb, turn)), rgb) for turn in (0, 90, 180, 270)]
    assert known == [True, False, False, False]


def test_a_hidden_head_shows_nothing() -> None:
    points = np.zeros((17, 3), np.float32)
    points[5:7] = (0.5, 0.5, 0.9)
    assert not upright(Bodies(points, ()), np.zeros((10, 10, 3), np.uint8))


def test_a_head_beside_a_face_is_its_head_within_limits() -> None:
    rgb = np.zeros((100, 200, 3), np.uint8)
    face = Detection(np.array([20.0, 20, 20, 20]), np.zeros((5, 2)), 0.9)
    one = Figure(
        strength=1, clearness=1, head=Point(45 / 200, 0.3), head_visibility=1, box=Box(0, 0, 1, 1)
    )
    assert not head_in(face, one, rgb)
    assert head_in(face, one, rgb, 0.3)
    assert not head_in(face, one, rgb, 0.2)
