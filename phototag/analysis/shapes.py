"""What is drawn over and beside a photo: faces, body points and crops as shapes, reasons as bars.

The gallery draws them as SVG and HTML, ``analyze --picture`` as pixels.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

import attrs

from phototag.analysis.explanation import added_up, meaning
from phototag.scene.geometry import Point
from phototag.scene.measures import BODY_POINTS
from phototag.wording import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phototag.analysis.result import Analysis
    from phototag.criteria.subjects import SubjectsFinding
    from phototag.scene.geometry import Box
    from phototag.scene.measures import Body, Scene

SEEN = 0.3  # least visibility of a body point that is drawn
OVERHANG = 0.35  # how far the lines at crown and chin extend beyond the face, face widths
DIGITS = 4  # decimals of a point
LIMBS = (
    ("left_shoulder", "right_shoulder"), ("left_hip", "right_hip"),
    *((f"{side}_{a}", f"{side}_{b}") for side in ("left", "right") for a, b in (
        ("shoulder", "elbow"), ("elbow", "wrist"), ("shoulder", "hip"), ("hip", "knee"),
        ("knee", "ankle"),
    )),
)  # fmt: skip


class Layer(enum.StrEnum):
    """Shapes that are shown and hidden together."""

    FACE = "face"
    HEAD = "head"
    BODY = "body"
    CROP = "crop"


@attrs.frozen(kw_only=True)
class Shape:
    """A line through points, in fractions of the upright picture.

    Attributes:
        layer: the layer to which it belongs.
        points: x and y in turn.
        closed: whether the last point is joined to the first.
        label: description of what it shows.
        name: of the crop profile, for crops.
    """

    layer: Layer
    points: tuple[float, ...]
    closed: bool = False
    label: str = ""
    name: str = ""


@attrs.frozen(kw_only=True)
class Bar:
    """One part of the sum behind a verdict, or the sum itself.

    Attributes:
        name: of the criterion.
        value: the finding in words; empty for the starting point and the sum.
        amount: log-odds towards headshot +, portrait -, with one decimal.
        reason: one sentence.
        total: whether it is the sum of those before it.
    """

    name: str
    value: str = ""
    amount: float
    reason: str
    total: bool = False


def bars(analysis: Analysis) -> tuple[Bar, ...]:
    """The starting point, the criteria and, last, their sum; the rounded amounts add up."""
    shown = added_up(analysis)
    return (
        Bar(
            name="starting point",
            amount=shown.starting_point,
            reason="the same for every photo",
        ),
        *(
            Bar(
                name=name,
                value=plain(finding.value) or plain(finding.status),
                amount=shown.contributions[name],
                reason=finding.reason,
            )
            for name, finding in analysis.items()
        ),
        Bar(name="sum", amount=shown.log_odds, reason=meaning(analysis), total=True),
    )


def shapes(analysis: Analysis) -> tuple[Shape, ...]:
    """Everything that can be drawn for an analysis; only crops if it has no scene."""
    scene = analysis.scene
    return (*(() if scene is None else _seen(scene, analysis.subjects)), *_crops(analysis))


def recommended(analysis: Analysis) -> tuple[Shape, ...]:
    """The same with only the recommended crop."""
    names = {crop.profile for crop in analysis.crops if crop.recommended}
    return tuple(s for s in shapes(analysis) if s.layer is not Layer.CROP or s.name in names)


def _seen(scene: Scene, subjects: SubjectsFinding) -> Iterator[Shape]:
    """What was measured, as it lies in the picture."""
    turn = scene.image.turn
    for shape in _measured(scene, subjects):
        places = zip(shape.points[::2], shape.points[1::2], strict=True)
        turned = (Point(x, y).turned(turn) for x, y in places)
        points = tuple(round(value, DIGITS) for at in turned for value in (at.x, at.y))
        yield attrs.evolve(shape, points=points) if turn else shape


def _measured(scene: Scene, subjects: SubjectsFinding) -> Iterator[Shape]:
    for number, face in enumerate(scene.faces):
        label = "main face" if number == 0 else f"face {number + 1}"
        if subjects.count and number not in subjects.subject_faces:
            label += ", bystander" if face.confirmed else ", not confirmed"
        yield _rectangle(Layer.FACE, face.box, label)
    main, crown, chin = scene.main_face, scene.crown, scene.chin
    if main is not None and crown is not None and chin is not None:
        left = main.box.x - OVERHANG * main.box.width
        right = main.box.right + OVERHANG * main.box.width
        for y, label in ((crown, "crown"), (chin, "chin")):
            yield _shape(Layer.HEAD, (left, y, right, y), label)
    if main is not None and main.mesh is not None:
        outline = tuple(value for point in main.mesh.outline for value in (point.x, point.y))
        yield _shape(Layer.HEAD, outline, "outline of the face", closed=True)
    yield from _limbs(scene.body)


def _limbs(body: Body) -> Iterator[Shape]:
    seen = {name for name in BODY_POINTS if body[name].visibility >= SEEN and body[name].inside}
    for start, end in LIMBS:
        if {start, end} <= seen:
            a, b = body[start], body[end]
            yield _shape(Layer.BODY, (a.x, a.y, b.x, b.y), "")


def _crops(analysis: Analysis) -> Iterator[Shape]:
    for crop in analysis.crops:
        label = f"{crop.title or crop.profile}, {crop.ratio}"
        yield attrs.evolve(_rectangle(Layer.CROP, crop.box, label), name=crop.profile)


def _rectangle(layer: Layer, box: Box, label: str) -> Shape:
    corners = (box.x, box.y, box.right, box.y, box.right, box.bottom, box.x, box.bottom)
    return _shape(layer, corners, label, closed=True)


def _shape(layer: Layer, points: tuple[float, ...], label: str, *, closed: bool = False) -> Shape:
    rounded = tuple(round(value, DIGITS) for value in points)
    return Shape(layer=layer, points=rounded, closed=closed, label=label)
