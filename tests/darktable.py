"""The real darktable, driven without a person: it imports photos, rates them, exports them."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import desktop
import processes

PROGRAMS = ("darktable", "darktable-cli", "Xvfb", "dbus-run-session", "exiftool")
SECONDS = 90  # that one run may take
ATTEMPTS = 3
# Runs inside darktable. An import goes on in the background, and so does the writing of sidecars.
RATE = """
local dt = require "darktable"
local stars = os.getenv("RATE_STARS")
local function saved(image)
  local sidecar = io.open(image.path .. "/" .. image.filename .. ".xmp")
  if not sidecar then return false end
  local text = sidecar:read("a")
  sidecar:close()
  return text:find('xmp:Rating="' .. stars .. '"', 1, true) ~= nil and text:find("</x:xmpmeta>", 1, true) ~= nil
end
dt.control.dispatch(function()
  local done, problem = pcall(function()
    dt.control.sleep(500)
    local film = dt.database.import(os.getenv("RATE_FOLDER"))
    for _ = 1, 600 do
      if #film >= tonumber(os.getenv("RATE_COUNT")) then break end
      dt.control.sleep(100)
    end
    dt.control.sleep(300)
    local images = {}
    for at = 1, #film do images[at] = film[at] end
    for _, image in ipairs(images) do image.rating = tonumber(stars) end
    for _, image in ipairs(images) do
      for _ = 1, 600 do
        if saved(image) then break end
        dt.control.sleep(100)
      end
    end
    dt.control.sleep(300)
    local out = io.open(os.getenv("RATE_OUT"), "w")
    out:write(#images)
    out:close()
  end)
  if not done then dt.print_error(problem) end
  dt.gui.action("global/quit", 0, "", "", 1.0)
end)
"""


def installed() -> None:
    """Skip the test where darktable cannot be driven."""
    desktop.installed(*PROGRAMS)


def rate(folder: Path, scratch: Path, stars: int) -> None:
    """Import the photos of a folder and rate them; darktable then writes their sidecars.

    Args:
        folder: of the photos.
        scratch: a folder for darktable's own files.
        stars: the rating, 0..5.
    """
    for attempt in range(ATTEMPTS):
        if _rated(folder, scratch / str(attempt), stars):
            return
    raise AssertionError(f"darktable has not rated the photos in {ATTEMPTS} times {SECONDS} s")


def _rated(folder: Path, scratch: Path, stars: int) -> bool:
    """Whether darktable has done it: now and then, when the machine is busy, it hangs before it has begun."""
    (scratch / "config" / "lua").mkdir(parents=True)
    (scratch / "home").mkdir()
    (scratch / "config" / "lua" / "rate.lua").write_text(RATE, encoding="utf-8")
    photos = [path for path in folder.iterdir() if path.suffix != ".xmp"]
    out = scratch / "out"
    with desktop.screen() as display:
        environment = desktop.own_environment() | {
            "DISPLAY": display, "GDK_BACKEND": "x11", "NO_AT_BRIDGE": "1", "HOME": str(scratch / "home"),
            "RATE_FOLDER": str(folder), "RATE_COUNT": str(len(photos)), "RATE_STARS": str(stars),
            "RATE_OUT": str(out),
        }  # fmt: skip
        command = [
            "dbus-run-session", "--", "darktable", "--configdir", str(scratch / "config"),
            "--cachedir", str(scratch / "cache"), "--library", str(scratch / "library.db"),
            "--disable-opencl", "--conf", "plugins/lighttable/lua_scripts_installer_dont_show=1",
            "--luacmd", 'require("rate")',
        ]  # fmt: skip
        with (scratch / "said").open("w") as said:
            done = _ends(command, env=environment, stdout=said, stderr=said)
    if not done and not out.exists():
        return False
    told = (scratch / "said").read_text("utf-8", "replace")
    assert out.exists(), told
    assert out.read_text("ascii") == str(len(photos)), told
    return True


def _ends(command: list[str], **options: Any) -> bool:
    """Whether a program ends in its time; it is ended with all that it has started otherwise."""
    with processes.started(command, start_new_session=True, **options) as process:
        try:
            process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return False
    return True


def export(folder: Path, target: Path, scratch: Path) -> None:
    """Export the photos of a folder as JPEGs, as darktable does by default."""
    target.mkdir()
    command = [
        "darktable-cli", "--import", str(folder), str(target), "--width", "400", "--out-ext", ".jpg", "--core",
        "--configdir", str(scratch),
        "--library", ":memory:", "--disable-opencl",
    ]  # fmt: skip
    run = subprocess.run(
        command,
        env=desktop.own_environment(),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert any(target.iterdir()), run.stdout + run.stderr
