"""Photos made with Pillow, metadata of other programs made with exiftool."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from phototag.analysis.keywords.claims import Keywords
from phototag.crops import Crop
from phototag.metadata.record import Record
from phototag.scene.geometry import Box

Make = Callable[..., Path]
Dump = Callable[[Path], dict[str, object]]

ROLES = "http://cv.iptc.org/newscodes/imageregionrole/"


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """A small photo; options for exiftool add metadata of other programs."""

    def make(name: str, *options: str, exif: bool = True, orientation: int = 1) -> Path:
        path = tmp_path / name
        tags = Image.Exif()
        tags[0x010E] = "a description"
        tags[0x0112] = orientation
        picture = Image.radial_gradient("L").convert("RGB").resize((96, 64))
        if exif:
            picture.save(path, exif=tags)
        else:
            picture.save(path)
        if options:
            program = shutil.which("exiftool")
            if program is None:
                pytest.skip("exiftool, which makes other programs' metadata, is not installed")
            command = [program, "-q", "-q", "-overwrite_original", *options, str(path)]
            subprocess.run(command, check=True, timeout=60)
        return path

    return make


@pytest.fixture
def dump(exiftool: str) -> Dump:
    """What exiftool reads in a file, but for its name, size and dates."""

    def dump(path: Path) -> dict[str, object]:
        command = [exiftool, "-j", "-G1", "-a", "-s", "-struct", str(path)]
        text = subprocess.run(
            command, check=True, capture_output=True, text=True, timeout=60
        ).stdout
        return {
            key: value
            for key, value in json.loads(text)[0].items()
            if key != "SourceFile" and not key.startswith(("System:", "ExifTool:"))
        }

    return dump


@pytest.fixture
def headshot() -> Record:
    return Record(
        kind="headshot",
        confidence=0.93,
        grade="professional",
        contributions={"focus": 1.5, "mood": -0.25},
        starting_point=-0.5,
        keywords=Keywords(
            ("headshot", "plain background"),
            ("phototag|kind|headshot", "phototag|background|plain background"),
            ("010100", "010600"),
        ),
        crops=(
            Crop(
                "casting_8x10",
                "4:5",
                Box(0.1, 0.2, 0.4, 0.5),
                recommended=True,
                pixels=(2400, 3000),
                reason='eyes on the upper third; "tight" & <close>',
                roles=(f"{ROLES}recomCropping", f"{ROLES}portraitCropping"),
                title="Casting Ä 8x10",
            ),
            Crop(
                "linkedin",
                "1:1",
                Box(0.15, 0.25, 0.3, 0.3),
                recommended=False,
                pixels=(1800, 1800),
                reason="face and shoulders",
                roles=(f"{ROLES}squareCropping",),
            ),
        ),
        software="0.1.0",
        models="m1",
        calibration="c1",
    )


@pytest.fixture
def portrait() -> Record:
    return Record(
        kind="portrait",
        confidence=0.8,
        keywords=Keywords(("portrait",), ("phototag|kind|portrait",), ("010200",)),
        software="0.1.0",
    )
