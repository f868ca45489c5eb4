"""The prefilter: it leaves out slow steps for pictures of nobody, and never for pictures of people."""

from __future__ import annotations

import hashlib

import pytest

import phototag
from phototag.scene.measures import SCENE_VERSION
from phototag.vision import mouth_cover, people_prefilter
from samples import SAMPLES

CLEAR = 0.3
# The files of the prefilter and of covered mouths, and the version of the scenes that were seen with them.
SEEN_WITH = "621dd14c3930725a3b4725e54b23df09747adc603c99b8769e03feea255218fd", 8


def test_other_numbers_of_vision_make_another_version_of_scenes() -> None:
    files = people_prefilter.FILE.read_bytes() + mouth_cover.FILE.read_bytes()
    assert (hashlib.sha256(files).hexdigest(), SCENE_VERSION) == SEEN_WITH, (
        "they see other scenes: raise SCENE_VERSION, then update SEEN_WITH"
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
