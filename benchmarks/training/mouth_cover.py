"""Fit the detection of covered mouths (``phototag/vision/mouth_cover.toml``) on mouths that are covered for it.

Every photo of one person with a labelled expression is used as it is, and with each thing of ``photos/covers.py``
drawn over the mouth.
"""

from __future__ import annotations

import multiprocessing
import zlib
from collections.abc import Sequence
from pathlib import Path

import attrs
import numpy as np
import tomlkit
from numpy.typing import NDArray
from scipy.special import expit

from benchmarks.photos.covers import Cover, covered
from benchmarks.photos.folds import grouped
from benchmarks.photos.labelled import Label
from benchmarks.training.regression import logistic_weights, rounded, short
from phototag.vision import decoding, face_search
from phototag.vision.nets import Nets

Floats = NDArray[np.float64]

STRENGTH = 0.01  # of the regression (C)
TOLD = 0.3  # probability up to which an expression is told: ``most_covered`` of the criterion mood
LONG_SIDE = 1000  # px


@attrs.frozen
class Seen:
    """The content of one mouth, and what was drawn over it (None: nothing)."""

    source: str
    cover: Cover | None
    mouth: tuple[float, ...]


def fit(photos: Path, labels: Sequence[Label], date: str, workers: int) -> str:
    """The text of ``mouth_cover.toml``.

    Args:
        photos: the folder.
        labels: of its photos.
        date: of the fit, ISO 8601; it stands in the evidence.
        workers: processes at once.
    """
    asked = [(photos, label) for label in labels if label.subjects == 1 and label.expression]
    with multiprocessing.get_context("spawn").Pool(workers) as pool:
        seen = [one for found in pool.imap(_seen, asked, chunksize=20) for one in found]
    inputs = np.array([one.mouth for one in seen])
    covers = np.array([one.cover is not None for one in seen])
    fold = np.array(grouped([one.source for one in seen], seed=0))
    chances = np.zeros(len(seen))
    for held in sorted(set(fold)):
        weights, intercept = logistic_weights(
            inputs[fold != held], covers[fold != held], STRENGTH, "balanced"
        )
        chances[fold == held] = expit(inputs[fold == held] @ weights + intercept)
    weights, intercept = logistic_weights(inputs, covers, STRENGTH, "balanced")
    found = ", ".join(
        f"{cover.value} {(chances[[one.cover is cover for one in seen]] > TOLD).mean():.1%}"
        for cover in Cover
    )
    document = tomlkit.document()
    document["n"] = len(seen)
    document["evidence"] = (
        f"above {TOLD}: of what was drawn over a mouth {found}; of {(~covers).sum()} mouths with a labelled "
        f"expression {(chances[~covers] > TOLD).mean():.1%}; cross-validated by source; fitted {date}"
    )
    document["intercept"] = short(intercept)
    document["weights"] = rounded(weights)
    return tomlkit.dumps(document)


_nets: list[Nets] = []  # one per process


def _seen(asked: tuple[Path, Label]) -> list[Seen]:
    folder, label = asked
    if not _nets:
        _nets.append(Nets())
    nets = _nets[0]
    data = (folder / label.file).read_bytes()
    rgb = decoding.shrink(decoding.decode(label.file, data).rgb, LONG_SIDE)
    faces = face_search.find(nets, rgb, (), nets.faces_at(rgb, face_search.FIRST))
    if not faces:
        return []
    random = np.random.default_rng(zlib.crc32(label.file.encode()))
    pictures = [(None, rgb), *((cover, covered(rgb, faces[0], cover, random)) for cover in Cover)]
    return [
        Seen(label.source, cover, tuple(nets.mouth(picture, faces[0]).astype(float)))
        for cover, picture in pictures
    ]
