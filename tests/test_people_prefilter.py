"""The prefilter: it leaves out slow steps for pictures of nobody, and never for pictures of people."""

from __future__ import annotations

import hashlib

import pytest
from looking import Glancing, decoded

import phototag
from phototag.scene.geometry import Box, Point
from phototag.scene.measures import SCENE_VERSION, Figure
from phototag.vision import mouth_cover, people_prefilter
from phototag.vision.detector import reduced_for_nets
from phototag.vision.nets import FacePass, turned_back
from samples import SAMPLES

# The files of the prefilter and of covered mouths, and the version of the scenes that were seen with them.
SEEN_WITH = "6e2464944c805732cec27bec3913ed6c8da5a913cc811c754bc3d4639972787f", 9


@pytest.fixture(scope="module")
def glancing() -> Glancing:
    return Glancing()


def may_show_people(glancing: Glancing, name: str, turn: int = 0) -> bool:
    rgb = turned_back(decoded(name).rgb, turn)
    inputs = glancing.glance(rgb, reduced_for_nets(rgb)).inputs
    return people_prefilter.default().may_show_people(inputs)


def test_other_numbers_of_vision_make_another_version_of_scenes() -> None:
    files = people_prefilter.FILE.read_bytes() + mouth_cover.FILE.read_bytes()
    assert (hashlib.sha256(files).hexdigest(), SCENE_VERSION) == SEEN_WITH, (
        "they see other scenes: raise SCENE_VERSION, then update SEEN_WITH"
    )


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize("name", ["astronaut.png", "camera.png"])
def test_people_are_looked_at_closely(glancing: Glancing, name: str, turn: int) -> None:
    assert may_show_people(glancing, name, turn)


@pytest.mark.parametrize("name", ["coffee.png", "chelsea.png", "horse.png"])
def test_pictures_of_nobody_are_not(glancing: Glancing, name: str) -> None:
    assert not may_show_people(glancing, name)
    assert phototag.analyze(SAMPLES / name).kind == "other"


def test_the_prefilter_is_a_logistic_regression() -> None:
    made = people_prefilter.Prefilter(
        weights=(1.0, -2.0), intercept=0.5, least=0.5, n=2, evidence=""
    )
    assert made.may_show_people((0.0, 0.25))
    assert not made.may_show_people((0.0, 0.26))


def test_its_inputs_are_content_clearest_figures_and_best_candidate() -> None:
    figures = [
        Figure(strength=s, clearness=c, head=Point(0, 0), head_visibility=h, box=Box(0, 0, 1, 1))
        for s, c, h in ((0.5, 0.1, 0.2), (0.3, 0.4, 0.1))
    ]
    nothing = FacePass([], list)
    assert people_prefilter.inputs((7.0,), figures, nothing) == (7.0, 0.5, 0.4, 0.2, 0.0)
    assert people_prefilter.inputs((), (), nothing) == (0.0, 0.0, 0.0, 0.0)
