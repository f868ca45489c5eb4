"""darktable: a panel in its lighttable, written in Lua, which talks to phototag's service.

The files of ``plugin/phototag`` go as they are into the folder of darktable's Lua scripts; ``settings.lua`` is added, and a line
in ``luarc`` loads them.
"""

from __future__ import annotations

import os
from importlib import resources
from typing import Final

from phototag.integrations import disk
from phototag.integrations.application import Application, Command
from phototag.integrations.installed import version_of
from phototag.integrations.placing import OwnFile, OwnLine, Piece

LOADED_BY: Final = 'require "phototag.main"'
_FOLDER: Final = "phototag"  # of the modules, by which they know each other
_SETTINGS: Final = """\
-- How phototag is started, and the vocabulary with which it tags, unless darktable's preferences name another one.
-- Written by `phototag integrate darktable`.
return {{ command = {{ {words} }}, vocabulary = {vocabulary} }}
"""


def pieces(command: Command) -> tuple[Piece, ...]:
    """The modules, their settings, and the line that loads them: last, so that it never loads half of them."""
    home = disk.xdg("XDG_CONFIG_HOME", ".config") / "darktable"
    contents = modules() | {"settings.lua": settings(command)}
    files = (
        OwnFile(path=str(home / "lua" / _FOLDER / name), content=content)
        for name, content in contents.items()
    )
    return (*files, OwnLine(path=str(home / "luarc"), line=LOADED_BY))


def modules() -> dict[str, bytes]:
    """The modules of the plug-in by file name."""
    folder = resources.files(__name__) / "plugin" / _FOLDER
    found = (one for one in folder.iterdir() if one.name.endswith(".lua"))
    return {one.name: one.read_bytes() for one in sorted(found, key=lambda one: one.name)}


def settings(command: Command) -> bytes:
    """The module that names the command and the vocabulary."""
    vocabulary = "nil" if command.vocabulary is None else _text(command.vocabulary)
    words = ", ".join(map(_text, command.words()))
    return _SETTINGS.format(words=words, vocabulary=vocabulary).encode()


def _text(word: str) -> str:
    """A Lua string; of a path, any byte may stand in it."""
    plain = (_escaped(byte) for byte in os.fsencode(word))
    return f'"{"".join(plain)}"'


def _escaped(byte: int) -> str:
    sign = chr(byte)
    return sign if sign.isascii() and sign.isprintable() and sign not in '"\\' else f"\\{byte:03}"


DARKTABLE: Final = Application(
    name="darktable",
    title="darktable",
    version=lambda: version_of("darktable"),
    pieces=pieces,
    steps="Start darktable anew; phototag's panel is on the right in the lighttable, and its shortcuts are in the "
    "preferences.",
)
