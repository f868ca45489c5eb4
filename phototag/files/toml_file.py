"""Reads the user's TOML files."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phototag.files import arguments

if TYPE_CHECKING:
    import os

    from phototag.errors import SetupError


def read(file: str | os.PathLike[str], error_class: type[SetupError]) -> dict[str, Any]:
    """Read the tables of a file, with or without a byte order mark.

    Raises:
        SetupError: of the given class, if the file cannot be read or is not valid TOML.
    """
    name = arguments.path("file", file)
    try:
        return tomllib.loads(Path(name).read_text(encoding="utf-8-sig"))
    except OSError as error:
        problem = f"it cannot be read: {error.strerror or error}"
        raise error_class(name, problem, "check its name, and that you may read it") from error
    except ValueError as error:  # it is not TOML, or not UTF-8
        problem = f"it is not valid TOML: {error}"
        raise error_class(name, problem, "correct it there, and save it as UTF-8 text") from error
    except RecursionError as error:
        problem = "it is not valid TOML: too many levels of brackets"
        raise error_class(name, problem, "take brackets out") from error
