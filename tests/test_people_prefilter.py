"""The prefilter: it leaves out slow steps for pictures of nobody, and never for pictures of people."""

from __future__ import annotations

import hashlib

import pytest

import phototag
from phototag.scene.measures import SCENE_VERSION
from phototag.vision import people_prefilter
from samples import SAMPLES

# The prefilter's file, and the version of the scenes that were seen with it.
CLEAR = 0.3
SEEN_WITH = "d50f050a0b3ee10087562a281b63f6f08a8affd1e4933bdb0d122e4daee053c6", 6


def test_another_prefilter_makes_another_version_of_scenes() -> None:
    found = hashlib.sha256(people_prefilter.FILE.read_bytes()).hexdigest(), SCENE_VERSION
    assert found == SEEN_WITH, (
        "a new prefilter sees other scenes: raise SCENE_VERSION, then update SEEN_WITH"
    )


@pytest.mark.parametrize("name", ["astronaut.png", "camera.png"])
def test_people_are_looked_at_closely(name: str) -> None:
    scene = phototag.analyze(SAMPLES / name).scene
    assert scene is not None
    assert people_prefilter.default().may_show_people(scene.content)
    assert scene.body.clearness > CLEAR


@pytest.mark.parametrize("name", ["coffee.png", "chelsea.png", "horse.png"])
def test_pictures_of_nobody_are_not_searched_for_the_smallest_faces(name: str) -> None:
    analysis = phototag.analyze(SAMPLES / name)
    assert analysis.scene is not None
    assert not people_prefilter.default().may_show_people(analysis.scene.content)
    assert analysis.scene.body.clearness < CLEAR
    assert analysis.kind == "other"


def test_the_prefilter_is_a_logistic_regression() -> None:
    made = people_prefilter.Prefilter(
        weights=(1.0, -2.0), intercept=0.5, least=0.5, n=2, evidence=""
    )
    assert made.may_show_people((0.0, 0.25))
    assert not made.may_show_people((0.0, 0.26))
