"""Drawn scenes: the numbers of a picture that nobody took."""

from __future__ import annotations

import copy
import math
from typing import Any

import attrs

from phototag.criteria.calibration import Calibration, default
from phototag.scene.geometry import Box, Point
from phototag.scene.measures import (
    Body,
    Expression,
    Face,
    Figure,
    HeadPose,
    ImageFacts,
    Landmark,
    Mesh,
    Person,
    Scene,
    Skin,
    Surroundings,
)

ASPECT = 0.8  # of the drawn photo, width to height


def face(height: float = 0.5, x: float = 0.5, top: float = 0.2, **changes: Any) -> Face:
    """A frontal face of this height, its middle at ``x``."""
    wide = 0.75 * height / ASPECT
    left = x - wide / 2

    def at(across: float, down: float) -> Point:
        return Point(left + across * wide, top + down * height)

    mesh = Mesh(
        pose=HeadPose(yaw=0, pitch=0, roll=0, residual=0.5),
        expression=Expression(
            mouth_width=0.55,
            mouth_open=0.02,
            lip_height=0.2,
            corner_lift=0.0,
            eye_open_left=0.3,
            eye_open_right=0.3,
        ),
        gaze=Point(0, 0),
        chin=at(0.5, 1.0),
        left_eye=at(0.7, 0.4),
        right_eye=at(0.3, 0.4),
        outline=(at(0.5, 0), at(1, 0.5), at(0.5, 1), at(0, 0.5)),
    )
    drawn = Face(
        expression=(0.02, 0.0, 0.02, 0.02, 0.02, 0.02, 0.9),
        box=Box(left, top, wide, height),
        score=0.93,
        left_eye=at(0.7, 0.4),
        right_eye=at(0.3, 0.4),
        nose=at(0.5, 0.6),
        sharpness=30,
        mesh=mesh,
    )
    return attrs.evolve(drawn, **changes)


def turned(degrees: float, **changes: Any) -> Face:
    """A face whose mesh reads this yaw."""
    drawn = face(**changes)
    assert drawn.mesh is not None
    pose = attrs.evolve(drawn.mesh.pose, yaw=degrees)
    return attrs.evolve(drawn, mesh=attrs.evolve(drawn.mesh, pose=pose))


def body(ankles: float = 0.0, knees: float = 0.0, hips: float = 0.9) -> Body:
    """A standing body whose pairs are this visible."""
    points = [Landmark(x=0.5, y=0.2, visibility=0.7)] * 5
    rows = ((0.3, 0.8), (0.45, 0.7), (0.5, 0.6), (0.55, hips), (0.75, knees), (0.95, ankles))
    for y, visibility in rows:
        points += [Landmark(x=0.5 + side, y=y, visibility=visibility) for side in (0.05, -0.05)]
    return Body(landmarks=tuple(points))


def figure(one: Face) -> Figure:
    """The body below a face."""
    box = one.box
    return Figure(
        strength=0.4,
        clearness=0.7,
        head=box.centre,
        head_visibility=0.6,
        box=Box(box.x, box.y, box.width, min(1 - box.y, 3 * box.height)),
    )


def no_body() -> Body:
    """What the net gives for a picture without people."""
    return Body(landmarks=(Landmark(x=0.5, y=0.5, visibility=0.05),) * 17)


def bust() -> Body:
    """Head and shoulders."""
    points = [Landmark(x=0.5, y=0.5, visibility=0.7)] * 5
    points += [Landmark(x=0.5 + side, y=0.95, visibility=0.6) for side in (0.3, -0.3)]
    return Body(landmarks=(*points, *[Landmark(x=0.5, y=0.99, visibility=0.05)] * 10))


def middle(model: str, region: str = "") -> tuple[float, ...]:
    """What the content net sees in the middle of all photos, of the inputs of this model from one region."""
    shipped = default().model(model)
    named = zip(shipped.features, shipped.missing, strict=True)
    start = f"content_{region}"
    return tuple(value for name, value in named if name.removeprefix(start).isdecimal())


def unpeopled() -> tuple[float, ...]:
    """What the content net might see where there is no person: half-way to what argues most."""
    model = default().model("presence")
    found = []
    for n, (name, middle_value) in enumerate(zip(model.features, model.missing, strict=True)):
        if name.startswith("content_"):
            for_person = model.weights[1][n] > 0
            extreme = model.low[n] if for_person else model.high[n]
            found.append((middle_value + extreme) / 2)
    return tuple(found)


def surroundings(**changes: Any) -> Surroundings:
    """An even grey backdrop."""
    drawn = Surroundings(
        share=0.5,
        residual=1.0,
        residual_90=2.0,
        residual_99=3.0,
        edges=0.01,
        edge_sharpness=None,
        detail_ratio=0.1,
        sharpness=2,
        colour="#808080",
        sky=0.0,
        green=0.0,
        content=middle("environment"),
    )
    return attrs.evolve(drawn, **changes)


def scene(*faces: Face, **changes: Any) -> Scene:
    """A sharp colour photo of 2400 x 3000 px with these faces on an even backdrop."""
    top = faces[0].box.y if faces else 0.0
    drawn = Scene(
        image=ImageFacts(
            width=2400,
            height=3000,
            orientation=1,
            format="JPEG",
            seen_width=819,
            seen_height=1024,
            chroma=30,
            hue_spread=0.4,
        ),
        faces=faces,
        figures=tuple(figure(one) for one in faces if one.box.area >= faces[0].box.area / 4),
        body=bust() if faces else no_body(),
        person=Person(
            share=0.5 if faces else 0.0,
            undecided=0.05 if faces else 0.6,
            lower_edge=0.7 if faces else 0.0,
            box=Box(0.1, 0.1, 0.8, 0.9) if faces else None,
            crown=max(0.0, top - 0.1) if faces else None,
        ),
        surroundings=surroundings(),
        skin=Skin(
            texture_ratio=0.35,
            evenness=3,
            eye_sharpness=40,
        ),
        content=middle("presence") if faces else unpeopled(),
        content_below=middle("shot"),
        content_whole=middle("background", "whole_"),
    )
    return attrs.evolve(drawn, **changes)


def answering(**models: dict[str, float]) -> Calibration:
    """The shipped calibration, but these models give these chances whatever they are asked."""
    shipped = default()
    changed = copy.copy(shipped)
    changed._models = {**shipped.models()}
    for name, chances in models.items():
        model = shipped.model(name)
        changed._models[name] = attrs.evolve(
            model,
            weights=((0.0,) * len(model.features),) * len(model.classes),
            intercepts=tuple(math.log(chances.get(word, 1e-9)) for word in model.classes),
        )
    return changed
