"""Careless ways of replacing a file: what does not find these faults would not find others."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final
from unittest import mock

from phototag.files.opening import FileState
from phototag.worker import replacing

_PIECE: Final = 512  # bytes


def _in_place(original: Any, new: Any, **_: Any) -> Any:
    """The file is cut off for a while."""
    path, data = Path(original.path), new.read()
    with path.open("wb", buffering=0) as file:
        for place in range(0, len(data), _PIECE):
            file.write(data[place : place + _PIECE])
    return _result(path)


def _by_renaming(original: Any, new: Any, **_: Any) -> Any:
    """Owner, permissions and attributes are kept; nobody else's edits are looked for."""
    path = Path(original.path)
    saved = path.with_name("careless.tmp")
    saved.write_bytes(new.read())
    os.chown(saved, original.state.st_uid, original.state.st_gid)
    for name in os.listxattr(path):
        os.setxattr(saved, name, os.getxattr(path, name))
    saved.chmod(original.state.st_mode & 0o7777)
    saved.replace(path)
    return _result(path)


def _without_attributes(original: Any, new: Any, **_: Any) -> Any:
    path = Path(original.path)
    saved = path.with_name("careless.tmp")
    saved.write_bytes(new.read())
    saved.replace(path)
    return _result(path)


WAYS: Final = {
    "in place": _in_place,
    "by renaming": _by_renaming,
    "without its attributes": _without_attributes,
}


def replace_carelessly(way: str) -> None:
    """From now on, this process replaces files in such a way."""
    mock.patch.object(replacing, "replace", WAYS[way]).start()


def _result(path: Path) -> Any:
    state = FileState.of(path.stat())
    made = getattr(replacing, "Replaced", None)
    return made(state) if made else state
