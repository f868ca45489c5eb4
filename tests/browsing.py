"""Looking at the gallery's page in a browser, and pressing its keys."""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SOON = 20  # seconds


def chromium(downloads: Path, *, served: bool = False, size: str = "1280,900") -> Any:
    """Headless Chromium without any way to the network; skips the test where it is not installed.

    Args:
        downloads: the folder for what pages save.
        served: whether a page may speak with its server on this machine.
        size: of the window, in pixels.
    """
    program, its_driver = shutil.which("chromium"), shutil.which("chromedriver")
    if program is None or its_driver is None:
        pytest.skip("Chromium and its driver are not installed")
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = program
    for argument in (
        "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
        f"--window-size={size}", "--proxy-server=127.0.0.1:9",
        "--host-resolver-rules=MAP * ~NOTFOUND" + (", EXCLUDE 127.0.0.1" if served else ""),
    ):  # fmt: skip
        options.add_argument(argument)
    options.add_experimental_option("prefs", {"download.default_directory": str(downloads)})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(options, webdriver.ChromeService(its_driver))


def show(driver: Any, url: str, *, dark: bool = False) -> None:
    """Open a page in the light or the dark theme."""
    scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": scheme})
    driver.get(url)


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
