"""The eleven criteria on drawn scenes."""

from __future__ import annotations

import attrs
import pytest

from phototag import criteria
from phototag.criteria import CRITERIA, Findings
from phototag.criteria.background import BackgroundKind
from phototag.criteria.calibration import Calibration, default
from phototag.criteria.cropping import Shot
from phototag.criteria.environment import Place
from phototag.criteria.finding import Status
from phototag.criteria.focus import Focus
from phototag.criteria.marketing import Use
from phototag.criteria.mood import VisibleExpression
from phototag.criteria.posing import Facing
from phototag.criteria.retouching import Colour, Style
from phototag.criteria.situation import Occasion
from phototag.criteria.subjects import Subjects
from phototag.scene.geometry import Point
from phototag.scene.measures import Face, Scene
from scenes import answering, body, face, figure, middle, scene, surroundings, turned, unpeopled


def judged(drawn: Scene, calibration: Calibration | None = None) -> Findings:
    return criteria.judge(drawn, calibration or default())


def test_there_are_eleven_in_the_order_of_the_article() -> None:
    assert CRITERIA == (
        "focus", "subjects", "cropping", "mood", "environment", "retouching", "background",
        "posing", "marketing", "situation", "printing",
    )  # fmt: skip


@pytest.mark.parametrize(
    "drawn", [scene(), scene(face()), scene(face(0.1)), scene(face(), face(0.3, 0.1))]
)
def test_every_finding_has_a_reason_and_a_sound_confidence(drawn: Scene) -> None:
    for name, finding in judged(drawn).items():
        assert finding.reason, name
        assert 0 <= finding.confidence <= 1, name
        assert (finding.value in {None, ()}) == (
            finding.status in {Status.UNDECIDED, Status.NOT_APPLICABLE}
        ), name


def test_focus_is_on_the_head_when_it_fills_the_frame() -> None:
    assert judged(scene(face(0.5))).focus.on is Focus.HEAD
    assert judged(scene(face(0.2))).focus.on is Focus.PERSON
    assert judged(scene()).focus.on is Focus.SCENE


def test_a_larger_head_never_argues_for_a_portrait() -> None:
    heights = [0.02 * step for step in range(2, 45)]
    said = [judged(scene(face(height, top=0.05))).focus.contribution for height in heights]
    assert said == sorted(said)


def test_a_smaller_face_counts_less_at_the_side_and_turned_away() -> None:
    """One that just counts beside the main face does not when it looks elsewhere at the side."""
    main = face(0.4, 0.35)
    small = face(0.2, 0.75)
    away = attrs.evolve(small, nose=Point(small.left_eye.x + 0.03, small.nose.y))
    assert judged(scene(main, small)).subjects.count == 2
    assert judged(scene(main, away)).subjects.count == 1


def test_a_person_whose_face_is_hidden_is_counted() -> None:
    main, behind = face(0.3, 0.3), figure(face(0.3, 0.7))
    seen = scene(main, figures=(figure(main), attrs.evolve(behind, head_visibility=0.5)))
    people = judged(seen, answering(people={"two": 0.9})).subjects
    assert (people.count, people.faces, people.subject_faces, people.bystanders) == (2, 1, (0,), 0)
    assert people.reason == "2 people, 1 of them without a visible face"
    assert judged(seen, answering(people={"two": 0.9})).cropping.whole is None
    alone = judged(scene(main), answering(people={"two": 0.9})).subjects
    assert alone.count == 1, "nobody else is seen"


def test_what_no_second_net_confirms_is_nobodys_face() -> None:
    main, guitar = face(0.3, 0.3), face(0.3, 0.7, confirmed=False)
    people = judged(scene(main, guitar, figures=(figure(main),))).subjects
    assert (people.count, people.bystanders, people.subject_faces) == (1, 0, (0,))


@pytest.mark.parametrize(
    ("turn", "roll", "whole", "upright"),
    [
        (0, 30.0, 30.0, True),
        (90, 5.0, 95.0, None),
        (270, 0.0, -90.0, None),
        (180, 10.0, -170.0, False),
        (180, -10.0, 170.0, False),
    ],
)
def test_a_head_is_tilted_by_any_angle(
    turn: int, roll: float, whole: float, upright: bool | None
) -> None:
    main = face(0.3)
    assert main.mesh is not None
    pose = attrs.evolve(main.mesh.pose, roll=roll)
    seen = scene(attrs.evolve(main, mesh=attrs.evolve(main.mesh, pose=pose)))
    posing = judged(attrs.evolve(seen, image=attrs.evolve(seen.image, turn=turn))).posing
    assert (posing.roll, posing.upright) == (whole, upright)


def test_a_covered_mouth_has_no_expression() -> None:
    mood = judged(scene(face(expression=HAPPY, covered=0.9))).mood
    assert (mood.expression, mood.status) == (None, Status.UNDECIDED)
    assert mood.reason == "something covers the mouth (90 % certain)"
    assert judged(scene(face(expression=HAPPY, covered=0.1))).mood.expression is not None


def test_without_a_face_and_a_body_the_picture_as_a_whole_may_show_a_person() -> None:
    seen = scene(content=middle("presence"))
    found = judged(seen, answering(presence={"person": 0.9, "nobody": 0.1})).subjects
    assert (found.people, found.count) == (Subjects.SINGLE, 1)
    assert "neither face nor body is detected" in found.reason


def test_why_a_face_is_not_a_persons_names_what_speaks_against_it() -> None:
    doll = scene(face(0.4), content=unpeopled())
    found = judged(doll).subjects
    assert found.people is Subjects.NONE
    assert "as a whole does not look like one of people" in found.reason
    shape = scene(body=body())
    assert "a body shape is detected" in judged(shape).subjects.reason


def test_subjects_counts_people_and_leaves_bystanders_out() -> None:
    found = judged(scene(face(0.4), face(0.35, 0.1), face(0.05, 0.9))).subjects
    assert (found.people, found.count, found.faces, found.bystanders) == (Subjects.COUPLE, 2, 3, 1)
    assert judged(scene(face(0.4))).subjects.people is Subjects.SINGLE
    assert judged(scene()).subjects.people is Subjects.NONE


def test_a_blurred_face_behind_the_main_one_is_a_bystander() -> None:
    behind = face(0.26, 0.1)
    assert judged(scene(face(0.4), behind)).subjects.count == 2
    blurred = attrs.evolve(behind, sharpness=face().sharpness * 0.3)
    found = judged(scene(face(0.4), blurred)).subjects
    assert (found.count, found.bystanders) == (1, 1)


def test_several_people_argue_against_a_headshot() -> None:
    assert judged(scene(face(0.4), face(0.4, 0.1))).subjects.contribution < -3


@pytest.mark.parametrize(
    ("drawn", "shot"),
    [
        (scene(face(0.5)), Shot.HEAD_AND_SHOULDERS),
        (scene(face(0.25, top=0.15), body=body(hips=0.1)), Shot.HALF_BODY),
        (scene(face(0.15, top=0.1), body=body(knees=0.9)), Shot.THREE_QUARTER),
        (scene(face(0.1, top=0.1), body=body(ankles=0.9, knees=0.9)), Shot.FULL_BODY),
        (scene(body=body(ankles=0.9, knees=0.9), content=middle("presence")), Shot.FULL_BODY),
        (scene(), None),
    ],
)
def test_cropping_tells_the_shot_size(drawn: Scene, shot: Shot | None) -> None:
    assert judged(drawn).cropping.shot is shot


def test_cropping_takes_the_likeliest_shot_size() -> None:
    found = judged(
        scene(face(0.9, top=0.08)), answering(shot={"face": 0.9, "half_body": 0.1})
    ).cropping
    assert (found.shot, round(found.confidence, 2)) == (Shot.FACE, 0.9)


def test_cropping_names_the_joints_on_the_edge() -> None:
    standing = body(knees=0.9)
    knee = attrs.evolve(standing.landmarks[13], y=0.995)
    points = (*standing.landmarks[:13], knee, *standing.landmarks[14:])
    cut = judged(scene(face(0.15), body=attrs.evolve(standing, landmarks=points))).cropping
    assert cut.cut_joints == ("left_knee",)


def test_a_group_is_whole_when_every_face_has_air() -> None:
    assert judged(scene(face(0.3, 0.3), face(0.3, 0.7))).cropping.whole is True
    assert judged(scene(face(0.3, 0.3), face(0.3, 0.95))).cropping.whole is False


def test_a_bystander_makes_no_group_whole() -> None:
    found = judged(scene(face(0.5, 0.4), face(0.08, 0.9)))
    assert (found.subjects.count, found.subjects.bystanders) == (1, 1)
    assert found.cropping.whole is False  # one person, not down to the feet


HAPPY = (0.01, 0.0, 0.01, 0.93, 0.01, 0.01, 0.03)  # what the expression net gives for a smile


def with_mouth(**changes: float) -> Face:
    drawn = face()
    assert drawn.mesh is not None
    seen = attrs.evolve(drawn.mesh.expression, **changes)
    changed: Face = attrs.evolve(drawn, mesh=attrs.evolve(drawn.mesh, expression=seen))
    return changed


def test_mood_reads_mouth_and_eyes() -> None:
    assert judged(scene(face())).mood.expression is VisibleExpression.SERIOUS
    smiling = attrs.evolve(with_mouth(mouth_width=0.7, corner_lift=0.05), expression=HAPPY)
    smile = judged(scene(smiling)).mood
    assert smile.expression is VisibleExpression.SMILE
    wide = judged(scene(with_mouth(mouth_open=0.6)), answering(expression={"expressive": 0.9})).mood
    assert wide.expression is VisibleExpression.EXPRESSIVE
    assert judged(scene(with_mouth(eye_open_left=0.05))).mood.eyes_open is False


def test_mood_reads_small_faces_and_faces_without_a_mesh() -> None:
    small = judged(scene(face(0.04, mesh=None, expression=HAPPY))).mood
    assert (small.expression, small.status) == (VisibleExpression.SMILE, Status.MEASURED)
    assert (small.smile, small.mouth_open, small.eyes_open) == (None, None, None)
    assert "too far to be measured" in small.reason


@pytest.mark.parametrize(
    ("chances", "place", "inside"),
    [
        ({"studio": 0.95, "indoor": 0.04, "outdoor": 0.01}, Place.STUDIO, True),
        ({"studio": 0.01, "indoor": 0.04, "outdoor": 0.95}, Place.OUTDOOR, False),
        ({"studio": 0.50, "indoor": 0.48, "outdoor": 0.02}, None, True),
        ({"studio": 0.30, "indoor": 0.30, "outdoor": 0.40}, None, None),
    ],
)
def test_environment_answers_where_it_is_sure(
    chances: dict[str, float], place: Place | None, inside: bool | None
) -> None:
    found = judged(scene(face()), answering(environment=chances)).environment
    assert (found.place, found.inside) == (place, inside)
    assert found.status is (Status.MEASURED if place else Status.UNDECIDED)
    assert ("cannot be told apart" in found.reason) == (place is None and inside is True)


def test_environment_says_nothing_of_crowds_and_full_frames() -> None:
    sure = answering(environment={"studio": 0.98})
    crowd = scene(*(face(0.2, 0.1 + 0.15 * number) for number in range(6)))
    for drawn in (crowd, scene(face(), surroundings=None)):
        assert judged(drawn, sure).environment.place is None


def test_retouching_tells_colour_treatment_and_smooth_skin() -> None:
    drawn = scene(face())
    assert judged(drawn).retouching.style is Style.NATURAL
    assert drawn.skin is not None
    smooth = attrs.evolve(drawn, skin=attrs.evolve(drawn.skin, texture_ratio=0.05))
    assert judged(smooth).retouching.style is Style.RETOUCHED
    soft = attrs.evolve(drawn, skin=attrs.evolve(drawn.skin, eye_sharpness=3))
    assert judged(soft).retouching.style is None
    grey = attrs.evolve(drawn, image=attrs.evolve(drawn.image, chroma=1.0, hue_spread=None))
    assert judged(grey).retouching.colour is Colour.BLACK_AND_WHITE
    sepia = attrs.evolve(drawn, image=attrs.evolve(drawn.image, hue_spread=0.01))
    assert judged(sepia).retouching.colour is Colour.TONED


@pytest.mark.parametrize(
    ("spread", "colour", "pasted"),
    [(0.1, "#094b61", True), (0.1, "#ffffff", None), (0.8, "#094b61", False)],
)
def test_retouching_sees_a_pasted_background(
    spread: float, colour: str, pasted: bool | None
) -> None:
    seen = surroundings(residual_99=spread, colour=colour)
    found = judged(scene(face(), surroundings=seen)).retouching
    assert found.pasted_background is pasted
    assert ("one flat colour" in found.reason) == (pasted is True)


@pytest.mark.parametrize("kind", list(BackgroundKind))
def test_background_is_the_likeliest_and_leans_by_its_detail(kind: BackgroundKind) -> None:
    found = judged(scene(face()), answering(background={kind: 0.98})).background
    assert found.kind is kind
    assert (found.contribution < 0) == (kind is BackgroundKind.DETAILED)
    assert str(kind) in found.reason


def test_background_is_not_applicable_when_people_fill_the_frame() -> None:
    found = judged(scene(face(), surroundings=None)).background
    assert (found.kind, found.status) == (None, Status.NOT_APPLICABLE)


@pytest.mark.parametrize(
    ("yaw", "facing"),
    [
        (0, Facing.FRONTAL),
        (-10, Facing.FRONTAL),
        (25, Facing.TURNED),
        (-25, Facing.TURNED),
        (60, Facing.PROFILE),
    ],
)
def test_posing_parts_by_yaw_on_both_sides(yaw: float, facing: Facing) -> None:
    found = judged(scene(turned(yaw))).posing
    assert (found.facing, found.yaw) == (facing, yaw)


def test_a_turned_head_never_argues_for_a_headshot() -> None:
    said = [judged(scene(turned(yaw))).posing.contribution for yaw in range(0, 60, 5)]
    assert said == sorted(said, reverse=True)


def test_more_room_below_the_chin_never_argues_for_a_headshot() -> None:
    drawn = [scene(face(0.3, top=0.02 * step)) for step in range(34)]
    said = [judged(picture).cropping.contribution for picture in drawn]
    assert said == sorted(said)


def test_posing_without_a_mesh_has_no_angles() -> None:
    narrow = face(mesh=None)
    found = judged(scene(narrow)).posing
    assert (found.yaw, found.gaze, found.facing is None) == (None, None, False)
    assert found.contribution < judged(scene(face())).posing.contribution


def test_posing_counts_hands_and_raised_ones() -> None:
    standing = body()
    points = list(standing.landmarks)
    points[9] = attrs.evolve(points[9], x=0.7, y=0.2, visibility=0.9)  # left wrist, up
    points[10] = attrs.evolve(points[10], x=0.3, y=0.8, visibility=0.9)  # right wrist, down
    drawn = scene(face(0.15), body=attrs.evolve(standing, landmarks=tuple(points)))
    found = judged(drawn).posing
    assert (found.hands, found.raised_hands) == (2, 1)
    assert judged(scene()).posing.hands is None


def test_marketing_and_situation_are_derived_and_say_so() -> None:
    found = judged(scene(face()), answering(background={"plain": 0.98}))
    assert found.marketing.uses == (Use.PROFILE, Use.CV, Use.CASTING)
    assert found.situation.occasions == (Occasion.BUSINESS, Occasion.ACTING)
    assert {found.marketing.status, found.situation.status} == {Status.DERIVED}
    group = judged(scene(face(0.2), face(0.2, 0.1), face(0.2, 0.9)))
    assert group.marketing.uses == (Use.ARTWORK,)
    assert group.situation.occasions == (Occasion.GROUP,)


def test_printing_names_ratio_and_sizes() -> None:
    found = judged(scene(face())).printing
    assert (found.nearest, found.aspect_ratio) == ("4:5", 0.8)
    assert found.sizes == ("4x6", "5x7", "8x10")
    assert found.sizes_150[-1] == "16x20"
    assert found.recommended == ("4x6", "5x7", "8x10")
    assert judged(scene(face(0.1))).printing.recommended == ("11x14", "16x20")
    wide = attrs.evolve(scene(face()).image, width=1500, height=1000)
    assert judged(scene(face(), image=wide)).printing.nearest == "3:2"


def test_calibration_refuses_missing_and_unknown_numbers() -> None:
    @attrs.frozen
    class Rules:
        known: float

    text = '[x.known]\nvalue = 1\nevidence = "drawn"\n'
    assert Calibration(text).section("x", Rules).known == 1
    with pytest.raises(LookupError, match="other"):
        Calibration(text + '[x.other]\nvalue = 1\nevidence = ""\n').section("x", Rules)
    with pytest.raises(LookupError, match="known"):
        Calibration("").section("x", Rules)


def test_every_number_has_its_evidence() -> None:
    for number in default().numbers():
        assert number.evidence, number
