"""The files that were chosen in another program, as it names them: paths, or URIs."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Iterator, Mapping
from typing import Final
from urllib.parse import unquote_to_bytes, urlsplit

from phototag.errors import BadValue, printable_name

# Nautilus sets these for a script. Paths in NAUTILUS_SCRIPT_SELECTED_FILE_PATHS end at line breaks, which a name may
# have; in a URI they are escaped.
_SELECTED: Final = "NAUTILUS_SCRIPT_SELECTED_URIS"
_FOLDER: Final = "NAUTILUS_SCRIPT_CURRENT_URI"


def paths(names: Iterable[str]) -> list[str]:
    """The paths behind paths and URIs, each once.

    Args:
        names: absolute paths, or URIs; a path that is not absolute begins in the working folder.

    Raises:
        BadValue: a URI leads to another computer, to the trash ...
    """
    return list(dict.fromkeys(map(_path, names)))


def by_nautilus(environment: Mapping[str, str]) -> list[str]:
    """The URIs of what is selected in Nautilus; of the folder that it shows if nothing is."""
    return list(_lines(environment.get(_SELECTED, ""))) or list(
        _lines(environment.get(_FOLDER, ""))
    )


def _lines(text: str) -> Iterator[str]:
    return (line for line in text.split("\n") if line)


def _path(name: str) -> str:
    if os.path.isabs(name) or "://" not in name:
        return os.path.abspath(name)
    parts = urlsplit(name)
    here = {"", "localhost", platform.node().lower()}
    if parts.scheme.lower() != "file" or (parts.hostname or "") not in here:
        raise BadValue(
            "files",
            f"{printable_name(name)} is not a file of this computer",
            "copy it to a folder of this computer, or open the folder where it is mounted",
        )
    # A path ends neither at "?" nor at "#", which programs leave as they are.
    path = name[len("file://") + len(parts.netloc) :]
    return os.fsdecode(unquote_to_bytes(path.encode(errors="surrogateescape")))
