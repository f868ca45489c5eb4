"""Drawn and stored scenes, and all that follows from them: a change of the rules shows itself here.

``pytest --update-golden`` writes the files anew; look at the difference before you keep it.  The stored
scenes are what was seen in scikit-image's pictures; they are written by the same option.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from phototag.analysis.result import evaluate
from phototag.scene import serialization
from phototag.scene.measures import Scene
from samples import SAMPLES
from scenes import body, face, scene, surroundings, turned

GOLDEN = Path(__file__).with_name("golden")
EXACT = 1e-6  # of what is computed from stored numbers
SEEN = 0.02  # of what is seen anew: another processor rounds in another way
PICTURES = (
    "astronaut.png", "camera.png", "chelsea.png", "coffee.png", "rocket.jpg", "moon.png", "horse.png",
)  # fmt: skip

DRAWN: dict[str, Scene] = {
    "nobody": scene(),
    "headshot": scene(face()),
    "face alone": scene(face(0.9, top=0.05)),
    "half-length": scene(face(0.2), body=body(hips=0.9)),
    "full-length": scene(face(0.1, top=0.05), body=body(ankles=0.9, knees=0.9)),
    "couple": scene(face(0.2, 0.3), face(0.2, 0.7)),
    "group": scene(face(0.15, 0.2), face(0.15, 0.5), face(0.14, 0.8)),
    "bystander": scene(face(0.4), face(0.05, 0.9, 0.1)),
    "to the right": scene(turned(35.0)),
    "to the left": scene(turned(-35.0)),
    "profile": scene(turned(85.0)),
    "busy background": scene(
        face(), surroundings=surroundings(residual=20.0, residual_90=40.0, edges=0.2)
    ),
    "no surroundings": scene(face(0.95, top=0.0), surroundings=None),
}


def flat(values: Any, where: str = "") -> dict[str, Any]:
    """Every leaf by its path."""
    if isinstance(values, dict):
        return {
            k: v for key, part in values.items() for k, v in flat(part, f"{where}/{key}").items()
        }
    if isinstance(values, list):
        return {
            k: v for n, part in enumerate(values) for k, v in flat(part, f"{where}/{n}").items()
        }
    return {where: values}


def differences(found: dict[str, Any], golden: dict[str, Any], tolerance: float) -> list[str]:
    wrong = [f"{key} came" for key in found.keys() - golden.keys()]
    wrong += [f"{key} went" for key in golden.keys() - found.keys()]
    for key in found.keys() & golden.keys():
        one, other = found[key], golden[key]
        if isinstance(one, float) and isinstance(other, (int, float)):
            same = one == pytest.approx(other, abs=tolerance, rel=tolerance)
        else:
            same = one == other
        if not same:
            wrong.append(f"{key}: {other} is {one} now")
    return sorted(wrong)


def compared(name: str, found: dict[str, Any], update: bool) -> list[str]:
    """Against the golden file, which is written anew if that is wanted."""
    file = GOLDEN / f"{name}.json"
    if update:
        GOLDEN.mkdir(exist_ok=True)
        file.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", "utf-8")
    golden = json.loads(file.read_text("utf-8"))
    return differences(flat(found), flat(golden), EXACT)


def concluded(seen: Scene) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(json.dumps(evaluate("", seen).to_dict()))
    for name in ("software", "models", "calibration"):  # they change with every release
        del values[name]
    return values


@pytest.mark.parametrize("name", DRAWN)
def test_what_follows_from_a_drawn_scene_stays_as_it_is(name: str, update: bool) -> None:
    assert compared(f"drawn {name}", concluded(DRAWN[name]), update) == []


@pytest.mark.parametrize("name", PICTURES)
def test_what_follows_from_a_stored_scene_stays_as_it_is(name: str, update: bool) -> None:
    file = GOLDEN / f"scene {name}.json"
    if update:
        from phototag.analyzer import Analyzer

        with Analyzer() as analyzer:
            seen = analyzer.detect(SAMPLES / name)
        file.write_text(json.dumps(_rounded(serialization.to_json(seen))) + "\n", "utf-8")
    stored = serialization.from_json(json.loads(file.read_text("utf-8")), Scene)
    assert compared(f"stored {name}", concluded(stored), update) == []


@pytest.mark.slow
def test_the_pictures_are_still_seen_as_they_were_stored() -> None:
    from phototag.analyzer import Analyzer

    with Analyzer() as analyzer:
        for name in PICTURES:
            seen = flat(serialization.to_json(analyzer.detect(SAMPLES / name)))
            stored = flat(json.loads((GOLDEN / f"scene {name}.json").read_text("utf-8")))
            assert differences(seen, stored, SEEN) == [], name


def test_a_difference_is_found() -> None:
    one = flat({"a": [1.0, 2], "b": "x"})
    assert differences(one, flat({"a": [1.1, 2], "c": "x"}), EXACT) == [
        "/a/0: 1.1 is 1.0 now", "/b came", "/c went",
    ]  # fmt: skip


def _rounded(values: Any) -> Any:
    """Six significant digits are more than is seen."""
    if isinstance(values, dict):
        return {key: _rounded(part) for key, part in values.items()}
    if isinstance(values, list):
        return [_rounded(part) for part in values]
    return float(f"{values:.6g}") if isinstance(values, float) else values
