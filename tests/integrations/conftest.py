"""A home of the test's own; a Lua; a collection in the real digiKam, for several tests."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import digikam_searches
import pytest
from PIL import Image

import digikam_library
from digikam_library import Library
from homes import Home
from lua_modules import Lua


@pytest.fixture
def lua() -> Lua:
    """A Lua that finds the modules of darktable's plug-in."""
    return Lua()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home of the test's own, for this process and for those that it starts; no desktop, no screen."""
    path = tmp_path / "home"
    folders = {"XDG_DATA_HOME": "data", "XDG_CONFIG_HOME": "config", "XDG_STATE_HOME": "state"}
    for name, folder in folders.items():
        (path / folder).mkdir(parents=True)
        monkeypatch.setenv(name, str(path / folder))
    monkeypatch.setenv("HOME", str(path))
    monkeypatch.chdir(path)
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS"):
        monkeypatch.delenv(name, raising=False)
    return Home(path, dict(os.environ))


@pytest.fixture(scope="session")
def library(
    tmp_path_factory: pytest.TempPathFactory, astronaut: Image.Image, exiftool: str
) -> Iterator[Library]:
    """A collection that digiKam has read; see ``digikam_library``."""
    scratch = tmp_path_factory.mktemp("digikam") / "home"
    with digikam_library.library(scratch, astronaut, exiftool) as made:
        yield made


@pytest.fixture
def database(library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of a database of digiKam's, which the settings name."""
    folder = tmp_path / "Bilder & mehr"
    folder.mkdir()
    for name, variable in (("config", "XDG_CONFIG_HOME"), ("state", "XDG_STATE_HOME")):
        (tmp_path / name).mkdir()
        monkeypatch.setenv(variable, str(tmp_path / name))
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    monkeypatch.setenv("PICTURES", str(folder))
    digikam_searches.configure(tmp_path, "Database Type=QSQLITE\nDatabase Name[$e]=$PICTURES/\n")
    return Path(shutil.copy(library.home.database, folder / "digikam4.db"))
