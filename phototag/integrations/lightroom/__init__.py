"""The plug-in for Lightroom Classic, whose Lua stands in ``phototag.lrplugin`` beside this module, and where it goes."""

from __future__ import annotations

import os
import platform
import plistlib
from importlib import resources
from pathlib import Path
from typing import Final
from xml.parsers.expat import ExpatError

from phototag.integrations import disk
from phototag.integrations.application import Application, Command
from phototag.integrations.placing import OwnFile
from phototag.integrations.ready_made import lua_text

PLUGIN: Final = "phototag.lrplugin"
COMMAND: Final = "Command.lua"  # says how phototag is started
_MODULES: Final = Path("Adobe", "Lightroom", "Modules")  # loaded by every Lightroom of the user
_ON_MACOS: Final = Path("Applications", "Adobe Lightroom Classic", "Adobe Lightroom Classic.app")
_ON_WINDOWS: Final = Path("Adobe", "Adobe Lightroom Classic", "Lightroom.exe")
_STEPS: Final = {
    True: "Start Lightroom Classic again: Library > Plug-in Extras has the entries of phototag.",
    False: (
        "Lightroom Classic has no folder for plug-ins on this system. Take the folder phototag.lrplugin to where it runs, "
        "and add it there: File > Plug-in Manager > Add."
    ),
}


def modules(system: str) -> Path | None:
    """The folder from which Lightroom loads a user's plug-ins; None on systems without Lightroom.

    Args:
        system: as ``platform.system`` names it.
    """
    if system == "Darwin":
        return Path.home() / "Library" / "Application Support" / _MODULES
    if system == "Windows":
        named = Path(os.environ.get("APPDATA") or ".")
        return (named if named.is_absolute() else Path.home() / "AppData" / "Roaming") / _MODULES
    return None


def version(system: str, root: Path | None = None) -> str | None:
    """The version of the installed Lightroom Classic; "unknown" if it does not say so, None if there is none.

    Args:
        system: as ``platform.system`` names it.
        root: of the system's disk; on Windows the folder for programs.
    """
    if system == "Darwin":
        about = (root or Path("/")) / _ON_MACOS / "Contents" / "Info.plist"
        try:
            found = plistlib.loads(about.read_bytes()).get("CFBundleShortVersionString")
        except FileNotFoundError:
            return None
        except (OSError, ValueError, plistlib.InvalidFileException, ExpatError):
            return "unknown"
        return str(found or "unknown")
    if system == "Windows":
        programs = root or Path(os.environ.get("PROGRAMFILES") or "C:/Program Files")
        return "unknown" if (programs / _ON_WINDOWS).is_file() else None
    return None


def _pieces(command: Command) -> tuple[OwnFile, ...]:
    own = modules(platform.system())
    return _pieces_in(command, str(own or disk.xdg("XDG_DATA_HOME", ".local/share") / "phototag"))


def _pieces_in(command: Command, folder: str) -> tuple[OwnFile, ...]:
    source = resources.files(__name__) / PLUGIN
    contents = {file.name: file.read_bytes() for file in source.iterdir() if file.is_file()}
    contents[COMMAND] = _command(contents[COMMAND], command)
    return tuple(
        OwnFile(path=os.path.join(folder, PLUGIN, name), content=contents[name])
        for name in sorted(contents)
    )


def _command(source: bytes, command: Command) -> bytes:
    """The file that says how phototag is started and with which vocabulary, with its comment."""
    comment = source.partition(b"\nreturn")[0]
    words = ", ".join(map(lua_text, command.words()))
    if command.vocabulary is not None:
        words += f", vocabulary = {lua_text(command.vocabulary)}"
    return comment + f"\nreturn {{ {words} }}\n".encode(errors="surrogateescape")


LIGHTROOM: Final = Application(
    name="lightroom",
    title="Lightroom Classic",
    version=lambda: version(platform.system()),
    pieces=_pieces,
    steps=_STEPS[modules(platform.system()) is not None],
    pieces_in=_pieces_in,
)
