"""File managers: actions in the menu of photos and folders."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import attrs

from phototag.errors import printable
from phototag.integrations import desktop_entry, disk
from phototag.integrations.application import Application, Command
from phototag.integrations.installed import version_of
from phototag.integrations.placing import OwnFile, code


@attrs.frozen
class Action:
    """An action in a menu.

    Attributes:
        name: as ``phototag desktop`` takes it.
        title: as the menu shows it.
    """

    name: str
    title: str

    def words(self, command: Command) -> tuple[str, ...]:
        """Its name, with the options with which it writes."""
        return (self.name, *(() if self.name == "show" else command.tagging()))


ACTIONS: Final = (
    Action("tag", "Tag with phototag"),
    Action("show", "Show verdict"),
    Action("review", "Review folder"),
)


def data_home() -> Path:
    """Where a user's programs on Linux look for their own data."""
    return disk.xdg("XDG_DATA_HOME", ".local/share")


def open_with(command: Command) -> OwnFile:
    """The entry by which photos can be opened with phototag in any program on Linux.

    Applications with the same keywords share it. Others have entries of their own, since each shall tag with the keywords
    that were chosen for it; the name in the menu tells them apart.
    """
    name, title = "phototag", ACTIONS[0].title
    if command.vocabulary is not None:
        name, title = (
            f"{name}-{code(command.vocabulary)}",
            f"{title} ({_short(command.vocabulary)})",
        )
    main = {
        "Type": "Application",
        "Name": title,
        "Comment": "Tell headshots from portraits, and write keywords into the photos",
        "Exec": desktop_entry.execution(command, "desktop", *ACTIONS[0].words(command)),
        "Icon": "image-x-generic",
        "Terminal": "false",
        "NoDisplay": "true",
        "Categories": "Graphics;Photography;",
        "MimeType": desktop_entry.several(desktop_entry.photo_types()),
    }
    return OwnFile(
        path=str(data_home() / "applications" / f"{name}.desktop"),
        content=desktop_entry.entry([("Desktop Entry", main)]),
    )


def _short(vocabulary: str) -> str:
    """What a vocabulary is called in a menu: the name of its file, or that of one from a package."""
    return printable(Path(vocabulary).stem if os.path.isabs(vocabulary) else vocabulary)


def _dolphin(command: Command) -> tuple[OwnFile, ...]:
    types = (*desktop_entry.photo_types(), desktop_entry.FOLDERS)
    main = {
        # KDE's own menus say "Service", which the specification does not have; KDE reads no type.
        "Type": "Application",
        "Name": "phototag",
        "Exec": desktop_entry.execution(command, "desktop", ACTIONS[0].name),
        "NoDisplay": "true",
        "X-KDE-ServiceTypes": "KonqPopupMenu/Plugin",
        "X-KDE-Submenu": "phototag",
        "X-KDE-Protocol": "file",
        "MimeType": desktop_entry.several(types),
        "Actions": desktop_entry.several(action.name for action in ACTIONS),
    }
    actions = [
        (
            f"Desktop Action {action.name}",
            {
                "Name": action.title,
                "Icon": "image-x-generic",
                "Exec": desktop_entry.execution(command, "desktop", *action.words(command)),
            },
        )
        for action in ACTIONS
    ]
    menu = OwnFile(
        path=str(data_home() / "kio" / "servicemenus" / "phototag.desktop"),
        content=desktop_entry.entry([("Desktop Entry", main), *actions]),
        executable=True,  # KDE shows no other ones from the home folder
    )
    return menu, open_with(command)


_SCRIPT: Final = """\
#!/bin/sh
# Made by phototag; taken back by: phototag integrate nautilus --remove
exec {command}
"""


def _nautilus(command: Command) -> tuple[OwnFile, ...]:
    folder = data_home() / "nautilus" / "scripts" / "phototag"
    scripts = (
        OwnFile(
            path=str(folder / action.title),
            content=_SCRIPT.format(
                command=command.shell("desktop", *action.words(command), "--nautilus")
            ).encode(errors="surrogateescape"),
            executable=True,
        )
        for action in ACTIONS
    )
    return (*scripts, open_with(command))


DOLPHIN: Final = Application(
    name="dolphin",
    title="Dolphin",
    version=lambda: version_of("dolphin"),
    pieces=_dolphin,
    steps="Right-click photos or a folder, and choose an action below phototag.",
)
NAUTILUS: Final = Application(
    name="nautilus",
    title="Files (Nautilus)",
    version=lambda: version_of("nautilus"),
    pieces=_nautilus,
    steps="Right-click photos or a folder, and choose Scripts, then phototag.",
)

APPLICATIONS: Final = (DOLPHIN, NAUTILUS)
