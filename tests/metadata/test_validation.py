"""exiftool's own judgement of tagged photos: nothing that it did not find before."""

from __future__ import annotations

import subprocess
from pathlib import Path

from corpus import BESIDE, MIXTURES, build
from phototag.metadata.record import Record
from phototag.options import WriteOptions
from writing import apply


def complaints(exiftool: str, path: Path) -> set[str]:
    command = [exiftool, "-validate", "-warning", "-error", "-a", "-s3", str(path)]
    text = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout
    return {line for line in text.splitlines() if line != "OK" and "Warning" not in line[:12]}


def test_validation_finds_nothing_new_in_any_mixture(
    tmp_path: Path, exiftool: str, headshot: Record
) -> None:
    paths = build(tmp_path, exiftool, {**MIXTURES, **dict.fromkeys(BESIDE, ())})
    before = {path: complaints(exiftool, path) for path in paths}
    for path in paths:
        apply(path, headshot, WriteOptions(sidecar="always" if path.name in BESIDE else "auto"))
        assert complaints(exiftool, path) <= before[path], path.name
    for name in BESIDE:
        assert complaints(exiftool, tmp_path / f"{name}.xmp") == set()
