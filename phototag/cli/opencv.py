"""Which OpenCV is installed. Its four packages unpack into one folder, ``cv2``: there the last one installed wins."""

from __future__ import annotations

import base64
import hashlib
import sys
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from phototag.wording import in_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# What mediapipe asks for, and so phototag: all of opencv-python, and OpenCV's further modules.
OURS = "opencv-contrib-python"
# phototag does not install these; other packages may.
OTHERS = ("opencv-python", "opencv-python-headless", "opencv-contrib-python-headless")


def examine(path: Sequence[str] | None = None) -> Iterator[tuple[str, bool]]:
    """What is installed of OpenCV: a sentence each, and whether all is well.

    Args:
        path: folders with installed packages; those of this Python unless said.
    """
    places = sys.path if path is None else path
    ours = _installed(OURS, places)
    others = [one for name in OTHERS if (one := _installed(name, places))]
    names = [f"{one.name} {one.version}" for one in others]
    beside = f"; beside it {in_words(names)}" if names else ""
    if ours is None:
        yield f"{OURS} is missing{beside}: pip install --force-reinstall {_required()}", False
        return
    lost = _lost(ours)
    if lost is None:
        yield f"{OURS} {ours.version}{beside}; there is no list of its files to check", True
    elif not lost:
        yield f"{OURS} {ours.version}, complete and unchanged{beside}", True
    elif others and all(one.version == ours.version for one in others):
        yield (
            f"{OURS} {ours.version}{beside}, which shares its folder and has the same version",
            True,
        )
    else:
        why = ", in the same folder" if others else ""
        count = "1 file is" if len(lost) == 1 else f"{len(lost)} files are"
        told = f"{OURS} {ours.version}{beside}{why}: {count} missing or changed ({lost[0]})"
        again = f"pip install --force-reinstall --no-deps {OURS}=={ours.version}"
        yield (
            f"{told}; {again}, or give phototag an environment of its own, as pipx and uv do",
            False,
        )


def _installed(name: str, places: Sequence[str]) -> metadata.Distribution | None:
    return next(iter(metadata.distributions(name=name, path=list(places))), None)


def _required() -> str:
    """The requirement as phototag states it, quoted for a shell."""
    try:
        stated = metadata.requires("phototag") or []
    except metadata.PackageNotFoundError:
        return OURS
    return next((f"'{one}'" for one in stated if one.startswith(OURS)), OURS)


def _lost(package: metadata.Distribution) -> list[str] | None:
    """The files of a package that are missing or have other content; None where it has no list of them."""
    if package.files is None:
        return None
    return [str(file) for file in package.files if not _as_packed(file)]


def _as_packed(file: metadata.PackagePath) -> bool:
    if file.hash is None:  # compiled modules, and the list itself
        return True
    try:
        with Path(file.locate()).open("rb") as opened:
            digest = hashlib.file_digest(opened, file.hash.mode).digest()
    except OSError:
        return False
    return base64.urlsafe_b64encode(digest).decode("ascii").rstrip("=") == file.hash.value
