"""The accuracy report: nobody is judged by a calibration that saw the source."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path

import attrs
import pytest
from click.testing import CliRunner
from rich.console import Console

from benchmarks.__main__ import main
from benchmarks.accuracy import report as accuracy
from benchmarks.accuracy.report import Judged
from benchmarks.photos import store
from benchmarks.photos.labelled import Label
from phototag.criteria import calibration
from phototag.criteria.verdict import Kind
from phototag.scene.measures import Scene
from scenes import face, scene

SOURCES = ("one", "two", "three", "four", "five", "six")


@pytest.fixture
def labels(label: Label) -> list[Label]:
    """Two photos of each source."""
    return [
        attrs.evolve(label, file=f"{source}{number}.jpg", source=source)
        for source in SOURCES
        for number in (1, 2)
    ]


@pytest.fixture
def seen(labels: Sequence[Label]) -> dict[str, Scene]:
    """A large face in each photo; the first of the last source has a small one."""
    drawn = {label.file: scene(face()) for label in labels}
    return drawn | {"six1.jpg": scene(face(0.08))}


class Fit:
    """Returns the shipped calibration, and remembers what it was fitted on."""

    def __init__(self) -> None:
        self.sources: list[set[str]] = []
        self.files: list[list[str]] = []

    def __call__(self, rows: Sequence[tuple[Label, Scene]], date: str) -> str:
        assert date == accuracy.DATE
        self.sources.append({label.source for label, _ in rows})
        self.files.append([label.file for label, _ in rows])
        # The identity of the calibration tells which one judged a photo.
        return calibration.FILE.read_text(encoding="utf-8") + f"\n# fit {len(self.sources)}\n"


def test_no_photo_is_judged_by_a_fit_that_saw_its_source(
    labels: list[Label], seen: dict[str, Scene]
) -> None:
    fit = Fit()
    judged = accuracy.judge_held_out(labels, seen, fit, seed=1, folds=3)
    assert [one.label for one in judged] == labels
    shipped = calibration.FILE.read_text(encoding="utf-8")
    fits = {calibration.Calibration(f"{shipped}\n# fit {n}\n").identity: n - 1 for n in (1, 2, 3)}
    for one in judged:
        assert one.analysis is not None
        assert one.label.source not in fit.sources[fits[one.analysis.calibration]]
    assert [len(names) for names in fit.files] == [8, 8, 8]  # two of three folds each


def test_a_photo_that_failed_is_not_fitted_on_and_counts_as_wrong(
    labels: list[Label], seen: dict[str, Scene]
) -> None:
    del seen["one1.jpg"]
    fit = Fit()
    judged = accuracy.judge_held_out(labels, seen, fit, folds=3)
    assert all("one1.jpg" not in names for names in fit.files)
    found = accuracy.report([judged], held_out=True)
    assert found.missing == ("one1.jpg",)
    assert found.scores.missing == 1
    kind = found.scores.fields["kind"]
    assert (kind.n, kind.coverage) == pytest.approx((12, 11 / 12))
    assert kind.accuracy == pytest.approx(10 / 12)  # and the small face


def test_the_small_face_is_the_worst(labels: list[Label], seen: dict[str, Scene]) -> None:
    judged = accuracy.judge_shipped(labels, seen)
    found = accuracy.report([judged, judged], held_out=False)
    assert [one.file for one in found.wrong] == ["six1.jpg"]
    worst = found.wrong[0]
    assert (worst.truth, worst.answer, worst.times) == ("headshot", "portrait", 2)
    assert worst.reasons
    assert all(" -" in reason.split(":")[0] for reason in worst.reasons)  # towards portrait
    assert "FITTED ON THESE PHOTOS" in found.note


def test_the_most_confident_mistake_comes_first(
    labels: list[Label], seen: dict[str, Scene]
) -> None:
    others = [attrs.evolve(one, kind=Kind.OTHER) for one in labels]
    judged = [
        Judged(
            label=one.label,
            analysis=one.analysis
            and attrs.evolve(
                one.analysis, verdict=attrs.evolve(one.analysis.verdict, confidence=n / 100)
            ),
        )
        for n, one in enumerate(accuracy.judge_shipped(others, seen))
    ]
    wrong = accuracy.report([judged], held_out=False).wrong
    assert [one.confidence for one in wrong] == [n / 100 for n in range(11, -1, -1)]


def test_labels_in_doubt_are_left_out_unless_asked_for(
    labels: list[Label], seen: dict[str, Scene]
) -> None:
    labels[-2] = attrs.evolve(labels[-2], sure=False)  # the one that is wrong
    judged = accuracy.judge_shipped(labels, seen)
    sure = accuracy.report([judged], held_out=False)
    every = accuracy.report([judged], held_out=False, every=True)
    assert (sure.scores.photos, sure.scores.fields["kind"].accuracy) == (11, 1)
    assert (every.scores.photos, len(every.wrong)) == (12, 1)


def test_mean_and_range_over_the_shuffles(labels: list[Label], seen: dict[str, Scene]) -> None:
    first = accuracy.judge_shipped(labels, seen)
    second = accuracy.judge_shipped(labels, seen | {"one1.jpg": scene(face(0.08))})
    found = accuracy.report([first, second], held_out=True)
    assert [run.fields["kind"].accuracy for run in found.runs] == [
        pytest.approx(11 / 12),
        pytest.approx(10 / 12),
    ]
    assert found.scores.fields["kind"].accuracy == pytest.approx(21 / 24)
    assert accuracy.spread(0.875, [0.917, 0.833]) == "0.875 (0.833-0.917)"
    assert accuracy.spread(0.875, [0.875]) == "0.875"
    assert accuracy.spread(None, [None, None]) == ""


def test_a_report_names_what_was_fitted_what_failed_and_the_worst_mistakes(
    labels: list[Label], seen: dict[str, Scene]
) -> None:
    del seen["one1.jpg"]
    target = io.StringIO()
    found = accuracy.report([accuracy.judge_shipped(labels, seen)], held_out=False)
    accuracy.show(found, Console(file=target, width=200))
    text = target.getvalue()
    for wanted in (
        "FITTED ON THESE PHOTOS",
        "counted as wrong: one1.jpg",
        "six1.jpg: headshot, not portrait",
        "0.833",  # accuracy of kind
        "ECE",
        "grade (row = label)",
    ):
        assert wanted in text


def test_json_is_complete_and_repeatable(labels: list[Label], seen: dict[str, Scene]) -> None:
    def once() -> str:
        return accuracy.to_json(
            accuracy.report([accuracy.judge_shipped(labels, seen)], held_out=False)
        )

    values = json.loads(once())
    assert values["scores"]["fields"]["kind"]["confusion"] == {
        "headshot": {"headshot": 11, "portrait": 1}
    }
    assert len(values["scores"]["confidence"]["reliability"]) == 10
    assert values["wrong"][0]["file"] == "six1.jpg"
    assert once() == once()


def test_the_command_prints_a_report_and_writes_it_as_json(
    labels: list[Label],
    seen: dict[str, Scene],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("benchmarks.photos.labelled.load", lambda _: labels)
    monkeypatch.setattr(store, "scenes", lambda *_, **__: seen)
    target = tmp_path / "report.json"
    arguments = ["accuracy", "--shipped", "--photos", str(tmp_path), "--json", str(target)]
    result = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    assert "FITTED ON THESE PHOTOS" in result.output
    assert json.loads(target.read_text(encoding="utf-8"))["method"] == "shipped"
