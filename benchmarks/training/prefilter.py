"""Fit the prefilter (``phototag/vision/people_prefilter.toml``) and say what it costs and saves.

Every photo is used as it is and, if it shows people, on its sides and upside down: the prefilter must not leave out the
search for people who are turned.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Sequence
from pathlib import Path

import attrs
import numpy as np
import tomlkit
from numpy.typing import NDArray
from scipy.special import expit

from benchmarks.photos.folds import grouped
from benchmarks.photos.labelled import Label
from benchmarks.training.regression import logistic_weights, rounded, short
from phototag.vision import decoding
from phototag.vision.detector import Detector, reduced_for_nets
from phototag.vision.face_search import TURNS
from phototag.vision.nets import turned_back

Floats = NDArray[np.float64]

STRENGTH = 0.1  # of the regression (C)
LEAST = 0.2  # probability of people from which no step is left out
SHUFFLES = 5


@attrs.frozen
class Seen:
    """What the nets see at first in a photo turned by so many degrees."""

    source: str
    people: bool
    turn: int
    inputs: tuple[float, ...]


def fit(photos: Path, labels: Sequence[Label], date: str, workers: int) -> str:
    """The text of ``people_prefilter.toml``, fitted on the sure labels.

    Args:
        photos: the folder.
        labels: of its photos.
        date: of the fit, ISO 8601; it stands in the evidence.
        workers: processes at once.
    """
    asked = [(photos, label) for label in labels if label.sure]
    with multiprocessing.get_context("spawn").Pool(workers) as pool:
        seen = [one for found in pool.imap(_seen, asked, chunksize=20) for one in found]
    inputs = np.array([one.inputs for one in seen])
    people = np.array([one.people for one in seen])
    turned = np.array([one.turn > 0 for one in seen])
    chances = np.zeros((SHUFFLES, len(seen)))
    for seed in range(SHUFFLES):
        fold = np.array(grouped([one.source for one in seen], seed=seed))
        for held in sorted(set(fold)):
            weights, intercept = logistic_weights(
                inputs[fold != held], people[fold != held], STRENGTH
            )
            chances[seed, fold == held] = expit(inputs[fold == held] @ weights + intercept)
    weights, intercept = logistic_weights(inputs, people, STRENGTH)
    spared = (chances.max(0) < LEAST)[~people]
    missed = chances.min(0) < LEAST
    document = tomlkit.document()
    document["n"] = len(seen)
    document["least"] = LEAST
    document["evidence"] = (
        f"below {LEAST}: {spared.sum()} of {len(spared)} photos of nobody, {missed[people & ~turned].sum()} of "
        f"{(people & ~turned).sum()} photos of people, {missed[turned].sum()} of {turned.sum()} of these turned; "
        f"the worst of {SHUFFLES} shuffles, cross-validated by source; fitted {date}"
    )
    document["intercept"] = short(intercept)
    document["weights"] = rounded(weights)
    return tomlkit.dumps(document)


_detectors: list[Detector] = []  # one per process


def _seen(asked: tuple[Path, Label]) -> list[Seen]:
    folder, label = asked
    if not _detectors:
        _detectors.append(Detector())
    detector = _detectors[0]
    rgb = decoding.decode(label.file, (folder / label.file).read_bytes()).rgb
    small = reduced_for_nets(rgb)
    people = label.kind != "other"
    found = []
    for turn in (0, *TURNS) if people else (0,):
        seen = detector.glance(turned_back(rgb, turn), turned_back(small, turn))
        found.append(Seen(label.source, people, turn, seen.inputs))
    return found
