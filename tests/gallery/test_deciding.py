"""Deciding with the page of a gallery: by keyboard, about one photo or many, and what is made of it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import phototag
from browsing import choose, every, hold, messages, names, one, press, saved, until
from phototag.analysis.decisions import corrections_file
from trees import NAMES

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("applications")]
Browser = Callable[..., Any]


def decisions(driver: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(driver.execute_script("return gallery.exported()"))[
        "corrections"
    ]
    return rows


def test_a_decision_is_saved_applied_and_travels(view: Any, photos: Path, tmp_path: Path) -> None:
    one(view, "input[name=text]").send_keys("alert(1)")
    one(view, ".tile").click()
    press(view, "p")
    verdict = one(view, ".verdict").text
    assert verdict.startswith("portrait: you said portrait; phototag thought headshot, ")
    assert "100 %" not in verdict
    press(view, "s")
    press(view, "3")
    view.execute_script("document.getElementById('view').close()")
    file = saved(view)
    (row,) = corrections_file.load(file)
    assert row.decision.words() == {"kind": "portrait", "shot": "half_body"}
    assert row.path == str(photos / NAMES["headshot"])

    copy = tmp_path / "Pictures"
    copy.mkdir()
    (copy / "a.jpg").write_bytes((photos / NAMES["headshot"]).read_bytes())
    state = ["--state", str(tmp_path / "state.sqlite3")]
    tag = [sys.executable, "-m", "phototag", "tag", str(copy), *state]
    subprocess.run([*tag, "--corrections", str(file)], check=True, capture_output=True, timeout=60)
    for _ in range(2):
        record = phototag.read(copy / "a.jpg")
        assert record is not None
        assert (record.kind, record.corrected) == ("portrait", True)
        assert "portrait" in record.keywords.flat
        subprocess.run([*tag, "--force"], check=True, capture_output=True, timeout=60)


def test_a_confirmation_is_kept_and_taken_back(view: Any) -> None:
    choose(view, "kind", "headshot")
    press(view, "h")
    view.execute_script("gallery.app.grid.reveal(true)")
    press(view, "h")
    (row,) = decisions(view)
    assert row["said"] == {"kind": "headshot"}
    assert "so did phototag" in str(one(view, ".tile").get_attribute("aria-label"))
    from selenium.webdriver import Keys

    press(view, Keys.BACKSPACE)
    assert decisions(view) == []


def test_stepping_on_leaves_a_photo_as_it_is(view: Any) -> None:
    from selenium.webdriver import Keys

    first, second = names(view)[:2]
    press(view, Keys.SPACE)
    assert one(view, "#target").text == second
    press(view, Keys.ENTER)
    assert one(view, "#view-title").text == second
    press(view, Keys.ENTER, "l")
    rows = decisions(view)
    assert len(rows) == 3
    assert all(row["said"] == {} and row["left"]["kind"] for row in rows)
    press(view, Keys.ESCAPE)
    assert one(view, ".tile .state").text == "left"
    choose(view, "decided", "left")
    assert len(names(view)) == 3
    assert first in names(view)


def test_one_decision_for_many_and_its_undo(view: Any) -> None:
    from selenium.webdriver import Keys

    hold(view, Keys.SHIFT, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    assert one(view, "#target").text == "3 marked"
    assert len(every(view, '.tile[aria-selected="true"]')) == 3
    press(view, "o")
    assert [row["said"] for row in decisions(view)] == [{"kind": "other"}] * 3
    hold(view, Keys.CONTROL, "a")
    press(view, "w")
    press(view, Keys.ARROW_DOWN, Keys.ENTER)
    assert len(decisions(view)) == 4
    hold(view, Keys.CONTROL, "z")
    assert len(decisions(view)) == 3
    hold(view, Keys.CONTROL, "z")
    assert decisions(view) == []
    view.execute_script("gallery.app.grid.reveal(true)")
    hold(view, Keys.CONTROL, "yy")
    assert [row["said"] for row in decisions(view)].count(
        {"kind": "other", "environment": "indoor"}
    ) == 3
    press(view, Keys.ESCAPE)
    assert one(view, "#target").text != "4 marked"


def test_marking_with_the_mouse(view: Any) -> None:
    from selenium.webdriver import ActionChains, Keys

    tiles = every(view, ".tile")
    ActionChains(view).key_down(Keys.CONTROL).click(tiles[0]).click(tiles[2]).key_up(
        Keys.CONTROL
    ).perform()
    assert one(view, "#target").text == "2 marked"
    one(tiles[3], ".tick").click()
    assert one(view, "#target").text == "3 marked"
    ActionChains(view).key_down(Keys.SHIFT).click(tiles[1]).key_up(Keys.SHIFT).perform()
    assert [tile.get_attribute("aria-selected") for tile in tiles] == [
        "false",
        "true",
        "true",
        "true",
    ]
    assert not one(view, "#view").is_displayed()


def frame(driver: Any) -> list[float]:
    text = decisions(driver)[0]["said"]["crop:casting_8x10"]
    return [float(side) for side in text.split()]


def test_a_crop_is_adjusted_by_keyboard_and_pointer(view: Any) -> None:
    from selenium.webdriver import ActionChains, Keys

    one(view, "input[name=text]").send_keys("me")
    one(view, ".tile").click()
    choose_crop = (
        "const s = document.getElementById('profile'); s.value = 'casting_8x10'; s.onchange();"
    )
    view.execute_script(choose_crop)
    before = one(view, "#frame").rect
    press(view, "a", Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.ARROW_RIGHT)
    assert decisions(view) == []
    press(view, Keys.ENTER)
    x, y, w, h = frame(view)
    assert w / h == pytest.approx(4 / 5, abs=1e-4)
    assert one(view, "#frame").rect["y"] > before["y"] + 2
    press(view, "a", Keys.ARROW_UP, Keys.ESCAPE)
    assert frame(view) == [x, y, w, h]
    assert one(view, "#view").is_displayed()

    corner = one(view, "#frame .se")
    ActionChains(view).click_and_hold(corner).move_by_offset(-40, -10).release().perform()
    nx, ny, nw, nh = frame(view)
    assert (nx, ny) == pytest.approx((x, y), abs=1e-4)
    assert nw < w
    assert nw / nh == pytest.approx(4 / 5, abs=1e-4)
    corrections_file.load(saved_from_dialog(view))  # it is a crop that phototag takes
    press(view, "r")
    assert decisions(view) == []
    assert one(view, "#frame").rect == pytest.approx(before, abs=1)


def saved_from_dialog(driver: Any) -> Path:
    path: Path = driver.downloads / "corrections.json"
    path.unlink(missing_ok=True)
    from selenium.webdriver import Keys

    hold(driver, Keys.CONTROL, "s")
    until(path.exists)
    return path


def test_a_refused_crop_says_why_and_can_be_drawn(view: Any) -> None:
    one(view, "input[name=text]").send_keys("me")
    one(view, ".tile").click()
    refused = every(view, "#profile optgroup[label=refused] option")
    name = str(refused[0].get_attribute("value"))
    assert any(row.text.startswith(f"{name}: ") for row in every(view, ".refused li"))
    refused[0].click()
    assert one(view, "#refusal").text.startswith("Refused: ")
    one(view, "#adjust").click()
    assert until(one(view, "#frame").is_displayed)
    assert list(decisions(view)[0]["said"]) == [f"crop:{name}"]
    assert not any(row.text.startswith(f"{name}: ") for row in every(view, ".refused li"))


def test_a_sheet_shows_the_crops_of_one_profile(view: Any) -> None:
    press(view, "g")
    assert one(view, "#sheet").get_attribute("value") == "casting_8x10"
    assert NAMES["cat"] not in names(view)
    assert NAMES["portrait"] in names(view)
    tile = every(view, ".tile")[names(view).index(NAMES["portrait"])]
    cut, image = one(tile, ".cut").size, one(tile, "img").size
    assert cut["width"] / cut["height"] == pytest.approx(4 / 5, abs=0.02)
    assert image["width"] > cut["width"] * 1.05


def test_counts_beside_every_value(view: Any) -> None:
    texts = [option.text for option in every(view, "select[name=kind] option")]
    assert texts == ["all", "headshot (1)", "portrait (2)", "other (1)"]
    choose(view, "people", "0")
    texts = [option.text for option in every(view, "select[name=kind] option")]
    assert texts == ["all", "headshot (0)", "portrait (0)", "other (1)"]
    assert one(view, "select[name=people] option[value='1']").text == "1 (3)"
    assert one(view, "#filters-set").text == "(1)"


def test_the_next_visit_begins_where_the_last_one_ended(page: Path, browser: Browser) -> None:
    driver = browser(page.as_uri())
    choose(driver, "kind", "portrait")
    choose(driver, "sort", "name")
    driver.execute_script("gallery.app.go(1); gallery.app.size = 240;")
    press(driver, "h")
    name = one(driver, "#target").text
    until(
        lambda: driver.execute_script(
            "return Object.values(localStorage).some((v) => v.includes('\"size\":240'))"
        )
    )
    driver.get(page.as_uri())
    assert one(driver, "select[name=sort]").get_attribute("value") == "name"
    assert one(driver, "select[name=kind]").get_attribute("value") == "portrait"
    assert one(driver, "#size").get_attribute("value") == "240"
    assert one(driver, "#corrected").text == "1"
    assert name not in names(driver), "it is no portrait any more"
    assert messages(driver) == []


def test_every_key_has_an_action_and_the_list_names_it(view: Any) -> None:
    from phototag.gallery import template

    keys = [key for key in template.key_table() if key.mode in {"both", "gallery"}]
    actions = set(view.execute_script("return gallery.actions"))
    assert {key.action for key in template.key_table()} <= actions
    press(view, "?")
    shown = {item.text for item in every(view, "#help dt")}
    assert shown == {key.shown for key in keys}
