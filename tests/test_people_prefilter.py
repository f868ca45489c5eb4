"""The prefilter: it leaves out slow steps for pictures of nobody, and never for pictures of people."""

from __future__ import annotations

import hashlib

import pytest

import phototag
from phototag.scene.measures import SCENE_VERSION
from phototag.vision import people_prefilter
from samples import SAMPLES

# The prefilter's file, and the version of the scenes that were seen with it.
SEEN_WITH = "15c2d69ef63c780f098ce5498e05b4c7d67b5cc62bc7066943000274e7a1f83c", 5


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
    assert scene.body is not None


@pytest.mark.parametrize("name", ["coffee.png", "rocket.jpg", "chelsea.png", "horse.png"])
def test_the_body_is_not_sought_in_pictures_of_nobody(name: str) -> None:
    analysis = phototag.analyze(SAMPLES / name)
    assert analysis.scene is not None
    assert not people_prefilter.default().may_show_people(analysis.scene.content)
    assert not analysis.scene.body_sought
    assert analysis.kind == "other"


def test_the_prefilter_is_a_logistic_regression() -> None:
    made = people_prefilter.Prefilter(
        weights=(1.0, -2.0), intercept=0.5, least=0.5, n=2, evidence=""
    )
    assert made.may_show_people((0.0, 0.25))
    assert not made.may_show_people((0.0, 0.26))
