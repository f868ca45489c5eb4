"""Checks of this installation: versions, models, and known problems of its dependencies."""

from __future__ import annotations

import importlib.util
import os
import platform
import sys
from importlib import metadata
from typing import TYPE_CHECKING

import attrs

from phototag import plugins
from phototag.analysis.keywords import vocabulary
from phototag.analysis.keywords.vocabulary import branches
from phototag.cli import opencv
from phototag.criteria.calibration import default
from phototag.crops import profiles
from phototag.errors import PhototagError, printable_name
from phototag.scene import models
from phototag.version import __version__
from phototag.vision import model_files
from phototag.worker.pool import Pool
from phototag.worker.requests import Versions
from phototag.worker.start import PYTHON

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phototag.worker.seal import Seal

EXTRAS = {
    "review": "uvicorn", "heif": "pillow_heif", "raw": "rawpy", "ray": "ray", "demo": "skimage",
}  # fmt: skip


@attrs.frozen
class Line:
    """The result of one check: a sentence, and whether all is well."""

    text: str
    fine: bool = True


def examine() -> Iterator[Line]:
    """Check everything that a bug report should contain."""
    yield Line(f"phototag {__version__}, calibration {default().identity}")
    yield Line(f"Python {platform.python_version()} on {platform.platform()}")
    yield from _packages()
    yield Line(*opencv.examine())
    yield from _models()
    yield from _sealed_process()
    yield from _added()
    for extra, module in EXTRAS.items():
        there = importlib.util.find_spec(module) is not None
        yield Line(f"extra {extra}: {'installed' if there else 'not installed'}")
    yield Line(
        "mediapipe posts usage statistics (version, task, timings; no pictures) and has no setting "
        "to turn this off; a sealed process cannot send them, and without a seal they go to a closed "
        "port of this machine",
    )


def _packages() -> Iterator[Line]:
    for name in ("mediapipe", "pyexiv2", "pillow", "numpy", "attrs", "cattrs"):
        try:
            yield Line(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            yield Line(f"{name} is missing: reinstall phototag", fine=False)


def _added() -> Iterator[Line]:
    """Packages that add criteria, profiles or vocabularies."""
    if packages := plugins.identity():
        yield Line(f"additions from {packages}")
    for look in (
        branches,
        lambda: plugins.loaded(profiles.GROUP, tuple),
        lambda: plugins.loaded(vocabulary.GROUP, vocabulary.Vocabulary),
    ):
        try:
            look()
        except PhototagError as error:
            yield Line(str(error), fine=False)


def _models() -> Iterator[Line]:
    problems = model_files.verify()
    for problem in problems:
        yield Line(problem, fine=False)
    if not problems:
        yield Line(f"models {models.identity()}: all {len(models.MODELS)} complete and unchanged")


def _sealed_process() -> Iterator[Line]:
    named = os.environ.get(PYTHON)
    python = f"{printable_name(named)}, set in {PYTHON}" if named else sys.executable
    try:
        with Pool() as pool:
            installed = pool.submit(Versions())
    except PhototagError as error:
        yield Line(f"the sealed process does not work ({python}): {error.message}", fine=False)
    else:
        loaded = ", ".join(f"{name} {version}" for name, version in installed.versions.items())
        where = f" ({python})" if named else ""
        yield Line(f"the sealed process works{where}: {loaded}")
        yield from _seal(installed.seal)


def _seal(seal: Seal) -> Iterator[Line]:
    """What the process that opens pictures cannot do."""
    if seal.files:
        yield Line("seal: pictures can open no file by its name, and write none (Landlock)")
    if seal.calls:
        yield Line("seal: pictures can make no connection and start no program (seccomp)")
    if not seal.holds:
        yield Line(
            f"the seal is incomplete ({seal.why_not}); --require-seal refuses to work without it"
        )
