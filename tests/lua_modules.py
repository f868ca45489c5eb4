"""The Lua of darktable, in which the plug-in's modules run without darktable."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, Final

import lupa.lua54

from phototag.integrations import darktable

PLUGIN: Final = Path(darktable.__file__).parent / "plugin"
HERE: Final = Path(__file__).parent / "integrations" / "darktable"
HEAD: Final = b"phototag|kind|headshot"


class Lua:
    """A Lua that finds the plug-in's modules and the stand-in of darktable; texts are bytes."""

    def __init__(self, command: list[str] | None = None) -> None:
        made: Any = lupa.lua54.LuaRuntime  # its types know neither ``encoding`` nor bytes
        self.runtime = made(encoding=None, unpack_returned_tuples=True)
        self.runtime.execute(f"package.path = '{PLUGIN}/?.lua'")
        self.runtime.execute(f"package.preload.darktable = assert(loadfile('{HERE}/stand_in.lua'))")
        self.globals: Any = self.runtime.globals()
        self.darktable = self.require("darktable")
        self.darktable[b"control"][b"sleep"] = lambda milliseconds: time.sleep(milliseconds / 1000)
        words = self.runtime.table_from([word.encode() for word in command or ["false"]])
        self.globals[b"command"] = words
        self.runtime.execute(
            "package.preload['phototag.settings'] = function() return {command = command} end"
        )

    def require(self, name: str) -> Any:
        return self.runtime.eval(f"(require '{name}')")

    def run(self, text: str, **given: Any) -> Any:
        for name, value in given.items():
            self.globals[name.encode()] = value
        return self.runtime.execute(text)

    def list(self, values: list[bytes]) -> Any:
        return self.runtime.table_from(values)


def plain(value: Any) -> Any:
    """What a Lua value is in JSON."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    if lupa.lua54.lua_type(value) != "table":
        return value
    pairs = {key: plain(one) for key, one in value.items()}
    if pairs and all(isinstance(key, int) for key in pairs):
        return [pairs[at] for at in range(1, len(pairs) + 1)]
    return {plain(key): one for key, one in pairs.items()}


def attached(lua: Lua, image: Any, *names: bytes) -> None:
    """Attach tags to an image, as the user does or an earlier darktable has done."""
    lua.run(
        "local dt = require('darktable') "
        "for _, name in ipairs(names) do dt.tags.attach(dt.tags.create(name), image) end",
        image=image,
        names=lua.list(list(names)),
    )


def tag_names(lua: Lua, image: Any) -> list[str]:
    """The tags of an image."""
    return [tag["name"] for tag in plain(lua.darktable[b"tags"][b"get_tags"](image)) or []]
