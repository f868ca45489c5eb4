"""A folder of photos with awkward names, and the browser that opens their page."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from browsing import chromium, messages, show
from trees import NAMES

PHONE = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}


@pytest.fixture(scope="session")
def photos(
    astronaut: Image.Image, headshot: Image.Image, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    from samples import SAMPLES

    folder = tmp_path_factory.mktemp("gallery") / "Pictures & <more>"
    (folder / "deep").mkdir(parents=True)
    astronaut.save(folder / NAMES["portrait"], quality=95)
    headshot.save(folder / NAMES["headshot"], quality=95)
    astronaut.transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(folder / "deep" / NAMES["mirrored"])
    with Image.open(SAMPLES / "chelsea.png") as cat:
        cat.convert("RGB").save(folder / NAMES["cat"])
    (folder / "broken <i>.jpg").write_text("no photo")
    return folder


@pytest.fixture(scope="session")
def page(photos: Path) -> Path:
    """The page, made by the command line."""
    out = photos.parent / "page.html"
    command = [sys.executable, "-m", "phototag", "gallery", str(photos), "-o", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1, done.stderr  # one is broken
    return out


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Any]]:
    """Opens a page in headless Chromium without any way to the network; closes it at the end.

    A page that is ``served`` may speak with its server on this machine.
    """
    opened = []
    downloads = tmp_path_factory.mktemp("downloads")

    def open_page(
        url: str, *, dark: bool = False, phone: bool = False, served: bool = False
    ) -> Any:
        driver = chromium(downloads, served=served)
        opened.append(driver)
        if phone:
            driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", dict(PHONE))
        show(driver, url, dark=dark)
        driver.downloads = downloads
        return driver

    yield open_page
    for driver in opened:
        driver.quit()


@pytest.fixture(scope="module")
def opened(page: Path, browser: Callable[..., Any]) -> Any:
    return browser(page.as_uri())


@pytest.fixture
def view(opened: Any) -> Iterator[Any]:
    """The page as it is after loading, with the large view closed and nothing decided."""
    opened.execute_script(
        "document.querySelectorAll('dialog[open]').forEach((d) => d.close());"
        "document.getElementById('filters').reset(); document.getElementById('discard').click();"
        "gallery.app.none();"
    )
    time.sleep(0.2)
    opened.execute_script("gallery.app.go(0)")
    yield opened
    assert messages(opened) == []
