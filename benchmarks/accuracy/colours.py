"""Whether an array whose colours are in another order is noticed, and how often one is warned of without need.

``python -m benchmarks.accuracy.colours --photos DIR``. Every photo is analysed as an array of RGB and as one of BGR. The
rule that warns has no threshold, so that nothing is fitted to the photos.
"""

from __future__ import annotations

import datetime as dt
import json
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import attrs
import click
import numpy as np
from PIL import Image, ImageOps

from benchmarks.photos import labelled
from phototag.analysis.result import Analysis
from phototag.analyzer import Analyzer
from phototag.errors import LikelyBGR, PhototagError


@attrs.frozen(kw_only=True)
class Seen:
    """One photo in one order.

    Attributes:
        warned: whether the warning came.
        analysis: the analysis; None if it failed.
    """

    warned: bool
    analysis: Analysis | None

    @property
    def person(self) -> bool:
        """Whether a person is the subject, whose face is seen."""
        found = self.analysis
        return bool(found and found.subjects.count and found.scene and found.scene.main_face)


def look(analyzer: Analyzer, array: Any) -> Seen:
    """Analyse an array, and note whether it was warned of."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", LikelyBGR)
        try:
            found = analyzer.analyze(array)
        except PhototagError:
            found = None
    return Seen(warned=any(one.category is LikelyBGR for one in caught), analysis=found)


def measure(paths: Iterable[Path]) -> dict[str, int]:
    """How many photos there are, how many show a person in each order, and how many of these were warned of."""
    count: dict[str, int] = dict.fromkeys(
        ("photos", "rgb", "rgb_warned", "bgr", "bgr_warned", "other_kind"), 0
    )
    with Analyzer(workers=1) as analyzer:
        for path in paths:
            with Image.open(path) as image:
                array = np.asarray(ImageOps.exif_transpose(image).convert("RGB"))
            seen = {"rgb": look(analyzer, array), "bgr": look(analyzer, array[..., ::-1])}
            count["photos"] += 1
            for order, one in seen.items():
                count[order] += one.person
                count[f"{order}_warned"] += one.warned
            right, wrong = (one.analysis for one in seen.values())
            count["other_kind"] += bool(right and wrong and right.kind is not wrong.kind)
    return count


@click.command()
@click.option("--photos", type=click.Path(exists=True, path_type=Path), required=True)
@click.option("--json", "json_file", type=click.Path(dir_okay=False, path_type=Path))
def main(photos: Path, json_file: Path | None) -> None:
    """Measure how often swapped colours are noticed."""
    found = {
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        **measure(photos / label.file for label in labelled.load(photos)),
    }
    text = json.dumps(found, indent=1) + "\n"
    click.echo(text)
    if json_file:
        json_file.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
