"""The page in a real browser, from the disk, with the network off."""

from __future__ import annotations

import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from browsing import choose, names, one, press
from phototag.criteria import CRITERIA
from trees import NAMES

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("applications")]
Browser = Callable[..., Any]


def test_all_photos_are_there_and_names_are_only_names(view: Any) -> None:
    assert len(names(view)) == 4
    assert one(view, "#count").text == "4 photos"
    assert NAMES["portrait"] in names(view)
    assert NAMES["headshot"] in names(view)
    assert any("line\\nbreak" in name for name in names(view))
    drawn = "return [...document.querySelectorAll('.tile img')].every((i) => i.naturalWidth > 0)"
    assert view.execute_script(drawn)


def test_filters_and_order_choose_the_tiles_that_are_shown(view: Any) -> None:
    choose(view, "kind", "headshot")
    assert names(view) == [NAMES["headshot"]]
    choose(view, "kind", "other")
    assert len(names(view)) == 1
    choose(view, "kind", "")
    choose(view, "shot", "half_body")
    shown = names(view)
    assert NAMES["portrait"] in shown
    assert not {NAMES["headshot"], NAMES["cat"]} & set(shown)
    choose(view, "shot", "face")
    assert one(view, "#empty").is_displayed()
    one(view, "#clear").click()
    time.sleep(0.1)
    assert len(names(view)) == 4
    sure = [float(view.execute_script(f"return gallery.at({i}).confidence")) for i in range(4)]
    assert sure == sorted(sure)
    choose(view, "sort", "sure")
    sure = [float(view.execute_script(f"return gallery.at({i}).confidence")) for i in range(4)]
    assert sure == sorted(sure, reverse=True)
    one(view, "input[name=text]").send_keys("alert(1)")
    assert names(view) == [NAMES["headshot"]]


def test_keys_and_the_large_view(view: Any) -> None:
    from selenium.webdriver import Keys

    choose(view, "sort", "name")
    one(view, ".tile").click()
    assert one(view, "#view").is_displayed()
    first = one(view, "#view-title").text
    press(view, Keys.ARROW_RIGHT)
    assert one(view, "#view-title").text != first
    press(view, Keys.ARROW_LEFT)
    assert one(view, "#view-title").text == first
    bars = view.find_elements("css selector", ".bars > li")
    assert len(bars) == 13  # the starting point, eleven criteria, the sum
    assert max(bar.size["width"] for bar in view.find_elements("css selector", ".track .bar")) > 20
    assert max(bar.size["height"] for bar in view.find_elements("css selector", ".track .bar")) > 5
    press(view, "d")
    assert not one(view, "#over").is_displayed()
    press(view, "d", Keys.ESCAPE)
    assert not one(view, "#view").is_displayed()
    press(view, Keys.END, Keys.ENTER)
    assert one(view, "#view").is_displayed()
    press(view, Keys.ESCAPE, "?")
    assert one(view, "#help").is_displayed()


def test_the_numbers_of_each_photo_add_up(view: Any) -> None:
    meanings = set()
    for name in NAMES.values():
        view.execute_script("document.getElementById('view').close()")
        choose(view, "sort", "name")
        tiles = view.find_elements("css selector", ".tile")
        next(tile for tile in tiles if Path(name).stem[-6:] in tile.text).click()
        rows = [
            str(row.text).splitlines() for row in view.find_elements("css selector", ".bars > li")
        ]
        assert (rows[0][0], rows[-1][0]) == ("starting point", "sum")
        assert [row[0] for row in rows[1:-1]] == list(CRITERIA)
        *parts, total = (Decimal(row[1].replace("\u2212", "-")) for row in rows)
        assert sum(parts) == total
        assert parts[0] != 0
        widths = [bar.size["width"] for bar in view.find_elements("css selector", ".track .bar")]
        assert all(
            (width > 0) == (number != 0)
            for width, number in zip(widths, (*parts, total), strict=True)
        )
        meanings.add(rows[-1][2])
    nobody = "it has no effect, because no person is the subject"
    assert meanings == {"above 0 means headshot", "below 0 means portrait", nobody}


def test_drawings_lie_on_the_photo(view: Any) -> None:
    one(view, "input[name=text]").send_keys("me")
    one(view, ".tile").click()
    time.sleep(0.3)
    image, over = one(view, "#large").rect, one(view, "#over").rect
    assert all(abs(image[key] - over[key]) < 1 for key in ("x", "y", "width", "height"))
    face = one(view, "#over .face .line").rect
    # The astronaut's face: right of the middle of the left half, in the upper third.
    assert 0.3 < (face["x"] + face["width"] / 2 - image["x"]) / image["width"] < 0.6
    assert 0.1 < (face["y"] + face["height"] / 2 - image["y"]) / image["height"] < 0.4
    # The file itself has taken the place of the reduced copy.
    assert str(one(view, "#large").get_attribute("src")).startswith("file:")
    choices = view.find_elements("css selector", "#profile option")
    assert len(choices) > 2
    assert one(view, "#frame").is_displayed()
    choices[0].click()
    assert not one(view, "#frame").is_displayed()


def test_light_and_dark_and_phone(page: Path, browser: Browser) -> None:
    ground = "return getComputedStyle(document.body).backgroundColor"
    light, dark = browser(page.as_uri()), browser(page.as_uri(), dark=True)
    assert light.execute_script(ground) != dark.execute_script(ground)
    one(dark, "#theme").click()
    assert light.execute_script(ground) == dark.execute_script(ground)
    phone = browser(page.as_uri(), phone=True)
    wide = "return document.documentElement.scrollWidth <= window.innerWidth"
    assert phone.execute_script(wide)
    one(phone, ".tile").click()
    time.sleep(0.3)
    assert phone.execute_script(wide)
    assert one(phone, "#facts").is_displayed()


def test_contrast_of_every_text(page: Path, browser: Browser) -> None:
    """WCAG 2.2 AA: 4.5 to 1 for text."""
    script = """
        const rgb = (c) => c.match(/[\\d.]+/g).map(Number);
        const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
          .map((v) => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
          .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
        const ground = (e) => { for (; e; e = e.parentElement) {
          const c = rgb(getComputedStyle(e).backgroundColor); if (c.length < 4 || c[3] === 1) return c; }
          return [255, 255, 255]; };
        const low = [];
        for (const e of document.querySelectorAll('body *')) {
          if (![...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim())) continue;
          if (!e.checkVisibility()) continue;
          const a = light(rgb(getComputedStyle(e).color)), b = light(ground(e));
          const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
          if (ratio < 4.5) low.push(`${e.tagName} ${e.className} ${ratio.toFixed(2)}`);
        }
        return low;"""
    for dark in (False, True):
        driver = browser(page.as_uri(), dark=dark)
        one(driver, ".tile").click()
        time.sleep(0.3)
        assert driver.execute_script(script) == []


def test_every_control_has_a_name(view: Any) -> None:
    script = """
        return [...document.querySelectorAll('button, input, select')].filter((e) =>
          !(e.textContent.trim() || e.getAttribute('aria-label') || e.labels?.length)).length;"""
    assert view.execute_script(script) == 0
    tile = one(view, ".tile")
    assert "sure" in str(tile.get_attribute("aria-label"))
