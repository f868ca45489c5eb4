"""Sees to it that the model files are in place when phototag is packed."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from model_build import ModelBuildError, sources
from model_build.bundle import build_models
from model_build.download import download
from phototag.scene.models import MODELS
from phototag.vision.model_files import verify

if TYPE_CHECKING:
    from collections.abc import Mapping

VARIABLE: Final = "PHOTOTAG_MODELS"


def supply_models(target: Path, environment: Mapping[str, str]) -> str:
    """Put the model files into a folder, unless the right ones are there.

    Args:
        target: the folder, ``phototag/vision/models`` of the source tree.
        environment: where ``PHOTOTAG_MODELS`` may name a folder to take the models from, or what
            they are made of; without it pip and npm download that.

    Returns:
        Where the models come from, for the log of the build.

    Raises:
        ModelBuildError: they cannot be had, or are not the ones that this version is made for.
    """
    if not verify(target):
        return "the models are already in place"
    if folder := environment.get(VARIABLE):
        return _supply_from(Path(folder).expanduser(), target)
    with tempfile.TemporaryDirectory(prefix="phototag-") as temporary:
        download(Path(temporary))
        _write(build_models(Path(temporary)), target)
    return "the models were made from what pip and npm downloaded"


def _supply_from(folder: Path, target: Path) -> str:
    """Take the finished files or, failing that, their sources from the user's folder."""
    if not folder.is_dir():
        message = f"{VARIABLE}={folder} is not a folder.\n{sources.advice()}"
        raise ModelBuildError(message)
    model_problems = verify(folder)
    if not model_problems:
        _write({name: (folder / name).read_bytes() for name in MODELS}, target)
        return f"the models were copied from {folder}"
    source_problems = sources.problems(folder)
    if source_problems:
        raise ModelBuildError(_incomplete(folder, model_problems, source_problems))
    _write(build_models(folder), target)
    return f"the models were made from the wheels and the package in {folder}"


def _incomplete(folder: Path, model_problems: list[str], source_problems: list[str]) -> str:
    """The message for a folder that has neither the models nor what they are made of."""
    summary = (
        f"{VARIABLE}={folder} holds neither the six model files nor the three wheels and the npm "
        "package that they are made of."
    )
    return "\n".join(
        [
            summary,
            "As model files:",
            *(f"    {sentence}" for sentence in model_problems),
            "As wheels and package:",
            *(f"    {sentence}" for sentence in source_problems),
            sources.advice(),
        ]
    )


def _write(files: Mapping[str, bytes], target: Path) -> None:
    """Check the files against the table and put them in place, each as a whole or not at all."""
    for name, expected in MODELS.items():
        found = hashlib.sha256(files[name]).hexdigest()
        if found != expected:
            message = (
                f"{name} came out with sha256 {found} where phototag/scene/models.py has "
                f"{expected}: the code or the build requirements differ from the pinned ones."
            )
            raise ModelBuildError(message)
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".making-", dir=target) as temporary:
        for name, data in files.items():
            part = Path(temporary, name)
            part.write_bytes(data)
            part.replace(target / name)
