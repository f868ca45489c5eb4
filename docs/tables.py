"""Tables that are code or measured, as pages: mapping, crop profiles, calibration, accuracy."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phototag import calibration
from phototag.criteria import CRITERIA
from phototag.crops import built_in
from phototag.crops.profiles import Serves
from phototag.keywords import SCENE_CODES
from phototag.metadata.mapping import ROWS
from phototag.vocabulary import BRANCHES, Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable


def write(folder: Path) -> None:
    """Write every generated page; one that would not change is left alone."""
    folder.mkdir(exist_ok=True)
    for name, text in (
        ("mapping.md", mapping()),
        ("scene_codes.md", scene_codes()),
        ("vocabulary.md", vocabulary()),
        ("profiles.md", profiles()),
        *((f"numbers_{name}.md", numbers(name)) for name in (*CRITERIA, "verdict")),
        ("models.md", models()),
        ("accuracy.md", accuracy()),
        ("robustness.md", robustness()),
    ):
        page = folder / name
        if not page.exists() or page.read_text(encoding="utf-8") != text:
            page.write_text(text, encoding="utf-8")


def mapping() -> str:
    """The metadata mapping."""
    return table(
        ("property", "kind", "content", "written", "why"),
        (
            (
                f"`{row.label}`",
                row.array,
                row.content,
                "where present"
                if row.only_where_present
                else "with `--faces`"
                if row.on_request
                else "always",
                row.why,
            )
            for row in ROWS
        ),
    )


def scene_codes() -> str:
    """What is filed under which IPTC scene code."""
    return table(
        ("finding", "code"), ((str(value), f"`{code}`") for value, code in SCENE_CODES.items())
    )


def vocabulary() -> str:
    """The controlled list."""
    own = Vocabulary()
    return table(
        ("branch", "claimed from", "threshold", "values and their words"),
        (
            (
                f"`{branch.name}`",
                f"`{branch.level}`",
                f"`{branch.governor}`",
                ", ".join(
                    f"`{value}`"
                    if own.word(branch.name, value) == value
                    else f"`{value}` ({own.word(branch.name, value)})"
                    for value in branch.values
                ),
            )
            for branch in BRANCHES
        ),
    )


def profiles() -> str:
    """The crop profiles."""
    return table(
        (
            "profile",
            "ratio",
            "of",
            "head height",
            "eyes from the top",
            "least px",
            "wanted",
            "source",
        ),
        (
            (
                f"`{profile.name}`",
                profile.ratio_text,
                "one head" if profile.serves is Serves.SINGLE else "everybody",
                _band(profile.head) if profile.serves is Serves.SINGLE else "",
                _band(profile.eyes) if profile.serves is Serves.SINGLE else "",
                " x ".join(map(str, profile.pixels)),
                " x ".join(map(str, profile.wanted)),
                profile.source,
            )
            for profile in built_in()
        ),
    )


def _band(band: tuple[float, float, float]) -> str:
    return f"{band[0]:.0%} to {band[2]:.0%}"


def numbers(section: str) -> str:
    """The calibrated numbers of a criterion with their evidence."""
    rows = [row for row in calibration.default().numbers() if row.section == section]
    if not rows:
        return "None: it follows from the other criteria by the rules above.\n"
    return table(
        ("number", "value", "unit", "evidence"),
        ((f"`{row.name}`", f"{row.value:g}", row.unit, row.evidence) for row in rows),
    )


def models() -> str:
    """The fitted models with their evidence."""
    return table(
        ("model", "tells apart", "inputs", "photos", "evidence"),
        (
            (
                f"`{name}`",
                ", ".join(model.classes),
                str(len(model.features)),
                str(model.n),
                model.evidence,
            )
            for name, model in calibration.default().models().items()
        ),
    )


def accuracy() -> str:
    """What ``benchmarks accuracy`` measured last."""
    found = _measured("accuracy.json")
    scores, runs = found["scores"], found["runs"]
    sure = scores["confidence"]
    rows = []
    for name, (title, people) in FIELDS.items():
        field = scores["fields"][name]
        each = [run["fields"][name]["accuracy"] for run in runs]
        within = f", within one {_share(field['within_one'])}" if field["within_one"] else ""
        rows.append(
            (
                title,
                str(field["n"]),
                f"{_share(field['accuracy'])} ({_share(min(each))}-{_share(max(each))}){within}",
                _share(field["macro_recall"]),
                f"{field['coverage']:.2f}",
                _share(field["decided"]),
                people,
            )
        )
    head = ("field", "photos", "accuracy", "macro recall", "told", "right where told")
    return (
        f"Measured on {scores['photos']} photographs whose labels are beyond doubt, on "
        f"{found['date']}, with phototag {found['software']} and models `{found['models']}`.\n\n"
        + table((*head, "two people"), rows)
        + "\nThe confidence of the kind is calibrated: expected calibration error "
        f"{_share(sure['ece'])}, Brier score {_share(sure['brier'])}. Of the "
        f"{sure['sure_coverage']:.0%} of photos with a confidence of .9 or more, "
        f"{sure['sure_accuracy']:.1%} are right.\n"
    )


def robustness() -> str:
    """What ``benchmarks robustness`` measured last."""
    found = _measured("robustness.json")
    turning = found["turning"]
    return (
        f"All {found['photos']} photos, changed and analysed again ({found['date']}):\n\n"
        + table(
            ("change", "same kind", "same number of people"),
            (
                (name, _share(one["kind"]), _share(one["subjects"]))
                for name, one in found["changes"].items()
            ),
        )
        + f"\nIn the mirror the yaw of {turning['changed_sign']:.1%} of the {turning['turned']} "
        "turned heads changes its sign; the median of what remains is "
        f"{turning['median_sum']:.2f} degrees.\n"
    )


# Title of a field, and how often two people who labelled independently agree.
FIELDS = {
    "kind": ("kind", ".986"),
    "subjects": ("people, exact (9+ as one)", ".991"),
    "shot": ("shot size", ".924"),
    "background": ("background", ".882"),
    "environment": ("environment", ".949"),
    "inside": ("inside or outdoors", ""),
    "expression": ("visible expression", ".942"),
    "facing": ("facing", ".840"),
    "grade": ("grade", ".831"),
}


def _measured(name: str) -> dict[str, Any]:
    text = Path(__file__).with_name("accuracy").joinpath(name).read_text(encoding="utf-8")
    values: dict[str, Any] = json.loads(text)
    return values


def _share(value: float) -> str:
    """``0.9756`` as ``.976``."""
    return f"{value:.3f}".removeprefix("0")


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = [head, tuple("---" for _ in head), *rows]
    cells = (" | ".join(cell.replace("|", "\\|") for cell in line) for line in lines)
    return "".join(f"| {line} |\n" for line in cells)
