"""Looking at the gallery's page in a browser, and pressing its keys."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

SOON = 20  # seconds


def one(driver: Any, selector: str) -> Any:
    return driver.find_element("css selector", selector)


def every(driver: Any, selector: str) -> list[Any]:
    return list(driver.find_elements("css selector", selector))


def names(driver: Any) -> list[str]:
    """Of the photos in sight, in their order."""
    return [str(name.text) for name in every(driver, ".tile .name")]


def press(driver: Any, *keys: str) -> None:
    from selenium.webdriver import ActionChains

    ActionChains(driver).send_keys(*keys).perform()
    time.sleep(0.1)


def hold(driver: Any, held: str, *keys: str) -> None:
    """Press keys while another is held."""
    from selenium.webdriver import ActionChains

    ActionChains(driver).key_down(held).send_keys(*keys).key_up(held).perform()
    time.sleep(0.1)


def choose(driver: Any, name: str, value: str) -> None:
    from selenium.webdriver.support.ui import Select

    Select(one(driver, f"select[name={name}]")).select_by_value(value)


def until(true: Callable[[], Any]) -> Any:
    """What a function answers as soon as it is true; an element that the page has just replaced is asked for again."""
    from selenium.common.exceptions import StaleElementReferenceException

    end = time.monotonic() + SOON
    while True:
        try:
            if found := true():
                return found
        except StaleElementReferenceException:
            pass
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.05)


def saved(driver: Any) -> Path:
    """The file of corrections, saved with the page's button."""
    path: Path = driver.downloads / "corrections.json"
    path.unlink(missing_ok=True)
    one(driver, "#export").click()
    until(path.exists)
    return path


def messages(driver: Any) -> list[Any]:
    return [entry for entry in driver.get_log("browser") if entry["level"] != "DEBUG"]


def photos_of(page: Path) -> list[list[Any]]:
    """The rows in a page."""
    found = re.search(
        r'<script id="photos" type="application/json">(.*?)</script>',
        page.read_text("utf-8"),
        re.DOTALL,
    )
    assert found is not None
    rows: list[list[Any]] = json.loads(found.group(1))
    return rows
