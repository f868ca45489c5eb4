"""A review of two hundred photos by keyboard alone: photos, state and page agree, also after the next start."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import processes
from browsing import hold, messages, press, until
from phototag.analysis.decisions.decision import Decision
from phototag.catalogue.state import State
from phototag.metadata.picture_hash import digest

pytest.importorskip("uvicorn", reason="the extra review is not installed")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("applications"),
    pytest.mark.timeout(900),
]
COUNT = 200
MINUTES = 5


@pytest.fixture
def folder(astronaut: Image.Image, headshot: Image.Image, tmp_path: Path) -> Path:
    """Half portraits, half headshots; a spot in the corner makes each a picture of its own."""
    (inside := tmp_path / "Pictures").mkdir()
    for number in range(COUNT):
        made = (astronaut if number % 2 else headshot.resize((512, 512))).copy()
        made.paste((number, 255 - number, 7), (0, 0, 24, 24))
        made.save(inside / f"{number:03}.jpg", quality=90)
    return inside


class Review:
    """The command, and its page in a browser."""

    def __init__(self, folder: Path, state: Path, browser: Callable[..., Any]) -> None:
        self._folder, self._state, self._browser = folder, state, browser

    def __enter__(self) -> Any:
        command = [sys.executable, "-m", "phototag", "review", str(self._folder)]
        command += ["--no-open", "--state", str(self._state)]
        self._running = processes.started(command, stdout=subprocess.PIPE)
        self.process = self._running.__enter__()
        assert self.process.stdout is not None
        driver = self._browser(self.process.stdout.readline().strip(), served=True)
        script = "return document.documentElement.dataset.ready && gallery.app.shown.length"
        patient(lambda: driver.execute_script(script) == COUNT)
        return driver

    def __exit__(self, *error: object) -> None:
        self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=120)
        self._running.__exit__(None, None, None)


def patient(true: Callable[[], Any]) -> None:
    """As ``until``, for what takes as long as analysing all photos."""
    for _ in range(MINUTES * 3):
        try:
            until(true)
        except AssertionError:
            continue
        return
    until(true)


@pytest.fixture
def start(folder: Path, browser: Callable[..., Any]) -> Callable[[], Review]:
    review = Review(folder, folder.parent / "state.sqlite3", browser)
    return lambda: review


def said(driver: Any) -> dict[str, dict[str, str]]:
    """What the page says that the person has decided, by photo."""
    script = "return gallery.app.shown.map((photo) => [photo.name, photo.said])"
    return {name: words for name, words in driver.execute_script(script) if words}


def stored(folder: Path) -> dict[str, dict[str, str]]:
    """The same in the state file."""
    with State(folder.parent / "state.sqlite3") as state:
        decisions = state.decisions()
    found = {
        path.name: decisions.get(digest(path.read_bytes(), str(path)), Decision()).words()
        for path in sorted(folder.iterdir())
    }
    return {name: words for name, words in found.items() if words}


def written(folder: Path, exiftool: str) -> dict[str, Any]:
    """The same in the photos, as exiftool reads them."""
    done = subprocess.run(
        [exiftool, "-j", "-struct", "-XMP-phototag:all", folder],
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    rows = json.loads(done.stdout)
    return {Path(row["SourceFile"]).name: row for row in rows if row.get("Decision")}


def in_photos(folder: Path, exiftool: str) -> dict[str, dict[str, str]]:
    found = {}
    for name, row in written(folder, exiftool).items():
        listed = row["Decision"] if isinstance(row["Decision"], list) else [row["Decision"]]
        found[name] = dict(str(pair).split("=", 1) for pair in listed)
    return found


def test_two_hundred_photos_by_keyboard(
    folder: Path, start: Callable[[], Review], exiftool: str
) -> None:
    from selenium.webdriver import Keys

    with start() as driver:
        driver.execute_script(
            "const sort = document.querySelector('select[name=sort]'); sort.value = 'name';"
            "sort.dispatchEvent(new Event('change', { bubbles: true }))"
        )
        driver.execute_script("document.activeElement.blur()")
        press(driver, Keys.HOME)
        for at in range(20):
            press(driver, "hpo"[at % 3], Keys.ARROW_RIGHT)
        until(lambda: len(said(driver)) == 20)
        for _ in range(49):
            hold(driver, Keys.SHIFT, Keys.ARROW_RIGHT)
        press(driver, "p")
        until(lambda: len(said(driver)) == 70)
        press(driver, Keys.ESCAPE, Keys.ARROW_RIGHT, "o")
        until(lambda: len(said(driver)) == 71)
        hold(driver, Keys.CONTROL, "z")
        until(lambda: len(said(driver)) == 70)
        press(driver, Keys.HOME, Keys.ENTER)
        press(driver, "a", Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.ENTER)
        until(lambda: any(field.startswith("crop:") for field in said(driver)["000.jpg"]))
        press(driver, Keys.ESCAPE)
        before = said(driver)
        driver.refresh()
        until(lambda: said(driver) == before)
        assert messages(driver) == []
    kinds = [words["kind"] for words in before.values()]
    assert (
        kinds == [("headshot", "portrait", "other")[at % 3] for at in range(20)] + ["portrait"] * 50
    )
    assert stored(folder) == before
    with start() as driver:
        assert said(driver) == before
        assert messages(driver) == []
    assert stored(folder) == before
    assert in_photos(folder, exiftool) == before
