"""Scores, against numbers worked out by hand."""

from __future__ import annotations

import attrs
import pytest
from pytest import approx  # noqa: PT013 - it stands in every other line

from benchmarks.accuracy import averaging, scoring
from benchmarks.accuracy.scoring import Row
from benchmarks.photos.labelled import Label
from phototag.analysis.result import Analysis, evaluate
from phototag.criteria.environment import Place
from scenes import face, scene

NOTHING = dict.fromkeys(scoring.FIELDS)


def rows(field: str, *pairs: tuple[str | None, str | None]) -> list[Row]:
    """Photos with one field: truth and answer."""
    return [
        Row(file=f"{n}.jpg", truth=NOTHING | {field: t}, answer=NOTHING | {field: a}, confidence=1)
        for n, (t, a) in enumerate(pairs)
    ]


def crowd(analysis: Analysis, count: int) -> Analysis:
    """The analysis with this many subjects."""
    return attrs.evolve(analysis, subjects=attrs.evolve(analysis.subjects, count=count))


@pytest.fixture
def analysis() -> Analysis:
    return evaluate("a.jpg", scene(face()))


# ----------------------------------------------------------------------------- one field


def test_the_score_of_a_field_counts_the_undecided_as_wrong() -> None:
    found = scoring.field_score(
        rows(
            "environment",
            ("studio", "studio"),
            ("studio", "indoor"),
            ("studio", None),
            ("outdoor", "outdoor"),
            (None, "indoor"),  # no label: not scored
        ),
        "environment",
    )
    assert found is not None
    assert found.n == 4
    assert found.accuracy == approx(2 / 4)
    assert found.standard_error == approx(0.25)  # sqrt(.5 * .5 / 4)
    assert found.coverage == approx(3 / 4)
    assert found.decided == approx(2 / 3)
    assert found.macro_recall == approx((1 / 3 + 1) / 2)
    assert found.within_one is None
    assert found.confusion == {
        "studio": {"studio": 1, "indoor": 1, "undecided": 1},
        "outdoor": {"outdoor": 1},
    }


def test_a_class_that_is_never_true_does_not_lower_the_recall() -> None:
    found = scoring.field_score(rows("kind", ("headshot", "portrait"), ("other", "other")), "kind")
    assert found is not None
    assert found.macro_recall == approx(0.5)


def test_where_nothing_is_decided_there_is_no_accuracy_of_the_decided() -> None:
    found = scoring.field_score(rows("grade", ("casual", None)), "grade")
    assert found is not None
    assert (found.accuracy, found.coverage, found.decided) == (0, 0, None)


def test_without_labels_there_is_no_score() -> None:
    assert scoring.field_score(rows("grade", (None, "casual")), "grade") is None


def test_within_one_step_of_the_shot() -> None:
    found = scoring.field_score(
        rows(
            "shot",
            ("half_body", "half_body"),
            ("half_body", "head_and_shoulders"),
            ("half_body", "full_body"),  # two steps
            ("full_body", None),
        ),
        "shot",
    )
    assert found is not None
    assert (found.accuracy, found.within_one) == approx((1 / 4, 2 / 4))


# ------------------------------------------------------------------ labels and analyses


def test_a_drawn_headshot_is_right_in_kind_count_and_facing(
    label: Label, analysis: Analysis
) -> None:
    row = scoring.row(label, analysis)
    for name in ("kind", "subjects", "facing"):
        assert row.answer[name] == row.truth[name], name
    assert row.right
    assert row.confidence == analysis.confidence


def test_a_photo_without_an_analysis_has_no_answers(label: Label) -> None:
    row = scoring.row(label, None)
    assert (dict(row.answer), row.confidence, row.right) == (NOTHING, None, False)
    assert scoring.score([row]).missing == 1


@pytest.mark.parametrize(
    ("place", "inside"),
    [
        (Place.STUDIO, "inside"),
        (Place.INDOOR, "inside"),
        (Place.OUTDOOR, "outside"),
        (None, None),
    ],
)
def test_inside_follows_from_the_place(
    label: Label, place: Place | None, inside: str | None
) -> None:
    assert scoring.truth(attrs.evolve(label, environment=place))["inside"] == inside


@pytest.mark.parametrize(
    ("true", "counted", "right"),
    [
        (8, 8, True),
        (8, 9, False),
        (24, 9, True),
        (24, 100, True),
        (24, 7, True),  # nobody counts a crowd exactly
        (24, 6, False),
        (7, 9, False),
    ],
)
def test_nine_people_and_more_are_one_class(
    label: Label, analysis: Analysis, true: int, counted: int, *, right: bool
) -> None:
    row = scoring.row(attrs.evolve(label, subjects=true), crowd(analysis, counted))
    assert (row.answer["subjects"] == row.truth["subjects"]) is right


# ---------------------------------------------------------------------------- confidence


def test_calibration_error_and_brier_score_are_those_computed_by_hand() -> None:
    found = scoring.confidence_score([(0.95, True), (0.91, False), (0.55, True), (0.65, False)])
    assert found is not None
    # Bins: .9-1 states .93 and has .5; .5-.6 states .55 and has 1; .6-.7 states .65 and has 0.
    assert found.ece == approx((2 * 0.43 + 0.45 + 0.65) / 4)
    assert found.brier == approx((0.05**2 + 0.91**2 + 0.45**2 + 0.65**2) / 4)
    assert (found.sure_coverage, found.sure_accuracy) == approx((0.5, 0.5))
    assert [one.n for one in found.reliability] == [0, 0, 0, 0, 0, 1, 1, 0, 0, 2]
    last = found.reliability[-1]
    assert (last.confidence, last.accuracy) == approx((0.93, 0.5))
    assert found.reliability[0].accuracy is None


def test_certainty_falls_into_the_last_bin() -> None:
    found = scoring.confidence_score([(1.0, True)])
    assert found is not None
    assert (found.reliability[-1].n, found.ece, found.brier) == (1, 0, 0)


def test_where_no_answer_is_sure_there_is_no_accuracy_of_the_sure() -> None:
    found = scoring.confidence_score([(0.89, True)])
    assert found is not None
    assert (found.sure_coverage, found.sure_accuracy) == (0, None)


def test_without_an_analysis_there_is_no_confidence(label: Label) -> None:
    assert scoring.score([scoring.row(label, None)]).confidence is None


# -------------------------------------------------------------------------- over shuffles


def test_the_average_of_two_runs_is_the_mean_of_their_scores() -> None:
    first = scoring.score(rows("environment", ("studio", "studio"), ("outdoor", "indoor")))
    second = scoring.score(rows("environment", ("studio", "studio"), ("outdoor", "outdoor")))
    found = averaging.average([first, second]).fields["environment"]
    assert (found.n, found.accuracy, found.macro_recall) == approx((2, 0.75, 0.75))
    assert found.confusion == {"studio": {"studio": 1}, "outdoor": {"indoor": 0.5, "outdoor": 0.5}}


def test_average_leaves_out_what_is_not_known() -> None:
    first = scoring.score(rows("grade", ("casual", None)))
    second = scoring.score(rows("grade", ("casual", "casual")))
    found = averaging.average([first, second]).fields["grade"]
    assert (found.coverage, found.decided) == approx((0.5, 1))


def test_average_of_bins_counts_photos_alike() -> None:
    def run(*pairs: tuple[float, bool]) -> scoring.Scores:
        confidence = scoring.confidence_score(pairs)
        return scoring.Scores(photos=3, missing=0, fields={}, confidence=confidence)

    first = run((0.95, True), (0.95, True), (0.95, False))
    second = run((0.91, True), (0.55, True), (0.55, True))
    found = averaging.average([first, second]).confidence
    assert found is not None
    assert found.reliability[9].n == approx(2)  # 4 in two runs
    assert found.reliability[9].accuracy == approx(3 / 4)
    assert found.reliability[9].confidence == approx((3 * 0.95 + 0.91) / 4)
    assert found.reliability[5].n == approx(1)
    assert found.reliability[0].confidence is None


# --------------------------------------------------------------------------------- curves


@pytest.mark.parametrize(
    ("positive", "negative", "expected"),
    [
        ([2, 3], [0, 1], 1),
        ([0, 1], [2, 3], 0),
        ([1], [1], 0.5),
        ([1, 3], [0, 2], 3 / 4),
        ([1, 1], [1, 0], 3 / 4),
    ],
)
def test_the_area_under_the_curve_is_that_computed_by_hand(
    positive: list[float], negative: list[float], expected: float
) -> None:
    assert scoring.auc(positive, negative) == approx(expected)


def test_the_area_under_the_curve_needs_both_classes() -> None:
    assert scoring.auc([], [1]) is None
    assert scoring.auc([1], []) is None


def test_the_coverage_curve_takes_equal_confidences_together() -> None:
    answers = [(0.5, False), (0.9, True), (0.7, True), (0.7, False)]
    # The two of .7 come together; a fifth photo was not answered.
    coverages, accuracies = zip(*scoring.coverage_curve(answers, total=5), strict=True)
    assert coverages == approx((1 / 5, 3 / 5, 4 / 5))
    assert accuracies == approx((1, 2 / 3, 2 / 4))


def test_coverage_curve_of_nothing() -> None:
    assert scoring.coverage_curve([], total=5) == []
