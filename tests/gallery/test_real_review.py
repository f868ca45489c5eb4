"""The page of a review with its real server: what is decided in the browser stands in the photos."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import phototag
import processes
from browsing import every, hold, messages, names, one, press, until

pytest.importorskip("phototag.gallery.review", reason="this version has no phototag review")
pytest.importorskip("uvicorn", reason="the extra review is not installed")
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("applications")]


@pytest.fixture
def folder(portrait_jpg: Path, headshot: Any, tmp_path: Path) -> Path:
    (inside := tmp_path / "Pictures").mkdir()
    portrait_jpg.rename(inside / "a.jpg")
    headshot.save(inside / "b.jpg", quality=95)
    return inside


@pytest.fixture
def review(folder: Path) -> Iterator[Callable[[], tuple[str, subprocess.Popen[str]]]]:
    """Starts a review; gives its address and its process."""
    state = str(folder.parent / "state.sqlite3")
    command = [
        sys.executable,
        "-m",
        "phototag",
        "review",
        str(folder),
        "--no-open",
        "--state",
        state,
    ]
    with contextlib.ExitStack() as running:

        def start() -> tuple[str, subprocess.Popen[str]]:
            process = running.enter_context(processes.started(command, stdout=subprocess.PIPE))
            assert process.stdout is not None
            return process.stdout.readline().strip(), process

        yield start


def shown(driver: Any) -> bool:
    ready = driver.execute_script("return document.documentElement.dataset.ready")
    return bool(ready) and names(driver) == ["a.jpg", "b.jpg"]


def test_a_review_by_keyboard_from_start_to_start(
    folder: Path,
    review: Callable[[], tuple[str, subprocess.Popen[str]]],
    browser: Callable[..., Any],
) -> None:
    from selenium.webdriver import Keys

    address, process = review()
    driver = browser(address, served=True)
    driver.execute_script("document.querySelector('select[name=sort]').value = 'name'")
    until(lambda: shown(driver))

    hold(driver, Keys.CONTROL, "a")
    press(driver, "o")
    until(lambda: len(every(driver, '[data-state="decided"]')) == 2)
    hold(driver, Keys.CONTROL, "z")
    until(lambda: not every(driver, '[data-state="decided"]'))
    press(driver, Keys.HOME, "h", Keys.ENTER)
    press(driver, "a", Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.ENTER)
    until(lambda: one(driver, "#profile option:checked").text.endswith("(as you drew it)"))
    profile = str(one(driver, "#profile").get_attribute("value"))
    until(
        lambda: (
            (record := phototag.read(folder / "a.jpg"))
            and record.corrected
            and profile in str(record)
        )
    )
    assert messages(driver) == []

    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    address, _ = review()
    driver = browser(address, served=True)
    until(lambda: shown(driver))
    assert one(driver, "select[name=sort]").get_attribute("value") == "name"
    said = driver.execute_script("return gallery.app.shown.map((photo) => Object.keys(photo.said))")
    assert said == [["kind", f"crop:{profile}"], []]
    (tagged,) = [tile for tile in every(driver, ".tile") if "a.jpg" in tile.text]
    assert "you said headshot; phototag thought portrait" in str(tagged.get_attribute("aria-label"))
    record = phototag.read(folder / "a.jpg")
    assert record is not None
    assert (record.kind, record.confidence) == ("headshot", 1.0)
    other = phototag.read(folder / "b.jpg")
    assert other is None or not other.corrected
