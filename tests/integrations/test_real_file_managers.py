"""The real file managers on a screen: their menus tag photos of every name, and go on showing them."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

import desktop
import phototag
import processes
from desktop import Session
from homes import Home
from phototag.files import rename_exchange

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("desktop")]
NAMES = [
    "plain.jpg", "with space.jpg", "it's \"quoted\".jpg", "$HOME `id`.jpg", "line\nbreak.jpg", "-dash.jpg",
    "100%20 %U %%.jpg",
]  # fmt: skip
SECONDS = 120
ATTEMPTS = 4


@pytest.fixture
def photos(tmp_path: Path, headshot: Image.Image) -> list[Path]:
    folder = tmp_path / "photos"
    folder.mkdir()
    for name in NAMES:
        headshot.save(folder / name, format="JPEG")
    return sorted(folder.iterdir())


@pytest.fixture
def session(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    """A desktop in which phototag is set up by the home's own folders."""
    monkeypatch.setenv("GTK_A11Y", "none")
    monkeypatch.setenv("GSK_RENDERER", "cairo")
    with desktop.session(tmp_path / "session") as started:
        for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "HOME"):
            started.environment[name] = home.environment[name]
        yield started


def press(session: Session, *keys: str) -> None:
    """One key after the other: a menu needs time to open."""
    for key in keys:
        session.run("xdotool", "key", key)
        time.sleep(0.7)


def choose(session: Session, photos: list[Path], *keys: str) -> None:
    """Press keys until all photos are tagged: on a busy machine a menu may open too late for them."""
    for _ in range(ATTEMPTS):
        press(session, "Escape", "Escape", *keys)
        with contextlib.suppress(AssertionError):
            processes.wait_until(lambda: all_are_tagged(photos), SECONDS / ATTEMPTS)
            return
    raise AssertionError("the photos were never tagged")


def all_are_tagged(photos: list[Path]) -> bool:
    return all(phototag.read(photo) is not None for photo in photos)


def window(session: Session, by: str, name: str) -> str:
    """The first window with this title or class, once it is there."""

    def found() -> str:
        words = ["xdotool", "search", "--onlyvisible", by, name]
        return subprocess.run(
            words, env=session.environment, capture_output=True, text=True, timeout=30, check=False
        ).stdout

    processes.wait_until(found, SECONDS)
    return found().splitlines()[0]


def test_dolphins_menu_tags_the_selected_photos(
    home: Home, session: Session, photos: list[Path]
) -> None:
    desktop.installed("dolphin", "kbuildsycoca5", "xdotool", "Xvfb", "dbus-daemon")
    home.run("integrate", "dolphin")
    with session.program("dolphin", "--new-window", "--select", *map(str, photos)):
        window(session, "--class", "dolphin")
        time.sleep(3)  # until the photos are selected
        # phototag is the last entry but "Properties", and its actions are in the order of the alphabet.
        choose(session, photos, "ctrl+a", "Menu", "Up", "Up", "Right", "Down", "Down", "Return")
        window(session, "--name", "^phototag$")
    home.run("integrate", "dolphin", "--remove")
    assert not [path for path in home.data.rglob("*phototag*") if path.is_file()]


def test_nautilus_scripts_tag_the_selected_photos(
    home: Home, session: Session, photos: list[Path]
) -> None:
    desktop.installed("nautilus", "zenity", "xdotool", "Xvfb", "dbus-daemon")
    home.run("integrate", "nautilus")
    with session.program("nautilus", "--new-window", str(photos[0].parent)):
        found = window(session, "--name", "photos")
        time.sleep(3)  # until the photos are shown
        session.run("xdotool", "mousemove", "--window", found, "700", "480", "click", "1")
        keys = ["ctrl+a", "Menu", "s", "Down", "Return", "Down", "Down", "Down", "Return"]
        choose(session, photos, *keys)
        window(session, "--name", "^phototag$")
    home.run("integrate", "nautilus", "--remove")
    assert not [path for path in home.data.rglob("*hototag*") if path.is_file()]


def test_programs_that_watch_a_folder_go_on_showing_its_photos(photos: list[Path]) -> None:
    """GLib tells of an exchange of names as of two renamings: who follows them must end with the photo's name."""
    desktop.installed("gio")
    if rename_exchange._renameat2() is None:
        pytest.skip("this system exchanges no names")
    folder = photos[0].parent
    command = [shutil.which("stdbuf") or "stdbuf", "-oL", "gio", "monitor", "-d", str(folder)]
    with processes.started(command, stdout=subprocess.PIPE) as process:
        time.sleep(1)  # until it watches
        change = phototag.tag(folder / "plain.jpg").change
        assert change is not None
        assert change.changed
        (folder / "the end").touch()
        assert process.stdout is not None
        told = []
        while "the end: created" not in (line := process.stdout.readline()):
            assert line
            told.append(line)
    renamed = [line.partition(": renamed to ") for line in told if ": renamed to " in line]
    names = {path.name for path in photos}
    for before, _, after in renamed:
        names.discard(Path(before.partition(": ")[2]).name)
        names.add(Path(after.strip()).name)
    for line in told:
        if line.strip().endswith(": deleted"):
            names.discard(Path(line.partition(": ")[2].strip().removesuffix(": deleted")).name)
    assert len(renamed) == 2
    assert "plain.jpg" in names
