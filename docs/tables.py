"""Tables that are code, as pages: the metadata mapping, the crop profiles, the calibration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phototag import calibration
from phototag.criteria import CRITERIA
from phototag.crops import PROFILES
from phototag.keywords import SCENE_CODES
from phototag.metadata.mapping import ROWS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def write(folder: Path) -> None:
    """Write every generated page; one that would not change is left alone."""
    folder.mkdir(exist_ok=True)
    for name, text in (
        ("mapping.md", mapping()),
        ("scene_codes.md", scene_codes()),
        ("profiles.md", profiles()),
        *((f"numbers_{name}.md", numbers(name)) for name in (*CRITERIA, "verdict")),
        ("models.md", models()),
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
                "where present" if row.only_where_present else "always",
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


def profiles() -> str:
    """The crop profiles."""
    return table(
        ("profile", "ratio", "head height", "eye line from the top", "least height", "source"),
        (
            (
                f"`{profile.name}`",
                profile.ratio_text,
                f"{profile.head[0]:.0%} to {profile.head[2]:.0%}",
                f"{profile.eyes[0]:.0%} to {profile.eyes[2]:.0%}",
                f"{profile.pixels} px",
                profile.source,
            )
            for profile in PROFILES
        ),
    )


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


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = [head, tuple("---" for _ in head), *rows]
    cells = (" | ".join(cell.replace("|", "\\|") for cell in line) for line in lines)
    return "".join(f"| {line} |\n" for line in cells)
