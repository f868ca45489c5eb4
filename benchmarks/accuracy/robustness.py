"""Whether the answers survive what happens to photos on their way.

The same photos are shown again at half size, mirrored, as a JPEG of quality 60 and as an array of
pixels; all made in memory.  No label is needed: the answer to the original is what counts.
"""

from __future__ import annotations

import io
import json
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import attrs
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from benchmarks.photos.labelled import Label
from phototag.analysis.result import Analysis
from phototag.analyzer import Analyzer

Given = bytes | NDArray[np.uint8]
QUALITY = 60  # of the JPEG
TURNED = 5.0  # degrees of yaw from which a face points to one side
SHOWN = 8  # files in the table


# ---------------------------------------------------------------------------- the changed photos


def half_size(image: Image.Image) -> bytes:
    """Half as wide and as high, as PNG."""
    width, height = (max(1, side // 2) for side in image.size)
    return _encoded(image.resize((width, height), Image.Resampling.LANCZOS), "PNG")


def mirrored(image: Image.Image) -> bytes:
    """Left and right exchanged, as PNG."""
    return _encoded(ImageOps.mirror(image), "PNG")


def jpeg(image: Image.Image) -> bytes:
    """Encoded again with visible loss."""
    return _encoded(image, "JPEG", quality=QUALITY)


def array(image: Image.Image) -> NDArray[np.uint8]:
    """The same pixels after a way through PNG, without a file around them."""
    with Image.open(io.BytesIO(_encoded(image, "PNG"))) as decoded:
        return np.asarray(decoded)


MIRRORED = "mirrored"
CHANGES: dict[str, Callable[[Image.Image], Given]] = {
    "half size": half_size,
    MIRRORED: mirrored,
    f"JPEG quality {QUALITY}": jpeg,
    "array": array,
}


def _encoded(image: Image.Image, kind: str, **options: int) -> bytes:
    target = io.BytesIO()
    fast = {"compress_level": 1} if kind == "PNG" else {}
    image.save(target, kind, **fast, **options)
    return target.getvalue()


# ------------------------------------------------------------------------------------ measuring


@attrs.frozen(kw_only=True)
class Agreement:
    """How one change left the answers.

    Attributes:
        photos: photos that were analysed both ways.
        failed: photos that were analysed as they are and not with the change.
        kind, subjects, shot: share with the same kind, count of subjects and shot size, 0..1.
        other_kind: the photos with another kind.
    """

    photos: int
    failed: tuple[str, ...]
    kind: float
    subjects: float
    shot: float
    other_kind: tuple[str, ...]


@attrs.frozen(kw_only=True)
class Turning:
    """Whether the head turns with the mirror.

    Attributes:
        faces: photos with a yaw both ways.
        lost: photos with a yaw only one way.
        turned: of ``faces``, those of more than ``TURNED`` degrees in the original.
        changed_sign: share of ``turned`` that points to the other side in the mirror; None without.
        median_sum: median of |yaw + yaw in the mirror|, degrees; 0 is right; None without faces.
    """

    faces: int
    lost: int
    turned: int
    changed_sign: float | None
    median_sum: float | None


@attrs.frozen(kw_only=True)
class Robustness:
    """Everything that is printed.

    Attributes:
        photos: photos that were analysed as they are.
        failed: photos that were not.
        changes: agreement by the name of the change.
        turning: yaw in the mirror.
    """

    photos: int
    failed: tuple[str, ...]
    changes: dict[str, Agreement]
    turning: Turning


def measure(folder: Path, labels: Sequence[Label], workers: int = 2) -> Robustness:
    """Analyse every photo as it is and with every change."""
    names = [label.file for label in labels]
    with Analyzer(workers) as analyzer:
        original = _analyse(analyzer, names, (folder / name for name in names))
        whole = [name for name in names if name in original]
        changed = {
            title: _analyse(analyzer, whole, _changed(folder, whole, change))
            for title, change in CHANGES.items()
        }
    return Robustness(
        photos=len(original),
        failed=tuple(name for name in names if name not in original),
        changes={title: compare(original, found) for title, found in changed.items()},
        turning=turning(
            (one.posing.yaw, changed[MIRRORED][name].posing.yaw)
            for name, one in original.items()
            if name in changed[MIRRORED]
        ),
    )


def _analyse(
    analyzer: Analyzer, names: Sequence[str], images: Iterator[Path | Given]
) -> dict[str, Analysis]:
    outcomes = zip(names, analyzer.analyze_many(images), strict=True)
    return {name: outcome.analysis for name, outcome in outcomes if outcome.analysis}


def _changed(
    folder: Path, names: Sequence[str], change: Callable[[Image.Image], Given]
) -> Iterator[Given]:
    for name in names:
        with Image.open(folder / name) as image:
            yield change(ImageOps.exif_transpose(image).convert("RGB"))


def compare(original: Mapping[str, Analysis], changed: Mapping[str, Analysis]) -> Agreement:
    """Agreement of the analyses of the photos that have both."""
    both = [name for name in original if name in changed]
    other = tuple(name for name in both if original[name].kind is not changed[name].kind)
    alike = sum(original[n].subjects.count == changed[n].subjects.count for n in both)
    shots = sum(original[n].cropping.shot is changed[n].cropping.shot for n in both)
    count = max(1, len(both))
    return Agreement(
        photos=len(both),
        failed=tuple(name for name in original if name not in changed),
        kind=(len(both) - len(other)) / count,
        subjects=alike / count,
        shot=shots / count,
        other_kind=other,
    )


def turning(yaws: Iterator[tuple[float | None, float | None]]) -> Turning:
    """From pairs of yaw and yaw in the mirror, degrees; None where there is no mesh."""
    pairs = list(yaws)
    both = [(yaw, mirror) for yaw, mirror in pairs if yaw is not None and mirror is not None]
    turned = [(yaw, mirror) for yaw, mirror in both if abs(yaw) > TURNED]
    opposite = sum(yaw * mirror < 0 for yaw, mirror in turned)
    return Turning(
        faces=len(both),
        lost=sum((yaw is None) != (mirror is None) for yaw, mirror in pairs),
        turned=len(turned),
        changed_sign=opposite / len(turned) if turned else None,
        median_sum=statistics.median(abs(yaw + mirror) for yaw, mirror in both) if both else None,
    )


# ------------------------------------------------------------------------------------- printing


def show(found: Robustness, console: Console) -> None:
    """Print what was measured."""
    console.print(f"{found.photos} photos, each compared with the answer to the unchanged one")
    if found.failed:
        console.print(f"[red]Not analysed: {escape(', '.join(found.failed))}")
    table = Table(
        "change", "photos", "same kind", "same count", "same shot", "failed", "another kind"
    )
    for title, one in found.changes.items():
        table.add_row(
            title,
            str(one.photos),
            f"{one.kind:.3f}",
            f"{one.subjects:.3f}",
            f"{one.shot:.3f}",
            str(len(one.failed)),
            _shortened(one.other_kind),
        )
    console.print(table)
    turn = found.turning
    if turn.changed_sign is not None and turn.median_sum is not None:
        console.print(
            f"yaw in the mirror: {turn.changed_sign:.3f} of {turn.turned} faces turned by more "
            f"than {TURNED:.0f} degrees point to the other side; median |yaw + mirrored yaw| "
            f"{turn.median_sum:.2f} degrees over {turn.faces} faces; {turn.lost} have a yaw only "
            "one way"
        )


def to_json(found: Robustness) -> str:
    """The result as JSON text."""
    return json.dumps(attrs.asdict(found), indent=1) + "\n"


def _shortened(names: Sequence[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return escape(", ".join(names[:SHOWN]) + more)
