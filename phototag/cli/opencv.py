"""Which OpenCV is installed. Its four packages unpack into one folder, ``cv2``: there the last one installed wins."""

from __future__ import annotations

import base64
import csv
import hashlib
import sys
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from phototag import installing
from phototag.wording import in_words

if TYPE_CHECKING:
    from collections.abc import Sequence

# What mediapipe asks for, and so phototag: all of opencv-python, and OpenCV's further modules.
OURS = "opencv-contrib-python"
# phototag does not install these; other packages may.
OTHERS = ("opencv-python", "opencv-python-headless", "opencv-contrib-python-headless")


def examine(path: Sequence[str] | None = None) -> tuple[str, bool]:
    """What is installed of OpenCV, in a sentence, and whether all is well.

    Args:
        path: folders with installed packages; those of this Python unless said.
    """
    places = sys.path if path is None else path
    ours = _installed(OURS, places)
    others = [one for name in OTHERS if (one := _installed(name, places))]
    names = [f"{one.name} {one.version}" for one in others]
    beside = f"; beside it {in_words(names)}" if names else ""
    if ours is None:
        again = installing.installing(f"--force-reinstall {_required()}")
        return f"{OURS} is missing{beside}: {again}", False
    files = _files(ours)
    if files is None:
        return f"{OURS} {ours.version}{beside}; there is no list of its files to check", True
    missing, changed = files
    if not missing and not changed:
        return f"{OURS} {ours.version}, complete and unchanged{beside}", True
    # Another package of the same version may have put its own files there; it takes none away.
    if not missing and others and all(one.version == ours.version for one in others):
        shares = "which shares its folder and has the same version"
        return f"{OURS} {ours.version}{beside}, {shares}", True
    lost = [*missing, *changed]
    why = ", in the same folder" if others else ""
    count = "1 file is" if len(lost) == 1 else f"{len(lost)} files are"
    told = f"{OURS} {ours.version}{beside}{why}: {count} missing or changed ({lost[0]})"
    again = installing.installing(f"--force-reinstall --no-deps {OURS}=={ours.version}")
    return f"{told}; {again}, or give phototag an environment of its own, as pipx and uv do", False


def _installed(name: str, places: Sequence[str]) -> metadata.Distribution | None:
    return next(iter(metadata.distributions(name=name, path=list(places))), None)


def _required() -> str:
    """The requirement as phototag states it, quoted for a shell."""
    try:
        stated = metadata.requires("phototag") or []
    except metadata.PackageNotFoundError:
        return OURS
    return next((f"'{one}'" for one in stated if one.startswith(OURS)), OURS)


def _files(package: metadata.Distribution) -> tuple[list[str], list[str]] | None:
    """The files of a package that are missing, and those that have other content; None where it has no list of them.

    ``Distribution.files`` would not do: from Python 3.12 on, it names only files that are there.
    """
    record = package.read_text("RECORD")
    if record is None:
        return None
    missing, changed = [], []
    for name, digest, *_ in csv.reader(record.splitlines()):
        if not digest:  # compiled modules, and the list itself
            continue
        try:
            with Path(str(package.locate_file(name))).open("rb") as file:
                found = hashlib.file_digest(file, digest.partition("=")[0]).digest()
        except OSError:
            missing.append(name)
            continue
        if base64.urlsafe_b64encode(found).decode("ascii").rstrip("=") != digest.partition("=")[2]:
            changed.append(name)
    return missing, changed
