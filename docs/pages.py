"""Parts of pages in MyST Markdown: tables, and the sentences of ``templates`` with what was measured."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import jinja2


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = [head, tuple("---" for _ in head), *rows]
    cells = (" | ".join(cell.replace("|", "\\|") for cell in line) for line in lines)
    return "".join(f"| {line} |\n" for line in cells)


# An integer of four digits or more in a sentence or a table; no date, version, name or code, and no JPEG 2000.
_LARGE = re.compile(r"(?<![\w.,:/`-])(?<!JPEG )\d{4,}(?![\w-])(?!\.\d+\.)")


def grouped(text: str) -> str:
    """``10000`` as ``10,000``, outside what is typed."""
    parts = text.split("`")
    parts[::2] = [_LARGE.sub(lambda found: f"{int(found[0]):,}", part) for part in parts[::2]]
    return "`".join(parts)


def share(value: float) -> str:
    """``0.9756`` as ``.976``."""
    return f"{value:.3f}".removeprefix("0")


def percent(value: float, places: int = 0) -> str:
    """``0.9756`` as ``98 %``."""
    return f"{100 * value:.{places}f} %"


def yes(answer: object) -> str:
    """An answer that should be yes; a no catches the eye."""
    return "yes" if answer else "**no**"


def filled(name: str, values: Mapping[str, Any]) -> str:
    """The template of this name with these values; a value that is missing is an error."""
    folder = jinja2.FileSystemLoader(Path(__file__).with_name("templates"))
    templates = jinja2.Environment(
        loader=folder,
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - Markdown, of our own numbers
    )
    return grouped(
        templates.get_template(f"{name}.md.j2").render(
            values, share=share, percent=percent, yes=yes
        )
    )


def measured(name: str, folder: str = "accuracy") -> dict[str, Any]:
    """What was measured, from a JSON file."""
    text = Path(__file__).with_name(folder).joinpath(name).read_text(encoding="utf-8")
    values: dict[str, Any] = json.loads(text)
    return values
