"""Explorer (Windows) and Finder (macOS): files for their menus, with instructions.

They were made by the documentation of these systems, and were not run there; ``NOT_RUN`` says so to the user.
"""

from __future__ import annotations

import codecs
import platform
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import platformdirs

from phototag.errors import BadValue
from phototag.files.formats import PHOTO_SUFFIXES
from phototag.integrations.application import Application, Command
from phototag.integrations.file_managers import ACTIONS
from phototag.integrations.placing import OwnFile

NOT_RUN: Final = """\
These files were made by the documentation of the system. They were not run on it. If something
does not work, please report what you did, what happened, and the version of your system.
"""
EXPLORER_READ_ME: Final = "phototag-explorer.txt"
FINDER_READ_ME: Final = "phototag-finder.txt"
SCRIPT: Final = "phototag-finder.sh"


def _usual(name: str) -> str:
    return str(Path(platformdirs.user_data_dir("phototag", appauthor=False)) / name)


# ------------------------------------------------------------------------------------- Explorer

_CLASSES: Final = r"HKEY_CURRENT_USER\Software\Classes"
_EXPLORER: Final = """\
phototag in the menu of Explorer
================================

To add the entries:    double-click phototag-add.reg, and confirm.
To use them:           right-click a photo or a folder. In Windows 11 they are below
                       "Show more options". The result is shown in a console window.
To remove the entries: double-click phototag-remove.reg and confirm, before you run
                       "phototag integrate explorer --remove", which deletes these files.

Only keys below HKEY_CURRENT_USER\\Software\\Classes are added: for you alone, without administrator rights.

"""


def _explorer(command: Command, folder: str) -> tuple[OwnFile, ...]:
    files = {
        "phototag-add.reg": _registry(_added(command)),
        "phototag-remove.reg": _registry(f"[-{key}]\n\n" for key in _keys()),
        EXPLORER_READ_ME: (_EXPLORER + NOT_RUN).replace("\n", "\r\n").encode(),
    }
    return _files(folder, files)


def _keys() -> Iterator[str]:
    """The keys of the registry, one for each action and suffix, and for folders."""
    places = [rf"SystemFileAssociations\{suffix}" for suffix in sorted(PHOTO_SUFFIXES)]
    for place in [*places, "Directory"]:
        for action in ACTIONS:
            yield rf"{_CLASSES}\{place}\shell\phototag.{action.name}"


def _added(command: Command) -> Iterator[str]:
    _refuse_signs(command.vocabulary or "")
    actions = {action.name: action for action in ACTIONS}
    for key in _keys():
        action = actions[key.rpartition(".")[2]]
        # Explorer starts this without a shell, and no name of a file has a quotation mark on Windows.
        started = command.words("desktop", *action.words(command), "--pause", "%1")
        words = " ".join(f'"{word}"' for word in started)
        yield f"[{key}]\n@={_text(action.title)}\n\n[{key}\\command]\n@={_text(words)}\n\n"


def _refuse_signs(vocabulary: str) -> None:
    """Refuse what Explorer takes for something else in a command: a percent sign begins a placeholder."""
    if any(sign in vocabulary for sign in '%"'):
        problem = (
            f"Explorer cannot pass on {vocabulary!r}, because of its percent or quotation sign"
        )
        raise BadValue("vocabulary", problem, "give the file another name, or move it")


def _text(value: str) -> str:
    """A string in a file of registry entries."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _registry(entries: Iterator[str]) -> bytes:
    """A file of registry entries, in the encoding that Windows exports."""
    text = "Windows Registry Editor Version 5.00\n\n" + "".join(entries)
    return codecs.BOM_UTF16_LE + text.replace("\n", "\r\n").encode("utf-16-le", "surrogatepass")


# --------------------------------------------------------------------------------------- Finder

_FINDER_SCRIPT: Final = r"""#!/bin/sh
# Made by phototag for Quick Actions of Finder; phototag-finder.txt says how to add them.
# Usage: phototag-finder.sh tag|show|review FILE...
action=$1
shift
case $action in
    review)
        [ -d "$1" ] || set -- "$(dirname -- "$1")"
        exec osascript -e 'on run argv' -e 'tell application "Terminal"' -e 'activate' \
            -e 'do script (item 1 of argv) & " -- " & quoted form of (item 2 of argv)' \
            -e 'end tell' -e 'end run' {review} "$1" ;;
    show) set -- {show} -- "$@" ;;
    *) set -- {tag} -- "$@" ;;
esac
told=$("$@" 2>&1)
code=$?
osascript -e 'on run argv' \
    -e 'display dialog (item 1 of argv) with title "phototag" buttons {{"Close"}} default button 1' \
    -e 'end run' "${{told:-Done.}}" >/dev/null
exit "$code"
"""
_FINDER: Final = """\
phototag in the menu of Finder
==============================

For each of the actions {actions}:

1. Open Automator, choose File > New, then Quick Action.
2. At the top, choose: Workflow receives current "files or folders" in "Finder".
3. Drag the action "Run Shell Script" into the workflow, and set "Pass input" to "as arguments".
4. Replace the text in it by the line below, and save it under the name of the action.

{lines}
To use them:    right-click photos or a folder in Finder, then Quick Actions.
To remove them: delete them in ~/Library/Services, before you run
                "phototag integrate finder --remove", which deletes these files.

"""


def _finder(command: Command, folder: str) -> tuple[OwnFile, ...]:
    script = str(Path(folder) / SCRIPT)
    lines = "".join(
        f'   {action.title}:\n   {shlex.join([script, action.name])} "$@"\n\n' for action in ACTIONS
    )
    actions = ", ".join(f'"{action.title}"' for action in ACTIONS)
    text = _FINDER.format(actions=actions, lines=lines)
    content = _FINDER_SCRIPT.format(
        tag=command.shell("tag", *command.tagging()),
        show=command.shell("analyze"),
        # One word for osascript, which hands it to Terminal's shell.
        review=shlex.quote(command.shell("review", *command.tagging())),
    )
    files = {
        SCRIPT: content.encode(errors="surrogateescape"),
        FINDER_READ_ME: (text + NOT_RUN).encode(errors="surrogateescape"),
    }
    return _files(folder, files)


def _files(folder: str, files: dict[str, bytes]) -> tuple[OwnFile, ...]:
    return tuple(
        OwnFile(
            path=str(Path(folder) / name), content=content, executable=content.startswith(b"#!")
        )
        for name, content in files.items()
    )


def _windows() -> str | None:
    return platform.version() if sys.platform == "win32" else None


def _macos() -> str | None:
    return platform.mac_ver()[0] if sys.platform == "darwin" else None


EXPLORER: Final = Application(
    name="explorer",
    title="Explorer (Windows)",
    version=_windows,
    pieces=lambda command: _explorer(command, _usual("explorer")),
    pieces_in=_explorer,
    steps=f"Follow {EXPLORER_READ_ME}, which is one of the files. They were not run on Windows.",
)
FINDER: Final = Application(
    name="finder",
    title="Finder (macOS)",
    version=_macos,
    pieces=lambda command: _finder(command, _usual("finder")),
    pieces_in=_finder,
    steps=f"Follow {FINDER_READ_ME}, which is one of the files. They were not run on macOS.",
)

APPLICATIONS: Final = (EXPLORER, FINDER)
