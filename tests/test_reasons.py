"""No reason contradicts its measures, whatever the scene."""

from __future__ import annotations

import re

import attrs
from hypothesis import given
from hypothesis import strategies as st

from phototag.analysis.decisions.decision import Decision
from phototag.analysis.result import Analysis, evaluate
from phototag.criteria.finding import Status
from phototag.criteria.verdict import Kind
from phototag.scene.measures import Face, Scene
from phototag.wording import percent
from scenes import body, face, no_body, scene, surroundings
from sums import check

SHARE = st.floats(0, 1)


@st.composite
def faces(draw: st.DrawFn) -> Face:
    drawn = face(draw(st.floats(0.02, 0.95)), draw(SHARE), draw(st.floats(-0.1, 0.9)))
    assert drawn.mesh is not None
    pose = attrs.evolve(
        drawn.mesh.pose,
        yaw=draw(st.floats(-60, 60)),
        pitch=draw(st.floats(-40, 40)),
        roll=draw(st.floats(-90, 90)),
        residual=draw(st.floats(0.2, 1.2)),
    )
    seen = attrs.evolve(
        drawn.mesh.expression,
        mouth_width=draw(st.floats(0.3, 0.9)),
        mouth_open=draw(st.floats(0, 0.8)),
        corner_lift=draw(st.floats(-0.1, 0.15)),
        eye_open_left=draw(st.floats(0, 0.5)),
    )
    mesh = attrs.evolve(drawn.mesh, pose=pose, expression=seen)
    score = draw(st.floats(0.6, 0.95))
    return attrs.evolve(drawn, score=score, mesh=mesh if draw(st.booleans()) else None)


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    around = surroundings(
        residual=draw(st.floats(0, 60)),
        residual_90=draw(st.floats(0, 90)),
        edge_sharpness=draw(st.none() | st.floats(0.5, 6)),
        detail_ratio=draw(st.none() | st.floats(0, 5)),
    )
    drawn = scene(
        *draw(st.lists(faces(), max_size=6)),
        surroundings=draw(st.sampled_from([around, None])),
        body=draw(st.sampled_from([no_body(), body(), body(ankles=0.9, knees=0.9)])),
    )
    person = attrs.evolve(drawn.person, share=draw(SHARE), undecided=draw(SHARE))
    image = attrs.evolve(
        drawn.image, chroma=draw(st.floats(0, 60)), hue_spread=draw(st.none() | SHARE)
    )
    return attrs.evolve(drawn, person=person, image=image)


@given(drawn=scenes())
def test_no_reason_contradicts_its_measures(drawn: Scene) -> None:
    result = evaluate("drawn.jpg", drawn)
    focus, posing, mood = result.focus, result.posing, result.mood
    assert percent(focus.person_area) in focus.reason
    assert ("no face" in focus.reason) == (focus.face_height is None)
    if focus.face_height is not None:
        assert percent(focus.face_height) in focus.reason
    if posing.facing is not None:
        assert f"the face is {posing.facing}" in posing.reason
    if posing.yaw is not None:
        assert f"yaw {posing.yaw:+.0f}" in posing.reason
    if mood.expression is not None:
        words = {"serious": "serious face", "smile": "a smile", "expressive": "expressive face"}
        assert words[mood.expression] in mood.reason
        assert ("eyes open" in mood.reason) == (mood.eyes_open is True)
    if result.background.kind is not None:
        assert f"the background is {result.background.kind}" in result.background.reason
    if result.environment.status is Status.UNDECIDED and result.environment.inside:
        assert "indoors" in result.environment.reason
    counted = result.subjects
    assert counted.faces == len(drawn.faces)
    assert counted.count + counted.bystanders in {counted.faces, max(1, counted.faces), 0}
    if counted.count > 1:
        assert f"{counted.count} people" in counted.reason


@given(drawn=scenes())
def test_the_explanation_agrees_with_the_verdict(drawn: Scene) -> None:
    result = evaluate("drawn.jpg", drawn)
    lines = result.explain().splitlines()
    assert lines[0].lower().startswith(str(result.kind))
    stated = "over 99 %" if result.confidence > 0.99 else percent(result.confidence)
    assert f", {stated} sure." in lines[0]
    assert (result.kind is Kind.OTHER) == (result.subjects.count == 0)
    sign = 1 if result.kind is Kind.HEADSHOT else -1
    for line in lines:
        for said in re.findall(r"\(\w+ ([+-]\d+\.\d)\)", line):
            if line.startswith("For it"):
                assert float(said) * sign > 0
            if line.startswith("Against it"):
                assert float(said) * sign < 0


@given(drawn=scenes(), kind=st.none() | st.sampled_from(Kind))
def test_what_is_shown_adds_up(drawn: Scene, kind: Kind | None) -> None:
    check(evaluate("drawn.jpg", drawn, decision=Decision(kind=kind)))


@given(drawn=scenes())
def test_every_scene_gives_a_whole_result(drawn: Scene) -> None:
    result = evaluate("drawn.jpg", drawn)
    assert Analysis.from_dict(result.to_dict()) == result
    for name, finding in result.items():
        assert finding.reason, name
        assert 0 <= finding.confidence <= 1, name
        told = finding.status in {Status.MEASURED, Status.DERIVED}
        assert told == (finding.value not in {None, ()}), name
