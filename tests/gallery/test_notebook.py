"""An analysis as a notebook shows it, in a real browser: whole, escaped, and readable in the light and in the dark."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest

import phototag
from browsing import every, messages, one
from commands import run
from phototag.analysis import notebook
from phototag.analysis.result import Analysis, evaluate
from phototag.wording import signed
from scenes import face, scene
from sums import in_bars

HOSTILE = "<img src=x onerror=alert(1)>&amp;\"'</div><script>document.title='taken'</script>.jpg"
GROUNDS = {"white": "#ffffff", "black": "#111111"}  # of notebooks
INK = {"white": "#000000", "black": "#e0e0e0"}


def luminance(colour: str) -> float:
    """Relative luminance, as of WCAG 2."""
    levels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        level / 12.92 if level <= 0.04045 else ((level + 0.055) / 1.055) ** 2.4 for level in levels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.fixture(scope="module")
def analysis(tmp_path_factory: pytest.TempPathFactory, astronaut: Any) -> Analysis:
    path = tmp_path_factory.mktemp("shown") / "jane.jpg"
    astronaut.save(path, quality=95)
    return phototag.analyze(path)


def test_a_short_line_and_the_whole_text(analysis: Analysis) -> None:
    assert repr(analysis) == f"<Analysis of {analysis.path}: portrait, over 99 % sure>"
    assert run("analyze", analysis.path).stdout == f"{analysis}\n"
    assert str(analysis).splitlines()[1].strip() == analysis.explain().splitlines()[0]
    corrected = attrs.evolve(analysis, path="a\nb.jpg")
    assert "\n" not in repr(corrected)
    assert repr(corrected).startswith(r"<Analysis of a\nb.jpg: ")


def test_no_colour_is_lost_on_a_white_or_a_black_ground() -> None:
    for ground in GROUNDS.values():
        for colour in (*notebook.COLOURS.values(), notebook.TOWARDS, notebook.AGAINST):
            assert contrast(colour, ground) >= 3, (colour, ground)


def test_nothing_is_loaded_and_nothing_runs(analysis: Analysis) -> None:
    shown = attrs.evolve(analysis, path=HOSTILE)._repr_html_()
    assert not re.search(
        r"<script|<style|<link|<img|<iframe|\bon\w+=(?=[^&]*>)|url\(|https?:", shown
    )
    assert len(shown) < 16_000  # it is stored in the notebook


@pytest.mark.slow
@pytest.mark.parametrize("ground", GROUNDS)
def test_a_browser_shows_the_whole(
    analysis: Analysis, browser: Callable[..., Any], tmp_path: Path, ground: str
) -> None:
    shown = attrs.evolve(analysis, path=HOSTILE)._repr_html_()
    page = tmp_path / "page.html"
    page.write_text(
        f"<!doctype html><meta charset=utf-8><title>kept</title>"
        f'<body style="background:{GROUNDS[ground]};color:{INK[ground]}">{shown}',
        "utf-8",
    )
    view = browser(page.as_uri())
    assert (view.title, every(view, "img"), messages(view)) == ("kept", [], [])
    text = one(view, "body").text
    assert HOSTILE in text
    assert analysis.explain().splitlines()[0] in text
    parts, total = in_bars(analysis)
    amounts = [cell.text for cell in every(view, "tbody td:nth-child(3)")]
    assert amounts == [signed(float(number)) for number in (*parts, total)]
    for row, amount in zip(every(view, "tbody tr"), (*parts, total), strict=True):
        drawn = one(row, "rect").rect["width"]
        assert (drawn > 0.4) == bool(amount), row.text
    lines = every(view, "polygon, polyline")
    frame = one(view, "svg[role=img]").rect
    assert len(lines) >= 5
    for line in lines:
        place = line.rect
        assert place["x"] >= frame["x"] - 2
        assert place["x"] + place["width"] <= frame["x"] + frame["width"] + 2
    one(view, "summary").click()
    assert analysis.explain().splitlines()[-1] in one(view, "details").text


@pytest.mark.slow
def test_it_fits_on_a_narrow_screen(
    analysis: Analysis, browser: Callable[..., Any], tmp_path: Path
) -> None:
    page = tmp_path / "page.html"
    page.write_text(f"<!doctype html><meta charset=utf-8>{analysis._repr_html_()}", "utf-8")
    view = browser(page.as_uri())
    view.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": 400, "height": 800, "deviceScaleFactor": 1, "mobile": False},
    )
    assert view.execute_script("return document.documentElement.scrollWidth") <= 400


def test_an_analysis_from_json_shows_its_crops_and_its_sum(analysis: Analysis) -> None:
    again = Analysis.from_dict(analysis.to_dict())
    assert again.scene is None
    shown = again._repr_html_()
    assert shown.count("<polygon") == 1  # the recommended crop
    assert shown.count("<tr") == analysis._repr_html_().count("<tr")


def test_without_anything_to_draw_there_is_no_drawing() -> None:
    assert 'role="img"' not in evaluate("wall.jpg", scene())._repr_html_()
    assert 'role="img"' in evaluate("jane.jpg", scene(face(0.5)))._repr_html_()
