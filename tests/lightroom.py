"""Lightroom's Lua with the plug-in in it: the stand-in of its SDK, and what the stand-in asks of Python."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import lupa.lua51 as lupa

import windows_shell
from phototag import integrations

TAG, TAKE_BACK = "Tag with phototag", "Take back"  # in Library > Plug-in Extras
STEP = "Tag with phototag"  # in Edit > Undo
PLUGIN = Path(integrations.__file__).parent / "lightroom" / "phototag.lrplugin"
STAND_IN = Path(__file__).parent / "integrations"
SECONDS = 300.0  # that one command may take


class Host:
    """What the stand-in asks of the system."""

    def __init__(self, temporary: Path, *, windows: bool) -> None:
        self._temporary, self._windows = temporary, windows
        self.before: Callable[[], object] = lambda: None  # each command
        self.answer: Callable[[Any], str] = lambda _: "cancel"  # to a dialog

    def execute(self, line: str) -> int:
        """Run a line in the shell; on macOS, Lightroom returns 256 times the exit code."""
        self.before()
        if self._windows:
            return windows_shell.run(line, os.environ, SECONDS)
        shell = ["/bin/sh", "-c", line]
        return 256 * subprocess.run(shell, timeout=SECONDS, check=False).returncode

    def unique(self, path: str) -> str:
        found, number = Path(path), 1
        while found.exists():
            number += 1
            found = Path(path).with_stem(f"{Path(path).stem}-{number}")
        return str(found)

    def exists(self, path: str) -> str | bool:
        return "file" if Path(path).is_file() else "directory" if Path(path).is_dir() else False

    def read(self, path: str) -> bytes:
        return Path(path).read_bytes()

    def delete(self, path: str) -> bool:
        Path(path).unlink()
        return True

    def child(self, parent: str, name: str) -> str:
        return f"{parent}/{name}"

    def leaf(self, path: str) -> str:
        return path.rpartition("/")[2]

    def temporary(self) -> str:
        return str(self._temporary)

    def lower(self, text: str) -> str:
        return text.lower()

    def now(self) -> float:
        return time.time()

    def is_utf8(self, text: str | bytes) -> bool:
        return isinstance(text, str)

    def bytes(self, text: str) -> int:
        return len(text.encode())


class Lightroom:
    """A catalogue, and the plug-in's menu."""

    def __init__(self, folder: Path, *, plugin: Path = PLUGIN, windows: bool = False) -> None:
        self.temporary = folder / "tmp of 'Lightroom' & $HOME"
        self.temporary.mkdir()
        self.host = Host(self.temporary, windows=windows)
        self.lua: Any = lupa.LuaRuntime(unpack_returned_tuples=True)
        chunk = self.lua.eval("function(path) return assert(loadfile(path)) end")
        catalogue = chunk(str(STAND_IN / "lightroom_catalogue.lua"))
        self.sdk = chunk(str(STAND_IN / "lightroom_sdk.lua"))(
            self.host, str(plugin), windows, catalogue
        )
        self.sdk.preferences["command"] = None

    def add(
        self, path: Path | str, *, of: str = "JPG", here: bool = True, video: bool = False
    ) -> int:
        """A photo in the catalogue, selected; a virtual copy is one more of the same path."""
        photo = self.lua.table_from(
            {"path": str(path), "fileFormat": of, "available": here, "isVideo": video}
        )
        found: int = self.sdk.add_photo(photo)
        self.select(*self.selected, found)
        return found

    def select(self, *photos: int) -> None:
        self.sdk.selected = self.lua.table_from(photos)

    @property
    def selected(self) -> list[int]:
        return list(self.sdk.selected.values())

    def keyword(self, path: str) -> int:
        """The keyword of a path, made if it is not there."""
        found = None
        for name in path.split("|"):
            found = self.sdk.add_keyword(name, found)
        assert found is not None
        return int(found)

    def give(self, photo: int, *paths: str) -> None:
        """Give a photo keywords, as a user does."""
        for path in paths:
            self.sdk.photos[photo]["keywords"][self.keyword(path)] = True

    def drop(self, photo: int, path: str) -> None:
        """Take a keyword from a photo, as a user does."""
        self.sdk.photos[photo]["keywords"][self.keyword(path)] = None

    def keywords(self, photo: int) -> list[str]:
        """The paths of a photo's keywords."""
        return sorted(map(self.path, self.sdk.photos[photo]["keywords"].keys()))

    def path(self, keyword: int) -> str:
        found = self.sdk.keywords[keyword]
        above = "" if found["parent"] is None else f"{self.path(found['parent'])}|"
        return f"{above}{found['name']}"

    def tree(self) -> dict[str, bool]:
        """Every keyword in the catalogue, and whether it is exported with photos."""
        return {self.path(id_): found["export"] for id_, found in self.sdk.keywords.items()}

    def fields(self, photo: int) -> dict[str, str]:
        """The plug-in's fields of a photo."""
        return dict(self.sdk.photos[photo]["properties"].items())

    def choose(self, title: str) -> None:
        """Choose an entry of *Library > Plug-in Extras*."""
        self.sdk.choose(title)
        assert list(self.sdk.errors.values()) == []
        assert list(self.temporary.iterdir()) == [], "temporary files are left"

    def told(self) -> list[tuple[str, str, str]]:
        """What dialogs have told since the last call: message, text and style; bezels have the style ``bezel``."""
        said = [(one["message"], one["info"], one["style"]) for one in self.sdk.messages.values()]
        said += [(text, "", "bezel") for text in self.sdk.bezels.values()]
        self.sdk.messages, self.sdk.bezels = self.lua.table(), self.lua.table()
        return said

    def state(self) -> dict[int, tuple[list[str], dict[str, str]]]:
        """Keywords and fields of all photos."""
        photos = self.sdk.photos.keys()
        return {photo: (self.keywords(photo), self.fields(photo)) for photo in photos}


def real_command(folder: Path) -> Path:
    """The real phototag as one program, whose path needs quotes in any shell; it recalls no other test's decisions."""
    program = folder / "photo tag's & co" / "phototag"
    program.parent.mkdir()
    state = f"export XDG_STATE_HOME={shlex.quote(str(folder / 'state'))}"
    program.write_text(f'#!/bin/sh\n{state}\nexec "{sys.executable}" -m phototag "$@"\n', "utf-8")
    program.chmod(0o755)
    return program
