"""The files of the six vision models: where they are, and whether they are the right ones.

The files are made when phototag is built (``model_build/`` in the source tree) and are in ``models/``, next to this
module. Only the standard library is needed, so that both a build and a broken installation can import this module.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from phototag.errors import ModelsMissing
from phototag.scene import models

FOLDER: Final = Path(__file__).resolve().parent / "models"
"""The folder that holds the model files of this installation."""


def path(name: str) -> Path:
    """The path of a model file, whether or not the file exists (see `require`).

    Raises:
        KeyError: phototag has no model with this name.
    """
    if name not in models.MODELS:
        raise KeyError(name)
    return FOLDER / name


def verify(folder: Path | None = None) -> list[str]:
    """Compare the model files with the table; an empty list means that all are right.

    Args:
        folder: the folder with the files; by default, that of this installation.

    Returns:
        One sentence for each file that is missing, cannot be read or is not the right one.
    """
    problems = (
        problem((folder or FOLDER) / name, digest) for name, digest in models.MODELS.items()
    )
    return [found for found in problems if found]


def require(*names: str) -> None:
    """Check the installed models with these names, or all of them if none is named.

    Hashing all six takes about 20 ms, much less than loading them.

    Raises:
        KeyError: phototag has no model with one of these names.
        ModelsMissing: a file is missing or is not the one with which this version was built.
    """
    problems = [problem(path(name), models.MODELS[name]) for name in names or models.MODELS]
    if any(problems):
        raise ModelsMissing(
            "phototag",
            "; ".join(filter(None, problems)),
            "reinstall phototag, which includes the models",
        )


def problem(file: Path, digest: str) -> str:
    """What is wrong with a file that should have this SHA-256, as a sentence; empty if nothing."""
    try:
        with file.open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
    except FileNotFoundError:
        return f"{file.name} is missing"
    except OSError as error:
        return f"{file.name} cannot be read ({error.strerror or error})"
    if found != digest:
        return f"{file.name} is not the expected file (sha256 {found}, expected {digest})"
    return ""
