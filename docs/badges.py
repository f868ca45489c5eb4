"""The badges of the README, as files: each says what ``pyproject.toml`` or the package says, and asks no server.

``python docs/badges.py`` writes them into ``docs/images``, and ``SOURCES.txt``, which says where the photos in the pictures
come from.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

import sample_catalogue

DOCS: Final = Path(__file__).parent
VERSION: Final = "Programming Language :: Python :: 3."
WIDTH, PAD, HEIGHT = 6.6, 8, 20  # px: of a letter on the average, beside a text, of a badge
NAME_COLOUR, VALUE_COLOUR = "#50545b", "#0b57c2"


def files() -> dict[str, str]:
    """The badges and the sources of the photos, by the names of their files."""
    return {**badges(), "SOURCES.txt": sample_catalogue.credits_text()}


def badges() -> dict[str, str]:
    """The badges as SVG, by the names of their files."""
    with (DOCS.parent / "pyproject.toml").open("rb") as file:
        project: dict[str, Any] = tomllib.load(file)["project"]
    minors = sorted(
        int(c.removeprefix(VERSION)) for c in project["classifiers"] if c.startswith(VERSION)
    )
    said = {
        "licence": ("licence", project["license"]),
        "python": ("Python", f"3.{minors[0]} to 3.{minors[-1]}"),
    }
    if "Typing :: Typed" in project["classifiers"]:
        said["typed"] = ("types", "mypy strict, pyright")
    return {f"badge-{name}.svg": _badge(*texts) for name, texts in said.items()}


def _badge(name: str, value: str) -> str:
    left, right = (round(len(text) * WIDTH + 2 * PAD) for text in (name, value))
    label = escape(f"{name}: {value}")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="{HEIGHT}" role="img" aria-label="{label}">'
        f'<title>{label}</title><clipPath id="r"><rect width="{left + right}" height="{HEIGHT}" rx="3"/></clipPath>'
        f'<g clip-path="url(#r)"><rect width="{left}" height="{HEIGHT}" fill="{NAME_COLOUR}"/>'
        f'<rect x="{left}" width="{right}" height="{HEIGHT}" fill="{VALUE_COLOUR}"/></g>'
        '<g fill="#fff" font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11" text-anchor="middle">'
        f'<text x="{left / 2}" y="14" textLength="{left - 2 * PAD}">{escape(name)}</text>'
        f'<text x="{left + right / 2}" y="14" textLength="{right - 2 * PAD}">{escape(value)}</text></g></svg>\n'
    )


if __name__ == "__main__":
    for file_name, text in files().items():
        (DOCS / "images" / file_name).write_text(text, encoding="utf-8")
