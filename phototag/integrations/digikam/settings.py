"""What digiKam's settings say about its database, and about files that others have changed.

The file has the form of KDE's settings (KConfig): groups, ``key=value``, escapes with backslashes, and ``[$e]`` after
the key where variables of the environment stand in the value.
"""

from __future__ import annotations

import configparser
import os
import re
from pathlib import Path
from typing import Final

from phototag.errors import OutputNotWritable
from phototag.integrations import disk

FILE: Final = "digikamrc"
_TYPE, _PLACE = "Database Type", "Database Name"
_READ_AGAIN: Final = "Rescan File If Modified"
_SQLITE: Final = "QSQLITE"
_DATABASE: Final = "digikam4.db"
_EXPANDED: Final = "[$e]"
_ESCAPES: Final = {"s": " ", "t": "\t", "n": "\n", "r": "\r", "\\": "\\"}
_ESCAPE: Final = re.compile(r"\\(?:x([0-9a-fA-F]{2})|(.))")
_VARIABLE: Final = re.compile(r"\$(?:(\$)|\{([^}]*)\}|(\w+))")
NEVER_STARTED: Final = "digiKam was never started by you, so it has no database yet"
START_ONCE: Final = "start digiKam, let it set itself up, close it, then run the same command again"


def file() -> Path:
    """The path of digiKam's settings."""
    return disk.xdg("XDG_CONFIG_HOME", ".config") / FILE


def database() -> str:
    """The path of the SQLite file with digiKam's tags and searches.

    Raises:
        OutputNotWritable: digiKam has no settings yet, or keeps its data in MySQL or MariaDB.
    """
    name = str(file())
    try:
        text = _text()
    except FileNotFoundError as error:
        raise OutputNotWritable(name, NEVER_STARTED, START_ONCE) from error
    except OSError as error:
        problem = f"digiKam's settings cannot be read ({error.strerror or error})"
        raise OutputNotWritable(name, problem, START_ONCE) from error
    values = _group(text, "Database Settings")
    kind, place = values.get(_TYPE, ""), values.get(_PLACE, "")
    if kind not in {"", _SQLITE}:
        raise OutputNotWritable(
            name,
            f"digiKam keeps its data in a database server ({kind}); phototag writes searches into an SQLite file only",
            "use the tags below phototag in digiKam's Tags view instead",
        )
    if not kind or not os.path.isabs(place):
        raise OutputNotWritable(name, NEVER_STARTED, START_ONCE)
    found = Path(place)
    return str(found if found.is_file() else found / _DATABASE)


def reads_changed_files() -> bool:
    """Whether the user has told digiKam to read files again that other programs have changed."""
    try:
        return _group(_text(), "Metadata Settings").get(_READ_AGAIN) == "true"
    except OSError:
        return False


def _text() -> str:
    return file().read_bytes().decode("utf-8", "surrogateescape")


def _group(text: str, group: str) -> dict[str, str]:
    """The entries of a group."""
    parser = configparser.RawConfigParser(
        delimiters=("=",), comment_prefixes=("#",), strict=False, allow_no_value=True
    )
    parser.optionxform = str  # type: ignore[assignment,method-assign] # configparser's own way to keep capitals
    try:
        parser.read_string(f"[<no group>]\n{text}")
        entries = dict(parser[group]) if parser.has_section(group) else {}
    except configparser.Error:
        return {}
    found = {}
    for key, value in entries.items():
        plain = _ESCAPE.sub(_unescaped, value or "")
        expand = key.endswith(_EXPANDED)
        found[key.removesuffix(_EXPANDED)] = _VARIABLE.sub(_valued, plain) if expand else plain
    return found


def _unescaped(found: re.Match[str]) -> str:
    code, sign = found.groups()
    return chr(int(code, 16)) if code else _ESCAPES.get(sign, found[0])


def _valued(found: re.Match[str]) -> str:
    dollar, *names = found.groups()
    return dollar or os.environ.get(names[0] or names[1] or "", "")
