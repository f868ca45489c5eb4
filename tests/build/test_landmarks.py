"""The changed models run and find what is in a picture."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import onnxruntime
import pytest

from phototag.scene import models
from phototag.vision import model_files

SCRIPT = Path(__file__).with_name("landmarks.py")

NOSE_TIP, LEFT_CHEEK, RIGHT_CHEEK, FOREHEAD, CHIN = 1, 234, 454, 10, 152
LEFT_IRIS, RIGHT_IRIS = 468, 473
LEFT_EYE, RIGHT_EYE = (33, 133), (362, 263)

Points: TypeAlias = list[tuple[float, float]]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def face() -> Points:
    """The points of the astronaut's face, by the model of this installation."""
    pytest.importorskip("skimage")
    assert model_files.verify() == []  # missing models are a broken build, nothing to skip
    # mediapipe reports its use over the network; a proxy that is not there leaves it no way out.
    environment = {**os.environ, "https_proxy": "http://127.0.0.1:9", "no_proxy": ""}
    run = subprocess.run(
        [sys.executable, str(SCRIPT), str(model_files.path(models.FACE_LANDMARKER))],
        capture_output=True,
        check=True,
        env=environment,
        text=True,
        timeout=120,
    )
    points: Points
    (points,) = json.loads(run.stdout.splitlines()[-1])
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


def test_movenet_finds_the_nose_and_the_shoulders(face: Points) -> None:
    """The strongest cell of each joint's map; a cell is four of the 192 pixels."""
    import skimage.data
    from PIL import Image

    picture = Image.fromarray(skimage.data.astronaut())  # type: ignore[no-untyped-call]
    square = np.asarray(picture.resize((192, 192)), np.uint8)[None]
    session: Any = onnxruntime.InferenceSession(model_files.path(models.MOVENET))
    (heatmap,) = session.run(["heatmap"], {"image": square})
    cells = [np.unravel_index(joint.argmax(), joint.shape) for joint in heatmap[0]]
    nose, _, _, _, _, left, right, *_ = ((x * 512 / 48, y * 512 / 48) for y, x in cells)
    assert nose == pytest.approx(face[NOSE_TIP], abs=15)
    assert right[0] < nose[0] < left[0]  # of a person who looks at the camera
    assert min(left[1], right[1]) > face[CHIN][1]
    assert heatmap[0, [0, 5, 6]].max(axis=(1, 2)).min() > 0.3
