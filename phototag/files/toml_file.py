"""Files of the user's own in TOML."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import os

    from phototag.errors import PhototagError


def read(file: str | os.PathLike[str], error_class: type[PhototagError]) -> dict[str, Any]:
    """The tables of a file; one that begins with a byte order mark is read as well.

    Raises:
        PhototagError: of the class given, if the file cannot be read or is no TOML.
    """
    try:
        return tomllib.loads(Path(file).read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise error_class(str(file), f"it cannot be read: {error.strerror or error}") from error
    except ValueError as error:  # what is no TOML, and what is no UTF-8
        raise error_class(str(file), f"it is no TOML: {error}") from error
