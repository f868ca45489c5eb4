"""The page of a review in a browser, with a double of its server and the server's content security policy."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from browsing import every, hold, messages, names, one, photos_of, press, until
from phototag.gallery.build import live_page
from review_double import Double, serving

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("applications")]
Browser = Callable[..., Any]


@pytest.fixture
def double(page: Path) -> Double:
    (pictures,) = re.findall(r"gallery\.thumbs\(0,\[(.*?)\]\)", page.read_text("utf-8"))
    thumbs = [base64.b64decode(text.strip('"')) for text in pictures.split(",")]
    return Double(photos_of(page), thumbs)


@pytest.fixture
def address(double: Double) -> Iterator[str]:
    with serving(double) as address:
        yield address


def opened(browser: Browser, address: str, count: int = 4) -> Any:
    driver = browser(address, served=True)
    until(lambda: driver.execute_script("return document.documentElement.dataset.ready"))
    assert len(names(driver)) == count
    return driver


def test_decisions_are_sent_undone_and_done_again(
    double: Double, address: str, browser: Browser
) -> None:
    from selenium.webdriver import Keys

    driver = opened(browser, address)
    drawn = "return [...document.querySelectorAll('.tile img')].every((i) => i.naturalWidth > 0)"
    assert until(lambda: driver.execute_script(drawn))
    assert one(driver, ".tile.current").get_attribute("data-place") == "0"
    assert one(driver, "#failures li").get_attribute("textContent") == "broken.jpg: no photo"
    hold(driver, Keys.CONTROL, "a")
    press(driver, "p")
    said = [row[15] for row in double.rows]
    assert until(lambda: said == [{"kind": "portrait"}] * 4)
    assert until(lambda: len(every(driver, '[data-state="decided"]')) == 4)
    hold(driver, Keys.CONTROL, "z")
    assert until(lambda: [row[15] for row in double.rows] == [{}] * 4)
    hold(driver, Keys.CONTROL, "z")
    assert until(lambda: one(driver, "#message").text == "There is nothing to undo.")
    hold(driver, Keys.CONTROL, "y")
    assert until(lambda: len(every(driver, '[data-state="decided"]')) == 4)
    press(driver, Keys.BACKSPACE)
    assert until(lambda: [row[15] for row in double.rows] == [{}] * 4)
    assert double.refused == []
    assert [one for one in messages(driver) if "409" not in one["message"]] == []


def test_a_slow_answer_shows_what_was_said_at_once_and_the_rest_as_it_comes(
    double: Double, address: str, browser: Browser
) -> None:
    view = browser(address, served=True)
    until(lambda: view.execute_script("return document.documentElement.dataset.ready"))
    double.is_slow, double.waiting = True, 5000
    press(view, "p")
    first = "const photo = gallery.at(0); return [photo.said.kind, photo.findings[0].value]"
    until(lambda: view.execute_script(first) == ["portrait", "made anew"])
    bar = one(view, "#progress")
    until(bar.is_displayed)
    double.waiting = 4000
    until(lambda: one(view, "#waiting").text == "1000 of 5000 written")
    assert float(bar.get_attribute("value")) == 1000
    double.waiting = 0
    until(lambda: not bar.is_displayed())
    assert one(view, "#waiting").text == ""
    assert messages(view) == []


def test_why_a_decision_could_not_be_written(
    double: Double, address: str, browser: Browser
) -> None:
    from selenium.webdriver import Keys

    driver = opened(browser, address)
    at = int(one(driver, ".tile.current").get_attribute("data-at"))
    double.problems[at] = "the folder is read-only"
    press(driver, "h")
    until(lambda: every(driver, '[data-state="not written"]'))
    press(driver, Keys.ENTER)
    assert one(driver, "#facts .problem").text == "Not written: the folder is read-only"
    del double.problems[at]
    press(driver, "p")
    assert until(lambda: not every(driver, "#facts .problem"))
    assert messages(driver) == []


def test_ask_me_shows_those_near_the_line_one_after_the_other(
    double: Double, address: str, browser: Browser
) -> None:
    from selenium.webdriver import Keys

    driver = opened(browser, address)
    press(driver, "n")
    title = until(lambda: one(driver, "#view-title").text)
    assert title == double.rows[1][3]
    press(driver, "h", Keys.ENTER)
    assert until(lambda: one(driver, "#view-title").text == double.rows[0][3])
    press(driver, Keys.ENTER)
    assert until(lambda: one(driver, "#view-title").text == title), "the next ones are asked for"
    assert (double.rows[1][15], double.rows[0][-1]) == ({"kind": "headshot"}, 1)
    press(driver, Keys.ESCAPE, Keys.ESCAPE)
    assert len(names(driver)) == 4
    assert messages(driver) == []


def test_the_place_is_kept_by_the_server(double: Double, address: str, browser: Browser) -> None:
    from selenium.webdriver import Keys

    driver = opened(browser, address)
    press(driver, Keys.END, "+", "u")
    until(lambda: double.place.get("asked", {}).get("doubtful"))
    press(driver, "u")
    press(driver, Keys.END)
    until(lambda: double.place["path"] == double.rows[3][1] or double.place["size"] == 180)
    kept = one(driver, "#target").text
    until(lambda: double.place["path"].endswith(kept) and not double.place["asked"]["doubtful"])
    again = opened(browser, address)
    assert one(again, "#target").text == kept
    assert one(again, "#size").get_attribute("value") == "180"


def test_the_server_has_ended(double: Double, browser: Browser) -> None:
    with serving(double) as address:
        driver = opened(browser, address)
    press(driver, "h")
    assert until(lambda: "start phototag review again" in one(driver, "#message").text)


def test_a_strict_policy_refuses_nothing_of_the_page() -> None:
    text = live_page("<b>&", "0123abcd")
    assert not re.search(r"<[^>]+\s(?:style|on\w+)=", text.split("<script")[0])
    openings = re.findall(r"<(?:script|style)[^>]*>", text)
    assert len(openings) == 4
    assert all('nonce="0123abcd"' in opening for opening in openings)
    assert "unsafe-inline" not in text
    assert "<b>&" not in text
