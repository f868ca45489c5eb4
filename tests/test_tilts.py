"""Real nets on turned, covered and crowded pictures."""

from __future__ import annotations

from collections.abc import Iterator

import attrs
import numpy as np
import pytest
from PIL import Image
from tilts import RGB, away, tilted, with_patch

from phototag.analysis.result import evaluate
from phototag.analyzer import Analyzer
from phototag.criteria.finding import Status
from phototag.criteria.verdict import Kind
from phototag.crops import Fit, built_in, suggest
from phototag.crops.profiles import Serves
from phototag.options import TagOptions
from phototag.scene.geometry import Box, Point
from phototag.worker.order import order_of
from scenes import face, scene

PASSPORTS = {"passport_us", "icao_35x45"}


@pytest.fixture(scope="module")
def analyzer() -> Iterator[Analyzer]:
    with Analyzer() as opened:
        yield opened


@pytest.fixture(scope="module")
def headshot(astronaut: Image.Image) -> RGB:
    return np.ascontiguousarray(np.asarray(astronaut)[:300, 100:380])


# Half-way between two quarter turns, neither of the turned copies is clearly better than the other.
@pytest.mark.parametrize("degrees", [n for n in range(0, 360, 15) if n % 90 != 45])
def test_the_tilt_of_a_head_is_measured(analyzer: Analyzer, headshot: RGB, degrees: int) -> None:
    upright = analyzer.analyze(headshot).posing.roll
    assert upright is not None
    analysis = analyzer.analyze(tilted(headshot, degrees))
    assert away(analysis.posing.roll, upright + degrees) <= 6
    turned = away(degrees, 0)
    if turned <= 30:
        assert analysis.posing.upright is True
    elif turned >= 150:
        assert analysis.posing.upright is False
    elif 60 <= turned <= 120:
        assert analysis.posing.upright is None
    if turned > 15:
        assert PASSPORTS.isdisjoint(crop.profile for crop in analysis.crops)


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_picture_on_its_side_is_judged_as_if_it_stood(
    analyzer: Analyzer, headshot: RGB, quarters: int
) -> None:
    upright = analyzer.analyze(headshot)
    lying = analyzer.analyze(np.ascontiguousarray(np.rot90(headshot, quarters)))
    assert lying.kind is upright.kind is Kind.HEADSHOT
    assert lying.cropping.shot is upright.cropping.shot
    assert lying.mood.expression is upright.mood.expression
    assert lying.crops == ()
    assert len(lying.refusals) == len(upright.crops) + len(upright.refusals)


@pytest.mark.parametrize("colour", [(245, 245, 245), (90, 140, 190), (20, 20, 20), (200, 40, 60)])
def test_a_covered_mouth_has_no_expression(
    analyzer: Analyzer, headshot: RGB, colour: tuple[int, int, int]
) -> None:
    seen = analyzer.analyze(headshot)
    assert seen.mood.expression is not None
    mood = analyzer.analyze(with_patch(headshot, seen, colour)).mood
    assert (mood.expression, mood.status) == (None, Status.UNDECIDED)
    assert mood.reason.startswith("something covers the mouth")


def test_each_of_two_people_has_a_body(analyzer: Analyzer, astronaut: Image.Image) -> None:
    one = np.asarray(astronaut)
    scene = analyzer.analyze(np.hstack([one, one[:, ::-1]])).scene
    assert scene is not None
    assert len(scene.faces) == 2
    assert all(face.confirmed for face in scene.faces)
    heads = sorted(figure.head.x for figure in scene.figures[:2])
    assert heads == pytest.approx([0.22, 0.78], abs=0.06)


@pytest.mark.parametrize("roll", [9.0, -25.0, 44.0, 50.0, -170.0])
def test_the_more_a_head_is_tilted_the_less_fits(roll: float) -> None:
    tilted = face(0.25)
    assert tilted.mesh is not None
    pose = attrs.evolve(tilted.mesh.pose, roll=roll)
    drawn = scene(attrs.evolve(tilted, mesh=attrs.evolve(tilted.mesh, pose=pose)))
    crops, refusals = suggest(drawn, drawn.faces)
    single = {profile.name for profile in built_in() if profile.serves is Serves.SINGLE}
    fitting = {crop.profile for crop in crops if crop.fit is Fit.FITS} & single
    assert fitting == set(), "every crop of a tilted head has a remark"
    reasons = {refusal.profile: refusal.reason for refusal in refusals}
    for name in ("passport_us", "icao_35x45"):
        assert "tilted by" in reasons[name]
    if abs(roll) > 45:
        assert single <= set(reasons)


def test_a_picture_on_its_side_gets_no_crops() -> None:
    seen = scene(face(0.25))
    for turn, said in (
        (90, "90 degrees clockwise"),
        (270, "counter-clockwise"),
        (180, "upside down"),
    ):
        lying = attrs.evolve(seen, image=attrs.evolve(seen.image, turn=turn))
        crops, refusals = suggest(lying, lying.faces)
        assert (crops, len(refusals)) == ((), len(built_in()))
        assert all(said in refusal.reason for refusal in refusals)


def test_regions_are_those_of_confirmed_faces_where_they_are_in_the_picture() -> None:
    main, behind, guitar = face(0.4, 0.3), face(0.1, 0.8), face(0.2, 0.6, confirmed=False)
    seen = scene(attrs.evolve(main, confirmed=True), attrs.evolve(behind, confirmed=True), guitar)
    lying = attrs.evolve(seen, image=attrs.evolve(seen.image, turn=90))
    order = order_of(evaluate("x.jpg", lying), TagOptions(faces=True))
    assert order.faces == (main.box.turned(90),)
    assert order.bystanders == (behind.box.turned(90),)


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_box_turns_with_the_picture(turn: int) -> None:
    picture = np.zeros((40, 60), np.uint8)
    picture[8:12, 15:30] = 1
    rows, columns = np.nonzero(np.rot90(picture, -turn // 90))
    high, wide = np.rot90(picture, -turn // 90).shape
    box = Box(15 / 60, 8 / 40, 15 / 60, 4 / 40).turned(turn)
    seen = (
        columns.min() / wide,
        rows.min() / high,
        (columns.max() + 1) / wide,
        (rows.max() + 1) / high,
    )
    assert (box.x, box.y, box.right, box.bottom) == pytest.approx(seen)
    back = Point(0.25, 0.2).turned(turn).turned((360 - turn) % 360)
    assert (back.x, back.y) == pytest.approx((0.25, 0.2))
