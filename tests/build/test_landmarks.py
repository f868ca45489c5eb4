"""The changed models run in mediapipe's tasks and find what is in a picture."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TypeAlias

import pytest

from phototag import models

SCRIPT = Path(__file__).with_name("landmarks.py")

NOSE_TIP, LEFT_CHEEK, RIGHT_CHEEK, FOREHEAD, CHIN = 1, 234, 454, 10, 152
LEFT_IRIS, RIGHT_IRIS = 468, 473
LEFT_EYE, RIGHT_EYE = (33, 133), (362, 263)

Points: TypeAlias = list[tuple[float, float]]
People: TypeAlias = dict[str, list[Points]]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def found() -> People:
    """What the models of this installation find in the astronaut."""
    pytest.importorskip("skimage")
    assert models.verify() == []  # missing models are a broken build, nothing to skip
    tasks = [str(models.path(name)) for name in (models.FACE_LANDMARKER, models.POSE_LANDMARKER)]
    # mediapipe reports its use over the network; a proxy that is not there leaves it no way out.
    environment = {**os.environ, "https_proxy": "http://127.0.0.1:9", "no_proxy": ""}
    run = subprocess.run(
        [sys.executable, str(SCRIPT), *tasks],
        capture_output=True,
        check=True,
        env=environment,
        text=True,
        timeout=120,
    )
    people: People = json.loads(run.stdout.splitlines()[-1])
    return people


@pytest.fixture(scope="module")
def face(found: People) -> Points:
    """The points of the only face."""
    (points,) = found["faces"]
    return points


def test_a_face_has_478_points(face: Points) -> None:
    assert len(face) == 478


def test_the_nose_is_inside_the_face(face: Points) -> None:
    x, y = face[NOSE_TIP]
    assert face[LEFT_CHEEK][0] < x < face[RIGHT_CHEEK][0]
    assert face[FOREHEAD][1] < y < face[CHIN][1]


def test_the_irises_are_between_the_corners_of_their_eyes(face: Points) -> None:
    for iris, (left, right) in ((LEFT_IRIS, LEFT_EYE), (RIGHT_IRIS, RIGHT_EYE)):
        assert face[left][0] < face[iris][0] < face[right][0]


def test_the_face_is_where_the_astronaut_has_hers(face: Points) -> None:
    x, y = face[NOSE_TIP]
    assert 205 < x < 240
    assert 95 < y < 140


def test_a_body_has_33_points_and_its_nose_is_that_of_the_face(found: People, face: Points) -> None:
    (body,) = found["bodies"]
    assert len(body) == 33
    assert body[0] == pytest.approx(face[NOSE_TIP], abs=15)
