"""A home of the test's own."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from homes import Home


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
